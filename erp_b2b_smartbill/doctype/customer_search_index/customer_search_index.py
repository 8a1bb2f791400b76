import frappe
from frappe.model.document import Document

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import rebuild
from erp_b2b_smartbill.permissions import require_role

BUILDER = "System Manager"


class CustomerSearchIndex(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		checked_at: DF.Datetime | None
		done: DF.Int
		drift: DF.Int
		drift_total: DF.Int
		is_fresh: DF.Check
		moved_at: DF.Datetime | None
		parties: DF.Int
		position: DF.Data | None
		source: DF.Data | None
		state: DF.Literal["Empty", "Building", "Ready"]
		total: DF.Int
		walk: DF.Data | None
	# end: auto-generated types

	def onload(self) -> None:
		self.set_onload("is_on", features.is_on(features.SEARCH))
		self.set_onload("is_walking", rebuild.is_walking())
		self.set_onload("is_waiting", rebuild.is_waiting())
		self.set_onload("may_build", BUILDER in frappe.get_roles())


@frappe.whitelist(methods=["POST"])
def build_again() -> None:
	"""Read all records again, in a background job: an index that is asked meanwhile is repaired, not emptied."""
	require_role(BUILDER)
	rebuild.ask()
