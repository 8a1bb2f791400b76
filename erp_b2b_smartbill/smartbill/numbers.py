"""What this site knows of the numbers of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe

from erp_b2b_smartbill.smartbill import states

if TYPE_CHECKING:
	from erp_b2b_smartbill.smartbill.claim import Claim


def next_after(claimed: Claim, previous: str | None) -> int | None:
	"""The number that follows `previous`, when that document was the last one sent in the series and got the number it
	was expected to get; None when the counter has to be read. The claim holds the series, so nobody joins in."""
	if not previous or claimed.verify_from:
		return None
	own = frappe.db.get_value(claimed.kind.doctype, claimed.name, ["account", "series"], as_dict=True)
	last = frappe.get_all(
		claimed.kind.doctype,
		{
			"account": own.account,
			"series": own.series,
			"sent_at": ["is", "set"],
			"name": ["!=", claimed.name],
		},
		["name", "status", "number_value", "expected_number"],
		order_by="sent_at desc",
		limit=1,
	)
	if not last or last[0].name != previous or last[0].status != states.ISSUED:
		return None
	number = last[0].number_value
	return number + 1 if number and number == last[0].expected_number else None


def unknown_between(claimed: Claim, counter: int) -> list[int]:
	"""The numbers given since the claim's `verify_from` that belong to no document of this site; `counter` is the next
	number of the series that they are of."""
	account = frappe.db.get_value(claimed.kind.doctype, claimed.name, "account")
	known = known_numbers(claimed.kind.doctype, account, claimed.verify_series, claimed.verify_from, counter)
	return [number for number in range(claimed.verify_from, counter) if number not in known]


def known_numbers(doctype: str, account: str, series: str, start: int, end: int) -> set[int]:
	"""The numbers from `start` to before `end` that documents of this site have, cancelled ones included."""
	return set(
		frappe.get_all(
			doctype,
			# not "between": v15 takes its values for dates
			[
				["account", "=", account],
				["series", "=", series],
				["number_value", ">=", start],
				["number_value", "<", end],
			],
			pluck="number_value",
		)
	)


def usual_width(doctype: str, account: str, series: str) -> int | None:
	"""How wide SmartBill writes the numbers of a series, by the last one that it gave."""
	last = frappe.get_all(
		doctype,
		{"account": account, "series": series, "number_value": [">", 0]},
		"number",
		order_by="number_value desc",
		limit=1,
		pluck="number",
	)
	return len(last[0]) if last else None
