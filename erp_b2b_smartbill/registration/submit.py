"""Takes a request: guards first, then every problem at once, then the tax office, then one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.exceptions import NotReady
from erp_b2b_smartbill.registration import decide, form, limits, mails, states, uploads
from erp_b2b_smartbill.registration.facts import anaf_facts
from erp_b2b_smartbill.registration.rules import Rules
from erp_b2b_smartbill.text import fold


def submit(given: Mapping[str, Any], files: Sequence[uploads.Uploaded] = ()) -> Any:
	"""The stored B2B Registration, or None for what a robot sent: it is told the same and nothing is kept.

	Raises TooManyRequests, TooFast, NotReady with everything that has to be changed.
	"""
	settings = frappe.get_cached_doc("B2B Settings")
	limits.charge("submissions", settings.max_submissions_per_ip, limits.HOUR)
	if str(given.get(limits.HONEYPOT) or "").strip():
		return None
	submission, problems = form.read(given, countries())
	if submission is None:
		raise refused(problems)
	if frappe.session.user == "Guest":
		limits.require_time(str(given.get("opened") or ""), settings.min_seconds)
	documents = uploads.read(files)
	# last, and a company's together with the address that it came from: nobody uses up another's
	company = f"cui:{submission.cui_digits}:{frappe.local.request_ip}" if submission.cui_digits else ""
	for key in {company, f"mail:{submission.email}"} - {""}:
		limits.charge("submissions_of", settings.max_submissions_per_company, limits.DAY, identity=key)

	facts = anaf_facts(submission.cui_digits)
	doc = _insert(submission, documents, facts)
	# what happens next must not take the request with it
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return decide.after_change(doc.name) if doc.status == states.PENDING else doc


def refused(problems: Sequence[form.Problem]) -> NotReady:
	told = [
		{"field": problem.field, "message": _(problem.text).format(*problem.arguments)}
		for problem in problems
	]
	return NotReady(_("Some fields need your attention."), code="invalid", problems=told)


def countries() -> dict[str, str]:
	"""The site's countries by folded name and by ISO code, with the Romanian name of our own."""
	rows = frappe.get_all("Country", fields=["name", "code"], limit=0)
	known = {fold(row.name): row.name for row in rows}
	return known | {row.code.lower(): row.name for row in rows if row.code}


def _insert(submission: form.Submission, documents: Sequence[uploads.Document], facts: dict[str, Any]) -> Any:
	settings = frappe.get_cached_doc("B2B Settings")
	now = clock.now()
	rules = Rules(
		settings.approval_mode,
		bool(settings.require_confirmed_email),
		bool(settings.require_active_at_anaf),
		tuple(row.country for row in settings.allowed_countries) or ("Romania",),
	)
	must_confirm = rules.require_confirmed_email and mails.can_send()
	doc = frappe.new_doc("B2B Registration")
	doc.update(
		{
			**asdict(submission),
			**facts,
			"name_key": identity.name_key(submission.company_name)[:140],
			"status": states.AWAITING_CONFIRMATION if must_confirm else states.PENDING,
			"submitted_at": now,
			"terms_accepted_at": now,
			"terms_version": settings.terms_version,
			"approval_mode": rules.mode,
			"rules_at_submission": json.dumps(asdict(rules)),
			"access_id": frappe.generate_hash(length=20),
			"confirmation_sent_at": now if must_confirm else None,
			**_defaults(settings),
		}
	)
	doc.flags.written_by_registration = True
	doc.insert(ignore_permissions=True)
	if documents:
		uploads.store(doc, documents)
		doc.save(ignore_permissions=True)
	audit.record(audit.REGISTRATION_SUBMITTED, doc, after={"status": doc.status, "mode": rules.mode})
	if must_confirm:
		mails.send_confirmation(doc)
	return doc


def _defaults(settings: Any) -> dict[str, Any]:
	"""What the manager finds filled in; the tier's own terms come with the tier."""
	tier = (
		frappe.db.get_value(
			"B2B Tier",
			settings.default_tier,
			["price_list", "payment_terms", "company", "default_credit_limit"],
			as_dict=True,
		)
		if settings.default_tier
		else None
	) or frappe._dict()
	limit_of_tier = tier.default_credit_limit if tier.company else 0
	return {
		"tier": settings.default_tier,
		"customer_group": settings.default_customer_group,
		"territory": settings.default_territory,
		"sales_person": settings.default_sales_person,
		"price_list": tier.price_list,
		"payment_terms": tier.payment_terms,
		"company": (tier.company if limit_of_tier else None) or settings.default_company,
		"credit_limit": limit_of_tier or settings.default_credit_limit,
	}
