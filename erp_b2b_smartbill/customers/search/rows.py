"""One page of companies as it is answered (docs/search.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from frappe import _
from frappe.utils import get_datetime

from erp_b2b_smartbill.customers import credit, discount
from erp_b2b_smartbill.customers.search import matches
from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.groups import Group
from erp_b2b_smartbill.customers.search.matches import Told
from erp_b2b_smartbill.customers.search.page import REGISTRATION, Page
from erp_b2b_smartbill.customers.search.rights import B2B, ERP, SMARTBILL, SOURCE_OF_LANE, SOURCES, Rights
from erp_b2b_smartbill.customers.search.tables import CUSTOMER, DOCTYPES, EMAIL, PHONE
from erp_b2b_smartbill.registration import states
from erp_b2b_smartbill.text import N_

STATUSES = {
	"disabled": N_("Disabled"),
	"blocked": N_("Blocked"),
	"over_limit": N_("Over the credit limit"),
	"pending_registration": N_("Registration waits for a decision"),
}


def of(
	groups: Sequence[Group], may: Rights, company: str | None, used_at: Mapping[str, Any]
) -> list[dict[str, Any]]:
	"""A record that is not there any more, though the index knows it, has no row."""
	if not groups:
		return []
	rows = _Rows(Page(groups, may), company, used_at)
	return [row for group in groups if (row := rows.of(group))]


class _Rows:
	def __init__(self, page: Page, company: str | None, used_at: Mapping[str, Any]):
		self.page, self.used_at = page, used_at
		docs = page.customers.values()
		self.discounts = discount.of(doc.b2b_tier for doc in docs)
		self.credits: dict[str, credit.Credit] = {}
		if company and credit.may_see(company):
			self.credits = credit.of({doc.name: doc.customer_group for doc in docs}, company)

	def of(self, group: Group) -> dict[str, Any] | None:
		shown = self._customer(group.customer) if group.customer else self._other(group.main)
		if shown is None:
			return None
		name = group.customer or ""
		registration = self._registration(group)
		status = self._status(name, registration)
		doc, used_at = self.page.customers.get(name), self.used_at.get(name)
		tier = doc.b2b_tier if doc and doc.b2b_tier in self.discounts else None
		return {
			**shown,
			"sources": [source for source in SOURCES if source in group.sources],
			"customer": group.customer,
			"credit": self._credit(name),
			"discount": self.discounts[tier] if tier else None,
			"tier": tier,
			"match": self._match(group, shown["display_name"]),
			"status": status,
			"status_text": _(STATUSES[status]) if status else None,
			"registration": registration,
			"last_used": get_datetime(used_at).date() if used_at else None,
		}

	def _customer(self, name: str) -> dict[str, Any] | None:
		doc = self.page.customers.get(name)
		if doc is None:
			return None
		phone = doc.mobile_no or self.page.first(name, PHONE)
		return {
			"id": f"{ERP}:{doc.name}",
			"display_name": doc.customer_name or doc.name,
			"cui": doc.tax_id or None,
			"email": doc.email_id or self.page.first(name, EMAIL),
			"phone": f"+{phone}" if phone and not doc.mobile_no else phone,
			"city": self.page.city(name, doc.customer_primary_address),
			"source": ERP,
			"selectable": not doc.disabled,
		}

	def _other(self, main: Party) -> dict[str, Any] | None:
		source = SOURCE_OF_LANE[main.lane]
		docs = {SMARTBILL: self.page.clients, B2B: self.page.registrations}[source]
		doc = docs.get(main.record)
		if doc is None:
			return None
		return {
			"id": f"{source}:{doc.name}",
			"display_name": doc.get("client_name") or doc.get("company_name") or doc.name,
			"cui": doc.get("vat_code") or doc.get("cui") or None,
			"email": doc.email or None,
			"phone": doc.phone or None,
			"city": doc.city or None,
			"source": source,
			"selectable": source == SMARTBILL or doc.status == states.APPROVED,
		}

	def _status(self, customer: str, registration: dict[str, str] | None) -> str | None:
		doc, given = self.page.customers.get(customer), self.credits.get(customer)
		if doc and doc.disabled:
			return "disabled"
		if doc and doc.is_frozen:
			return "blocked"
		if given and given.is_over_limit:
			return "over_limit"
		return "pending_registration" if registration and registration["status"] in states.OPEN else None

	def _credit(self, customer: str) -> dict[str, Any] | None:
		given = self.credits.get(customer)
		if given is None:
			return None
		return {
			"limit": given.limit,
			"used": given.used,
			"available": given.available,
			"currency": given.currency,
		}

	def _registration(self, group: Group) -> dict[str, str] | None:
		names = [hit.party.record for hit in group.hits if DOCTYPES[hit.party.lane] == REGISTRATION]
		names += self.page.registrations_of.get(group.customer or "", ())
		known = self.page.registrations
		docs = [known[name] for name in dict.fromkeys(names) if name in known]
		if not docs:
			return None
		# one that waits matters more than one that is done
		doc = next((doc for doc in docs if doc.status in states.OPEN), docs[0])
		return {"name": doc.name, "status": doc.status}

	def _match(self, group: Group, shown: str) -> dict[str, Any] | None:
		"""None where nothing was typed."""
		hit = group.best
		if not hit.reading:
			return None
		own, title = self._own(hit.party, is_shown=not group.customer and hit.party == group.main)
		said = self.page.said(hit.party.party, own, hit.reading)
		return matches.of(hit, said, shown, title or shown, own.source)

	def _own(self, party: Party, is_shown: bool) -> tuple[Told, str]:
		"""What the record that was found says itself, and its title."""
		if party.lane == CUSTOMER:
			return Told(name=party.record), ""
		if SOURCE_OF_LANE[party.lane] == SMARTBILL:
			doc = self.page.clients.get(party.record)
			source = _("client in SmartBill")
			person, title = (doc.contact, doc.client_name) if doc else ("", "")
		else:
			doc = self.page.registrations.get(party.record)
			source = _("registration {0}").format(party.record)
			person = f"{doc.first_name or ''} {doc.last_name or ''}".strip() if doc else ""
			title = doc.company_name if doc else ""
		city = doc.city if doc else ""
		return Told(person or "", city or "", party.record, None if is_shown else source), title or ""
