"""What parties share: the questions that decide whether two of them are one company (groups.Index)."""

from __future__ import annotations

from collections.abc import Collection

import frappe

from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.groups import LOOSE
from erp_b2b_smartbill.customers.search.tables import (
	CLIENT,
	CUSTOMER,
	EMAIL,
	PARTY,
	PHONE,
	REGISTRATION,
	TOKEN,
)

# an address that so many parties carry tells nobody apart
MAX_ROWS = 5000


class SharedData:
	def contacts(self, parties: Collection[Party], with_phones: Collection[Party]) -> dict[int, set[str]]:
		"""Of those that are no Customers, and of Customers what they share with these."""
		if not (loose := [party.party for party in parties if party.lane in LOOSE]):
			return {}
		rows = frappe.db.sql(
			# no ranges of tokens: MariaDB would try each of them for each party first
			f"select party, token from {TOKEN} where party in %s and substr(token, 2, 1) in %s",
			[loose, [EMAIL, PHONE]],
		)
		phones_of = {party.party for party in with_phones}
		rows = [(party, token) for party, token in rows if token[1] == EMAIL or party in phones_of]
		shared = sorted({CUSTOMER + token[1:] for _party, token in rows})
		if shared and any(party.lane == CUSTOMER for party in parties):
			rows += frappe.db.sql(
				f"select party, token from {TOKEN} where token in %s limit {MAX_ROWS}", [shared]
			)
		found: dict[int, set[str]] = {}
		for party, token in rows:
			found.setdefault(party, set()).add(token[1:])
		return found

	def carriers(self, emails: Collection[str]) -> dict[str, int]:
		# what is a Customer is counted there
		tokens = [lane + EMAIL + email for lane in (CUSTOMER, CLIENT, REGISTRATION) for email in emails]
		rows = frappe.db.sql(
			f"select t.token, t.party, p.cui from {TOKEN} t left join {PARTY} p on p.party = t.party"
			f" where t.token in %s limit {MAX_ROWS}",
			[tokens],
		)
		companies: dict[str, set[str]] = {}
		for token, party, cui in rows:
			# a Customer is one even beside another of the same CUI
			companies.setdefault(token, set()).add(cui if cui and token[0] != CUSTOMER else str(party))
		counts: dict[str, int] = {}
		for token, several in companies.items():
			counts[token[2:]] = max(counts.get(token[2:], 0), len(several))
		return counts

	def left_apart(self, clients: Collection[str]) -> set[str]:
		return set(
			frappe.get_all(
				"SmartBill Client", {"name": ["in", sorted(clients)], "keep_unlinked": 1}, pluck="name"
			)
		)
