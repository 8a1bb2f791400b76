"""What may be done with the proforma of a Quotation, by whom, in which state: one table for the server and the screen.

The screen asks so that it can say why something is not possible; the server asks again before it does anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import Conflict, NotAllowed
from erp_b2b_smartbill.permissions import SELLERS
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.text import N_

MANAGERS = ("B2B Manager", "System Manager")
# an invoice is a fiscal document
INVOICERS = ("B2B Manager",)


@dataclass(frozen=True)
class Action:
	"""`statuses` of the proforma in which it is possible, None standing for no proforma; `why_not` is said otherwise."""

	roles: tuple[str, ...]
	statuses: tuple[str | None, ...]
	why_not: str
	condition: Callable[[Any], bool] = lambda doc: True


def _has_number(doc: Any) -> bool:
	"""Not so for a draft that was given up."""
	return bool(doc.number)


_NO_PROFORMA = N_("This Quotation has no issued proforma.")

ACTIONS = {
	"issue": Action(
		SELLERS,
		(None, states.QUEUED, states.REJECTED, states.CANCELLED),
		N_("This Quotation has its proforma already."),
	),
	"pdf": Action(SELLERS, states.NUMBERED, _NO_PROFORMA, _has_number),
	"email": Action(
		SELLERS,
		states.IN_FORCE,
		N_("Only an issued proforma can be sent by e-mail."),
	),
	"check": Action(
		SELLERS,
		(*states.HOLDS_SERIES, *states.IN_FORCE),
		N_("There is nothing to check."),
		lambda doc: doc.status in states.HOLDS_SERIES or not doc.pdf,
	),
	"settle": Action(MANAGERS, (states.UNKNOWN,), N_("Only a proforma of unknown outcome needs a decision.")),
	"cancel": Action(
		SELLERS,
		(states.ISSUED,),
		N_("Only an issued proforma without an invoice can be cancelled in SmartBill."),
	),
	"restore": Action(
		SELLERS,
		(states.CANCELLED,),
		N_("Only a cancelled proforma that SmartBill still has can be restored."),
		lambda doc: _has_number(doc) and not doc.missing_since,
	),
	"invoice": Action(
		INVOICERS, (states.ISSUED,), N_("Only an issued proforma without an invoice can be invoiced.")
	),
	"follow": Action(SELLERS, states.IN_FORCE, _NO_PROFORMA),
	"link": Action(
		MANAGERS,
		(None, states.QUEUED, states.REJECTED, states.CANCELLED, states.DRAFT),
		N_("This Quotation has its proforma already."),
	),
	"unlink": Action(
		MANAGERS,
		(states.ISSUED, states.CANCELLED),
		N_("Only a proforma that was linked by hand can be unlinked."),
		lambda doc: doc.origin == "Linked by hand",
	),
	"discard": Action(MANAGERS, (states.DRAFT,), N_("Only a draft can be given up.")),
}


def possible(doc: Any) -> dict[str, bool | str]:
	"""For every action: True, or the sentence that says why the session's user cannot do it now. `doc` is the
	Quotation's proforma or None."""
	roles = set(frappe.get_roles())
	return {name: _why_not(action, doc, roles) or True for name, action in ACTIONS.items()}


def require(name: str, doc: Any) -> None:
	"""Raises NotAllowed or Conflict when the session's user cannot do this now."""
	require_role(name)
	action = ACTIONS[name]
	if refusal := _why_not(action, doc, set(action.roles)):
		raise Conflict(refusal, code="not_possible")


def require_role(name: str) -> None:
	"""Raises NotAllowed when the session's user may never do this."""
	action = ACTIONS[name]
	if not set(action.roles) & set(frappe.get_roles()):
		raise NotAllowed(_role_text(action), code="needs_role")


def _why_not(action: Action, doc: Any, roles: set[str]) -> str | None:
	status = doc.status if doc else None
	if status not in action.statuses or (doc and not action.condition(doc)):
		return _(action.why_not)
	if not set(action.roles) & roles:
		return _role_text(action)
	return None


def _role_text(action: Action) -> str:
	return _("This needs the role {0}.").format(_(action.roles[0]))
