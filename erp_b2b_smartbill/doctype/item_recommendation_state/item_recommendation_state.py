"""How far the nightly recommendations have come. Written by customers/recommend/state.py alone."""

from frappe.model.document import Document


class ItemRecommendationState(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		also: DF.LongText | None
		asked: DF.LongText | None
		began_at: DF.Datetime | None
		done: DF.Int
		finished_at: DF.Datetime | None
		full_at: DF.Datetime | None
		moved_at: DF.Datetime | None
		position: DF.Data | None
		recommendations: DF.Int
		since: DF.Datetime | None
		step: DF.Data | None
		walk: DF.Data | None
		watermark: DF.Datetime | None
	# end: auto-generated types
