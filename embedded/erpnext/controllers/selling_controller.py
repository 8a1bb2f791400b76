"""A document that sells: its party, its items, its price list. As ERPNext v15's
`erpnext.controllers.selling_controller`."""

import frappe
from erpnext.accounts.party import _get_party_details, render_address
from erpnext.controllers.accounts_controller import get_taxes_and_charges
from erpnext.controllers.form import FormMethods
from erpnext.controllers.stock_controller import StockController
from frappe import _
from frappe.utils import cint, flt, get_link_to_form, money_in_words

ADDRESS_DISPLAYS = {
	"customer_address": "address_display",
	"shipping_address_name": "shipping_address",
	"company_address": "company_address_display",
	"dispatch_address_name": "dispatch_address",
}


class SellingController(FormMethods, StockController):
	def __setup__(self) -> None:
		self.flags.ignore_permlevel_for_fields = ["selling_price_list", "price_list_currency"]

	def validate(self) -> None:
		super().validate()
		self.validate_items()
		self.validate_max_discount()
		self.validate_selling_price()
		self.set_qty_as_per_stock_uom()
		self.set_customer_address()
		self.validate_for_duplicate_items()

	# Filling in

	def set_missing_values(self, for_validate: bool = False) -> None:
		"""Fill what the document leaves open, first from its party, then from price list and items."""
		self.set_missing_lead_customer_details(for_validate)
		self.set_price_list_and_item_details(for_validate)

	def set_missing_lead_customer_details(self, for_validate: bool = False) -> None:
		"""The party's details, for fields without a value.

		A value that came as a default counts as one: Selling Settings publish `customer_group` and `territory` as
		defaults of the whole site, and a document made by code keeps those instead of its customer's."""
		party_type, party = self._selling_party()
		if party and party_type == "Customer":
			details = _get_party_details(
				party,
				ignore_permissions=self.flags.ignore_permissions,
				doctype=self.doctype,
				company=self.company,
				fetch_payment_terms_template=self.has_value_changed("company"),
				party_address=self.customer_address,
				shipping_address=self.shipping_address_name,
				company_address=self.get("company_address"),
			)
			self.update_if_missing(details)
		elif party and party_type == "Lead":
			from erpnext.crm.doctype.lead.lead import get_lead_details

			self.update_if_missing(get_lead_details(party, posting_date=self.day, company=self.company))
		if self.taxes_and_charges and not self.taxes and not for_validate:
			self.extend(
				"taxes", get_taxes_and_charges("Sales Taxes and Charges Template", self.taxes_and_charges)
			)

	def _selling_party(self) -> tuple[str, str | None]:
		return "Customer", self.get("customer")

	def set_price_list_and_item_details(self, for_validate: bool = False) -> None:
		self.set_price_list_currency("Selling")
		self.set_missing_item_details(for_validate)

	def set_total_in_words(self) -> None:
		disabled = self.is_rounded_total_disabled()
		base_amount = self.base_grand_total if disabled else self.base_rounded_total
		amount = self.grand_total if disabled else self.rounded_total
		self.base_in_words = money_in_words(abs(flt(base_amount)), self.company_currency)
		self.in_words = money_in_words(abs(flt(amount)), self.currency)

	def set_qty_as_per_stock_uom(self) -> None:
		may_edit = frappe.db.get_single_value("Stock Settings", "allow_to_edit_stock_uom_qty_for_sales")
		for row in self.items:
			if not row.conversion_factor:
				frappe.throw(_("Row {0}: Conversion Factor is mandatory").format(row.idx))
			row.stock_qty = flt(row.qty) * flt(row.conversion_factor)
			if may_edit:
				row.stock_qty = flt(row.stock_qty, row.precision("stock_qty"))

	def set_customer_address(self) -> None:
		for fieldname, display in ADDRESS_DISPLAYS.items():
			if self.get(fieldname):
				self.set(display, render_address(self.get(fieldname), check_permissions=False))

	# Checks

	def validate_items(self) -> None:
		not_sold = [
			code
			for code in dict.fromkeys(row.item_code for row in self.items if row.item_code)
			if not frappe.get_cached_value("Item", code, "is_sales_item")
		]
		if not_sold:
			message = (
				_(
					"Following items {0} are not marked as {1} item. You can enable them as {1} item from its Item master"
				)
				if len(not_sold) > 1
				else _(
					"Following item {0} is not marked as {1} item. You can enable them as {1} item from its Item master"
				)
			)
			frappe.throw(message.format(", ".join(not_sold), "sales"))

	def validate_max_discount(self) -> None:
		for row in self.items:
			if not row.item_code:
				continue
			highest = flt(frappe.get_cached_value("Item", row.item_code, "max_discount"))
			if highest and flt(row.discount_percentage) > highest:
				frappe.throw(_("Maximum discount for Item {0} is {1}%").format(row.item_code, highest))

	def validate_selling_price(self) -> None:
		"""Not below what the item was last bought for, where Selling Settings ask for that."""
		if not frappe.db.get_single_value("Selling Settings", "validate_selling_price"):
			return
		for row in self.items:
			if not row.item_code or row.is_free_item:
				continue
			bought_for = flt(frappe.get_cached_value("Item", row.item_code, "last_purchase_rate")) * (
				row.conversion_factor or 1
			)
			if flt(row.base_net_rate) < bought_for:
				frappe.throw(
					_(
						"Row #{0}: Selling rate for item {1} is lower than its {2}. Selling {3} should be atleast {4}."
					).format(
						row.idx,
						frappe.bold(row.item_name),
						frappe.bold("last purchase rate"),
						frappe.bold("net rate"),
						frappe.bold(bought_for),
					),
					title=_("Invalid Selling Price"),
				)

	def validate_for_duplicate_items(self) -> None:
		if cint(frappe.db.get_single_value("Selling Settings", "allow_multiple_items")):
			return
		seen = set()
		for row in self.items:
			is_stock_item = row.item_code and frappe.get_cached_value("Item", row.item_code, "is_stock_item")
			key = (row.item_code, row.description, row.warehouse if is_stock_item else None)
			if key in seen:
				frappe.throw(
					_("Item {0} entered multiple times.").format(frappe.bold(row.item_code))
					+ "<br><br>"
					+ _("Please enable {} in {} to allow same item in multiple rows").format(
						frappe.bold(_("Allow Item to Be Added Multiple Times in a Transaction")),
						get_link_to_form("Selling Settings", "Selling Settings"),
					)
				)
			seen.add(key)
