"""What a customer has ordered. As ERPNext v15's module of the same name, without stock and projects."""

from collections.abc import Callable
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.utils import validate_coupon_code
from erpnext.controllers import website_list_for_contact
from erpnext.controllers.selling_controller import SellingController
from erpnext.selling.doctype.customer.customer import check_credit_limit, has_bypass
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import cint, flt, get_link_to_form, getdate


class WarehouseRequired(frappe.ValidationError):
	pass


class SalesOrder(SellingController):
	def before_validate(self) -> None:
		if frappe.db.get_single_value("Selling Settings", "allow_zero_qty_in_sales_order"):
			self.has_unit_price_items = any(row.item_code and not row.qty for row in self.items)
		self.flags.allow_zero_qty = self.has_unit_price_items

	def validate(self) -> None:
		super().validate()
		self.validate_delivery_date()
		self.validate_po()
		self.validate_uom_is_integer("stock_uom", "stock_qty")
		self.validate_uom_is_integer("uom", "qty")
		for row in self.items:
			row.transaction_date = self.transaction_date
		self.validate_warehouse()
		if self.coupon_code:
			validate_coupon_code(self.coupon_code)
		self.validate_with_previous_doc()
		self.set_status()
		self.billing_status = self.billing_status or "Not Billed"
		self.delivery_status = self.delivery_status or "Not Delivered"
		self.reset_default_field_value("set_warehouse", "items", "warehouse")

	def on_submit(self) -> None:
		self.check_credit_limit()
		self.update_prevdoc_status()
		self.count_coupon(1)

	def on_cancel(self) -> None:
		if self.status == "Closed":
			frappe.throw(_("Closed order cannot be cancelled. Unclose to cancel."))
		self.update_prevdoc_status()
		self.db_set("status", "Cancelled")
		self.count_coupon(-1)

	def before_update_after_submit(self) -> None:
		self.validate_po()
		self.validate_delivery_date()

	def on_update_after_submit(self) -> None:
		self.check_credit_limit()

	def update_status(self, status: str) -> None:
		"""Close, hold or reopen; reopening counts against the credit limit again."""
		self.set_status(update=True, status=status)
		if status == "Draft" and self.docstatus == 1:
			self.check_credit_limit()
		self.notify_update()

	def check_credit_limit(self) -> None:
		if not has_bypass(self.customer, self.company):
			check_credit_limit(self.customer, self.company)

	def update_prevdoc_status(self) -> None:
		"""The offers ordered from say so."""
		for name in {row.prevdoc_docname for row in self.items if row.prevdoc_docname}:
			quotation = frappe.get_doc("Quotation", name)
			if quotation.docstatus.is_cancelled():
				frappe.throw(_("Quotation {0} is cancelled").format(name))
			quotation.set_status(update=True)

	def count_coupon(self, change: int) -> None:
		if not self.coupon_code:
			return
		coupon = frappe.get_doc("Coupon Code", self.coupon_code)
		used = cint(coupon.used) + change
		if used > cint(coupon.maximum_use):
			frappe.throw(
				_("{0} Coupon used are {1}. Allowed quantity is exhausted").format(
					coupon.coupon_code, coupon.used
				)
			)
		coupon.used = max(used, 0)
		coupon.save(ignore_permissions=True)

	def validate_delivery_date(self) -> None:
		"""The order's delivery is its latest row's; a row without a date takes the order's."""
		if self.order_type != "Sales" or self.skip_delivery_note:
			return
		dates = [getdate(row.delivery_date) for row in self.items if row.delivery_date]
		if dates:
			self.delivery_date = max(dates)
		if not self.delivery_date:
			frappe.throw(_("Please enter Delivery Date"))
		for row in self.items:
			row.delivery_date = row.delivery_date or self.delivery_date
			if getdate(self.transaction_date) > getdate(row.delivery_date):
				frappe.msgprint(
					_("Expected Delivery Date should be after Sales Order Date"),
					indicator="orange",
					title=_("Invalid Delivery Date"),
					raise_exception=True,
				)

	def validate_po(self) -> None:
		"""The customer's own order number and date."""
		if self.skip_delivery_note:
			return
		for row in self.items:
			if self.po_date and row.delivery_date and getdate(self.po_date) > getdate(row.delivery_date):
				frappe.throw(
					_("Row #{0}: Expected Delivery Date cannot be before Purchase Order Date").format(row.idx)
				)
		if not (self.po_no and self.customer):
			return
		other = frappe.db.get_value(
			"Sales Order",
			{
				"po_no": self.po_no,
				"name": ["!=", self.name],
				"docstatus": ["<", 2],
				"customer": self.customer,
			},
		)
		if not other:
			return
		if frappe.db.get_single_value("Selling Settings", "allow_against_multiple_purchase_orders"):
			frappe.msgprint(
				_("Warning: Sales Order {0} already exists against Customer's Purchase Order {1}").format(
					frappe.bold(other), frappe.bold(self.po_no)
				),
				alert=True,
			)
		else:
			frappe.throw(
				_(
					"Sales Order {0} already exists against Customer's Purchase Order {1}. "
					"To allow multiple Sales Orders, Enable {2} in {3}"
				).format(
					frappe.bold(other),
					frappe.bold(self.po_no),
					frappe.bold(_("'Allow Multiple Sales Orders Against a Customer's Purchase Order'")),
					get_link_to_form("Selling Settings", "Selling Settings"),
				)
			)

	def validate_warehouse(self) -> None:
		super().validate_warehouse()
		for row in self.items:
			if not row.warehouse and frappe.get_cached_value("Item", row.item_code, "is_stock_item"):
				frappe.throw(
					_("Delivery warehouse required for stock item {0}").format(row.item_code),
					WarehouseRequired,
				)

	def validate_with_previous_doc(self) -> None:
		super().validate_with_previous_doc(
			{
				"Quotation": {"ref_dn_field": "prevdoc_docname", "compare_fields": [["company", "="]]},
				"Quotation Item": {
					"ref_dn_field": "quotation_item",
					"compare_fields": [["item_code", "="], ["uom", "="], ["conversion_factor", "="]],
					"is_child_table": True,
				},
			}
		)
		if cint(frappe.db.get_single_value("Selling Settings", "maintain_same_sales_rate")):
			self.validate_rate_with_reference_doc([["Quotation", "prevdoc_docname", "quotation_item"]])


