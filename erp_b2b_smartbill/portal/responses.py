"""A buyer accepts or declines a Quotation, once. Nothing of ERPNext changes by it: sales is told and decides."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import get_url_to_form

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.audit.managers import managers, notify_users
from erp_b2b_smartbill.email_templates import MailText, language_of
from erp_b2b_smartbill.exceptions import Conflict, invalid
from erp_b2b_smartbill.portal import access
from erp_b2b_smartbill.portal.view import why_not_answerable
from erp_b2b_smartbill.registration import form, mails

ACCEPTED, DECLINED = "Accepted", "Declined"
MAX_COMMENT = 2000

ANSWERED = MailText(
	"B2B Quotation Answered",
	{
		"ro": (
			"{{ customer_name }} {{ 'a acceptat' if accepted else 'a refuzat' }} oferta {{ quotation }}",
			"<p><b>{{ customer_name }}</b> {{ 'a acceptat' if accepted else 'a refuzat' }} oferta "
			'<a href="{{ link }}">{{ quotation }}</a> ({{ user }}).</p><p>{{ comment }}</p>',
		),
		"en": (
			"{{ customer_name }} {{ 'accepted' if accepted else 'declined' }} the quotation {{ quotation }}",
			"<p><b>{{ customer_name }}</b> {{ 'accepted' if accepted else 'declined' }} the quotation "
			'<a href="{{ link }}">{{ quotation }}</a> ({{ user }}).</p><p>{{ comment }}</p>',
		),
	},
)


def respond(name: str, response: Any, comment: Any) -> Any:
	"""The stored Quotation Response, committed. Raises NotFound for another's Quotation, NotReady, Conflict when it was
	answered already or cannot be answered any more."""
	if response not in (ACCEPTED, DECLINED):
		raise invalid("response", _("Say whether you accept: response is Accepted or Declined."))
	text = form.clean_text(comment) if isinstance(comment, str) else ""
	if len(text) > MAX_COMMENT:
		raise invalid("comment", _("This is too long: at most {0} characters.").format(MAX_COMMENT))
	name = access.quotation(name).name
	# a fresh snapshot: what others stored while this one waits for its turn counts
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	# nobody orders or cancels it, and no second tab answers, until this answer is stored
	doc = frappe.get_doc("Quotation", name, for_update=True)
	if there := frappe.db.get_value("Quotation Response", {"quotation": name}, "response", for_update=True):
		raise Conflict(_("This quotation was answered before: {0}.").format(_(there)), code="answered")
	if closed := why_not_answerable(doc):
		raise Conflict(closed, code="closed")
	stored = _store(doc, response, text)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	said = _("The buyer accepted it.") if response == ACCEPTED else _("The buyer declined it.")
	notify_users(_sales(doc), doc, said)
	return stored


def _store(doc: Any, response: str, comment: str) -> Any:
	stored = frappe.get_doc(
		{
			"doctype": "Quotation Response",
			"quotation": doc.name,
			"customer": doc.party_name,
			"customer_name": doc.customer_name,
			"response": response,
			"comment": comment or None,
			"user": frappe.session.user,
			"responded_at": clock.now(),
		}
	)
	stored.flags.written_by_portal = True
	stored.insert(ignore_permissions=True)
	# a form that sales has open can still be saved, it does not write our field back
	frappe.db.set_value("Quotation", doc.name, "b2b_response", response, update_modified=False)
	event = audit.QUOTATION_ACCEPTED if response == ACCEPTED else audit.QUOTATION_DECLINED
	audit.record(event, doc, after={"b2b_response": response}, reason=comment or None)
	_mail(doc, response, comment)
	return stored


def _mail(doc: Any, response: str, comment: str) -> None:
	owner = frappe.db.get_value(
		"User", doc.owner, ["email", "enabled", "user_type", "language"], as_dict=True
	)
	# a web shop makes quotations in the buyer's own name
	if not owner or not owner.enabled or owner.user_type != "System User" or "@" not in (owner.email or ""):
		return
	if not mails.can_send():
		return
	subject, message = ANSWERED.render(
		language_of(owner.language or frappe.db.get_default("lang")),
		{
			"customer_name": doc.customer_name,
			"accepted": response == ACCEPTED,
			"quotation": doc.name,
			"link": get_url_to_form("Quotation", doc.name),
			"user": frappe.utils.get_fullname(),
			"comment": comment,
		},
	)
	frappe.sendmail(recipients=[owner.email], subject=subject, message=message, add_unsubscribe_link=0)


def _sales(doc: Any) -> list[str]:
	"""Who made the offer, whoever it is assigned to, and the managers."""
	assigned = frappe.parse_json(doc.get("_assign") or "[]")
	named = frappe.get_all(
		"User",
		{"name": ["in", [doc.owner, *assigned]], "enabled": 1, "user_type": "System User"},
		pluck="name",
	)
	return list(dict.fromkeys([*named, *managers()]))


def forget_with_quotation(doc: Any, method: str | None = None) -> None:
	"""Hook `on_trash` of Quotation: an answer to nothing is no answer."""
	for name in frappe.get_all("Quotation Response", {"quotation": doc.name}, pluck="name"):
		response = frappe.get_doc("Quotation Response", name)
		response.flags.with_quotation = True
		response.delete(ignore_permissions=True, force=True)
