"""Two items that customers buy together. Written once a week, by customers/recommend alone."""

from erp_b2b_smartbill.doctype.worked_out import WorkedOut


class ItemAssociation(WorkedOut):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		customers: DF.Int
		item_code: DF.Link
		score: DF.Float
		with_item: DF.Link
	# end: auto-generated types
