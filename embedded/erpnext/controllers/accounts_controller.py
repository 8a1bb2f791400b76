"""A document with rows, taxes and a total. As ERPNext v15's `erpnext.controllers.accounts_controller`, for selling."""

import json
from datetime import date

import erpnext
import frappe
from erpnext.accounts.doctype.pricing_rule.utils import (
	apply_pricing_rule_on_transaction,
	get_applied_pricing_rules,
)
from erpnext.accounts.party import get_party_account_currency, validate_party_frozen_disabled
from erpnext.controllers.payment_schedule import (
	HasPaymentSchedule,
	get_discount_date,
	get_due_date,
	get_payment_term_details,
	get_payment_terms,
)
from erpnext.controllers.tax_rows import (
	get_default_taxes_and_charges,
	get_tax_rate,
	get_taxes_and_charges,
	validate_account_head,
	validate_conversion_rate,
	validate_cost_center,
	validate_inclusive_tax,
	validate_taxes_and_charges,
)
from erpnext.exceptions import InvalidCurrency
from erpnext.setup.utils import get_exchange_rate
from erpnext.stock.doctype.item.item import get_uom_conv_factor
from erpnext.stock.get_item_details import get_item_details
from erpnext.utilities.transaction_base import TransactionBase
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

__all__ = [
	"AccountsController",
	"InvalidQtyError",
	"get_default_taxes_and_charges",
	"get_discount_date",
	"get_due_date",
	"get_payment_term_details",
	"get_payment_terms",
	"get_tax_rate",
	"get_taxes_and_charges",
	"validate_account_head",
	"validate_conversion_rate",
	"validate_cost_center",
	"validate_inclusive_tax",
	"validate_taxes_and_charges",
]

# What the item says about these stands, whatever the row says.
FORCED_ITEM_FIELDS = ("item_group", "brand", "stock_uom", "pricing_rules")
# What a pricing rule had set, taken back when it no longer applies.
FIELDS_OF_A_REMOVED_RULE = (
	"discount_percentage",
	"discount_amount",
	"rate",
	"margin_rate_or_amount",
	"margin_type",
)


class InvalidQtyError(frappe.ValidationError):
	pass


