"""The tab History: what there was between us and the customer, and what became of our quotations.

The timeline is of the company that was asked for, or else of all that the user may read; figures are of one, in its
currency. Whoever may not read Quotations or Sales Orders has no figures. What each figure means, `conversion` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Count
from frappe.utils import cint, flt

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.customers.overview import conversion, parties, quotes, timeline
from erp_b2b_smartbill.customers.overview.conversion import MONTHS, Month, Offer, Summary
from erp_b2b_smartbill.customers.overview.links import link_to, list_of
from erp_b2b_smartbill.customers.overview.parties import Parties
from erp_b2b_smartbill.customers.overview.quotes import Days, Loss
from erp_b2b_smartbill.customers.overview.scope import Scope, visible

# a list in the desk is filtered by the names themselves, so that it shows what was counted
MAX_NAMES = 100
MAX_LOST = 5
NEEDED = ("Quotation", "Sales Order")


def show(scope: Scope) -> dict[str, Any]:
	"""{company, currency, timeline, conversion, withheld}: without what is withheld there are no figures."""
	withheld = [doctype for doctype in NEEDED if not frappe.has_permission(doctype, "read")]
	has_figures = bool(scope.company) and not withheld
	return {
		"company": scope.company,
		"currency": scope.currency,
		"timeline": timeline.of(scope),
		"conversion": _Figures(scope).shown() if has_figures else None,
		"withheld": withheld,
	}


def count(scope: Scope) -> int | None:
	"""What the tab's label says: the submitted quotations, of the company that was asked for or else of all; None for
	whom may read none."""
	if not frappe.has_permission("Quotation", "read"):
		return None
	if scope.is_company_given:
		scope = scope.of_company
	quotation = DocType("Quotation")
	whose = parties.of(scope).are(quotation.quotation_to, quotation.party_name)
	query = frappe.qb.from_(quotation).select(Count("*")).where(whose & (quotation.docstatus == 1))
	return query.where(visible("Quotation", quotation, scope)).run()[0][0]


class _Figures:
	"""Over the twelve months that end with this one, and the twelve before them."""

	def __init__(self, scope: Scope):
		self.scope = scope
		self.whom: Parties = parties.of(scope)
		self.today: date = clock.now().date()
		self.digits = cint(frappe.get_precision("Quotation", "base_net_total", currency=scope.currency))
		months = conversion.months_until(self.today, 2 * MONTHS)
		self.months_before, self.months = months[:MONTHS], months[MONTHS:]

	def shown(self) -> dict[str, Any]:
		"""{as_of, period, total, months, before, trend, lost, orders_without_quotation}."""
		both = quotes.offers(self.scope, self.whom, _days(self.months_before + self.months), self.today)
		now = [offer for offer in both if offer.on >= self.months[0].first]
		before = [offer for offer in both if offer.on < self.months[0].first]
		total, previous = conversion.summary(now, self.today), conversion.summary(before, self.today)
		return {
			"as_of": self.today,
			"period": self._period(self.months),
			"total": {**self._summary(total), "lists": self._lists(now)},
			"months": self._months(now),
			"before": {**self._period(self.months_before), **self._summary(previous)},
			"trend": {
				"by_number": conversion.change(total.rate_by_number, previous.rate_by_number),
				"by_value": conversion.change(total.rate_by_value, previous.rate_by_value),
			},
			"lost": self._lost(),
			"orders_without_quotation": self._orders_without(),
		}

	def _period(self, months: Sequence[Month]) -> dict[str, date]:
		days = _days(months)
		return {"from": days.first, "to": days.last}

	def _summary(self, summary: Summary) -> dict[str, Any]:
		return {
			"number": summary.number,
			"value": {outcome: self._money(value) for outcome, value in summary.value.items()},
			"rate": {"by_number": summary.rate_by_number, "by_value": summary.rate_by_value},
			"rate_decided": {
				"by_number": summary.rate_decided_by_number,
				"by_value": summary.rate_decided_by_value,
			},
			"median_days_to_order": summary.median_days_to_order,
		}

	def _months(self, offers: Iterable[Offer]) -> list[dict[str, Any]]:
		of_months = conversion.by_month(offers, self.months)
		return [
			{
				"month": month.key,
				**self._summary(conversion.summary(some, self.today)),
				"list": self._list(some, self._quoted(month)),
			}
			for month, some in zip(self.months, of_months, strict=True)
		]

	def _lost(self) -> dict[str, Any]:
		"""A quotation that was lost for two reasons counts for both."""
		rows = quotes.losses(self.scope, self.whom, _days(self.months))
		numbers = Counter(row.reason for row in rows)
		return {
			"number": len({row.name for row in rows}),
			"reasons": [
				self._reason(reason, [row for row in rows if row.reason == reason])
				# the most frequent first
				for reason in sorted(filter(None, numbers), key=lambda reason: (-numbers[reason], reason))
			],
			"without_reason": numbers[None],
			"latest": self._latest(rows),
		}

	def _reason(self, reason: str, losses: list[Loss]) -> dict[str, Any]:
		filters = self._quoted(*self.months) | {
			"status": "Lost",
			"Quotation Lost Reason Detail.lost_reason": reason,
		}
		return {
			"reason": reason,
			"number": len(losses),
			"value": self._money(sum((row.value for row in losses), start=Decimal(0))),
			"list": self._list_of(len(losses), [row.name for row in losses], filters),
		}

	def _latest(self, rows: Sequence[Loss]) -> list[dict[str, Any]]:
		latest: dict[str, dict[str, Any]] = {}
		for row in rows:
			if row.name not in latest and len(latest) == MAX_LOST:
				break
			told = latest.setdefault(
				row.name,
				{
					"name": row.name,
					"date": row.on,
					"reasons": [],
					"detail": row.detail,
					"link": link_to("Quotation", row.name),
				},
			)
			if row.reason:
				told["reasons"].append(row.reason)
		return list(latest.values())

	def _orders_without(self) -> dict[str, Any]:
		number, value, names = quotes.orders_without(self.scope, _days(self.months), MAX_NAMES + 1)
		# beyond that, no filter of a list says "none of its rows"
		is_listed = 0 < number <= MAX_NAMES
		return {
			"number": number,
			"value": self._money(value),
			"list": list_of("Sales Order", {"name": ["in", names]}) if is_listed else None,
		}

	# Lists that show what was counted

	def _lists(self, offers: Sequence[Offer]) -> dict[str, Any]:
		by_outcome: dict[str, list[Offer]] = {outcome: [] for outcome in conversion.OUTCOMES}
		for offer in offers:
			by_outcome[conversion.outcome(offer, self.today)].append(offer)
		undecided = ["not in", ["Lost", "Ordered", "Partially Ordered", "Cancelled"]]
		more = {
			conversion.WON: {"status": ["in", ["Ordered", "Partially Ordered"]]},
			conversion.LOST: {"status": "Lost"},
			conversion.EXPIRED: {"status": undecided, "valid_till": ["<", self.today]},
			conversion.OPEN: {"status": undecided, "valid_till": [">=", self.today]},
		}
		everything = self._quoted(*self.months)
		lists = {
			outcome: self._list(some, everything | more[outcome]) for outcome, some in by_outcome.items()
		}
		return {"quoted": self._list(offers, everything), **lists}

	def _list(self, offers: Sequence[Offer], filters: dict[str, Any]) -> dict[str, Any] | None:
		names = [name for offer in offers for name in offer.names]
		return self._list_of(sum(offer.number for offer in offers), names, filters)

	def _list_of(self, number: int, names: list[str], filters: dict[str, Any]) -> dict[str, Any] | None:
		"""None of nothing. The filters are for more than names can be given of."""
		if number == len(names) <= MAX_NAMES:
			filters = {"name": ["in", names]}
		return list_of("Quotation", filters) if number else None

	def _quoted(self, *months: Month) -> dict[str, Any]:
		days = _days(months)
		return {
			**self.whom.filters("quotation_to", "party_name"),
			"company": self.scope.company,
			"docstatus": 1,
			# a date, which is what v15 takes both values for; the list in the desk asks for it, no query of ours
			"transaction_date": ("between", [days.first, days.last]),
		}

	def _money(self, value: Any) -> dict[str, Any]:
		return {"value": flt(value, self.digits), "currency": self.scope.currency}


def _days(months: Sequence[Month]) -> Days:
	return Days(months[0].first, months[-1].last)
