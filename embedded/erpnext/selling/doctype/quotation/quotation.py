"""An offer to a customer or lead. As ERPNext v15's module of the same name.

Left out: prospects, competitors, opportunities, invoices made from an offer."""

from typing import Any

import frappe
from erpnext.controllers import website_list_for_contact
from erpnext.controllers.selling_controller import SellingController
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.query_builder.functions import Sum
from frappe.utils import flt, get_link_to_form, getdate, nowdate


class Quotation(SellingController):
	def before_validate(self) -> None:
		if frappe.db.get_single_value("Selling Settings", "allow_zero_qty_in_quotation"):
			self.has_unit_price_items = any(row.item_code and not row.qty for row in self.items)
		self.flags.allow_zero_qty = self.has_unit_price_items

	def validate(self) -> None:
		super().validate()
		self.set_status()
		self.validate_uom_is_integer("stock_uom", "stock_qty")
		self.validate_uom_is_integer("uom", "qty")
		if self.valid_till and getdate(self.valid_till) < getdate(self.transaction_date):
			frappe.throw(_("Valid till date cannot be before transaction date"))
		self.set_customer_name()

	def before_submit(self) -> None:
		"""A row is marked when alternatives follow it."""
		for row, following in zip(self.items, self.items[1:], strict=False):
			if following.is_alternative and not row.is_alternative:
				row.has_alternative_item = 1

	def on_submit(self) -> None:
		self.update_lead()

	def on_cancel(self) -> None:
		self.set("lost_reasons", [])
		self.set_status(update=True)
		self.update_lead()

	def _selling_party(self) -> tuple[str, str | None]:
		return self.quotation_to, self.party_name

	def set_customer_name(self) -> None:
		if not self.party_name:
			return
		if self.quotation_to == "Customer":
			self.customer_name = frappe.db.get_value("Customer", self.party_name, "customer_name")
		elif self.quotation_to == "Lead":
			person, company = frappe.db.get_value("Lead", self.party_name, ["lead_name", "company_name"])
			self.customer_name = company or person

	def update_lead(self) -> None:
		if self.quotation_to == "Lead" and self.party_name:
			frappe.get_doc("Lead", self.party_name).set_status(update=True)

	@frappe.whitelist()
	def declare_enquiry_lost(
		self, lost_reasons_list: list, competitors: list, detailed_reason: str | None = None
	) -> None:
		"""Lost, and why. What was ordered from is not lost."""
		if self.is_fully_ordered() or self.is_partially_ordered():
			frappe.throw(_("Cannot set as Lost as Sales Order is made."))
		known = frappe.get_list("Quotation Lost Reason", pluck="name")
		self.db_set("status", "Lost")
		if detailed_reason:
			self.db_set("order_lost_reason", detailed_reason)
		for reason in lost_reasons_list:
			if reason.get("lost_reason") not in known:
				frappe.throw(
					_("Invalid lost reason {0}, please create a new lost reason").format(
						frappe.bold(reason.get("lost_reason"))
					)
				)
			self.append("lost_reasons", reason)
		self.update_lead()
		self.save()

	def set_indicator(self) -> None:
		"""For the website."""
		if self.docstatus == 1:
			self.indicator_color, self.indicator_title = "blue", "Submitted"
		if self.valid_till and getdate(self.valid_till) < getdate(nowdate()):
			self.indicator_color, self.indicator_title = "gray", "Expired"

	# What has been ordered of it

	def is_fully_ordered(self) -> bool:
		return self.get_ordered_status() == "Ordered"

	def is_partially_ordered(self) -> bool:
		return self.get_ordered_status() == "Partially Ordered"

	def get_ordered_status(self) -> str:
		"""Open, Partially Ordered or Ordered. Of alternatives, only the ordered one counts."""
		ordered = get_ordered_items(self.name)
		if not ordered:
			return "Open"
		for row in self.items:
			if (row.is_alternative or row.has_alternative_item) and row.name not in ordered:
				continue
			if row.qty > ordered.get(row.name, -1):
				return "Partially Ordered"
		return "Ordered"


def get_list_context(context: Any = None) -> dict[str, Any]:
	"""For the website."""
	return {**website_list_for_contact.get_list_context(context), "title": _("Quotations")}


