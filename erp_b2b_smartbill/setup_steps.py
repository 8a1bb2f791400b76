"""What a site has done of the workspace's onboarding. Frappe completes a step when somebody walks through it there; here
it is completed by what was really done, wherever, and what was only looked at is open again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.smartbill import states

if TYPE_CHECKING:
	from frappe.model.document import Document

ONBOARDING = "B2B and SmartBill"
STEP = "Onboarding Step"
TOUR = "B2B Other Switches"
# what SmartBill has
MADE = (states.DRAFT, states.ISSUED, states.INVOICED)


def _is_there(doctype: str, filters: dict[str, Any]) -> bool:
	return bool(frappe.get_all(doctype, filters, pluck="name", limit=1))


# whether a step is done; that of the tour is Frappe's to know
DONE: dict[str, Callable[[], bool]] = {
	"B2B Connect SmartBill": lambda: _is_there("SmartBill Account", {}),
	"B2B Test SmartBill": lambda: _is_there("SmartBill Account", {"last_test_passed": 1}),
	"B2B Switch Proformas On": lambda: features.is_on(features.PROFORMA),
	"B2B First Draft": lambda: _is_there("SmartBill Proforma", {"status": ["in", list(MADE)]}),
	# the Administrator has every role
	"B2B Give Roles": lambda: _is_there(
		"Has Role", {"role": "B2B Sales", "parenttype": "User", "parent": ["!=", "Administrator"]}
	),
	"B2B First Tier": lambda: _is_there("B2B Tier", {}),
	"B2B Open Registration": lambda: features.is_on(features.REGISTRATION),
}
STEPS = (*DONE, TOUR)


def look(doc: Document | None = None, method: str | None = None) -> None:
	"""Hook, every ten minutes and when one of the documents is saved that do a step. One query once the onboarding is
	complete."""
	if frappe.db.get_value("Module Onboarding", ONBOARDING, "is_complete") != 0:
		# complete, or deleted by somebody
		return
	for step in frappe.get_all(STEP, {"name": ["in", list(DONE)]}, ["name", "is_complete"]):
		is_done = DONE[step.name]()
		if is_done != bool(step.is_complete):
			frappe.db.set_value(STEP, step.name, "is_complete", int(is_done))


def remove() -> None:
	"""For uninstalling: a step belongs to no module, so Frappe would keep it."""
	frappe.db.delete(STEP, {"name": ["in", list(STEPS)]})
