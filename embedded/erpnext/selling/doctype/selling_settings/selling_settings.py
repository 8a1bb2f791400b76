"""As ERPNext v15's module of the same name, for the settings kept."""

import frappe
from erpnext.utilities.naming import set_by_naming_series
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.model.document import Document
from frappe.utils import cint

# A trap to know: as defaults of the site, `customer_group` and `territory` fill those fields of every new document,
# before its customer is asked.
PUBLISHED = (
	"cust_master_name",
	"customer_group",
	"territory",
	"maintain_same_sales_rate",
	"editable_price_list_rate",
	"selling_price_list",
)


class SellingSettings(Document):
	def validate(self) -> None:
		for key in PUBLISHED:
			frappe.db.set_default(key, self.get(key) or "")
		set_by_naming_series(
			"Customer", "customer_name", self.cust_master_name == "Naming Series", hide_name_field=False
		)

	def on_update(self) -> None:
		for name in ("hidden", "print_hide"):
			make_property_setter(
				"Sales Order",
				"tax_id",
				name,
				cint(self.hide_tax_id),
				"Check",
				validate_fields_for_doctype=False,
			)
