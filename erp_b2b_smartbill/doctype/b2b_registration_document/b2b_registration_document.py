from frappe.model.document import Document


class B2BRegistrationDocument(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		content_hash: DF.Data | None
		content_type: DF.Data | None
		file: DF.Attach | None
		file_name: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		received_at: DF.Datetime | None
		size: DF.Int
	# end: auto-generated types
