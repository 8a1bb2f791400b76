from datetime import timedelta

import frappe
from frappe.model.document import Document

from erp_b2b_smartbill import clock


class SmartBillCall(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link | None
		called_at: DF.Datetime | None
		duration_ms: DF.Int
		failed: DF.Check
		failure: DF.Data | None
		http_status: DF.Int
		method: DF.Data | None
		operation: DF.Data | None
		path: DF.Data | None
		proforma: DF.Link | None
		query: DF.Code | None
		request: DF.Code | None
		response: DF.Code | None
	# end: auto-generated types

	@staticmethod
	def clear_old_logs(days: int = 90) -> None:
		"""Called by Frappe's Log Settings. Failed calls stay: they are the evidence of what went wrong."""
		frappe.db.delete(
			"SmartBill Call", {"creation": ["<", clock.now() - timedelta(days=days)], "failed": 0}
		)
