import frappe
from frappe.model.document import Document

from erp_b2b_smartbill import audit


class B2BSettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		enable_smartbill_proforma: DF.Check
	# end: auto-generated types

	def on_update(self) -> None:
		before, after = audit.changes(self)
		if after:
			audit.record(audit.SETTINGS_CHANGED, self, before, after)
			# what a switch adds to ERPNext's forms is kept with their meta
			for doctype in ("Quotation", "Customer"):
				frappe.clear_cache(doctype=doctype)
