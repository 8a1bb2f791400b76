"""What the forms of documents that sell ask while a person fills them in: `selling/sales_common.js`.

ERPNext v15 calculates in the browser what it calculates again on the server; here the browser asks the server, which
answers with the whole document. Nothing is saved."""

from typing import Any

import frappe

# What another party brings along.
PARTY_FIELDS = (
	"customer_name",
	"customer_group",
	"territory",
	"tax_id",
	"customer_address",
	"address_display",
	"shipping_address_name",
	"shipping_address",
	"contact_person",
	"contact_display",
	"contact_email",
	"contact_mobile",
	"contact_phone",
	"tax_category",
	"payment_terms_template",
	"language",
)
# What a row keeps when it gets another item.
ROW_FIELDS_KEPT = (
	"name",
	"parent",
	"parentfield",
	"parenttype",
	"idx",
	"docstatus",
	"owner",
	"creation",
	"modified",
	"modified_by",
	"item_code",
	"qty",
	"delivery_date",
	"is_alternative",
)
PRICE_FIELDS = (
	"price_list_rate",
	"rate",
	"discount_percentage",
	"discount_amount",
	"margin_type",
	"margin_rate_or_amount",
	"pricing_rules",
)


class FormMethods:
	"""Each method is called after the field it is about has changed on the form."""

	@frappe.whitelist()
	def fill_party(self) -> None:
		self._clear(self, PARTY_FIELDS)
		self.payment_schedule = []
		_party_type, party = self._selling_party()
		if party:
			self.set_missing_lead_customer_details()
			self.set_taxes()
		self._price_anew(self.items)
		self.recalculate()

	@frappe.whitelist()
	def fill_row(self, row_name: str) -> None:
		"""The row has another item, or none any more."""
		row = self._row(row_name)
		self._clear(row, [field for field in row.meta.get_valid_columns() if field not in ROW_FIELDS_KEPT])
		# The browser gives a new row 0; the item makes it 1.
		row.qty = row.qty or None
		self.recalculate()

	@frappe.whitelist()
	def change_row(self, row_name: str, fieldname: str) -> None:
		"""Another field of the row has changed."""
		row = self._row(row_name)
		if fieldname == "uom":
			self._clear(row, ("conversion_factor", "price_list_rate", "rate"))
		follow_edit(row, fieldname)
		self.recalculate()

	@frappe.whitelist()
	def fill_prices(self) -> None:
		"""Price list, currency or rate of exchange have changed: all prices are asked for again."""
		self._price_anew(self.items)
		self.recalculate()

	@frappe.whitelist()
	def fill_taxes(self) -> None:
		self.set("taxes", [])
		self.append_taxes_from_master()
		self.recalculate()

	@frappe.whitelist()
	def fill_payment_schedule(self) -> None:
		self.set("payment_schedule", [])
		self.recalculate()

	@frappe.whitelist()
	def recalculate(self) -> None:
		"""Complete the document as far as it goes, and add it up."""
		self.set_missing_values()
		self.calculate_taxes_and_totals()
		if self.items:
			self.set_payment_schedule()

	def _row(self, name: str) -> Any:
		return next(row for row in self.items if row.name == name)

	def _price_anew(self, rows: list[Any]) -> None:
		for row in rows:
			if row.item_code:
				self._clear(row, PRICE_FIELDS)

	@staticmethod
	def _clear(row: Any, fieldnames: Any) -> None:
		for fieldname in fieldnames:
			if row.meta.has_field(fieldname):
				row.set(fieldname, None)


def follow_edit(row: Any, fieldname: str) -> None:
	"""Price, margin, discount and rate depend on each other: what the edited one leaves open is worked out again.

	A rate given by hand is noted as the discount that leads to it, as ERPNext's form does."""
	price = row.price_list_rate or 0
	match fieldname:
		case "price_list_rate" | "discount_percentage":
			row.discount_amount = 0
			row.rate = 0
		case "discount_amount":
			row.discount_percentage = 0
			row.rate = (row.rate_with_margin or price) - (row.discount_amount or 0)
		case "margin_type" | "margin_rate_or_amount":
			row.rate = 0
		case "rate" if price:
			row.margin_type, row.margin_rate_or_amount = None, 0
			row.discount_percentage = max(0, (1 - (row.rate or 0) / price) * 100)
