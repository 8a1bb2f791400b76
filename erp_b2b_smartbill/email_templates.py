"""E-mails whose texts the user may change: Email Templates in Romanian and English, and what they are made from.

They are created when they are missing, never overwritten, and removed with the app. Values are escaped here: what
somebody typed somewhere never becomes markup in an e-mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe

LANGUAGES = ("ro", "en")


def language_of(code: str | None) -> str:
	"""The language that we have a text in."""
	return "ro" if not code or code.lower().startswith("ro") else "en"


@dataclass(frozen=True)
class MailText:
	"""`texts`: (subject, message as HTML) by language, with Jinja places."""

	title: str
	texts: Mapping[str, tuple[str, str]]

	def name(self, language: str) -> str:
		return f"{self.title} ({language})"

	def render(self, language: str, values: Mapping[str, Any]) -> tuple[str, str]:
		"""(subject, message as HTML) by the site's template, or by ours when somebody deleted that."""
		own = self.texts[language]
		if frappe.db.exists("Email Template", self.name(language)):
			template = frappe.get_cached_doc("Email Template", self.name(language))
			message = (template.response_html if template.use_html else template.response) or ""
			try:
				return _rendered((template.subject, message), values)
			except Exception:
				# a place that a user wrote and that does not exist must not keep the mail, and what it tells of, from
				# happening; nothing is logged in the database, whose transaction is the caller's
				frappe.clear_messages()
				frappe.logger("erp_b2b_smartbill").error(f"{self.name(language)} cannot be rendered")
		return _rendered(own, values)

	def add_missing(self) -> None:
		for language in LANGUAGES:
			if not frappe.db.exists("Email Template", self.name(language)):
				subject, message = self.texts[language]
				frappe.get_doc(
					{"doctype": "Email Template", "subject": subject, "response": message, "use_html": 0}
				).insert(ignore_permissions=True, set_name=self.name(language))

	def remove(self) -> None:
		for language in LANGUAGES:
			frappe.delete_doc(
				"Email Template",
				self.name(language),
				force=True,
				ignore_missing=True,
				ignore_permissions=True,
			)


def _rendered(text: tuple[str, str], values: Mapping[str, Any]) -> tuple[str, str]:
	subject, message = text
	# a line break would start another header
	subject = " ".join(frappe.render_template(subject, dict(values)).split())
	return subject, frappe.render_template(message, {key: _escaped(value) for key, value in values.items()})


def _escaped(value: Any) -> Any:
	return frappe.utils.escape_html(value).replace("\n", "<br>") if isinstance(value, str) else value
