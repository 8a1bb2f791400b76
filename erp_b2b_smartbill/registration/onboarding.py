"""What an approval makes: the Customer with address and contact, or its link to an existing one, and the user of the
website. All of it in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import DocType

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers import duplicates, identity, onboard
from erp_b2b_smartbill.doctype.customer_external_link.customer_external_link import B2B
from erp_b2b_smartbill.exceptions import Conflict, NotReady
from erp_b2b_smartbill.registration import mails


@dataclass(frozen=True)
class Onboarded:
	"""`linked`: the Customer was there before."""

	customer: str
	address: str | None
	contact: str | None
	user: str
	linked: bool


def _check(doc: Any, terms: onboard.Terms) -> None:
	"""What has to be right before anything is made. Raises NotReady."""
	if not mails.can_send():
		text = _(
			"This site has no outgoing e-mail account: the applicant could not be told. Set one up first."
		)
		raise NotReady(
			text,
			code="no_outgoing_email",
			problems=[{"field": "email", "message": text, "doctype": "Email Account"}],
		)
	if terms.credit_limit and not terms.company:
		text = _("Say in which company the credit limit applies.")
		raise NotReady(text, problems=[{"field": "company", "message": text}])
	user = frappe.db.get_value("User", {"email": doc.email}, ["name", "enabled"], as_dict=True)
	if user and user.name in frappe.STANDARD_USERS:
		# what Guest is given, everybody has
		text = _("{0} is the address of a user of the system itself. Reject the request.").format(doc.email)
		raise NotReady(text, problems=[{"field": "email", "message": text}])
	if user and not user.enabled:
		text = _("The user {0} is disabled. Enable it, or reject the request.").format(doc.email)
		raise NotReady(text, problems=[{"field": "email", "message": text}])


def _existing(doc: Any, customer: str | None, create_new: bool) -> str | None:
	"""The existing Customer to link, or None for a new one. Raises Conflict where only a person can say: a fiscal code is
	public, and an e-mail alone makes nobody's company another's."""
	if customer:
		there = frappe.db.get_value("Customer", customer, ["name", "tax_id", "customer_name"], as_dict=True)
		if not there:
			text = _("{0} was not found.").format(customer)
			raise NotReady(text, problems=[{"field": "customer", "message": text}])
		other = identity.valid_cui(there.tax_id)
		if doc.cui_digits and other and other != doc.cui_digits:
			raise Conflict(
				_("{0} has another fiscal code, {1}: two companies are never made one.").format(
					there.customer_name, there.tax_id
				),
				code="other_company",
			)
		return there.name
	if create_new:
		return None
	same = same_companies(doc)
	if not same:
		return None
	if (only := _only_by_cui(same)) and doc.email_confirmed_at and doc.email in only.identity.emails:
		# whoever reads the mail of its own contact
		return only.name
	raise _choose(one.candidate.title for one in same)


def _choose(names: Iterable[str]) -> Conflict:
	"""To be raised."""
	return Conflict(
		_(
			"This company is there already: {0}. Choose the Customer to link, or say that a new one is made."
		).format(", ".join(names)),
		code="choose_customer",
	)


def same_companies(doc: Any) -> list[duplicates.Duplicate]:
	"""The Customers that surely are the same company as the request."""
	wanted = identity.Identity.of(
		cui=doc.cui_digits, name=doc.company_name, emails=[doc.email], phones=[doc.phone], reg_com=doc.reg_com
	)
	return [
		found
		for found in duplicates.find(wanted)
		if found.match.sure and found.candidate.source == "Customer"
	]


def _only_by_cui(same: list[duplicates.Duplicate]) -> duplicates.Candidate | None:
	only = len(same) == 1 and same[0].match.reason == identity.CUI and not same[0].candidate.disabled
	return same[0].candidate if only else None


def would_link(doc: Any) -> str | None:
	"""The existing Customer to propose: the only one with the fiscal code, or the one that is linked already."""
	if known := onboard.customer_of(_external(doc)):
		return known
	only = _only_by_cui(same_companies(doc))
	return only.name if only else None


def create(
	doc: Any, terms: onboard.Terms, *, customer: str | None = None, create_new: bool = False
) -> Onboarded:
	"""Raises NotReady, Conflict; whatever is raised, the caller's transaction is to be rolled back."""
	_check(doc, terms)
	existing = _existing(doc, customer or onboard.customer_of(_external(doc)), create_new)
	user = _user(doc)
	new = _new_customer(doc, terms, user)
	try:
		made = (
			onboard.add_to_customer(existing, new)
			if existing
			else onboard.make_customer(new, even_if_known=create_new)
		)
	except onboard.CustomerExists as error:
		# somebody made it since this transaction began
		raise _choose(error.customers) from error
	return Onboarded(made.customer, made.address, made.contact, user, linked=bool(existing))


