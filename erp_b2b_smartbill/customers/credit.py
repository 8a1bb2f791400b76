"""What customers may still buy on credit: ERPNext's own figures, for many customers and companies at once.

ERPNext answers for one customer, in six to eight queries; a page of twenty would cost a hundred and fifty. The rules are
those of its `get_credit_limit` and `get_customer_outstanding` (erpnext/selling/doctype/customer/customer.py, the same
in v15 and v16), and the tests compare the two one by one:

- the limit is the customer's for the company; else its group's, unless that one is marked as bypassed; else the
  company's. None or less is no limit;
- used is the customer's balance in the ledger, what is ordered and not billed, and what was delivered without an order
  or an invoice and is not billed. Orders do not count where the customer's own row bypasses the check at the Sales
  Order, as in ERPNext's report Customer Credit Balance.

Rights are not looked at: whoever shows a figure asks `may_see` first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import cint, flt

from erp_b2b_smartbill.permissions import CREDIT_READERS


@dataclass(frozen=True)
class Credit:
	"""Amounts in the company's currency. Without a limit nothing is available or missing: both are None."""

	limit: float | None
	used: float
	available: float | None
	currency: str

	@property
	def is_over_limit(self) -> bool:
		"""As ERPNext judges an order: what reaches the limit is not over it."""
		return self.limit is not None and self.used > self.limit

	def with_used(self, amount: float) -> Credit:
		"""With something more counted in what is used."""
		if not amount:
			return self
		available = None if self.available is None else round(self.available - amount, 2)
		return Credit(self.limit, round(self.used + amount, 2), available, self.currency)


@dataclass(frozen=True)
class Detail:
	"""A credit, and what it is made of. `source` of the limit is "customer", "customer_group" or "company", `whose` that
	document's name; both None without a limit. `ledger`, of so many `entries`, `orders` and `deliveries` add up to
	what is used."""

	credit: Credit
	source: str | None
	whose: str | None
	ledger: float
	entries: int
	orders: float
	deliveries: float
	ignores_orders: bool

	@property
	def is_empty(self) -> bool:
		return self.credit.limit is None and not (self.ledger or self.orders or self.deliveries)


@dataclass(frozen=True)
class _Terms:
	limit: float
	source: str | None
	whose: str | None
	ignores_orders: bool


# (customer, company)
Key = tuple[str, str]
# names; or those that exist with their Customer Group, where it is known already
Customers = Sequence[str] | dict[str, str | None]


def may_see(company: str | None = None) -> bool:
	"""Whether the session's user is shown credit, and may read that company."""
	if not set(CREDIT_READERS) & set(frappe.get_roles()):
		return False
	if not company:
		return True
	return bool(frappe.has_permission("Company", "read", doc=frappe.get_cached_doc("Company", company)))


def of(customers: Customers, company: str) -> dict[str, Credit]:
	"""The credit of those customers that exist, in the same number of queries however many they are."""
	return {name: one.credit for (name, _company), one in in_detail(customers, [company]).items()}


def limits_in_groups(customer: str, groups: Sequence[str]) -> dict[Key, float]:
	"""The limit that the customer has, or would have, in each of the customer groups, by (group, company); 0 is none."""
	of_companies = dict(frappe.get_all("Company", fields=["name", "credit_limit"], as_list=True))
	own, of_groups = _limits([customer], groups, list(of_companies))
	return {
		(group, company): _terms_of(
			(customer, *own.get((customer, company), (0.0, False))),
			(group, *of_groups.get((group, company), (0.0, False))),
			(company, flt(limit)),
		).limit
		for group in groups
		for company, limit in of_companies.items()
	}


def in_detail(customers: Customers, companies: Sequence[str]) -> dict[Key, Detail]:
	"""The credit of those customers that exist in each of the companies, which do. As many queries as for one of each."""
	if not customers or not companies:
		return {}
	of_companies = {
		name: frappe.get_cached_value("Company", name, ["credit_limit", "default_currency"])
		for name in companies
	}
	groups = customers if isinstance(customers, dict) else _groups_of(customers)
	terms = _terms(groups, {name: flt(limit) for name, (limit, _currency) in of_companies.items()})
	if not terms:
		return {}
	names = sorted({name for name, _company in terms})
	entries = list(_in_the_ledger(names, companies))
	ledger = _sums((name, company, amount) for name, company, amount, _number in entries)
	numbers = {(name, company): cint(number) for name, company, _amount, number in entries}
	delivered = _sums(_delivered(names, companies))
	ordered = _sums(_ordered(names, companies))
	digits = {
		currency: cint(frappe.get_precision("Sales Order", "base_grand_total", currency=currency))
		for currency in {currency for _limit, currency in of_companies.values()}
	}
	details: dict[Key, Detail] = {}
	for key, one in terms.items():
		currency = of_companies[key[1]][1]
		details[key] = _detail(
			one, ledger[key], numbers.get(key, 0), ordered[key], delivered[key], currency, digits[currency]
		)
	return details


def _detail(
	terms: _Terms, ledger: float, entries: int, ordered: float, delivered: float, currency: str, digits: int
) -> Detail:
	orders = 0.0 if terms.ignores_orders else ordered
	used, ledger, deliveries = (
		flt(amount, digits) for amount in (ledger + orders + delivered, ledger, delivered)
	)
	if terms.limit > 0:
		credit = Credit(terms.limit, used, flt(terms.limit - used, digits), currency)
		source, whose = terms.source, terms.whose
	else:
		credit, source, whose = Credit(None, used, None, currency), None, None
	# the rest, so that what is shown adds up to the cent: an order's part that is not billed has fractions of one
	orders = 0.0 if terms.ignores_orders else flt(used - ledger - deliveries, digits)
	return Detail(credit, source, whose, ledger, entries, orders, deliveries, terms.ignores_orders)


