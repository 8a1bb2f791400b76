"""What the applicant and the manager see of a request. Two views: nothing of the manager's ever reaches the other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.desk.reportview import build_match_conditions
from frappe.utils import get_datetime, get_url_to_form

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.customers import duplicates
from erp_b2b_smartbill.customers.identity import name_key, reason_text, reg_com_key
from erp_b2b_smartbill.doctype.b2b_registration.b2b_registration import GIVEN
from erp_b2b_smartbill.permissions import REGISTRATION_DECIDERS
from erp_b2b_smartbill.registration import decide, onboarding, rules, states
from erp_b2b_smartbill.text import N_, fold

# (our field, the tax office's, label)
COMPARED = (
	("company_name", "name", N_("Company Name")),
	("reg_com", "reg_com", N_("Trade Register No.")),
	("vat_payer", "vat_payer", N_("VAT Payer")),
	("county", "county", N_("County")),
	("city", "city", N_("City")),
	("address_line", "address_line", N_("Street and number")),
	("postal_code", "postal_code", N_("Postal Code")),
)
# words of a street that are written in several ways, or left out
_STREET = {
	"strada": "str",
	"bulevardul": "bd",
	"bulevard": "bd",
	"bdul": "bd",
	"b-dul": "bd",
	"blvd": "bd",
	"soseaua": "sos",
	"numarul": "",
	"numar": "",
	"nr": "",
	"no": "",
}
SHOWN_OF_APPLICANT = (
	"company_name",
	"cui",
	"vat_payer",
	"reg_com",
	"country",
	"county",
	"city",
	"address_line",
	"postal_code",
	"first_name",
	"last_name",
	"email",
	"phone",
	"iban",
	"message",
	"language",
)


def applicant(doc: Any) -> dict[str, Any]:
	"""For whoever has the link: how the request stands, in words."""
	settings = frappe.get_cached_doc("B2B Settings")
	headline, what_next = _told(doc, settings.decision_days or 2)
	asked = doc.status == states.INFORMATION_REQUESTED
	return {
		"status": doc.status,
		"company_name": doc.company_name,
		"submitted_at": doc.submitted_at,
		"email_hint": _hint(doc.email or ""),
		"email_confirmed": bool(doc.email_confirmed_at),
		"steps": _steps(doc),
		"headline": headline,
		"next": what_next,
		"question": next((row.text for row in reversed(doc.messages) if row.written_by == "Company"), None)
		if asked
		else None,
		"messages": [
			{"by": "us" if row.written_by == "Company" else "you", "text": row.text, "at": row.written_at}
			for row in doc.messages
		],
		"rejection_reason": doc.rejection_reason if doc.status == states.REJECTED else None,
		"documents": [row.file_name for row in doc.documents],
		"can": {
			"answer": asked,
			"upload": asked,
			"withdraw": doc.status in states.OPEN,
			"resend": doc.status == states.AWAITING_CONFIRMATION,
		},
		"contact": {"email": settings.contact_email, "phone": settings.contact_phone},
		"language": doc.language,
	}


def _told(doc: Any, days: int) -> tuple[str, str]:
	if doc.status == states.AWAITING_CONFIRMATION:
		return (
			_("Confirm your e-mail address"),
			_("We sent a link to {0}. Open it and press the button; look into the spam folder too.").format(
				_hint(doc.email or "")
			),
		)
	if doc.status == states.PENDING:
		return (
			_("We are looking at your request"),
			_("You get an e-mail with our decision, usually within {0} working days.").format(days),
		)
	if doc.status == states.INFORMATION_REQUESTED:
		return _("We have a question"), _("Answer below; then we go on.")
	if doc.status == states.APPROVED:
		return _("Your account is active"), _("We sent you an e-mail: with its link you get in.")
	if doc.status == states.REJECTED:
		return _("We could not approve your request"), _("If something has changed, send a new request.")
	return _("You withdrew this request"), _("You may send a new one at any time.")


def _steps(doc: Any) -> list[dict[str, str]]:
	confirmed = doc.status != states.AWAITING_CONFIRMATION
	decided = {states.APPROVED: "done", states.REJECTED: "failed", states.WITHDRAWN: "failed"}
	steps = [{"key": "received", "label": _("Received"), "state": "done"}]
	if doc.confirmation_sent_at or doc.email_confirmed_at:
		state = "done" if doc.email_confirmed_at else ("todo" if confirmed else "current")
		steps.append({"key": "confirmed", "label": _("E-mail confirmed"), "state": state})
	state = decided.get(doc.status, "current" if confirmed else "todo")
	return [*steps, {"key": "decision", "label": _("Decision"), "state": state}]


def _hint(email: str) -> str:
	name, _at, domain = email.partition("@")
	return f"{name[:1]}***@{domain}" if domain else ""


def review(doc: Any) -> dict[str, Any]:
	"""For the desk: everything that helps to decide."""
	company = json.loads(doc.anaf_facts or "{}")
	is_open = doc.status in states.OPEN
	found = decide.duplicates_of(doc) if is_open else []
	age_days = (clock.now() - get_datetime(doc.submitted_at)).days
	late_after = frappe.db.get_single_value("B2B Settings", "decision_days") or 0
	return {
		"name": doc.name,
		"status": doc.status,
		"age_days": age_days,
		"late_after_days": late_after,
		"late": bool(late_after) and doc.status == states.PENDING and age_days > late_after,
		"email_confirmed_at": doc.email_confirmed_at,
		"erased_at": doc.erased_at,
		"submitted_at": doc.submitted_at,
		"mode": doc.approval_mode,
		"rules": json.loads(doc.rules_at_submission or "{}"),
		"reasons": [
			_(rules.TEXTS[key]) for key in json.loads(doc.pending_reasons or "[]") if key in rules.TEXTS
		],
		"applicant": {field: doc.get(field) for field in SHOWN_OF_APPLICANT},
		"anaf": {"state": doc.anaf_state or None, "at": doc.anaf_at, "facts": company},
		"differences": _differences(doc, company),
		"duplicates": [_duplicate(one) for one in found],
		"links_to": onboarding.would_link(doc) if is_open and found else None,
		"created": {field: doc.get(field) for field in ("customer", "address", "contact", "user")}
		| {"linked_existing": bool(doc.linked_existing)},
		"given": {field: doc.get(field) for field in GIVEN},
		"decision": {
			"by": doc.decided_by,
			"by_name": _full_name(doc.decided_by),
			"at": doc.decided_at,
			"automatically": bool(doc.decided_automatically),
			"reason": doc.rejection_reason,
		},
		"messages": [
			{"by": row.written_by, "user": _full_name(row.user), "text": row.text, "at": row.written_at}
			for row in doc.messages
		],
		"documents": [
			{"file_name": row.file_name, "url": row.file, "size": row.size, "content_type": row.content_type}
			for row in doc.documents
		],
		"can": possible(doc),
	}


def possible(doc: Any) -> dict[str, Any]:
	"""What this user may do with the request now: True, or the sentence that says why not."""
	if not set(REGISTRATION_DECIDERS) & set(frappe.get_roles()):
		return dict.fromkeys(
			("approve", "reject", "ask", "look", "erase"),
			_("Only a B2B Manager decides about registrations."),
		)
	decided = None if doc.status in states.OPEN else _("It is decided: {0}.").format(_(doc.status))
	unconfirmed = (
		_("The applicant has not confirmed the e-mail address yet.")
		if doc.status == states.AWAITING_CONFIRMATION
		else None
	)
	return {
		"approve": decided or unconfirmed or True,
		"ask": decided or unconfirmed or True,
		"reject": decided or True,
		"look": decided or (True if doc.cui_digits else _("ANAF knows Romanian companies only.")),
		"erase": _why_not_erased(doc) or True,
	}


def _why_not_erased(doc: Any) -> str | None:
	if doc.erased_at:
		return _("The personal data were erased.")
	if doc.status in states.OPEN:
		return _("Decide first, or ask the applicant to withdraw.")
	return None


def _differences(doc: Any, company: Mapping[str, Any]) -> list[dict[str, Any]]:
	if not company:
		return []
	rows = []
	for field, theirs, label in COMPARED:
		said, known = doc.get(field) or "", company.get(theirs)
		if isinstance(known, bool):
			known = "Yes" if known else "No"
		if known and _spelled(field, str(said)) != _spelled(field, str(known)):
			rows.append({"field": field, "label": _(label), "applicant": said, "anaf": known})
	return rows


def _spelled(field: str, text: str) -> str:
	"""A text so that what only looks different is the same."""
	if field == "company_name":
		return name_key(text)
	if field == "reg_com":
		return reg_com_key(text) or fold(text)
	words = re.findall(r"[^\s,.;:]+", fold(text))
	if field == "address_line":
		words = [word for word in (_STREET.get(word, word) for word in words) if word]
	return " ".join(words)


def _full_name(user: str | None) -> str | None:
	return (frappe.db.get_value("User", user, "full_name") or user) if user else None


def _duplicate(one: duplicates.Duplicate) -> dict[str, Any]:
	candidate = one.candidate
	return {
		"source": candidate.source,
		"name": candidate.name,
		"title": candidate.title,
		"reason": _(reason_text(one.match.reason)),
		"sure": one.match.sure,
		"disabled": candidate.disabled,
		"status": candidate.status,
		"url": get_url_to_form(candidate.source, candidate.name),
	}


def counts() -> dict[str, dict[str, Any]]:
	"""For the list: how many requests there are by status, how old the oldest is, and from when on they are late."""
	# of those that the user may read, as the list itself
	allowed = build_match_conditions("B2B Registration").replace("%%", "%")
	rows = frappe.db.sql(
		"select status, count(*), min(submitted_at) from `tabB2B Registration` "
		+ (f"where {allowed} " if allowed else "")
		+ "group by status"
	)
	now = clock.now()
	found = {
		status: {
			"count": count,
			"oldest_days": (now - get_datetime(oldest)) // timedelta(days=1) if oldest else 0,
		}
		for status, count, oldest in rows
	}
	return {status: found.get(status, {"count": 0, "oldest_days": 0}) for status in states.ALL}
