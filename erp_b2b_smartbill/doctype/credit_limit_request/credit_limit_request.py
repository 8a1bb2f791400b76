"""What somebody asks a manager for: another credit limit of a customer in one company. Written by customers/credit_limits
only; at most one is open for a customer and company, by a unique key."""

import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill.customers.credit_limits import states


class CreditLimitRequest(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		approved_limit: DF.Currency
		company: DF.Link
		currency: DF.Link | None
		current_limit: DF.Currency
		current_source: DF.Literal["", "Customer", "Customer Group", "Company"]
		customer: DF.Link
		customer_name: DF.Data | None
		decided_at: DF.Datetime | None
		decided_by: DF.Link | None
		decision_reason: DF.SmallText | None
		open_key: DF.Data | None
		reason: DF.SmallText
		requested_at: DF.Datetime | None
		requested_by: DF.Link | None
		requested_limit: DF.Currency
		status: DF.Literal["Open", "Approved", "Rejected", "Withdrawn"]
	# end: auto-generated types

	def validate(self) -> None:
		if not self.flags.written_by_decision:
			frappe.throw(
				_("A request is made and decided with its buttons; it is not edited."), frappe.PermissionError
			)
		# nothing is not equal to nothing: only open ones stand in each other's way
		self.open_key = "1" if self.status == states.OPEN else None

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.throw(_("{0} keeps its name.").format(_(self.doctype)), frappe.PermissionError)

	def on_trash(self) -> None:
		# with a Customer that is deleted goes what was asked for it
		if not self.flags.with_customer:
			frappe.throw(_("A request is kept with its decision."), frappe.PermissionError)


def on_doctype_update() -> None:
	"""One open request for a customer and company, whoever asks at the same moment; and the lists by status."""
	frappe.db.add_unique(
		"Credit Limit Request", ["customer", "company", "open_key"], "unique_open_credit_limit_request"
	)
	frappe.db.add_index("Credit Limit Request", ["status", "requested_at"])
