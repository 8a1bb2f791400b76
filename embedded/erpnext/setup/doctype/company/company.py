"""A selling company and what comes with it: accounts, cost center, warehouses, its country's tax template. As ERPNext
v15's module of the same name."""

import frappe
from erpnext.accounts.doctype.account.chart_of_accounts import create_charts
from erpnext.setup.setup_wizard.operations.taxes_setup import setup_taxes_and_charges
from frappe import _
from frappe.contacts.address_and_contact import load_address_and_contact
from frappe.utils.nestedset import NestedSet

WAREHOUSES = ("Stores", "Work In Progress", "Finished Goods", "Goods In Transit")
# field: (what the account is found by, the value)
DEFAULT_ACCOUNTS = {
	"default_receivable_account": ("account_type", "Receivable"),
	"default_payable_account": ("account_type", "Payable"),
	"default_cash_account": ("account_type", "Cash"),
	"default_bank_account": ("account_type", "Bank"),
	"default_expense_account": ("account_type", "Cost of Goods Sold"),
	"round_off_account": ("account_type", "Round Off"),
	"default_income_account": ("account_name", "Sales"),
	"write_off_account": ("account_name", "Write Off"),
	"exchange_gain_loss_account": ("account_name", "Exchange Gain/Loss"),
}


class Company(NestedSet):
	nsm_parent_field = "parent_company"

	def onload(self) -> None:
		load_address_and_contact(self)

	def validate(self) -> None:
		self.validate_abbr()
		self.create_chart_of_accounts_based_on = "Standard Template"
		self.chart_of_accounts = self.chart_of_accounts or "Standard"
		self.validate_default_accounts()
		if self.parent_company and not frappe.db.get_value("Company", self.parent_company, "is_group"):
			frappe.throw(_("Parent Company must be a group company"))

	def validate_abbr(self) -> None:
		initials = "".join(word[0] for word in self.company_name.split()).upper()
		self.abbr = (self.abbr or initials).strip()
		if not self.abbr:
			frappe.throw(_("Abbreviation is mandatory"))
		if frappe.db.exists("Company", {"abbr": self.abbr, "name": ["!=", self.name]}):
			frappe.throw(_("Abbreviation already used for another company"))

	def validate_default_accounts(self) -> None:
		for fieldname in DEFAULT_ACCOUNTS:
			account = self.get(fieldname)
			if not account:
				continue
			company, currency = frappe.db.get_value("Account", account, ["company", "account_currency"])
			if company != self.name:
				frappe.throw(_("Account {0} does not belong to company: {1}").format(account, self.name))
			if currency != self.default_currency:
				frappe.throw(
					_(
						"{0} currency must be same as company's default currency. Please select another account."
					).format(frappe.bold(_(self.meta.get_label(fieldname))))
				)

	def on_update(self) -> None:
		super().on_update()
		is_first_time = not frappe.db.exists("Account", {"company": self.name})
		if is_first_time and not frappe.local.flags.ignore_chart_of_accounts:
			create_charts(self.name)
			self.create_default_warehouses()
			self.set_default_accounts()
		if not frappe.db.exists("Cost Center", {"is_group": 0, "company": self.name}):
			self.create_default_cost_center()
		if is_first_time and not frappe.local.flags.ignore_chart_of_accounts:
			self.create_default_tax_template()
		if self.default_currency:
			frappe.db.set_value("Currency", self.default_currency, "enabled", 1)
		frappe.clear_cache()

	@frappe.whitelist()
	def create_default_tax_template(self) -> None:
		setup_taxes_and_charges(self.name, self.country)

	def create_default_warehouses(self) -> None:
		root = self._insert("Warehouse", warehouse_name=_("All Warehouses"), is_group=1)
		for name in WAREHOUSES:
			self._insert("Warehouse", warehouse_name=_(name), parent_warehouse=root)

	def create_default_cost_center(self) -> None:
		root = self._insert("Cost Center", cost_center_name=self.name, is_group=1)
		main = self._insert("Cost Center", cost_center_name=_("Main"), parent_cost_center=root)
		self.db_set({"cost_center": main, "round_off_cost_center": main})

	def set_default_accounts(self) -> None:
		for fieldname, (key, value) in DEFAULT_ACCOUNTS.items():
			if not self.get(fieldname):
				found = frappe.db.get_value("Account", {key: _(value), "is_group": 0, "company": self.name})
				self.db_set(fieldname, found)
		self.set_mode_of_payment_account()

	def set_mode_of_payment_account(self) -> None:
		cash = frappe.db.get_value("Mode of Payment", {"type": "Cash"})
		if not (cash and self.default_cash_account) or frappe.db.exists(
			"Mode of Payment Account", {"company": self.name, "parent": cash}
		):
			return
		mode = frappe.get_doc("Mode of Payment", cash)
		mode.append("accounts", {"company": self.name, "default_account": self.default_cash_account})
		mode.save(ignore_permissions=True)

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		self.db_set("company_name", new)

	def on_trash(self) -> None:
		"""Without documents that refer to it, a company takes what it brought along."""
		super().on_trash()
		for doctype in ("Sales Taxes and Charges Template", "Item Tax Template"):
			for name in frappe.get_all(doctype, {"company": self.name}, pluck="name"):
				frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)
		for doctype in (
			"Account",
			"Cost Center",
			"Warehouse",
			"Party Account",
			"Mode of Payment Account",
			"Item Default",
		):
			frappe.db.delete(doctype, {"company": self.name})
		frappe.defaults.clear_default("company", value=self.name)
		if frappe.db.get_single_value("Global Defaults", "default_company") == self.name:
			frappe.db.set_single_value("Global Defaults", "default_company", "")

	def _insert(self, doctype: str, **values) -> str:
		doc = frappe.get_doc({"doctype": doctype, "company": self.name, **values})
		doc.flags.ignore_permissions = True
		# The parent is mandatory, and a root has none.
		doc.flags.ignore_mandatory = True
		return doc.insert().name
