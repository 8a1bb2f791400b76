"""Sends a proforma by e-mail: through ERPNext with the PDF attached, or by SmartBill itself.

ERPNext queues the e-mail in the transaction that says that it was sent. SmartBill sends at once, and a second call is
a second e-mail: a lost answer is told as such and nothing is repeated. Source: docs/smartbill-api.md 2.8.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import fmt_money, formatdate, is_html, sanitize_html, validate_email_address

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.email_templates import language_of
from erp_b2b_smartbill.exceptions import AppError, NotReady, SmartBillUnreachable, invalid
from erp_b2b_smartbill.smartbill import claim, pdf, states
from erp_b2b_smartbill.smartbill.client import CLICK_SECONDS
from erp_b2b_smartbill.smartbill.hints import explain_failure
from erp_b2b_smartbill.smartbill.life import mail_template, reaching
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, block_seconds
from erp_b2b_smartbill.text import plain_lines, plain_text

ERPNEXT, SMARTBILL = "erpnext", "smartbill"
SENDABLE = states.IN_FORCE
MAX_RECIPIENTS = 20
MAX_SUBJECT = 200
MAX_MESSAGE = 20_000


class EmailOutcomeUnknown(AppError):
	"""SmartBill may have sent it; asking again could send it twice."""

	code = "email_outcome_unknown"
	http_status_code = 502


@dataclass(frozen=True)
class Email:
	to: tuple[str, ...]
	cc: tuple[str, ...]
	subject: str
	message: str


def defaults(doc: Any) -> dict[str, Any]:
	"""What the dialog starts with."""
	quotation = frappe.get_doc("Quotation", doc.quotation)
	subject, message = _texts(doc, quotation)
	return {
		"to": ", ".join(_default_recipients(quotation)),
		"cc": "",
		"subject": subject,
		"message": message,
		"via": ERPNEXT if _has_outgoing_account() else SMARTBILL,
	}


def send(doc: Any, given: dict[str, Any]) -> Any:
	"""The proforma, sent as `given` says: {via, to, cc, subject, message}, all of them optional.

	Raises NotReady (recipients, no outgoing e-mail account), SmartBillUnreachable, SmartBillRefused,
	EmailOutcomeUnknown.
	"""
	via = str(given.get("via") or ERPNEXT)
	if via == ERPNEXT:
		return _send_by_erpnext(doc, given)
	if via == SMARTBILL:
		return _send_by_smartbill(doc, given)
	raise invalid("via", _("Say who sends it: via is erpnext or smartbill."))


def _send_by_erpnext(doc: Any, given: dict[str, Any]) -> Any:
	quotation = frappe.get_doc("Quotation", doc.quotation)
	# who sends an e-mail of a document, with its print attached, needs the same rights as for any other
	for right in ("email", "print"):
		quotation.check_permission(right)
	if not _has_outgoing_account():
		text = _(
			"No e-mail account of this site can send: set up an outgoing Email Account, or send by SmartBill."
		)
		problem = {"field": "via", "message": text, "doctype": "Email Account"}
		raise NotReady(text, code="no_outgoing_email", problems=[problem])
	email = _email(doc, quotation, given)
	doc = pdf.with_pdf(doc, deadline=time.monotonic() + CLICK_SECONDS)
	if doc.pdf and not pdf.file_of(doc):
		# somebody deleted the file
		doc = pdf.fetch_again(doc, frappe.get_doc("SmartBill Account", doc.account))
	if not (doc.pdf and pdf.file_of(doc)):
		raise SmartBillUnreachable(
			_("The PDF cannot be had from SmartBill: {0}. Nothing was sent.").format(doc.pdf_error or ""),
			retry_after=60,
		)
	name, content = pdf.stored(doc)
	return claim.change(
		doc.doctype,
		doc.name,
		audit.PROFORMA_EMAILED,
		{"emailed_at": clock.now()},
		allowed=SENDABLE,
		reason=_said(ERPNEXT, email),
		also=lambda locked: _queue(locked, email, name, content),
	)


def _queue(doc: Any, email: Email, file_name: str, content: bytes) -> None:
	"""In the Quotation's timeline, and in the queue."""
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"email_status": "Open",
			"subject": email.subject,
			"content": email.message,
			"recipients": ", ".join(email.to),
			"cc": ", ".join(email.cc),
			"sender": frappe.db.get_value("User", frappe.session.user, "email"),
			"reference_doctype": "Quotation",
			"reference_name": doc.quotation,
			"has_attachment": 1,
		}
	).insert(ignore_permissions=True)
	address = pdf.attach("Communication", communication.name, None, file_name, content)
	attached = frappe.db.get_value(
		"File",
		{
			"attached_to_doctype": "Communication",
			"attached_to_name": communication.name,
			"file_url": address,
		},
	)
	queued = frappe.sendmail(
		recipients=list(email.to),
		cc=list(email.cc),
		reply_to=_reply_to(),
		subject=email.subject,
		message=email.message,
		reference_doctype="Quotation",
		reference_name=doc.quotation,
		attachments=[{"fid": attached}],
		communication=communication.name,
		# an offer's document is no newsletter
		add_unsubscribe_link=0,
		expose_recipients="header",
	)
	if not queued:
		raise invalid("to", _("None of the recipients wants e-mails of this site: they unsubscribed."))


