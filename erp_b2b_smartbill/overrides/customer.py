"""What we add to the life of a Customer: the keys that it is recognised by, and a tier that only managers give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frappe
from frappe import _

from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.credit_limits import guard
from erp_b2b_smartbill.permissions import TIER_GIVERS
from erp_b2b_smartbill.smartbill.clients import client_view

if TYPE_CHECKING:
	from frappe.model.document import Document


def show_smartbill(doc: Document, method: str | None = None) -> None:
	"""Hook `onload`: how the Customer stands with SmartBill, for whoever may read SmartBill's clients."""
	if features.is_on(features.SYNC) and frappe.has_permission("SmartBill Client", "read"):
		doc.set_onload("smartbill_clients", client_view.of_customer(doc.name))


def keep_keys(doc: Document, method: str | None = None) -> None:
	"""Hook `validate`: searching by CUI or by name must not depend on how somebody typed it."""
	doc.b2b_cui = identity.valid_cui(doc.tax_id)
	doc.b2b_name_key = identity.name_key(doc.customer_name) or None


def guard_parent(doc: Document, method: str | None = None) -> None:
	"""Hook `validate`. A group of companies has one head and no levels: what is summed up is then clear."""
	parent = doc.get("b2b_parent_customer")
	if not parent:
		return
	if parent == doc.name:
		frappe.throw(_("A Customer does not belong to itself."))
	if above := frappe.db.get_value("Customer", parent, "b2b_parent_customer"):
		frappe.throw(_("{0} belongs to {1} itself. Choose {1}.").format(parent, above))
	if not doc.is_new() and frappe.db.exists("Customer", {"b2b_parent_customer": doc.name}):
		frappe.throw(_("Other Customers belong to {0}: it cannot belong to another one.").format(doc.name))


def guard_tier(doc: Document, method: str | None = None) -> None:
	"""Hook `validate`, against desk, REST, import and Data Import alike. A tier is a price: only managers give it."""
	before = doc.get_doc_before_save()
	if ((before.get("b2b_tier") if before else None) or None) == (doc.b2b_tier or None):
		return
	if doc.flags.tier_is_granted or frappe.flags.in_install or frappe.flags.in_migrate:
		return
	if not set(TIER_GIVERS) & set(frappe.get_roles()):
		frappe.throw(_("Only a B2B Manager changes the tier of a Customer."), frappe.PermissionError)


def guard_credit_limits(doc: Document, method: str | None = None) -> None:
	"""Hook `validate`, as for the tier."""
	before = doc.get_doc_before_save()
	guard.require_giver(
		doc.name,
		before.credit_limits if before else [],
		doc.credit_limits,
		is_granted=bool(doc.flags.credit_is_granted),
	)
	if before:
		guard.require_not_own_group(doc, before.customer_group, doc.customer_group)


def record_credit_limits(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	before = doc.get_doc_before_save()
	reason = doc.flags.pop("credit_reason", None)
	guard.record(doc, before.credit_limits if before else [], doc.credit_limits, reason)
	if before:
		guard.record_group(doc, before.customer_group, doc.customer_group)


def record_tier(doc: Document, method: str | None = None) -> None:
	"""Hook `on_update`."""
	stored = doc.get_doc_before_save()
	old = stored.get("b2b_tier") if stored else None
	if (old or None) != (doc.b2b_tier or None):
		before, after = {"b2b_tier": old}, {"b2b_tier": doc.b2b_tier}
		audit.record(
			audit.CUSTOMER_TIER_CHANGED, doc, before, after, reason=doc.flags.pop("tier_reason", None)
		)