class AccountsController(HasPaymentSchedule, TransactionBase):
	@property
	def company_currency(self) -> str | None:
		return erpnext.get_company_currency(self.company)

	@property
	def day(self) -> str | date:
		"""An offer and an order are of a transaction's date, what stands in a ledger is of the date it is posted."""
		return self.get("posting_date") or self.get("transaction_date")

	def onload(self) -> None:
		if self.is_new():
			self.set_payment_schedule()

	def validate(self) -> None:
		self.validate_qty_is_not_zero()
		if self.get("_action") and self._action != "update_after_submit":
			self.set_missing_values(for_validate=True)
		self.set_values_of_later_documents()
		self.validate_enabled_taxes_and_charges()
		self.validate_tax_account_company()
		self.set_taxes_and_charges()
		self.calculate_taxes_and_totals()
		if not self.get("is_return"):
			self.validate_value("base_grand_total", ">=", 0)
		self.set_payment_schedule()
		self.validate_payment_schedule_dates()
		self.validate_payment_schedule_amount()
		self.validate_party()
		self.validate_currency()
		if not self.ignore_pricing_rule:
			apply_pricing_rule_on_transaction(self)
		self.set_total_in_words()
		self.set_default_letter_head()
		self.validate_party_address_and_contact()

	# Filling in

	def set_missing_values(self, for_validate: bool = False) -> None:
		raise NotImplementedError

	def set_values_of_later_documents(self) -> None:
		"""What invoices and deliveries will count up starts from nothing."""
		if not self.docstatus.is_draft():
			return
		for row in self.items:
			for fieldname in ("billed_amt", "delivered_qty"):
				if row.meta.has_field(fieldname):
					row.set(fieldname, 0)

	def set_price_list_currency(self, buying_or_selling: str = "Selling") -> None:
		"""Currencies and rates of price list and document, where they are not given."""
		purpose = f"for_{buying_or_selling.lower()}"
		if self.selling_price_list:
			self.price_list_currency = frappe.get_cached_value(
				"Price List", self.selling_price_list, "currency"
			)
			if self.price_list_currency == self.company_currency:
				self.plc_conversion_rate = 1.0
			elif not self.plc_conversion_rate:
				self.plc_conversion_rate = self._exchange_rate(self.price_list_currency, purpose)
		if not self.currency:
			self.currency = self.price_list_currency
			self.conversion_rate = self.plc_conversion_rate
		elif self.currency == self.company_currency:
			self.conversion_rate = 1.0
		elif not self.conversion_rate:
			self.conversion_rate = self._exchange_rate(self.currency, purpose)

	def _exchange_rate(self, currency: str, purpose: str) -> float | None:
		return get_exchange_rate(currency, self.company_currency, self.day, purpose)

	def set_missing_item_details(self, for_validate: bool = False) -> None:
		"""What item, price list and pricing rules say about each row, where the row does not say it itself."""
		document = self._as_item_arguments()
		self.pricing_rules = []
		for row in self.items:
			if not row.item_code:
				set_units_without_item(row)
				continue
			details = self._item_details(document, row, for_validate)
			apply_item_details(row, details)
			if row.meta.has_field("cost_center") and not row.cost_center:
				row.cost_center = self.get("cost_center") or erpnext.get_default_cost_center(self.company)
			if details.get("pricing_rules"):
				self._apply_pricing_rules(row, details)

	def _as_item_arguments(self) -> dict:
		"""The document's own values, as `get_item_details` wants them."""
		document = {fieldname: self.get(fieldname) for fieldname in self.meta.get_valid_columns()}
		if self.doctype == "Quotation" and self.quotation_to == "Customer":
			document["customer"] = self.party_name
		return document

	def _item_details(self, document: dict, row: Document, for_validate: bool) -> dict:
		args = {
			**document,
			**row.as_dict(),
			"doctype": self.doctype,
			"name": self.name,
			"child_doctype": row.doctype,
			"child_docname": row.name,
			"ignore_pricing_rule": self.ignore_pricing_rule,
		}
		return get_item_details(args, self, for_validate=for_validate, overwrite_warehouse=False)

	def _apply_pricing_rules(self, row: Document, details: dict) -> None:
		rules = get_applied_pricing_rules(details["pricing_rules"])
		if details.get("validate_applied_rule"):
			warn_of_unapplied_rules(row)
		elif details.get("price_or_product_discount") == "Price":
			apply_price_discount(row, details)
		for rule in rules:
			self.append(
				"pricing_rules",
				{
					"pricing_rule": rule,
					"item_code": row.item_code,
					"child_docname": row.name,
					"rule_applied": 1,
				},
			)

	def set_taxes(self) -> None:
		"""Tax rows of a new document from its template, or else from the company's default one."""
		if not self.is_new() or self.taxes:
			return
		master = self.meta.get_field("taxes_and_charges").options
		if self.company and not self.taxes_and_charges:
			self.taxes_and_charges = frappe.db.get_value(master, {"is_default": 1, "company": self.company})
		self.append_taxes_from_master()

	def set_other_charges(self) -> None:
		self.set("taxes", [])
		self.set_taxes()

	def set_taxes_and_charges(self) -> None:
		"""Tax rows of a document that has none: from its template only where Accounts Settings says so (the name
		of a template alone fills nothing), else a row for each account the rows' item tax templates name."""
		if self.taxes:
			return
		settings = frappe.get_cached_doc("Accounts Settings")
		if settings.add_taxes_from_taxes_and_charges_template:
			self.append_taxes_from_master()
		if settings.add_taxes_from_item_tax_template:
			self.append_taxes_from_item_tax_template()

	def append_taxes_from_master(self) -> None:
		if self.taxes_and_charges:
			master = self.meta.get_field("taxes_and_charges").options
			self.extend("taxes", get_taxes_and_charges(master, self.taxes_and_charges))

	def append_taxes_from_item_tax_template(self) -> None:
		present = {tax.account_head for tax in self.taxes}
		for row in self.items:
			for account in json.loads(row.item_tax_rate or "{}"):
				if account not in present:
					present.add(account)
					self.append(
						"taxes",
						{
							"charge_type": "On Net Total",
							"account_head": account,
							"rate": 0,
							"description": account,
						},
					)

	def calculate_taxes_and_totals(self) -> None:
		from erpnext.controllers.taxes_and_totals import calculate_taxes_and_totals

		calculate_taxes_and_totals(self)

	def is_rounded_total_disabled(self) -> bool:
		return bool(self.disable_rounded_total)

	def set_default_letter_head(self) -> None:
		if not self.letter_head:
			self.letter_head = frappe.get_cached_value("Company", self.company, "default_letter_head")

	# Checks

	def validate_qty_is_not_zero(self) -> None:
		if self.flags.allow_zero_qty:
			return
		for row in self.items:
			if not flt(row.qty):
				frappe.throw(
					_("Row #{0}: Quantity for Item {1} cannot be zero.").format(
						row.idx, frappe.bold(row.item_code)
					),
					title=_("Invalid Quantity"),
					exc=InvalidQtyError,
				)

	def validate_enabled_taxes_and_charges(self) -> None:
		master = self.meta.get_options("taxes_and_charges")
		template = self.taxes_and_charges
		if template and frappe.get_cached_value(master, template, "disabled"):
			frappe.throw(_("{0} '{1}' is disabled").format(master, template))

	def validate_tax_account_company(self) -> None:
		for tax in self.taxes:
			account = tax.account_head
			if account and frappe.get_cached_value("Account", account, "company") != self.company:
				frappe.throw(
					_("Row #{0}: Account {1} does not belong to company {2}").format(
						tax.idx, account, self.company
					)
				)

	def get_party(self) -> tuple[str, str | None]:
		"""The party these checks look at. A Quotation has no field `customer`: it is there, as an attribute, once
		`set_missing_values` has put the party's details on the document."""
		return "Customer", self.get("customer")

	def validate_party(self) -> None:
		validate_party_frozen_disabled(*self.get_party())

	def validate_currency(self) -> None:
		"""A party whose account is in a foreign currency is billed in that one."""
		party_type, party = self.get_party()
		if not (self.currency and party):
			return
		account_currency = get_party_account_currency(party_type, party, self.company)
		if account_currency and account_currency not in (self.company_currency, self.currency):
			frappe.throw(
				_("Accounting Entry for {0}: {1} can only be made in currency: {2}").format(
					party_type, party, account_currency
				),
				InvalidCurrency,
			)

	def validate_party_address_and_contact(self) -> None:
		party_type, party = self.get_party()
		if not party:
			return
		for fieldname, doctype, message in (
			("customer_address", "Address", _("Billing Address does not belong to the {0}")),
			("shipping_address_name", "Address", _("Shipping Address does not belong to the {0}")),
			("contact_person", "Contact", _("Contact Person does not belong to the {0}")),
		):
			if self.get(fieldname) and not frappe.db.exists(
				"Dynamic Link",
				{
					"parenttype": doctype,
					"parent": self.get(fieldname),
					"link_doctype": party_type,
					"link_name": party,
				},
			):
				frappe.throw(message.format(party))


