"""The texts of the e-mail with a proforma: Email Templates that the user may change, and what they are made from.

They are created when they are missing, never overwritten, and removed with the app.
"""

from __future__ import annotations

from typing import Any

import frappe

# marks ours when the app is uninstalled
NAMES = {"ro": "SmartBill Proforma (ro)", "en": "SmartBill Proforma (en)"}

_TEXTS = {
	"ro": (
		"Factura proforma {{ full_number }}",
		"<p>Bună ziua{{ ', ' + contact if contact else '' }},</p>"
		"<p>Vă trimitem atașată factura proforma <b>{{ full_number }}</b> din {{ issue_date }}, în valoare de "
		"{{ grand_total }}{{ ', cu scadența la ' + due_date if due_date else '' }}.</p>"
		"<p>Cu stimă,<br>{{ company }}</p>",
	),
	"en": (
		"Proforma invoice {{ full_number }}",
		"<p>Dear {{ contact or customer_name }},</p>"
		"<p>Please find attached the proforma invoice <b>{{ full_number }}</b> of {{ issue_date }} for "
		"{{ grand_total }}{{ ', due on ' + due_date if due_date else '' }}.</p>"
		"<p>Kind regards,<br>{{ company }}</p>",
	),
}


def language_of(code: str | None) -> str:
	"""The language that we have a text in."""
	return "ro" if not code or code.lower().startswith("ro") else "en"


def texts_for(language: str, values: dict[str, Any]) -> tuple[str, str]:
	"""(subject, message as HTML) by the site's template, or by ours when somebody deleted that."""
	subject, message = _TEXTS[language]
	name = NAMES[language]
	if frappe.db.exists("Email Template", name):
		template = frappe.get_cached_doc("Email Template", name)
		subject = template.subject
		message = (template.response_html if template.use_html else template.response) or ""
	return (
		frappe.render_template(subject, values),
		frappe.render_template(message, {key: _escaped(value) for key, value in values.items()}),
	)


def _escaped(value: Any) -> Any:
	return frappe.utils.escape_html(value) if isinstance(value, str) else value


def add_missing() -> None:
	for language, name in NAMES.items():
		if not frappe.db.exists("Email Template", name):
			subject, message = _TEXTS[language]
			frappe.get_doc(
				{
					"doctype": "Email Template",
					"name": name,
					"subject": subject,
					"response": message,
					"use_html": 0,
				}
			).insert(ignore_permissions=True, set_name=name)


def remove() -> None:
	for name in NAMES.values():
		frappe.delete_doc("Email Template", name, force=True, ignore_missing=True, ignore_permissions=True)
