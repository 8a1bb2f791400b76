import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill.smartbill import states


class SmartBillProforma(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link
		answered_at: DF.Datetime | None
		attempt: DF.Int
		claimed_at: DF.Datetime | None
		company: DF.Link
		currency: DF.Link | None
		customer: DF.Link | None
		difference: DF.Currency
		document_id: DF.Data | None
		document_key: DF.Data | None
		document_url: DF.SmallText | None
		due_date: DF.Date | None
		error: DF.SmallText | None
		expected_number: DF.Int
		full_number: DF.Data | None
		grand_total: DF.Currency
		issue_date: DF.Date | None
		live_key: DF.Data | None
		net_total: DF.Currency
		notices: DF.SmallText | None
		number: DF.Data | None
		payload: DF.Code | None
		payload_hash: DF.Data | None
		pdf: DF.Attach | None
		pdf_error: DF.SmallText | None
		predicted_net_total: DF.Currency
		predicted_total_by_rate: DF.Currency
		predicted_total_by_row: DF.Currency
		predicted_vat_by_rate: DF.Currency
		predicted_vat_by_row: DF.Currency
		quotation: DF.Link
		reference: DF.Data | None
		requested_by: DF.Link | None
		sent_at: DF.Datetime | None
		series: DF.Data | None
		status: DF.Literal[
			"Queued", "Sending", "Issued", "Draft", "Rejected", "Unknown", "Cancelled", "Invoiced"
		]
		vat_total: DF.Currency
		verdict: DF.Data | None
		view_url: DF.Password | None
	# end: auto-generated types

	def validate(self) -> None:
		if not self.flags.written_by_claim:
			frappe.throw(_("A SmartBill Proforma is written by the app only."), frappe.PermissionError)
		self.set_keys()

	def set_keys(self) -> None:
		"""Unique keys: one live proforma a Quotation, and no number of a series used twice."""
		self.live_key = None if self.status in states.NOT_LIVE else self.quotation
		self.document_key = (
			states.document_key(self.account, self.series, self.number) if self.number else None
		)
		self.full_number = f"{self.series} {self.number}" if self.number else None

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.throw(_("A SmartBill Proforma keeps its name."), frappe.PermissionError)

	def on_trash(self) -> None:
		if self.status != states.REJECTED:
			frappe.throw(
				_("{0} cannot be deleted: it stands for a document in SmartBill.").format(self.name),
				frappe.PermissionError,
			)
