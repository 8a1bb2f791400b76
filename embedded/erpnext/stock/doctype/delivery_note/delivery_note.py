"""What a customer was delivered. As ERPNext v15's module of the same name, without a stock ledger and packing."""

import frappe
from erpnext.controllers.billing import (
	DELIVERY_BILLED,
	INVOICE_DELIVERED,
	ORDER_DELIVERED,
	count,
	set_percent,
)
from erpnext.controllers.selling_controller import SellingController
from erpnext.selling.doctype.customer.customer import check_credit_limit, has_bypass
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt, nowdate, nowtime


class DeliveryNote(SellingController):
	def validate(self) -> None:
		if not self.set_posting_time:
			self.posting_date, self.posting_time = nowdate(), nowtime()
		super().validate()
		self.validate_uom_is_integer("stock_uom", "stock_qty")
		self.validate_uom_is_integer("uom", "qty")
		self.validate_warehouse()
		self.validate_return()
		self.validate_with_previous_doc()
		self.set_status()

	def on_submit(self) -> None:
		self.count_delivered()
		self.count_billed()
		if not self.is_return:
			self.check_credit_limit()

	def on_cancel(self) -> None:
		self.count_delivered()
		self.db_set("status", "Cancelled")

	def count_delivered(self) -> None:
		count(self, (ORDER_DELIVERED, INVOICE_DELIVERED))

	def count_billed(self) -> None:
		"""What was delivered on an invoice is billed already."""
		for row in self.items:
			if row.si_detail and not row.so_detail:
				row.db_set("billed_amt", row.amount)
		set_percent(DELIVERY_BILLED, self.name)
		self.reload()

	def update_status(self, status: str) -> None:
		"""Close, or reopen."""
		self.set_status(update=True, status=status)
		self.notify_update()

	def check_credit_limit(self) -> None:
		"""Where orders are not checked, every delivery counts in full; else what was not ordered before."""
		if flt(self.per_billed) == 100:
			return
		if has_bypass(self.customer, self.company):
			if any(not row.against_sales_invoice for row in self.items):
				check_credit_limit(self.customer, self.company, True, self.base_grand_total)
		elif any(not (row.against_sales_order or row.against_sales_invoice) for row in self.items):
			check_credit_limit(self.customer, self.company)

	def validate_warehouse(self) -> None:
		super().validate_warehouse()
		for row in self.items:
			is_stock_item = row.item_code and frappe.get_cached_value("Item", row.item_code, "is_stock_item")
			if is_stock_item and not row.warehouse:
				frappe.throw(_("Warehouse required for stock Item {0}").format(row.item_code))

	def validate_return(self) -> None:
		if self.is_return and any(flt(row.qty) > 0 for row in self.items):
			frappe.throw(_("{0} must be negative in return document").format(_("Quantity")))

	def validate_with_previous_doc(self) -> None:
		same = [["customer", "="], ["company", "="], ["currency", "="]]
		of_row = {"compare_fields": [["item_code", "="], ["uom", "="]], "is_child_table": True}
		super().validate_with_previous_doc(
			{
				"Sales Order": {"ref_dn_field": "against_sales_order", "compare_fields": same},
				"Sales Order Item": {"ref_dn_field": "so_detail", **of_row},
				"Sales Invoice": {"ref_dn_field": "against_sales_invoice", "compare_fields": same},
				"Sales Invoice Item": {"ref_dn_field": "si_detail", **of_row},
			}
		)


@frappe.whitelist()
def make_sales_invoice(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""An invoice of what was delivered and is not billed."""

	def take_rest(source: Document, target: Document, _parent: Document) -> None:
		target.qty = flt(source.qty) - flt(source.billed_amt) / (flt(source.rate) or 1)

	def complete(_source: Document, target: Document) -> None:
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	return get_mapped_doc(
		"Delivery Note",
		source_name,
		{
			"Delivery Note": {"doctype": "Sales Invoice", "validation": {"docstatus": ["=", 1]}},
			"Delivery Note Item": {
				"doctype": "Sales Invoice Item",
				"field_map": {
					"name": "dn_detail",
					"parent": "delivery_note",
					"so_detail": "so_detail",
					"against_sales_order": "sales_order",
				},
				"postprocess": take_rest,
				"condition": lambda row: abs(flt(row.billed_amt)) < abs(flt(row.amount)),
			},
			"Sales Taxes and Charges": {"doctype": "Sales Taxes and Charges", "reset_value": True},
		},
		target_doc,
		complete,
	)


@frappe.whitelist()
def update_delivery_note_status(docname: str, status: str) -> None:
	note = frappe.get_doc("Delivery Note", docname)
	note.check_permission("submit")
	note.update_status(status)
