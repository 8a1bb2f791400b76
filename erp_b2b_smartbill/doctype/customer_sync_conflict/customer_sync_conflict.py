"""A disagreement between SmartBill and ERPNext about one client; settled by smartbill/clients/settle.py only."""

import frappe
from frappe import _
from frappe.model.document import Document


class CustomerSyncConflict(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link | None
		candidates: DF.Code | None
		client: DF.Link
		conflict_key: DF.Data | None
		customer: DF.Link | None
		data_hash: DF.Data | None
		erp_value: DF.SmallText | None
		kind: DF.Literal[
			"Possible match",
			"Duplicate CUI in ERPNext",
			"Duplicate CUI in SmartBill",
			"Name",
			"E-mail",
			"Address",
			"VAT status",
			"CUI changed",
			"Missing in SmartBill",
			"Inactive at ANAF",
			"VAT status at ANAF",
			"Address at ANAF",
		]
		note: DF.SmallText | None
		opened_at: DF.Datetime | None
		reason: DF.Data | None
		resolution: DF.Literal[
			"",
			"Kept ERPNext",
			"Took SmartBill",
			"Took some of both",
			"Linked",
			"Customer made",
			"Merge proposed",
			"Left unlinked",
			"Unlinked",
			"Agrees again",
			"Ignored",
			"Took ANAF",
			"Customer disabled",
		]
		resolved_at: DF.Datetime | None
		resolved_by: DF.Link | None
		smartbill_value: DF.SmallText | None
		status: DF.Literal["Open", "Resolved", "Ignored"]
		title: DF.Data | None
	# end: auto-generated types

	def validate(self) -> None:
		frappe.throw(_("A conflict is settled with its buttons."), frappe.PermissionError)


def on_doctype_update() -> None:
	"""Called by migrate: the list opens with what is open, of one kind."""
	frappe.db.add_index("Customer Sync Conflict", ["status", "kind"])
