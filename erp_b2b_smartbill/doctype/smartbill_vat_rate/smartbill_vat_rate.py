from frappe.model.document import Document


class SmartBillVATRate(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		erpnext_rate: DF.Percent
		item_tax_template: DF.Link | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		tax_account: DF.Link | None
		tax_category: DF.Link | None
		tax_name: DF.Autocomplete
		tax_percentage: DF.Percent
	# end: auto-generated types

	pass
