import frappe

from erp_b2b_smartbill.doctype.smartbill_document import SmartBillDocument


class SmartBillProforma(SmartBillDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link
		answered_at: DF.Datetime | None
		attempt: DF.Int
		cancelled_at: DF.Datetime | None
		claimed_at: DF.Datetime | None
		company: DF.Link
		currency: DF.Link | None
		customer: DF.Link | None
		customer_name: DF.Data | None
		difference: DF.Currency
		document_id: DF.Data | None
		document_key: DF.Data | None
		document_url: DF.SmallText | None
		due_date: DF.Date | None
		emailed_at: DF.Datetime | None
		error: DF.SmallText | None
		evidence: DF.Code | None
		expected_number: DF.Int
		follow_error: DF.SmallText | None
		followed_at: DF.Datetime | None
		full_number: DF.Data | None
		grand_total: DF.Currency
		invoiced_total: DF.Currency
		issue_date: DF.Date | None
		live_key: DF.Data | None
		missing_since: DF.Datetime | None
		needs_person: DF.Check
		net_total: DF.Currency
		next_look_at: DF.Datetime | None
		notices: DF.SmallText | None
		number: DF.Data | None
		origin: DF.Literal["Issued here", "Linked by hand"]
		paid_amount: DF.Currency
		party: DF.DynamicLink | None
		party_type: DF.Link | None
		payload: DF.Code | None
		payload_hash: DF.Data | None
		payment_status: DF.Literal["", "Unpaid", "Partly Paid", "Paid"]
		pdf: DF.Attach | None
		pdf_error: DF.SmallText | None
		pdf_tries: DF.Int
		predicted_net_total: DF.Currency
		predicted_total_by_rate: DF.Currency
		predicted_total_by_row: DF.Currency
		predicted_vat_by_rate: DF.Currency
		predicted_vat_by_row: DF.Currency
		quotation: DF.Link
		reference: DF.Data | None
		requested_by: DF.Link | None
		restore_asked_at: DF.Datetime | None
		run: DF.Link | None
		sent_at: DF.Datetime | None
		series: DF.Data | None
		series_key: DF.Data | None
		status: DF.Literal[
			"Queued", "Sending", "Issued", "Draft", "Rejected", "Unknown", "Cancelled", "Invoiced"
		]
		vat_total: DF.Currency
		verdict: DF.Data | None
		verify_from: DF.Int
		verify_series: DF.Data | None
		view_url: DF.Password | None
	# end: auto-generated types

	source_field = "quotation"


def on_doctype_update() -> None:
	"""For the next number of a series, and for what was sent in it last; for the figures of the workspace."""
	frappe.db.add_index("SmartBill Proforma", ["account", "series", "number_value"])
	frappe.db.add_index("SmartBill Proforma", ["account", "series", "sent_at"])
	frappe.db.add_index("SmartBill Proforma", ["status", "issue_date"])
	frappe.db.add_index("SmartBill Proforma", ["status", "payment_status", "due_date"])
