"""REST: the whole customer, and what may be changed there."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.api.given import given_cursor, given_day, given_text
from erp_b2b_smartbill.customers.overview import essentials, sources, tabs, timeline
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.customers.overview.scope import Scope
from erp_b2b_smartbill.customers.pricing.change import change_tier as _change_tier
from erp_b2b_smartbill.exceptions import invalid

OK = 200


def show(customer: str) -> tuple[dict[str, Any], int]:
	"""The tabs that `tabs` names, all without it, none (the counts alone) where it is empty: docs/openapi.json."""
	names = [part.strip().lower() for part in (given_text("tabs") or "").split(",") if part.strip()]
	if unknown := [name for name in names if name not in tabs.TABS]:
		raise invalid(
			"tabs", _("There is no tab {0}; there are {1}.").format(unknown[0][:40], ", ".join(tabs.TABS))
		)
	wanted = names if "tabs" in frappe.form_dict else tabs.TABS
	return tabs.of(given_scope(customer), dict.fromkeys(wanted)), OK


def show_essentials(customer: str) -> tuple[dict[str, Any], int]:
	"""For one `company`, without its group."""
	return essentials.of(scopes.of(customer, given_text("company"))), OK


def history(customer: str) -> tuple[dict[str, Any], int]:
	"""A page of the timeline: docs/openapi.json. Without `company`, over all that the caller may read."""
	kinds = tuple(part.strip().lower() for part in (given_text("kinds") or "").split(",") if part.strip())
	if unknown := [kind for kind in kinds if kind not in sources.KINDS]:
		raise invalid(
			"kinds",
			_("There is no kind {0}; there are {1}.").format(unknown[0][:40], ", ".join(sources.KINDS)),
		)
	wanted = timeline.Wanted(kinds, given_cursor("before"), given_day("from"), given_day("to"))
	return timeline.of(given_scope(customer), wanted), OK


def given_scope(customer: str) -> Scope:
	"""By `company` and `include_children`. Raises as `scope.of`."""
	include = given_text("include_children") or "0"
	if include not in ("0", "1"):
		raise invalid("include_children", _("0 or 1."))
	return scopes.of(customer, given_text("company"), include_children=include == "1")


def change_tier(customer: str) -> tuple[dict[str, Any], int]:
	"""200: the customer has the tier, {tier, reason}; a tier of null takes it away."""
	if "tier" not in frappe.form_dict:
		raise invalid("tier", _("Say which tier, or null for none."))
	return _change_tier(customer, given_text("tier"), given_text("reason")), OK
