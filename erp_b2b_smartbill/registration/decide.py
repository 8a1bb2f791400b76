"""Everything that can happen to a request after it was sent. Each function locks the request first and is one
transaction: status, documents made, Business Event and e-mail stand or fall together."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock, features
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.audit.managers import notify_managers
from erp_b2b_smartbill.customers import duplicates
from erp_b2b_smartbill.customers.identity import Identity
from erp_b2b_smartbill.customers.onboard import Terms
from erp_b2b_smartbill.exceptions import AppError, Conflict, invalid
from erp_b2b_smartbill.permissions import REGISTRATION_DECIDERS
from erp_b2b_smartbill.registration import form, mails, onboarding, rules, states, uploads
from erp_b2b_smartbill.registration.facts import anaf_facts

MAX_TEXT = 2000
# no request takes as long: nobody is at it any more
TAKE_UP_AFTER_S = 300
TAKE_UP_AT_ONCE = 50
RESEND_DAYS = 30
TRIES = 3
# an event stays for ever: who somebody is stands on the request, where it can be erased
NOT_IN_EVENTS = ("user", "contact", "address", "rejection_reason")

_Done = TypeVar("_Done")


def confirm(name: str) -> Any:
	"""The applicant proved that the e-mail is his. Automatic requests are decided at once. Asking again is harmless."""
	doc = locked(name)
	if doc.status == states.AWAITING_CONFIRMATION:
		_write(doc, audit.REGISTRATION_CONFIRMED, status=states.PENDING, email_confirmed_at=clock.now())
	elif not _is_undecided(doc):
		return doc
	return after_change(name)


def after_change(name: str) -> Any:
	"""Decide a pending request by its rules, or show it to the managers with the reasons why not. Once: who confirms
	twice, and the pass that takes up what a dead process left, find it done."""
	try:
		doc, found = _again(partial(_by_rules, name))
	except AppError as error:
		frappe.db.rollback()
		doc, found = None, [error.code if error.code in rules.TEXTS else "failed"]
	except Exception:
		frappe.db.rollback()
		log_masked_error("A registration could not be approved automatically")
		doc, found = None, ["failed"]
	if doc is None:
		doc = locked(name)
		if not _is_undecided(doc):
			# somebody was faster
			return doc
	return _wait_for_managers(doc, found) if found else doc


def _by_rules(name: str) -> tuple[Any, list[str]]:
	"""The request, approved if its rules say so, otherwise with the reasons why not."""
	doc = alone(name)
	if not _is_undecided(doc):
		return doc, []
	if found := reasons_of(doc):
		return doc, found
	return _approve(doc, terms_of(doc), automatically=True), []


def _is_undecided(doc: Any) -> bool:
	"""It can be decided, and neither rules nor managers have it before them."""
	return doc.status == states.PENDING and not doc.pending_reasons


def take_up_undecided() -> None:
	"""Hook, every few minutes: requests that a process left after it had stored them and before it came to the rules."""
	if not features.is_on(features.REGISTRATION):
		return
	names = frappe.get_all(
		"B2B Registration",
		{
			"status": states.PENDING,
			"pending_reasons": ["is", "not set"],
			"modified": ["<", clock.now() - timedelta(seconds=TAKE_UP_AFTER_S)],
		},
		pluck="name",
		order_by="modified asc",
		limit=TAKE_UP_AT_ONCE,
	)
	for name in names:
		try:
			after_change(name)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		except Exception:
			# one that fails keeps nobody else's waiting
			frappe.db.rollback()
			log_masked_error("A registration could not be taken up")


def reasons_of(doc: Any) -> list[str]:
	"""Keys of rules.TEXTS: why the request is not approved automatically."""
	stored = rules.Rules.from_dict(json.loads(doc.rules_at_submission or "{}"))
	company = json.loads(doc.anaf_facts or "{}")
	facts = rules.Facts(
		cui_digits=doc.cui_digits or "",
		email=doc.email,
		country=doc.country,
		email_confirmed=bool(doc.email_confirmed_at),
		has_duplicates=stored.is_automatic
		and (bool(duplicates_of(doc)) or bool(frappe.db.exists("User", {"email": doc.email}))),
		anaf_state=doc.anaf_state or rules.UNAVAILABLE,
		inactive=bool(company.get("inactive")),
		struck_off=bool(company.get("struck_off")),
		# what was blocked since then is meant to be blocked
		block_list=(frappe.db.get_single_value("B2B Settings", "block_list") or "").splitlines(),
	)
	return rules.reasons(stored, facts)


def duplicates_of(doc: Any) -> list[duplicates.Duplicate]:
	return duplicates.find(identity_of(doc), leave_out=(doc.doctype, doc.name))


def identity_of(doc: Any) -> Identity:
	return Identity.of(
		cui=doc.cui_digits,
		name=doc.company_name,
		emails=[doc.email],
		phones=[doc.phone],
		reg_com=doc.reg_com,
	)


def terms_of(doc: Any) -> Terms:
	"""What stands under "Will be created"."""
	return Terms(
		customer_group=doc.customer_group,
		territory=doc.territory,
		tier=doc.tier,
		price_list=doc.price_list,
		payment_terms=doc.payment_terms,
		sales_person=doc.sales_person,
		company=doc.company,
		credit_limit=doc.credit_limit,
	)


def approve(
	name: str,
	terms: Terms,
	*,
	customer: str | None = None,
	create_new: bool = False,
	automatically: bool = False,
) -> Any:
	"""Make the customer and let the applicant in. `customer` is an existing one to link; otherwise the one that is
	surely the same company is linked, unless `create_new`.

	Raises Conflict when somebody decided before, NotReady with what is missing.
	"""
	chosen = {"customer": customer, "create_new": create_new, "automatically": automatically}
	return _again(lambda: _approve(alone(name), terms, **chosen))


def _again(decision: Callable[[], _Done]) -> _Done:
	"""A decision whose transaction is its own. An approval locks the making of Customers and then SmartBill's client of
	the company, the sync and whoever picks that client the other way round: MariaDB breaks one of them off."""
	for _tried in range(TRIES - 1):
		try:
			return decision()
		except frappe.QueryDeadlockError:
			frappe.db.rollback()
			frappe.clear_messages()
	return decision()


def _approve(
	doc: Any,
	terms: Terms,
	*,
	customer: str | None = None,
	create_new: bool = False,
	automatically: bool = False,
) -> Any:
	if doc.status == states.APPROVED:
		raise _decided(doc)
	_require(doc, states.PENDING, states.INFORMATION_REQUESTED)
	made = onboarding.create(doc, terms, customer=customer, create_new=create_new)
	_write(
		doc,
		audit.REGISTRATION_APPROVED,
		status=states.APPROVED,
		decided_by=None if automatically else frappe.session.user,
		decided_at=clock.now(),
		decided_automatically=automatically,
		pending_reasons=None if automatically else doc.pending_reasons,
		welcome_sent_at=clock.now(),
		linked_existing=made.linked,
		customer=made.customer,
		address=made.address,
		contact=made.contact,
		user=made.user,
		**{field: getattr(terms, field) for field in Terms.__dataclass_fields__},
	)
	mails.send_welcome(doc, has_password=onboarding.has_password(made.user))
	return doc


def reject(name: str, reason: str) -> Any:
	doc = locked(name)
	_require(doc, *states.OPEN)
	reason = clean("reason", reason)
	_write(
		doc,
		audit.REGISTRATION_REJECTED,
		reason=reason,
		status=states.REJECTED,
		rejection_reason=reason,
		decided_by=frappe.session.user,
		decided_at=clock.now(),
	)
	mails.send_rejection(doc, reason)
	return doc


def ask(name: str, question: str) -> Any:
	doc = locked(name)
	_require(doc, states.PENDING, states.INFORMATION_REQUESTED)
	question = clean("question", question)
	_say(doc, "Company", question)
	_write(doc, audit.REGISTRATION_ASKED, reason=question, status=states.INFORMATION_REQUESTED)
	mails.send_question(doc, question)
	return doc


def answer(name: str, text: str, files: Sequence[uploads.Uploaded] = ()) -> Any:
	"""The applicant's answer, with documents or without; the request waits for the managers again."""
	text = clean("text", text)
	stored = frappe.db.count("B2B Registration Document", {"parent": name})
	# whatever a parser makes of hostile files, nobody waits for it at a lock
	documents = uploads.read(files, stored=stored)
	doc = locked(name)
	_require(doc, states.INFORMATION_REQUESTED)
	uploads.store(doc, documents)
	_say(doc, "Applicant", text)
	_write(doc, audit.REGISTRATION_ANSWERED, status=states.PENDING, pending_reasons=json.dumps(["answered"]))
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	notify_managers(doc, _("The applicant answered."))
	return doc


