"""The index of the customer search holds pairs of words since this version: an index that was built before lacks those of
the names that nobody has saved since."""

from __future__ import annotations

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import rebuild


def execute() -> None:
	"""Asks for a walk through the index; without the search it is built when that is switched on. A queue that is down
	stops no update."""
	if features.is_on(features.SEARCH):
		rebuild.ask_for_later()
