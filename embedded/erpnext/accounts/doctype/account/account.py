"""As ERPNext v15's module of the same name."""

import frappe
from erpnext.accounts.utils import get_autoname_with_number
from frappe import _
from frappe.utils import cint
from frappe.utils.nestedset import NestedSet

BALANCE_SHEET = ("Asset", "Liability", "Equity")


class RootNotEditable(frappe.ValidationError):
	pass


class Account(NestedSet):
	nsm_parent_field = "parent_account"

	def autoname(self) -> None:
		self.name = get_autoname_with_number(self.account_number, self.account_name, self.company)

	def validate(self) -> None:
		self.validate_parent()
		self.validate_root()
		self.validate_account_number()
		self.validate_group_or_ledger()
		self.set_root_and_report_type()
		if not self.account_currency:
			self.account_currency = frappe.get_cached_value("Company", self.company, "default_currency")

	def on_update(self) -> None:
		if not frappe.local.flags.ignore_update_nsm:
			super().on_update()

	def validate_parent(self) -> None:
		if not self.parent_account:
			return
		parent = frappe.db.get_value(
			"Account", self.parent_account, ["name", "is_group", "company"], as_dict=True
		)
		if not parent:
			frappe.throw(
				_("Account {0}: Parent account {1} does not exist").format(self.name, self.parent_account)
			)
		if parent.name == self.name:
			frappe.throw(_("Account {0}: You can not assign itself as parent account").format(self.name))
		if not parent.is_group:
			frappe.throw(
				_("Account {0}: Parent account {1} can not be a ledger").format(
					self.name, self.parent_account
				)
			)
		if parent.company != self.company:
			frappe.throw(
				_("Account {0}: Parent account {1} does not belong to company: {2}").format(
					self.name, self.parent_account, self.company
				)
			)

	def validate_root(self) -> None:
		before = self.get_doc_before_save()
		if before and not before.parent_account:
			frappe.throw(_("Root cannot be edited."), RootNotEditable)
		if not self.parent_account and not self.is_group:
			frappe.throw(_("The root account {0} must be a group").format(frappe.bold(self.name)))

	def validate_account_number(self) -> None:
		if not self.account_number:
			return
		other = frappe.db.get_value(
			"Account",
			{"account_number": self.account_number, "company": self.company, "name": ["!=", self.name]},
		)
		if other:
			frappe.throw(
				_("Account Number {0} already used in account {1}").format(self.account_number, other)
			)

	def validate_group_or_ledger(self) -> None:
		before = self.get_doc_before_save()
		if not before or cint(before.is_group) == cint(self.is_group):
			return
		if self.is_group and self.account_type:
			frappe.throw(_("Cannot covert to Group because Account Type is selected."))
		if not self.is_group and frappe.db.exists("Account", {"parent_account": self.name}):
			frappe.throw(_("Account with child nodes cannot be set as ledger"))

	def set_root_and_report_type(self) -> None:
		"""As the parent's; a root says its own."""
		if self.parent_account:
			report_type, root_type = frappe.db.get_value(
				"Account", self.parent_account, ["report_type", "root_type"]
			)
			self.report_type = report_type or self.report_type
			self.root_type = root_type or self.root_type
		if self.root_type and not self.report_type:
			self.report_type = "Balance Sheet" if self.root_type in BALANCE_SHEET else "Profit and Loss"
