from frappe.model.document import Document


class SmartBillIssueRunRow(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		company: DF.Link | None
		message: DF.SmallText | None
		number: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		problems: DF.Code | None
		proforma: DF.Link | None
		quotation: DF.Link
		status: DF.Literal["Waiting", "Issued", "Already issued", "Not issued", "Unknown", "Stopped"]
	# end: auto-generated types
