"""The registration's e-mails, queued in the caller's transaction: they leave if what they tell of is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import get_url, get_url_to_form

from erp_b2b_smartbill.audit.managers import managers
from erp_b2b_smartbill.email_templates import MailText, language_of
from erp_b2b_smartbill.registration import mail_texts, rules, tokens

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.b2b_registration.b2b_registration import B2BRegistration


def can_send() -> bool:
	return bool(EmailAccount.find_outgoing())


def send_confirmation(doc: B2BRegistration) -> None:
	days = frappe.db.get_single_value("B2B Settings", "confirmation_days") or 7
	_send(doc, mail_texts.VERIFY, link=tokens.link(doc, "confirm"), days=days)


def send_received(doc: B2BRegistration) -> None:
	days = frappe.db.get_single_value("B2B Settings", "decision_days") or 2
	_send(doc, mail_texts.RECEIVED, link=tokens.link(doc, "status"), days=days)


def send_welcome(doc: B2BRegistration, *, has_password: bool) -> None:
	link = get_url("/login") if has_password else tokens.link(doc, "welcome")
	_send(doc, mail_texts.APPROVED, link=link, days=tokens.WELCOME_DAYS, has_password=has_password)


def rejection(doc: B2BRegistration, reason: str) -> tuple[str, str]:
	"""(subject, message) as the applicant will read it."""
	return _render(doc, mail_texts.REJECTED, reason=reason)


def send_rejection(doc: B2BRegistration, reason: str) -> None:
	_queue(doc.email, *rejection(doc, reason))


def question(doc: B2BRegistration, text: str, *, with_link: bool = True) -> tuple[str, str]:
	"""(subject, message) as the applicant will read it; a preview does not give his link away."""
	link = tokens.link(doc, "status") if with_link else "…"
	return _render(doc, mail_texts.QUESTION, question=text, link=link)


def send_question(doc: B2BRegistration, text: str) -> None:
	_queue(doc.email, *question(doc, text))


def tell_managers(doc: B2BRegistration, reasons: list[str]) -> None:
	"""An e-mail to every B2B Manager, each in his language."""
	for user, language in _languages(managers()).items():
		with_language = language_of(language or frappe.db.get_default("lang"))
		texts = "; ".join(_(rules.TEXTS[reason], with_language) for reason in reasons)
		values = {
			"company_name": doc.company_name,
			"cui": doc.cui or "-",
			"county": doc.county or doc.country,
			"reasons": texts,
			"link": get_url_to_form(doc.doctype, doc.name),
		}
		_queue(user, *mail_texts.MANAGERS.render(with_language, values))


def _languages(users: list[str]) -> dict[str, str | None]:
	rows = frappe.get_all("User", {"name": ["in", users]}, ["email", "language"]) if users else []
	return {row.email: row.language for row in rows if row.email}


def _send(doc: B2BRegistration, text: MailText, **values: Any) -> None:
	_queue(doc.email, *_render(doc, text, **values))


def _render(doc: B2BRegistration, text: MailText, **values: Any) -> tuple[str, str]:
	return text.render(
		language_of(doc.language),
		{
			"contact": f"{doc.first_name} {doc.last_name}".strip(),
			"company_name": doc.company_name,
			"seller": seller(),
			**values,
		},
	)


def seller() -> str:
	"""Who writes: the company that the settings name, or the site's default one."""
	company = frappe.db.get_single_value("B2B Settings", "default_company") or frappe.db.get_default(
		"company"
	)
	return company or frappe.db.get_single_value("Website Settings", "app_name") or ""


def _queue(recipient: str, subject: str, message: str) -> None:
	if not can_send():
		return
	frappe.sendmail(
		recipients=[recipient],
		subject=subject,
		message=message,
		# what somebody asked for is no newsletter
		add_unsubscribe_link=0,
	)
