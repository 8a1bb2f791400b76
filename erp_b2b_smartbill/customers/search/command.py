"""The command `bench smartbill-search-rebuild`: the walk over all records in the foreground, so it needs no worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.search import rebuild, state

TELL_EVERY_S = 2.0

Say = Callable[[str], Any]


def run(say: Say, *, fresh: bool = False) -> int:
	"""The exit code: 0 when the index is in line with the records."""
	frappe.set_user("Administrator")
	if not features.is_on(features.SEARCH):
		say("The customer search is switched off: switch it on in B2B Settings.")
		return 1
	began = told = time.monotonic()

	def tell(done: int, total: int) -> None:
		nonlocal told
		if time.monotonic() - told >= TELL_EVERY_S:
			told = time.monotonic()
			say(f"  {done:,} of {total:,} records")

	if not rebuild.rebuild(fresh, tell):
		say("Another walk over the records began meanwhile; this one ended.")
		return 1
	end = state.outcome()
	say(f"{end['parties']:,} parties in {time.monotonic() - began:.0f} s; {end['drift']:,} differed.")
	return 0
