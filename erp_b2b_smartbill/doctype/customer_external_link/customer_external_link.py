"""Which Customer a record of another system is: one Customer a record, by the unique `link_key`."""

import frappe
from frappe import _
from frappe.model.document import Document

B2B = "B2B"
SMARTBILL = "SmartBill"


def link_key(provider: str, account: str | None, external_id: str) -> str:
	"""The unique key of a record: provider, account or "-", id."""
	return f"{provider}:{account or '-'}:{external_id}"


class CustomerExternalLink(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link | None
		customer: DF.Link
		external_id: DF.Data
		last_sync_at: DF.Datetime | None
		link_key: DF.Data | None
		provider: DF.Literal["B2B", "SmartBill"]
	# end: auto-generated types

	def validate(self) -> None:
		if not self.external_id.strip():
			frappe.throw(_("An external link needs the ID of the record."))
		self.link_key = link_key(self.provider, self.account, self.external_id)
