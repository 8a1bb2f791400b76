"""As ERPNext v15's module of the same name."""

import json

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint
from frappe.utils.jinja import validate_template


class TermsandConditions(Document):
	def validate(self) -> None:
		if self.terms:
			validate_template(self.terms)
		if not (cint(self.buying) or cint(self.selling) or cint(self.disabled)):
			frappe.throw(_("At least one of the Applicable Modules should be selected"))


@frappe.whitelist()
def get_terms_and_conditions(template_name: str, doc: str | dict) -> str | None:
	"""The text of a template for a document."""
	template = frappe.get_doc("Terms and Conditions", template_name)
	template.check_permission("read")
	values = json.loads(doc) if isinstance(doc, str) else doc
	return frappe.render_template(template.terms, values) if template.terms else None