def make_again(doc: Any, terms: onboard.Terms) -> onboard.Made:
	"""The Customer of an approved request, whose first one was deleted. Nobody is let in who was not: a user that is gone
	or disabled stays so, and the personal data of the request may have been erased. Raises CustomerExists."""
	user = frappe.db.get_value("User", {"name": doc.user or "", "enabled": 1}, "name")
	return onboard.make_customer(_new_customer(doc, terms, user))


def _new_customer(doc: Any, terms: onboard.Terms, user: str | None) -> onboard.NewCustomer:
	if not terms.credit_limit:
		# without a limit of its own the company says nothing
		terms = replace(terms, company=None, credit_limit=None)
	line, city = doc.address_line or doc.city, doc.city or doc.address_line
	return onboard.NewCustomer(
		name=doc.company_name,
		tax_id=doc.cui or "",
		vat_payer=doc.vat_payer or "",
		reg_com=doc.reg_com or "",
		language=doc.language or "",
		portal_user=user,
		terms=terms,
		address=onboard.NewAddress(line, city, doc.county or "", doc.postal_code or "", doc.country)
		if line
		else None,
		contact=onboard.NewContact(doc.first_name, doc.last_name or "", doc.email, doc.phone or "", user)
		if doc.email
		else None,
		external=_external(doc),
	)


def _external(doc: Any) -> onboard.ExternalId:
	return onboard.ExternalId(B2B, doc.name)


def _user(doc: Any) -> str:
	"""The user of the website with this e-mail, made when there is none; no mail of Frappe's own is sent."""
	name = frappe.db.get_value("User", {"email": doc.email}, "name")
	if not name:
		user = frappe.get_doc(
			{
				"doctype": "User",
				"email": doc.email,
				"first_name": doc.first_name,
				"last_name": doc.last_name or None,
				"language": doc.language or None,
				"user_type": "Website User",
				"send_welcome_email": 0,
				# where Frappe leads after the first password
				"redirect_url": "/b2b/account" if features.is_on(features.PORTAL) else None,
				"roles": [{"role": "Customer"}],
			}
		)
		user.flags.no_welcome_mail = True
		_insert_unthrottled(user)
		return user.name
	if "Customer" not in frappe.get_roles(name):
		user = frappe.get_doc("User", name)
		user.append("roles", {"role": "Customer"})
		user.save(ignore_permissions=True)
	return name


def _insert_unthrottled(user: Any) -> None:
	"""Frappe lets a site make 60 users an hour, against sign-ups by robots; these were approved one by one."""
	before = frappe.conf.get("throttle_user_limit")
	frappe.conf.throttle_user_limit = 1_000_000
	try:
		user.insert(ignore_permissions=True)
	finally:
		if before is None:
			frappe.conf.pop("throttle_user_limit")
		else:
			frappe.conf.throttle_user_limit = before


def has_password(user: str) -> bool:
	auth = DocType("__Auth")
	found = (
		frappe.qb.from_(auth)
		.select(auth.name)
		.where((auth.doctype == "User") & (auth.fieldname == "password") & (auth.name == user))
		.limit(1)
		.run()
	)
	return bool(found)
