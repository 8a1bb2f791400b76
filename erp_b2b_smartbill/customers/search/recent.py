"""What is shown before anything is typed: the Customers that the user chose last, those that he looks after, and those
that anybody quoted last."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill.customers.search import tokens
from erp_b2b_smartbill.customers.search.asked import Look, Sql, by_ids, looked
from erp_b2b_smartbill.customers.search.candidates import FEW_ENOUGH, MANY, PER_LANE
from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.groups import Group
from erp_b2b_smartbill.customers.search.ranking import Fit, Hit
from erp_b2b_smartbill.customers.search.rights import Rights
from erp_b2b_smartbill.customers.search.tables import CUSTOMER, PARTY, TOKEN


def groups(may: Rights, used: Iterable[str]) -> list[Group]:
	"""`used` are the Customers that the user chose, the latest first."""
	if CUSTOMER not in may.lanes:
		return []
	order = {name: at for at, name in enumerate(used)}
	chosen = _customers(may, by_ids(order)) if order else []
	found = sorted(chosen, key=lambda party: order[party.record])
	found += _by_activity(_customers(may, _kept(), latest=True))
	found += _by_activity(_of_anybody(may, len({party.party for party in found}) < FEW_ENOUGH))
	different = {party.party: party for party in found}.values()
	return [Group(party.record, [Hit(party, Fit.NAME)]) for party in different]


def by_name(may: Rights) -> list[Group]:
	"""The first Customers of all, for a site where nobody has quoted yet."""
	by = Sql(
		f"select party from {PARTY} where lane = %s order by lane, name_key limit {PER_LANE}", (CUSTOMER,)
	)
	found = sorted(_customers(may, by), key=lambda party: (party.name_key, party.party))
	return [Group(party.record, [Hit(party, Fit.NAME)]) for party in found]


def _customers(may: Rights, driver: Sql, **more: bool) -> list[Party]:
	[found] = looked([Look(driver, CUSTOMER, PER_LANE, **more)], may)
	return found


def _kept() -> Sql:
	"""Those that the user looks after, as account manager or in the sales team."""
	values = [CUSTOMER + token for token in sorted(tokens.of_keepers([frappe.session.user, *_persons()]))]
	return Sql(
		f"select distinct party from (select party from {TOKEN} where token in %s limit {MANY}) k", (values,)
	)


def _persons() -> list[str]:
	"""The Sales Persons that the user is."""
	person = DocType("Sales Person")
	if not frappe.get_meta("Sales Person").has_field("employee"):
		return []
	employee = DocType("Employee")
	return (
		frappe.qb.from_(person)
		.join(employee)
		.on(employee.name == person.employee)
		.select(person.name)
		.where(employee.user_id == frappe.session.user)
		.limit(20)
		.run(pluck=True)
	)


def _of_anybody(may: Rights, is_short: bool) -> list[Party]:
	if may.is_restricted(CUSTOMER) and is_short and (few := may.few_customers()) is not None:
		# those that are quoted most may all be others'
		return _customers(may, by_ids(few), customers_known=True, latest=True) if few else []
	return _customers(
		may,
		Sql(
			f"select party from {PARTY} where lane = %s and active_on is not null"
			f" order by active_on desc limit {PER_LANE}",
			(CUSTOMER,),
		),
	)


def _by_activity(parties: list[Party]) -> list[Party]:
	return sorted(
		parties,
		key=lambda party: (
			-(party.active_on.toordinal() if party.active_on else 0),
			party.words,
			party.party,
		),
	)
