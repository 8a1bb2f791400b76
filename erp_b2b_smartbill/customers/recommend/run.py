"""The nightly run. Once a week it counts anew what is bought together and looks at every customer; on other nights only
at those whose documents changed. One job, a chunk of customers a transaction with its place behind it: a run that was
broken off goes on where it stood, and memory does not grow with the number of customers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

import frappe
from frappe.utils import add_months, getdate, nowdate

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.customers import walks
from erp_b2b_smartbill.customers.on_sale import items_on_sale
from erp_b2b_smartbill.customers.recommend import choice, documents, purchases, state, store
from erp_b2b_smartbill.customers.recommend.purchases import Days
from erp_b2b_smartbill.customers.recommend.together import Baskets

# how far back purchases are looked at
MONTHS = 18
CHUNK = 500
# items whose neighbours are written at once
ITEMS = 500
# a run that does not move for so long was broken off
STALE = timedelta(minutes=15)
_TRIES = 5
_JOB = "b2b_recommend"


def start_nightly() -> None:
	"""Scheduled, while Customer 360 is on."""
	if features.is_on(features.OVERVIEW):
		enqueue()


def resume_abandoned() -> None:
	"""Scheduled: a run that was broken off goes on."""
	if features.is_on(features.OVERVIEW) and state.at().walk and not is_running():
		enqueue()


def enqueue() -> None:
	"""Run in a background job, once this transaction is committed, unless there is such a job."""
	walks.enqueue("erp_b2b_smartbill.customers.recommend.run.work", _JOB)


def is_running() -> bool:
	at = state.at()
	return bool(at.walk and at.moved_at and at.moved_at > clock.now() - STALE)


def work() -> None:
	"""The background job."""
	if not features.is_on(features.OVERVIEW) or is_running():
		return
	if state.at().walk:
		resume()
	else:
		recommend()


def recommend(full: bool | None = None) -> bool:
	"""Begin a run, over all customers or only those that changed; None: as is due. All that was not committed before is.
	False when it did not come to its end: another one began, or Customer 360 was switched off."""
	walk = frappe.generate_hash(length=10)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	state.begin(walk, full=full)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return _Run(walk).go()


def resume() -> bool:
	"""Go on where the last run was broken off."""
	walk = frappe.generate_hash(length=10)
	state.take_over(walk)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return _Run(walk).go()


def renew(customers: Sequence[str], neighbours: store.Neighbours, on_sale: set[str]) -> int:
	"""The recommendations of these customers, anew, in the caller's transaction. Returns how many there are."""
	items = _bought(customers, _since())
	known = neighbours.of(item for theirs in items.values() for item in theirs)
	today = getdate(nowdate())
	choices = {customer: choice.of(theirs, known, on_sale, today) for customer, theirs in items.items()}
	return store.write(customers, choices)


def _since() -> date:
	return getdate(add_months(nowdate(), -MONTHS))


def _bought(customers: Sequence[str], since: date) -> dict[str, dict[str, Days]]:
	lines = documents.lines(customers, since)
	return {customer: items for customer in lines if (items := purchases.bought(lines[customer], since))}


class _Run:
	def __init__(self, walk: str):
		self._walk = walk
		self._on_sale = items_on_sale()

	def go(self) -> bool:
		"""To the end; False when it has to stop before."""
		if state.at().step == state.ASSOCIATIONS and not self._associate():
			return False
		at = state.at()
		position, done, made = at.position, at.done, at.made
		neighbours = store.Neighbours()
		while names := documents.customers_after(position, CHUNK, at.since, at.also):
			written = _tried(lambda names=names: renew(names, neighbours, self._on_sale))
			if not self._may_go_on():
				return False
			position, done, made = names[-1], done + len(names), made + written
			state.step(state.CUSTOMERS, position, done, made)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		_tried(store.remove_orphans)
		if not self._may_go_on():
			return False
		state.finish()
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return True

	def _associate(self) -> bool:
		"""Count what is bought together. Broken off, it begins again: it takes a small part of the run."""
		baskets, position, since = Baskets(), "", _since()
		while names := documents.customers_after(position, CHUNK, None, ()):
			for customer, items in _bought(names, since).items():
				baskets.add(customer, purchases.baskets(items))
			position = names[-1]
			if not self._moves():
				return False
		store.forget_associations()
		found: Iterator = baskets.neighbours(self._on_sale)
		while some := list(islice(found, ITEMS)):
			store.add_associations(some)
			if not self._moves():
				return False
		state.step(state.CUSTOMERS)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return True

	def _moves(self) -> bool:
		if not self._may_go_on():
			return False
		state.moved()
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		return True

	def _may_go_on(self) -> bool:
		if features.is_on(features.OVERVIEW, anew=True) and walks.is_current(state.STATE, self._walk):
			return True
		frappe.db.rollback()
		return False


def _tried(work: Callable[[], int | None]) -> int:
	"""Somebody who deletes or merges a customer may have been first: again, from the beginning of the chunk."""
	for _attempt in range(_TRIES - 1):
		try:
			return work() or 0
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			frappe.db.rollback()
			clock.pause(1)
	return work() or 0