def get_list_context(context: Any = None) -> dict[str, Any]:
	"""For the website."""
	return {**website_list_for_contact.get_list_context(context), "title": _("Orders")}


@frappe.whitelist()
def update_status(status: str, name: str) -> None:
	order = frappe.get_doc("Sales Order", name)
	order.check_permission("submit")
	order.update_status(status)


@frappe.whitelist()
def make_sales_invoice(
	source_name: str, target_doc: str | Document | None = None, ignore_permissions: bool = False
) -> Document:
	"""An invoice of what is ordered and not billed."""

	def take_rest(source: Document, target: Document, _parent: Document) -> None:
		target.qty = flt(source.qty) - flt(source.billed_amt) / (flt(source.rate) or 1)

	return _make_from_order(
		"Sales Invoice",
		{"name": "so_detail", "parent": "sales_order"},
		take_rest,
		lambda row: abs(flt(row.billed_amt)) < abs(flt(row.amount)),
		source_name,
		target_doc,
		ignore_permissions,
	)


@frappe.whitelist()
def make_delivery_note(
	source_name: str, target_doc: str | Document | None = None, kwargs: dict | None = None
) -> Document:
	"""A delivery of what is ordered and not delivered."""

	def take_rest(source: Document, target: Document, _parent: Document) -> None:
		target.qty = flt(source.qty) - flt(source.delivered_qty)

	return _make_from_order(
		"Delivery Note",
		{"name": "so_detail", "parent": "against_sales_order"},
		take_rest,
		lambda row: abs(flt(row.delivered_qty)) < abs(flt(row.qty)),
		source_name,
		target_doc,
	)


def _make_from_order(
	doctype: str,
	field_map: dict[str, str],
	take_rest: Callable,
	is_wanted: Callable,
	order: str,
	target_doc: str | Document | None,
	ignore_permissions: bool = False,
) -> Document:
	def complete(_source: Document, target: Document) -> None:
		target.flags.ignore_permissions = ignore_permissions
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	return get_mapped_doc(
		"Sales Order",
		order,
		{
			"Sales Order": {"doctype": doctype, "validation": {"docstatus": ["=", 1]}},
			"Sales Order Item": {
				"doctype": f"{doctype} Item",
				"field_map": field_map,
				"postprocess": take_rest,
				"condition": is_wanted,
			},
			"Sales Taxes and Charges": {"doctype": "Sales Taxes and Charges", "reset_value": True},
		},
		target_doc,
		complete,
		ignore_permissions=ignore_permissions,
	)