def update_invoice_status() -> None:
	"""Every day: invoices of which something fell due become overdue."""
	open_ones = {"docstatus": 1, "outstanding_amount": [">", 0], "status": ["in", ["Unpaid", "Partly Paid"]]}
	for name in frappe.get_all("Sales Invoice", open_ones, pluck="name"):
		frappe.get_doc("Sales Invoice", name).set_status(update=True)


def apply_item_details(row: Document, details: dict) -> None:
	"""Fill what the row leaves open. What it says stands, but for FORCED_ITEM_FIELDS and a removed rule's fields."""
	for fieldname, value in details.items():
		if value is None or not row.meta.has_field(fieldname):
			continue
		if (
			row.get(fieldname) is None
			or fieldname in FORCED_ITEM_FIELDS
			or fieldname == "item_tax_rate"
			or (fieldname in ("cost_center", "conversion_factor") and not row.get(fieldname))
			or (details.get("pricing_rule_removed") and fieldname in FIELDS_OF_A_REMOVED_RULE)
		):
			row.set(fieldname, value)


def set_units_without_item(row: Document) -> None:
	"""A row without an item has one unit, or two that convert."""
	row.uom = row.uom or row.stock_uom
	row.stock_uom = row.stock_uom or row.uom
	row.conversion_factor = get_uom_conv_factor(row.uom, row.stock_uom) or row.conversion_factor or 1


def apply_price_discount(row: Document, details: dict) -> None:
	"""The rules' discount replaces the row's own discount and rate."""
	row.pricing_rules = details["pricing_rules"]
	row.discount_percentage = details.get("discount_percentage")
	row.discount_amount = details.get("discount_amount")
	if details.get("pricing_rule_for") == "Rate":
		row.price_list_rate = details.get("price_list_rate")
	if row.price_list_rate:
		row.rate = flt(row.price_list_rate * (1 - flt(row.discount_percentage) / 100), row.precision("rate"))
		if row.discount_amount:
			row.rate = row.price_list_rate - row.discount_amount


def warn_of_unapplied_rules(row: Document) -> None:
	"""A rule that is only checked: say so where the row gives less than it."""
	for name in get_applied_pricing_rules(row.pricing_rules):
		rule = frappe.get_cached_doc("Pricing Rule", name)
		for fieldname in ("discount_percentage", "discount_amount", "rate"):
			if flt(row.get(fieldname)) < flt(rule.get(fieldname)):
				frappe.msgprint(
					_("Row {0}: user has not applied the rule {1} on the item {2}").format(
						row.idx, frappe.bold(name), frappe.bold(row.item_code)
					)
				)
