"""What to offer a customer, and the figures that say why. Written at night, by customers/recommend alone."""

import frappe

from erp_b2b_smartbill.doctype.worked_out import WorkedOut


class ItemRecommendation(WorkedOut):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		computed_at: DF.Datetime | None
		customer: DF.Link
		customers: DF.Int
		due_on: DF.Date | None
		interval_days: DF.Int
		item_code: DF.Link
		kind: DF.Literal["Reorder", "Bought Together"]
		last_on: DF.Date | None
		place: DF.Int
		purchases: DF.Int
		score: DF.Float
		usual_qty: DF.Float
		with_item: DF.Link | None
	# end: auto-generated types


def on_doctype_update() -> None:
	frappe.db.add_unique("Item Recommendation", ["customer", "item_code", "kind"])
