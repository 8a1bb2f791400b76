"""What we add to the life of a Pricing Rule: a tier's is the tier's, and who makes one that ties with it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from erp_b2b_smartbill.customers.pricing import beside, rule

if TYPE_CHECKING:
	from frappe.model.document import Document


def keep_of_tier(doc: Document, method: str | None = None) -> None:
	"""Hook `validate`, after ERPNext's own, which gives every rule with a priority `has_priority`."""
	before = doc.get_doc_before_save()
	tier = (before.get("b2b_tier") if before else None) or doc.get("b2b_tier")
	if not tier:
		return
	if doc.flags.kept_by_tier:
		doc.has_priority = 0
	elif not frappe.flags.in_migrate:
		_refuse(tier)


def tell_of_ties(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`: whoever makes the rule is told at once, not the seller whose quotation is refused. Before the
	site is migrated to this version it has no rules of tiers."""
	if not doc.meta.has_field("b2b_tier") or doc.b2b_tier or doc.disable or not doc.selling:
		return
	tiers = beside.tiers_that_tie(doc)
	if tiers:
		frappe.msgprint(
			_(
				"This rule has the same priority as the discount of the tier {0}. ERPNext refuses documents where both "
				"apply: give the rule another priority."
			).format(", ".join(get_link_to_form(rule.TIER, name) for name in tiers)),
			title=_("Same priority as a tier"),
			indicator="orange",
		)


def keep_name(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Hook `before_rename`: rows name rules, in texts that Frappe does not rename. Nor does a rule of the shop's become
	a tier's."""
	if not doc.meta.has_field("b2b_tier"):
		return
	tier = doc.b2b_tier or (frappe.db.get_value(rule.RULE, new, "b2b_tier") if merge else None)
	if tier:
		_refuse(tier)


def keep_with_tier(doc: Document, method: str | None = None) -> None:
	"""Hook `on_trash`."""
	if doc.get("b2b_tier") and not doc.flags.kept_by_tier:
		_refuse(doc.b2b_tier)


def _refuse(tier: str) -> None:
	frappe.throw(
		_(
			"This rule belongs to the B2B Tier {0}, which keeps it: change the discount or its priority there."
		).format(get_link_to_form(rule.TIER, tier)),
		title=_("Kept by a B2B Tier"),
	)
