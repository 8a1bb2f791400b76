"""One line of the ledger. As ERPNext v15's module of the same name: made by `general_ledger` only, never changed."""

import frappe
from erpnext.accounts.utils import get_fiscal_year
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt


class GLEntry(Document):
	def autoname(self) -> None:
		"""ERPNext gives the speaking names of `autoname` later, in the background; `to_rename` waits for that."""
		self.name = frappe.generate_hash(length=10)
		self.to_rename = 1

	def validate(self) -> None:
		self.flags.ignore_submit_comment = True
		if not self.fiscal_year:
			self.fiscal_year = get_fiscal_year(self.posting_date, company=self.company)[0]
		self.check_mandatory()
		self.check_account()

	def check_mandatory(self) -> None:
		for fieldname in ("account", "voucher_type", "voucher_no", "company"):
			if not self.get(fieldname):
				frappe.throw(_("{0} is required").format(_(self.meta.get_label(fieldname))))
		if not (flt(self.debit, self.precision("debit")) or flt(self.credit, self.precision("credit"))):
			frappe.throw(
				_("{0} {1}: Either debit or credit amount is required for {2}").format(
					self.voucher_type, self.voucher_no, self.account
				)
			)

	def check_account(self) -> None:
		account = frappe.get_cached_value(
			"Account", self.account, ["is_group", "company", "account_type", "report_type"], as_dict=True
		)
		where = (self.voucher_type, self.voucher_no, self.account)
		if account.is_group:
			frappe.throw(
				_(
					"{0} {1}: Account {2} is a Group Account and group accounts cannot be used in transactions"
				).format(*where)
			)
		if account.company != self.company:
			frappe.throw(
				_("{0} {1}: Account {2} does not belong to Company {3}").format(*where, self.company)
			)
		if (
			account.account_type == "Receivable"
			and not self.is_cancelled
			and not (self.party_type and self.party)
		):
			frappe.throw(_("{0} {1}: Customer is required against Receivable account {2}").format(*where))
		if account.report_type == "Profit and Loss" and not self.cost_center:
			frappe.throw(
				_("{0} {1}: Cost Center is required for 'Profit and Loss' account {2}.").format(*where),
				title=_("Missing Cost Center"),
			)


def on_doctype_update() -> None:
	frappe.db.add_index("GL Entry", ["voucher_type", "voucher_no"])
	frappe.db.add_index("GL Entry", ["against_voucher_type", "against_voucher"])