def _sums(rows: Iterable[tuple[str, str, Any]]) -> defaultdict[Key, float]:
	sums: defaultdict[Key, float] = defaultdict(float)
	for name, company, amount in rows:
		sums[name, company] += flt(amount)
	return sums


# Limits


def _groups_of(customers: Iterable[str]) -> dict[str, str | None]:
	"""The Customer Group of each that exists."""
	customer = DocType("Customer")
	return dict(
		frappe.qb.from_(customer)
		.select(customer.name, customer.customer_group)
		.where(customer.name.isin(sorted(set(customers))))
		.run()
	)


def _terms(groups: dict[str, str | None], limits_of_companies: dict[str, float]) -> dict[Key, _Terms]:
	companies = list(limits_of_companies)
	own, of_groups = _limits(list(groups), {group for group in groups.values() if group}, companies)
	return {
		(name, company): _terms_of(
			(name, *own.get((name, company), (0.0, False))),
			(group, *of_groups.get((group, company), (0.0, False))),
			(company, limits_of_companies[company]),
		)
		for name, group in groups.items()
		for company in companies
	}


def _terms_of(
	own: tuple[str, float, bool], group: tuple[str, float, bool], company: tuple[str, float]
) -> _Terms:
	"""Of the names with their limits, and whether the check is bypassed."""
	name, limit, bypass = own
	if limit:
		return _Terms(limit, "customer", name, bypass)
	name, limit, bypass_of_group = group
	if limit and not bypass_of_group:
		return _Terms(limit, "customer_group", name, bypass)
	name, limit = company
	return _Terms(limit, "company", name, bypass)


def _limits(
	customers: Collection[str], groups: Collection[str], companies: list[str]
) -> tuple[dict[Key, tuple[float, bool]], dict[Key, tuple[float, bool]]]:
	"""(limit, bypassed) by parent, of customers and of groups; of two rows for one company, which only a group can have,
	the one changed last."""
	# written out, as all that a page of the search asks: the query builder takes longer than the database
	rows = frappe.db.sql(
		"select parenttype, parent, company, credit_limit, bypass_credit_limit_check from `tabCustomer Credit Limit`"
		" where parenttype in %s and company in %s and parent in %s order by modified",
		# never an empty list: the number of queries is to be the same
		[["Customer", "Customer Group"], companies, sorted({*customers, *groups}) or [""]],
	)
	found: dict[str, dict[Key, tuple[float, bool]]] = {"Customer": {}, "Customer Group": {}}
	for parenttype, parent, company, limit, bypass in rows:
		found[parenttype][parent, company] = (flt(limit), bool(bypass))
	return found["Customer"], found["Customer Group"]


# What is used


def _in_the_ledger(names: list[str], companies: Sequence[str]) -> Iterable[tuple[str, str, Any, Any]]:
	"""The balance and the number of entries."""
	of_customers = (
		"from `tabGL Entry` where party_type = %s and party in %s and company in %s and is_cancelled = 0"
	)
	values = ["Customer", names, list(companies)]
	if len(names) > 1:
		return frappe.db.sql(
			f"select party, company, sum(debit) - sum(credit), count(*) {of_customers} group by party, company",
			values,
		)
	# columns of each company: thrice as fast on MariaDB as groups of many entries, which it keeps in a table
	of_each = (
		"sum(case when company = %s then debit - credit else 0 end),"
		" sum(case when company = %s then 1 else 0 end)"
	)
	[sums] = frappe.db.sql(
		f"select {', '.join([of_each] * len(companies))} {of_customers}",
		[*(company for company in companies for _column in range(2)), *values],
	)
	return zip(names * len(companies), companies, sums[::2], sums[1::2], strict=True)


def _ordered(names: list[str], companies: Sequence[str]) -> Iterable[tuple[str, str, Any]]:
	return frappe.db.sql(
		"select customer, company, sum(base_grand_total * (100 - per_billed) / 100) from `tabSales Order`"
		" where customer in %s and company in %s and docstatus = 1 and per_billed < 100 and status <> %s"
		" group by customer, company",
		[names, list(companies), "Closed"],
	)


def _delivered(names: list[str], companies: Sequence[str]) -> Iterable[tuple[str, str, float]]:
	"""Of each delivered row its part that is not billed, as a share of the delivery's total with taxes.

	What is billed is left out by the database: a customer who is always delivered to without an order has years of it."""
	rows = frappe.db.sql(
		# a sum for each row, not a join that is grouped: that one is twice as slow on MariaDB
		"select * from (select note.customer, note.company, item.amount,"
		" (select coalesce(sum(billed.amount), 0) from `tabSales Invoice Item` billed"
		" where billed.dn_detail = item.name and billed.docstatus = 1) as billed,"
		" note.base_net_total, note.base_grand_total"
		" from `tabDelivery Note` note join `tabDelivery Note Item` item on item.parent = note.name"
		" where note.customer in %s and note.company in %s and note.docstatus = 1 and note.status not in %s"
		" and note.base_net_total <> 0 and coalesce(item.against_sales_order, '') = ''"
		" and coalesce(item.against_sales_invoice, '') = '') delivered where amount > billed",
		[names, list(companies), ["Closed", "Stopped"]],
	)
	for customer, company, amount, billed_amount, net_total, grand_total in rows:
		yield customer, company, (flt(amount) - flt(billed_amount)) / flt(net_total) * flt(grand_total)
