from frappe.model.document import Document


class B2BRegistrationMessage(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		text: DF.SmallText
		user: DF.Link | None
		written_at: DF.Datetime | None
		written_by: DF.Literal["Applicant", "Company"]
	# end: auto-generated types