def _send_by_smartbill(doc: Any, given: dict[str, Any]) -> Any:
	account = reaching.account_to_change(doc.account)
	quotation = frappe.get_doc("Quotation", doc.quotation)
	quotation.check_permission("email")
	email = _email(doc, quotation, given)
	body = {
		"companyVatCode": account.cif,
		"seriesName": doc.series,
		"number": doc.number,
		"type": "proforma",
		"to": ",".join(email.to),
		"subject": _base64(email.subject),
		"bodyText": _base64(plain_lines(email.message) if is_html(email.message) else email.message),
	}
	if email.cc:
		body["cc"] = ",".join(email.cc)
	client = reaching.client_of(account, doc.name, calls=1)
	answer = client.send_document(json.dumps(body, ensure_ascii=False))
	said = _said(SMARTBILL, email)
	if _may_have_been_sent(answer):
		_note_sent(doc, audit.PROFORMA_EMAIL_UNKNOWN, {}, said)
		why = _(explain_failure(answer)) if isinstance(answer, NoAnswer) else answer.text
		raise EmailOutcomeUnknown(
			_(
				"SmartBill gave no clear answer ({0}): it may have sent the e-mail. Ask the customer before you send "
				"it again."
			).format(why)
		)
	answer = reaching.answered(account, answer)
	status = answer.body.get("status")
	if answer.status != 200 or answer.error_text or not isinstance(status, dict) or status.get("code") != 0:
		raise reaching.refused(answer)
	return _note_sent(doc, audit.PROFORMA_EMAILED, {"emailed_at": clock.now()}, said)


def _note_sent(doc: Any, event: str, values: dict[str, Any], said: str) -> Any:
	"""It left, or may have, whatever became of the proforma meanwhile: nothing that fails here may read as "not sent",
	or it would be sent again."""
	try:
		return claim.change(
			doc.doctype, doc.name, event, values, allowed=(*SENDABLE, states.CANCELLED), reason=said
		)
	except Exception:
		return claim.reloaded(doc, "An e-mail that SmartBill sent could not be written down")


def _may_have_been_sent(answer: Any) -> bool:
	if isinstance(answer, NoAnswer):
		return answer.sent
	return not block_seconds(answer) and not reaching.is_clear(answer)


def _email(doc: Any, quotation: Any, given: dict[str, Any]) -> Email:
	to = _addresses("to", given.get("to")) or _default_recipients(quotation)
	if not to:
		raise invalid("to", _("Say to whom: neither the Quotation nor its customer has an e-mail address."))
	cc = _addresses("cc", given.get("cc"))
	if len(to) + len(cc) > MAX_RECIPIENTS:
		raise invalid("to", _("At most {0} recipients.").format(MAX_RECIPIENTS))
	subject = " ".join(str(given.get("subject") or "").split())
	message = str(given.get("message") or "").strip()
	if not (subject and message):
		default_subject, default_message = _texts(doc, quotation)
		subject, message = subject or default_subject, message or default_message
	if len(subject) > MAX_SUBJECT or len(message) > MAX_MESSAGE:
		raise invalid("message", _("The text is too long."))
	if is_html(message):
		message = sanitize_html(message)
	else:
		message = frappe.utils.escape_html(message).replace("\n", "<br>")
	return Email(to, cc, subject, message)


def _addresses(field: str, given: Any) -> tuple[str, ...]:
	"""Checked addresses from a list, or from a text with commas or semicolons."""
	parts = given if isinstance(given, list | tuple) else str(given or "").replace(";", ",").split(",")
	addresses = []
	for text in filter(None, (str(part).strip() for part in parts)):
		address = validate_email_address(text)
		if any(sign in text for sign in "\r\n,;") or not address:
			raise invalid(field, _("{0} is not an e-mail address.").format(text))
		# without the name before it, which SmartBill does not take
		addresses.append(address)
	return tuple(dict.fromkeys(addresses))


def _default_recipients(quotation: Any) -> tuple[str, ...]:
	candidates = [quotation.get("contact_email")]
	if quotation.quotation_to in ("Customer", "Lead") and quotation.party_name:
		candidates.append(frappe.db.get_value(quotation.quotation_to, quotation.party_name, "email_id"))
	return next(((text.strip(),) for text in candidates if text and validate_email_address(text)), ())


def _printed_language(doc: Any) -> str | None:
	"""The language that the document was issued in; of one that somebody made by hand, its account's."""
	payload = json.loads(doc.payload) if doc.get("payload") else {}
	return payload.get("language") or frappe.db.get_value("SmartBill Account", doc.account, "language")


def _texts(doc: Any, quotation: Any) -> tuple[str, str]:
	language = language_of(_printed_language(doc) or quotation.get("language"))
	values = {
		"customer_name": doc.customer_name or "",
		"contact": plain_text(quotation.get("contact_display") or ""),
		"company": doc.company,
		"quotation": doc.quotation,
		"series": doc.series,
		"number": doc.number,
		"full_number": doc.full_number,
		"issue_date": formatdate(doc.issue_date) if doc.issue_date else "",
		"due_date": formatdate(doc.due_date) if doc.due_date else "",
		"grand_total": fmt_money(doc.grand_total, currency=doc.currency),
		"currency": doc.currency,
	}
	subject, message = mail_template.PROFORMA.render(language, values)
	return " ".join(plain_text(subject).split()), message


def _has_outgoing_account() -> bool:
	return bool(EmailAccount.find_outgoing(match_by_doctype="Quotation"))


def _reply_to() -> str | None:
	if frappe.session.user in ("Administrator", "Guest"):
		return None
	return frappe.db.get_value("User", frappe.session.user, "email")


def _said(via: str, email: Email) -> str:
	return ", ".join(filter(None, (via, *email.to, "cc: " + " ".join(email.cc) if email.cc else "")))


def _base64(text: str) -> str:
	return b64encode(text.encode("utf-8")).decode()
