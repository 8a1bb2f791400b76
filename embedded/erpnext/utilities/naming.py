"""As ERPNext v15's `erpnext.utilities.naming`."""

from frappe.custom.doctype.property_setter.property_setter import make_property_setter


def set_by_naming_series(
	doctype: str, fieldname: str, by_series: bool, hide_name_field: bool = True, make_mandatory: int = 1
) -> None:
	"""Show on the form what a document is named by: its naming series, or the field `fieldname`."""
	_set(doctype, "naming_series", "reqd", make_mandatory if by_series else 0)
	_set(doctype, "naming_series", "hidden", 0 if by_series else 1)
	if hide_name_field:
		_set(doctype, fieldname, "reqd", 0 if by_series else 1)
		_set(doctype, fieldname, "hidden", 1 if by_series else 0)


def _set(doctype: str, fieldname: str, name: str, value: int) -> None:
	make_property_setter(doctype, fieldname, name, value, "Check", validate_fields_for_doctype=False)
