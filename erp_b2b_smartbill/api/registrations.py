"""REST: B2B registrations, from the applicant's side (by a token, as anybody) and from the manager's."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.customers.onboard import Terms
from erp_b2b_smartbill.exceptions import invalid, not_found
from erp_b2b_smartbill.registration import (
	bulk,
	decide,
	limits,
	mails,
	places,
	retention,
	states,
	submit,
	tokens,
	uploads,
	view,
	welcome,
)

CREATED, OK, ACCEPTED = 201, 200, 202


def form() -> tuple[dict[str, Any], int]:
	"""What a program needs before it submits: the signed time, the terms, the lists, the limits."""
	settings = frappe.get_cached_doc("B2B Settings")
	return {
		"opened": limits.opened_token(),
		"terms_url": settings.terms_url,
		"terms_version": settings.terms_version,
		"counties": list(romania.COUNTIES.values()),
		"max_files": settings.max_files,
		"max_file_mb": settings.max_file_mb,
		"file_types": sorted(uploads.EXTENSIONS),
	}, OK


def create() -> tuple[dict[str, Any], int]:
	"""201 with the address of the private status page. A robot is told the same."""
	doc = submit.submit(frappe.form_dict, _files())
	if doc is None:
		must_confirm = frappe.db.get_single_value("B2B Settings", "require_confirmed_email")
		token = f"{frappe.generate_hash(length=20)}..{frappe.generate_hash(length=40)}"
		language = "en" if str(frappe.form_dict.get("language") or "").lower().startswith("en") else "ro"
		return {
			"status": states.AWAITING_CONFIRMATION if must_confirm else states.PENDING,
			"token": token,
			"status_url": frappe.utils.get_url(f"/b2b/status?token={token}&_lang={language}"),
		}, CREATED
	return {
		"status": doc.status,
		"token": tokens.make(doc, "status"),
		"status_url": tokens.link(doc, "status"),
	}, CREATED


def company(cui: str) -> tuple[dict[str, Any], int]:
	"""What ANAF knows of a company, to fill in the form; never an error but 429."""
	limits.charge(
		"lookups", frappe.db.get_single_value("B2B Settings", "max_lookups_per_ip") or 0, limits.HOUR
	)
	return places.company(cui), OK


def cities() -> tuple[list[str], int]:
	"""Names of places to choose from: `county`, and `q`, the letters typed so far."""
	limits.charge("cities", 600, limits.HOUR)
	given = frappe.form_dict
	return places.cities(str(given.get("county") or ""), str(given.get("q") or "")), OK


def show(token: str) -> tuple[dict[str, Any], int]:
	return view.applicant(_of_applicant(token)), OK


def answer(token: str) -> tuple[dict[str, Any], int]:
	doc = _of_applicant(token)
	_charge_actions()
	return view.applicant(decide.answer(doc.name, frappe.form_dict.get("text"), _files())), OK


def withdraw(token: str) -> tuple[dict[str, Any], int]:
	return view.applicant(decide.withdraw(_of_applicant(token).name)), OK


def resend(token: str) -> tuple[dict[str, Any], int]:
	doc = _of_applicant(token)
	_charge_mails(doc.name)
	return view.applicant(decide.send_confirmation_again(doc.name)), OK


def confirm() -> tuple[dict[str, Any], int]:
	"""The button of the confirmation page. A link that was used answers with how the request stands."""
	found = tokens.find(str(frappe.form_dict.get("token") or ""), "confirm")
	doc = frappe.get_doc("B2B Registration", found.name)
	if doc.status == states.AWAITING_CONFIRMATION:
		tokens.require_fresh(found)
	doc = decide.confirm(found.name)
	return view.applicant(doc) | {"status_url": tokens.link(doc, "status")}, OK


def resend_confirmation() -> tuple[dict[str, Any], int]:
	"""Another confirmation mail for a link that is too old; the same answer whatever becomes of it."""
	found = tokens.find(str(frappe.form_dict.get("token") or ""), "confirm")
	_charge_mails(found.name)
	decide.send_confirmation_again(found.name)
	return {}, OK


def open_welcome() -> tuple[dict[str, Any], int]:
	"""The button of the welcome page: where to choose a password."""
	return {"url": welcome.password_page(str(frappe.form_dict.get("token") or ""))}, OK


def resend_welcome() -> tuple[dict[str, Any], int]:
	"""Another welcome mail; the same answer whatever becomes of it."""
	found = tokens.find(str(frappe.form_dict.get("token") or ""), "welcome")
	_charge_mails(found.name)
	decide.send_welcome_again(found.name)
	return {}, OK


def _of_applicant(token: str) -> Any:
	return frappe.get_doc("B2B Registration", tokens.find(token, "status").name)


def _charge_actions() -> None:
	limits.charge("applicant_actions", 30, limits.HOUR)


def _charge_mails(name: str) -> None:
	"""By the address: whoever registers with another's must not fill that one's mailbox."""
	_charge_actions()
	email = frappe.db.get_value("B2B Registration", name, "email")
	limits.charge("mails_of", 5, limits.DAY, identity=f"mail:{email or name}")


def _files() -> list[Any]:
	return frappe.request.files.getlist("documents") if frappe.request and frappe.request.files else []


# --- the manager's side ---


def counts() -> tuple[dict[str, Any], int]:
	days = frappe.db.get_single_value("B2B Settings", "decision_days") or 0
	return {"statuses": view.counts(), "late_after_days": days}, OK


def review(name: str) -> tuple[dict[str, Any], int]:
	return view.review(_readable(name)), OK


def approve(name: str) -> tuple[dict[str, Any], int]:
	"""What is not given stays as the form has it: {tier, customer_group, territory, price_list, payment_terms, company,
	credit_limit, sales_person}; `customer` links an existing one, `create_new` makes another."""
	_readable(name)
	doc = decide.locked(name)
	given = frappe.form_dict
	terms = decide.terms_of(doc)
	if customer := given.get("customer"):
		frappe.has_permission("Customer", "read", doc=str(customer), throw=True)
	changed = {field: _given(field, given[field]) for field in Terms.__dataclass_fields__ if field in given}
	return view.review(
		decide.approve(
			name,
			Terms(**{**{f: getattr(terms, f) for f in Terms.__dataclass_fields__}, **changed}),
			customer=str(given.get("customer") or "") or None,
			create_new=bool(cint(given.get("create_new"))),
		)
	), OK


def reject(name: str) -> tuple[dict[str, Any], int]:
	"""With `?preview=1`: {subject, message} as the applicant would read it; nothing is written."""
	doc, reason = _readable(name), frappe.form_dict.get("reason")
	if _is_preview():
		return _mail(mails.rejection(doc, decide.clean("reason", reason))), OK
	return view.review(decide.reject(name, reason)), OK


def ask(name: str) -> tuple[dict[str, Any], int]:
	"""As `reject`, with `question`."""
	doc, question = _readable(name), frappe.form_dict.get("question")
	if _is_preview():
		return _mail(mails.question(doc, decide.clean("question", question), with_link=False)), OK
	return view.review(decide.ask(name, question)), OK


def look(name: str) -> tuple[dict[str, Any], int]:
	"""Ask the tax office again."""
	_readable(name)
	return view.review(decide.look_again(name)), OK


def erase(name: str) -> tuple[dict[str, Any], int]:
	_readable(name)
	return view.review(retention.erase(name, frappe.form_dict.get("reason"))), OK


def decide_many() -> tuple[dict[str, Any], int]:
	given = frappe.form_dict
	result = bulk.start(str(given.get("action") or ""), given.get("names"), given.get("reason"))
	return result, ACCEPTED if "job" in result else OK


def bulk_progress(job: str) -> tuple[dict[str, Any], int]:
	return bulk.progress(job), OK


def _readable(name: str) -> Any:
	if not frappe.db.exists("B2B Registration", name):
		raise not_found(name)
	doc = frappe.get_doc("B2B Registration", name)
	doc.check_permission("read")
	return doc


def _is_preview() -> bool:
	return bool(cint(frappe.request.args.get("preview") or frappe.form_dict.get("preview")))


def _mail(texts: tuple[str, str]) -> dict[str, str]:
	subject, message = texts
	return {"subject": subject, "message": message}


def _given(field: str, value: Any) -> Any:
	if field == "credit_limit":
		try:
			amount = float(value or 0)
		except (TypeError, ValueError, OverflowError):
			amount = -1.0
		if not 0 <= amount < 1e15:
			raise invalid("credit_limit", _("The credit limit is an amount of 0 or more."))
		return amount
	if value is not None and not isinstance(value, str):
		raise invalid(field, _("This must be a text."))
	doctype = frappe.get_meta("B2B Registration").get_field(field).options
	if value and not frappe.db.exists(doctype, value):
		raise invalid(field, _("{0} {1} was not found.").format(_(doctype), value))
	return value or None