@frappe.whitelist()
def make_sales_order(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""A Sales Order for what is not ordered yet, while the offer holds."""
	if not frappe.db.get_single_value("Selling Settings", "allow_sales_order_creation_for_expired_quotation"):
		valid_till = frappe.db.get_value("Quotation", source_name, "valid_till")
		if valid_till and getdate(valid_till) < getdate(nowdate()):
			frappe.throw(_("Validity period of this quotation has ended."))
	return _make_sales_order(source_name, target_doc)


def _make_sales_order(
	source_name: str, target_doc: str | Document | None = None, ignore_permissions: bool = False
) -> Document:
	customer = _customer_of(source_name, ignore_permissions)
	ordered = get_ordered_items(source_name)
	by_unit_price = frappe.db.get_value("Quotation", source_name, "has_unit_price_items")
	chosen = [row.get("name") for row in (frappe.flags.args or {}).get("selected_items", [])]

	def is_for_unit_price(row: Document) -> bool:
		return bool(by_unit_price and not row.qty)

	def is_wanted(row: Document) -> bool:
		if row.qty <= ordered.get(row.name, 0.0) and not is_for_unit_price(row):
			return False
		if not chosen:
			return not row.is_alternative
		return row.name in chosen if row.is_alternative or row.has_alternative_item else True

	def take_rest(source: Document, target: Document, _parent: Document) -> None:
		rest = source.qty if is_for_unit_price(source) else source.qty - ordered.get(source.name, 0.0)
		target.qty = max(rest, 0)
		target.stock_qty = flt(target.qty) * flt(source.conversion_factor)

	def complete(_source: Document, target: Document) -> None:
		target.customer = customer.name
		target.customer_name = customer.customer_name
		target.flags.ignore_permissions = ignore_permissions
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	return get_mapped_doc(
		"Quotation",
		source_name,
		{
			"Quotation": {"doctype": "Sales Order", "validation": {"docstatus": ["=", 1]}},
			"Quotation Item": {
				"doctype": "Sales Order Item",
				"field_map": {"parent": "prevdoc_docname", "name": "quotation_item"},
				"postprocess": take_rest,
				"condition": is_wanted,
			},
			"Sales Taxes and Charges": {"doctype": "Sales Taxes and Charges", "reset_value": True},
			"Payment Schedule": {"doctype": "Payment Schedule", "add_if_empty": True},
		},
		target_doc,
		complete,
		ignore_permissions=ignore_permissions,
	)


def _customer_of(quotation: str, ignore_permissions: bool) -> Document:
	"""The customer; a lead's, made from the lead if it has none."""
	party_type, party = frappe.db.get_value("Quotation", quotation, ["quotation_to", "party_name"])
	if party_type == "Customer":
		return frappe.get_doc("Customer", party)
	existing = frappe.db.get_value("Customer", {"lead_name": party})
	if existing:
		return frappe.get_doc("Customer", existing)
	from erpnext.crm.doctype.lead.lead import _make_customer

	customer = _make_customer(party, ignore_permissions=ignore_permissions)
	customer.flags.ignore_permissions = ignore_permissions
	try:
		return customer.insert()
	except frappe.MandatoryError as error:
		_explain_missing_fields(error, customer, party)


def _explain_missing_fields(error: Exception, customer: Document, lead: str) -> None:
	fields = str(error).split(":", 1)[1].split(",")
	items = "".join(f"<li>{_(customer.meta.get_label(field.strip()))}</li>" for field in fields)
	frappe.clear_messages()
	frappe.throw(
		_("Could not auto create Customer due to the following missing mandatory field(s):")
		+ f"<br><br><ul>{items}</ul>"
		+ _("Please create Customer from Lead {0}.").format(get_link_to_form("Lead", lead)),
		title=_("Mandatory Missing"),
	)


def get_ordered_items(quotation: str) -> dict[str, float]:
	"""Ordered quantity by the name of the quotation's row."""
	row = frappe.qb.DocType("Sales Order Item")
	return dict(
		frappe.qb.from_(row)
		.select(row.quotation_item, Sum(row.qty))
		.where((row.prevdoc_docname == quotation) & (row.docstatus == 1))
		.groupby(row.quotation_item)
		.run()
	)


def set_expired_status() -> None:
	"""Every day: submitted offers whose validity has ended expire, unless something was ordered from them."""
	quotation = frappe.qb.DocType("Quotation")
	row = frappe.qb.DocType("Sales Order Item")
	ordered = (
		frappe.qb.from_(row)
		.select(row.prevdoc_docname)
		.where((row.docstatus == 1) & row.prevdoc_docname.isnotnull())
	)
	(
		frappe.qb.update(quotation)
		.set(quotation.status, "Expired")
		.where(quotation.docstatus == 1)
		.where(quotation.status.notin(["Expired", "Lost"]))
		.where(quotation.valid_till < nowdate())
		.where(quotation.name.notin(ordered))
	).run()
