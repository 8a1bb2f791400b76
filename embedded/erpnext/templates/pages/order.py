"""The page of one transaction on the website. As ERPNext v15's module of the same name, without payments."""

from typing import Any

import frappe
from frappe import _


def get_context(context: Any) -> None:
	context.no_cache = 1
	context.show_sidebar = True
	context.doc = frappe.get_doc(frappe.form_dict.doctype, frappe.form_dict.name)
	if hasattr(context.doc, "set_indicator"):
		context.doc.set_indicator()
	context.parents = frappe.form_dict.parents
	context.title = frappe.form_dict.name
	context.print_format = (
		frappe.db.get_value(
			"Property Setter",
			{"property": "default_print_format", "doc_type": frappe.form_dict.doctype},
			"value",
		)
		or "Standard"
	)
	if not frappe.has_website_permission(context.doc):
		frappe.throw(_("Not Permitted"), frappe.PermissionError)
