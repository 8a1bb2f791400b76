"""Which items can be quoted today, as ERPNext would have it in a new Quotation."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe.query_builder import DocType
from frappe.utils import getdate, nowdate
from pypika import Table
from pypika.terms import Criterion

# MariaDB may hold a date of zeros, which is none
_NO_DATE = getdate("1900-01-01")


def is_on_sale(item: Table) -> Criterion:
	"""The condition: not disabled, meant to be sold, no template of variants, not at the end of its life."""
	lives = (
		item.end_of_life.isnull() | (item.end_of_life > getdate(nowdate())) | (item.end_of_life < _NO_DATE)
	)
	return (item.disabled == 0) & (item.is_sales_item == 1) & (item.has_variants == 0) & lives


def items_on_sale(names: Sequence[str] | None = None) -> set[str]:
	"""All, or those of `names`."""
	item = DocType("Item")
	query = frappe.qb.from_(item).select(item.name).where(is_on_sale(item))
	if names is not None:
		query = query.where(item.name.isin(list(names) or [""]))
	return set(query.run(pluck=True))
