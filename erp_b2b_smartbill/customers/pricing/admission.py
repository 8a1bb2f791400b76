"""ERPNext's search takes a tier's Pricing Rule only through here, and only for a document of that tier.

ERPNext asks a rule's condition of a document. Whoever asks for a price without one (a program over REST, another app, a
list of prices) gets every rule whose condition nobody asked: of every tier, added up. ERPNext has no hook there, so
`install` wraps its function that asks conditions. A wrap can be missing: in a console that has not run any code of ours,
beside an app that brings its own search, after ERPNext has changed shape. So that this never gives everybody's discounts,
a tier's rule asks for more pieces than a quantity can hold (rule.py), which ERPNext compares after the conditions, and
only the wrap takes that back, on the row that was found. No wrap: no discount of any tier.

Where it has to be there, it is: Frappe runs our `before_request` and `before_job` in every process that serves pages or
jobs, whatever it has imported (importing hooks.py would not do, Frappe keeps hooks in Redis), and every document that is
saved, by whatever program, goes through overrides/selling.py first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from frappe import _

# what a quantity's column can hold: decimal(21, 9)
MORE_THAN_ANY_QTY = 999_999_999_999

_NAME = "filter_pricing_rule_based_on_condition"


def install() -> bool:
	"""Hook `before_request` and `before_job`; as often as anybody likes. False where ERPNext has no such function."""
	try:
		from erpnext.accounts.doctype.pricing_rule import utils
	except ImportError:
		return False
	asked = getattr(utils, _NAME, None)
	if asked is None:
		return False
	if not hasattr(asked, "without_tiers"):
		setattr(utils, _NAME, _of_its_tier_only(asked))
	return True


def why_nothing_is_given() -> str:
	"""For people, where `install` says False."""
	return _(
		"The search for Pricing Rules of this release of ERPNext is not known: no discount of a tier is given."
	)


def _of_its_tier_only(erpnexts: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
	@wraps(erpnexts)
	def filtered(pricing_rules: list[Any], doc: Any = None, *args: Any, **kwargs: Any) -> list[Any]:
		tier = (doc.get("b2b_tier") if doc else None) or None
		asked = [row for row in pricing_rules or () if row.get("b2b_tier") in (None, "", tier)]
		found = erpnexts(asked, doc, *args, **kwargs)
		for row in found:
			if row.get("b2b_tier"):
				row["min_qty"] = 0
		return found

	filtered.without_tiers = erpnexts
	return filtered