def withdraw(name: str) -> Any:
	doc = locked(name)
	if doc.status == states.WITHDRAWN:
		return doc
	_require(doc, *states.OPEN)
	_write(doc, audit.REGISTRATION_WITHDRAWN, status=states.WITHDRAWN, decided_at=clock.now())
	return doc


def send_confirmation_again(name: str) -> Any:
	"""Another confirmation mail; the link of the one before works no more."""
	doc = locked(name)
	# not for ever: the address may be somebody else's, who ignores it
	is_young = doc.submitted_at > clock.now() - timedelta(days=RESEND_DAYS)
	if doc.status == states.AWAITING_CONFIRMATION and is_young:
		_write(doc, None, confirmation_sent_at=clock.now())
		mails.send_confirmation(doc)
	return doc


def send_welcome_again(name: str) -> None:
	"""Another welcome mail to the user that was made, while he has no password yet."""
	doc = locked(name)
	if doc.status == states.APPROVED and doc.email and doc.user and not onboarding.has_password(doc.user):
		_write(doc, None, welcome_sent_at=clock.now())
		mails.send_welcome(doc, has_password=False)


def look_again(name: str) -> Any:
	"""Ask the tax office now, and keep what it says."""
	doc = frappe.get_doc("B2B Registration", name)
	facts = anaf_facts(doc.cui_digits, fresh=True)
	doc = locked(name)
	_require(doc, *states.OPEN)
	_write(doc, None, **facts)
	return doc


