"""What differs between two sets of rows of Customer Credit Limit. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# {company, credit_limit, bypass_credit_limit_check}; amounts in the company's currency
Row = dict[str, Any]
# as the database keeps it
DIGITS = 9


def plain(rows: Iterable[Any]) -> list[Row]:
	"""Of documents or dicts; a form sends numbers as texts, and nothing for 0."""
	return sorted(
		(
			{
				"company": row.get("company"),
				"credit_limit": round(float(row.get("credit_limit") or 0), DIGITS),
				"bypass_credit_limit_check": int(row.get("bypass_credit_limit_check") or 0),
			}
			for row in rows
		),
		key=lambda row: (row["company"] or "", row["credit_limit"], row["bypass_credit_limit_check"]),
	)


def between(before: Iterable[Any], after: Iterable[Any]) -> tuple[list[Row], list[Row]]:
	"""The rows that are only before, and those that are only after: of what stayed there is nothing in either."""
	old, new = plain(before), plain(after)
	# a list of its own for each, for a company may be there twice
	gone = list(old)
	come = []
	for row in new:
		if row in gone:
			gone.remove(row)
		else:
			come.append(row)
	return gone, come