def locked(name: str) -> Any:
	"""The request as it is now, with its rows, for this transaction alone."""
	doc = frappe.get_doc("B2B Registration", name, for_update=True)
	doc.flags.written_by_registration = True
	return doc


def alone(name: str) -> Any:
	"""As `locked`, in a new transaction, while nobody else makes customers of requests: two requests of one company must
	see what becomes of each other. MariaDB shows a transaction the site as it was at its first plain read, so the lock
	has to come before everything else."""
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	# a row that every site has; who only reads it does not wait
	frappe.db.get_value("DocType", "B2B Registration", "name", for_update=True)
	return locked(name)


def _wait_for_managers(doc: Any, reasons: list[str]) -> Any:
	_write(doc, audit.REGISTRATION_PENDING, pending_reasons=json.dumps(reasons))
	mails.send_received(doc)
	mails.tell_managers(doc, reasons)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	notify_managers(doc, _("A registration waits for a decision."))
	return doc


def _write(doc: Any, event: str | None, reason: str | None = None, **values: Any) -> None:
	before = {field: doc.get(field) for field in values}
	doc.update(values)
	doc.save(ignore_permissions=True)
	if event:
		changed = {
			field: value
			for field, value in values.items()
			if value != before[field] and field not in NOT_IN_EVENTS
		}
		audit.record(event, doc, {field: before[field] for field in changed}, changed, reason)


def _say(doc: Any, by: str, text: str) -> None:
	user = frappe.session.user if by == "Company" else None
	doc.append("messages", {"written_by": by, "text": text, "user": user, "written_at": clock.now()})


def _require(doc: Any, *allowed: str) -> None:
	if doc.status not in allowed:
		raise _decided(doc)


def _decided(doc: Any) -> Conflict:
	if doc.status == states.AWAITING_CONFIRMATION:
		return Conflict(_("The applicant has not confirmed the e-mail address yet."), code="not_confirmed")
	# who it was is nothing for applicants
	if doc.decided_by and set(REGISTRATION_DECIDERS) & set(frappe.get_roles()):
		who = frappe.db.get_value("User", doc.decided_by, "full_name") or doc.decided_by
		return Conflict(_("{0} decided before: {1}.").format(who, _(doc.status)), code="decided")
	return Conflict(_("This is not possible any more: {0}.").format(_(doc.status)), code="decided")


def clean(field: str, value: Any) -> str:
	"""What somebody wrote, without markup. Raises NotReady when it is empty or too long."""
	text = form.clean_text(value) if isinstance(value, str) else ""
	if not text:
		raise invalid(field, _("Write a sentence."))
	if len(text) > MAX_TEXT:
		raise invalid(field, _("This is too long: at most {0} characters.").format(MAX_TEXT))
	return text
