"""A person's decision on a conflict: one transaction under the lock of client and conflict, with one Business Event.

Nothing in a Customer is changed but by `take` and `disable`, and then with the rights of whoever decided so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.customers import known
from erp_b2b_smartbill.exceptions import Conflict, NotAllowed, invalid, not_found
from erp_b2b_smartbill.permissions import SYNCERS
from erp_b2b_smartbill.smartbill.clients import (
	conflict_actions,
	conflicts,
	differences,
	links,
	making,
	sides,
	store,
	taking,
)
from erp_b2b_smartbill.smartbill.clients.conflict_actions import (
	CREATE,
	DISABLE,
	ERP,
	IGNORE,
	KEEP,
	LINK,
	MERGE,
	SMARTBILL,
	TAKE,
	UNLINK,
)
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT, IGNORED, OPEN, RESOLVED
from erp_b2b_smartbill.smartbill.clients.links import NewLink
from erp_b2b_smartbill.smartbill.clients.sides import Sides
from erp_b2b_smartbill.smartbill.clients.taking import NewFacts

MAX_NOTE = 1000

KEPT, TOOK, TOOK_ANAF, TOOK_BOTH = "Kept ERPNext", "Took SmartBill", "Took ANAF", "Took some of both"
LINKED, MADE, MERGE_PROPOSED = "Linked", "Customer made", "Merge proposed"
LEFT_UNLINKED, UNLINKED = "Left unlinked", "Unlinked"
DISABLED, IGNORED_NOW = "Customer disabled", "Ignored"


@dataclass(frozen=True)
class Decision:
	"""`choices`: erp or smartbill by kind, for `take`. `customer`: to link with, or the one that stays of a merge.
	`move`: also when another client has to give that Customer up. `seen`: the version that was looked at, see Sides."""

	action: str
	choices: Mapping[str, str] | None = None
	customer: str | None = None
	move: bool = False
	note: str | None = None
	seen: str | None = None


@dataclass(frozen=True)
class Outcome:
	"""`names` are the conflicts that are settled by it; `more` is told in the event."""

	resolution: str
	names: tuple[str, ...]
	status: str = RESOLVED
	more: Mapping[str, Any] | None = None


def settle(name: str, decision: Decision) -> Outcome:
	"""Carry it out in a transaction of its own, which the caller commits. Raises Conflict when it is not open any more or
	says something else than what was seen, NotAllowed, NotReady, and what ERPNext raises when it refuses a document."""
	client = frappe.db.get_value(CONFLICT, name, "client")
	if not client:
		raise not_found(name)
	case = sides.locked(name, client, decision.customer)
	if case is None:
		raise not_found(name)
	_check(case, decision)
	if case.customer and case.row.kind in conflicts.FIELD_KINDS:
		# the Customer may have been changed since it was compared
		conflicts.compare(case.row.account, [case.client])
		case = sides.of(name)
		if case.row.status != OPEN:
			return Outcome(case.row.resolution, (name,))
	outcome = _HANDLERS[decision.action](case, decision)
	audit.record(
		audit.CONFLICT_SETTLED,
		frappe._dict(doctype=CONFLICT, name=name),
		{"status": OPEN},
		{
			"status": outcome.status,
			"resolution": outcome.resolution,
			"kind": case.row.kind,
			"client": case.client.client_name,
			**({"together_with": [one for one in outcome.names if one != name]} if outcome.names[1:] else {}),
			**(outcome.more or {}),
		},
		reason=decision.note,
	)
	return outcome


def may_settle() -> bool:
	return bool(set(SYNCERS) & set(frappe.get_roles()))


def said_of_settled(row: Any) -> str:
	"""Who settled a conflict, and how."""
	if row.resolved_by:
		who = frappe.db.get_value("User", row.resolved_by, "full_name") or row.resolved_by
		return _("{0} settled this before: {1}.").format(who, _(row.resolution or row.status))
	return _("This is not open any more: {0}.").format(_(row.resolution or row.status))


def _check(case: Sides, decision: Decision) -> None:
	if not may_settle():
		raise NotAllowed(_("This needs the role {0}.").format(_(SYNCERS[0])))
	if not frappe.has_permission(CONFLICT, "read", doc=case.row.name):
		raise NotAllowed(_("This is about a Customer that you may not see."))
	if case.row.status != OPEN:
		raise Conflict(said_of_settled(case.row), code="settled")
	if decision.action not in _HANDLERS:
		raise invalid("action", _("Say what to do: action is one of {0}.").format(", ".join(_HANDLERS)))
	if decision.action not in conflict_actions.ACTIONS[case.row.kind]:
		raise invalid("action", _("A conflict of this kind is not settled in this way."))
	if len(decision.note or "") > MAX_NOTE:
		raise invalid("note", _("This is too long: at most {0} characters.").format(MAX_NOTE))
	if decision.seen and decision.seen != case.version:
		raise Conflict(
			_("Something changed since you looked at it. Look again, then decide."), code="changed"
		)


# one after the other: what becomes of the conflict


def _keep(case: Sides, decision: Decision) -> Outcome:
	return _close(Outcome(KEPT, (case.row.name,)), decision)


def _ignore(case: Sides, decision: Decision) -> Outcome:
	return _close(Outcome(IGNORED_NOW, (case.row.name,), IGNORED), decision)


def _disable(case: Sides, decision: Decision) -> Outcome:
	taking.disable(_customer_of(case), decision.note)
	return _close(Outcome(DISABLED, (case.row.name,)), decision)


def _take(case: Sides, decision: Decision) -> Outcome:
	customer = _customer_of(case)
	choices = _choices(case, decision.choices)
	taken = [kind for kind, side in choices.items() if side == SMARTBILL]
	if taken:
		taking.take(customer, _facts(case, taken), decision.note)
		# what is the same now is no conflict; the decision is written after that, for it may leave a difference: an
		# address without a city keeps ERPNext's
		conflicts.compare(case.row.account, [case.client])
		_close_what_anaf_says_too(case, customer)
		_keep_against_smartbill(case, taken, decision)
	names = tuple(sorted(case.open[kind].name for kind in choices))
	if len(taken) not in (0, len(choices)):
		resolution = TOOK_BOTH
	elif not taken:
		resolution = KEPT
	else:
		resolution = TOOK_ANAF if case.row.kind in conflicts.ANAF_KINDS else TOOK
	return _close(Outcome(resolution, names, more={"customer": customer, "choices": choices}), decision)


def _link(case: Sides, decision: Decision) -> Outcome:
	customer = wanted_customer(decision.customer)
	if customer == case.client.customer:
		raise invalid("customer", _("It is linked with this Customer already."))
	_link_with(case, customer, decision)
	return _pair_changed(case, Outcome(LINKED, _names(case), more={"customer": customer}), decision)


def _create(case: Sides, decision: Decision) -> Outcome:
	taking.require(frappe.new_doc("Customer"), "create")
	if case.client.customer:
		links.remove(case.client, decision.note)
	group = frappe.db.get_value("SmartBill Account", case.client.account, "new_customer_group")
	made = making.customer_of(case.client, case.client.account, group or None)
	return _pair_changed(case, Outcome(MADE, _names(case), more={"customer": made.customer}), decision)


def _merge(case: Sides, decision: Decision) -> Outcome:
	stays = decision.customer
	if stays not in case.candidates:
		raise invalid("customer", _("Say which of the Customers with this fiscal code stays."))
	others = [name for name in case.candidates if name != stays]
	for name in case.candidates:
		taking.require(frappe.get_doc("Customer", name), "read")
	_link_with(case, stays, decision)
	todos = [_ask_for_merge(other, stays, case) for other in others]
	more = {"customer": stays, "to_be_merged": others, "todos": todos}
	return _pair_changed(case, Outcome(MERGE_PROPOSED, _names(case), more=more), decision)


def _unlink(case: Sides, decision: Decision) -> Outcome:
	had = case.client.customer
	if had:
		links.remove(case.client, decision.note)
	else:
		frappe.db.set_value(store.CLIENT, case.client.name, "keep_unlinked", 1, update_modified=False)
	# nobody to disagree with any more
	names = tuple(sorted(one.name for one in case.open.values()))
	more = {"customer": had} if had else None
	return _close(Outcome(UNLINKED if had else LEFT_UNLINKED, names, more=more), decision)


_HANDLERS: dict[str, Callable[[Sides, Decision], Outcome]] = {
	KEEP: _keep,
	TAKE: _take,
	LINK: _link,
	CREATE: _create,
	MERGE: _merge,
	UNLINK: _unlink,
	IGNORE: _ignore,
	DISABLE: _disable,
}


def _close(outcome: Outcome, decision: Decision) -> Outcome:
	conflicts.close(outcome.names, outcome.resolution, decision.note, status=outcome.status, is_told=True)
	return outcome


def _write(names: Sequence[str], **values: Any) -> None:
	frappe.db.bulk_update(CONFLICT, {name: values for name in names}, update_modified=False)


def _names(case: Sides) -> tuple[str, ...]:
	"""The conflicts that are over when the client is another Customer: all but that SmartBill has it no more."""
	return tuple(sorted(one.name for kind, one in case.open.items() if kind != conflicts.MISSING))


def _pair_changed(case: Sides, outcome: Outcome, decision: Decision) -> Outcome:
	"""The client is another Customer than before: whatever was open is over, and the new pair is compared."""
	_close(outcome, decision)
	if missing := case.open.get(conflicts.MISSING):
		_write([missing.name], customer=outcome.more["customer"])
	conflicts.compare(case.row.account, store.load({"name": case.client.name}))
	return outcome


# taking


def _customer_of(case: Sides) -> str:
	if not case.client.customer:
		raise Conflict(_("The client is not linked with a Customer any more."), code="changed")
	return case.client.customer


def _choices(case: Sides, given: Mapping[str, str] | None) -> dict[str, str]:
	if given is None:
		return {case.row.kind: SMARTBILL}
	together = conflict_actions.decided_together(case.row.kind)
	if (
		not isinstance(given, dict)
		or case.row.kind not in given
		or not all(side in (ERP, SMARTBILL) for side in given.values())
	):
		raise invalid("choices", _("Say for each field which side is right: erp or smartbill."))
	for kind in given:
		if kind not in together or kind not in case.open:
			raise invalid("choices", _("{0} is not open here.").format(_(str(kind))))
	return dict(given)


def _facts(case: Sides, kinds: Sequence[str]) -> NewFacts:
	client, values = case.client, {}
	for kind in kinds:
		said = case.open[kind].smartbill_value or ""
		values |= {
			differences.NAME: lambda: {"name": client.client_name},
			differences.CUI: lambda: {"tax_id": client.vat_code},
			differences.VAT: lambda: {"vat_payer": client.vat_payer},
			differences.EMAIL: lambda: {"email": client.email, "contact": client.contact or ""},
			differences.ADDRESS: lambda: {
				"address": (client.address or "", client.city or "", client.county or ""),
				"country": client.country or "",
			},
			conflicts.VAT_AT_ANAF: lambda said=said: {"vat_payer": said},
			conflicts.ADDRESS_AT_ANAF: lambda said=said: {"address": taking.address_of_text(said)},
		}[kind]()
	return NewFacts(**values)


def _close_what_anaf_says_too(case: Sides, customer: str) -> None:
	"""What was taken may be what ANAF proposes."""
	now = known.customers([customer])[customer]
	agrees = {
		conflicts.VAT_AT_ANAF: lambda said: differences.is_vat_payer(now) == said,
		conflicts.ADDRESS_AT_ANAF: lambda said: not differences.between(
			now, differences.Facts(address=taking.address_of_text(said))
		),
	}
	names = [
		one.name
		for kind, one in case.open.items()
		if kind in agrees and agrees[kind](one.smartbill_value or "")
	]
	_write(
		names,
		status=RESOLVED,
		resolution=conflicts.AGREES_AGAIN,
		resolved_by=None,
		resolved_at=clock.now(),
		data_hash=None,
	)


def _keep_against_smartbill(case: Sides, taken: Sequence[str], decision: Decision) -> None:
	"""Whoever takes ANAF's word has decided against SmartBill, where it agreed with what ERPNext had before."""
	same = {conflicts.VAT_AT_ANAF: differences.VAT, conflicts.ADDRESS_AT_ANAF: differences.ADDRESS}
	kinds = [same[kind] for kind in taken if kind in same and same[kind] not in case.open]
	if kinds:
		conflicts.close(conflicts.open_of(case.client.name, kinds), KEPT, decision.note)


# linking


def wanted_customer(customer: str | None) -> str:
	"""Whom a client is to be linked with, if the session's user may know of him. Raises NotReady, NotAllowed."""
	if not customer or not frappe.db.exists("Customer", customer):
		raise invalid("customer", _("Say which Customer it is."))
	taking.require(frappe.get_doc("Customer", customer), "read")
	return customer


def linked_elsewhere(customer: str, client_name: str) -> Conflict:
	"""To be raised."""
	text = _("{0} is linked with the SmartBill client {1} already.").format(customer, client_name)
	return Conflict(text, code="linked_elsewhere")


def _link_with(case: Sides, customer: str, decision: Decision) -> None:
	"""Link the client; another client of the account that was this Customer stays without one."""
	if customer == case.client.customer:
		return
	account = case.client.account
	holder = links.linked_customers(account, [customer]).get(customer)
	if holder:
		other = store.load({"name": holder})[0]
		if not decision.move:
			raise linked_elsewhere(customer, other.client_name)
		links.remove(other, decision.note)
		_close_of_other(other.name, decision)
	if case.client.customer:
		links.remove(case.client, decision.note)
	links.add(
		account,
		[NewLink(case.client.name, case.client.external_id, customer, links.PERSON)],
		decision.note,
	)


def _close_of_other(client: str, decision: Decision) -> None:
	conflicts.close(conflicts.open_of(client), UNLINKED, decision.note)


def _ask_for_merge(other: str, stays: str, case: Sides) -> str:
	"""A ToDo of whoever decided: a merge cannot be undone, so it is done by hand, where Frappe does it."""
	escape = frappe.utils.escape_html
	there = frappe.utils.get_link_to_form("Customer", other, escape(other))
	text = _(
		"Merge the Customer {0} into {1}: both have the fiscal code {2}. Open {0}, choose Rename in its menu, enter "
		"{1} as the new name and tick that it is merged with the existing one. Quotations, invoices, contacts and "
		"addresses move along. It cannot be undone, so look at both first."
	).format(there, escape(stays), escape(case.client.vat_code or ""))
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": frappe.session.user,
			"assigned_by": frappe.session.user,
			"reference_type": "Customer",
			"reference_name": other,
			"description": text,
		}
	).insert(ignore_permissions=True)
	audit.record(
		audit.MERGE_PROPOSED,
		frappe._dict(doctype="Customer", name=other),
		None,
		{"into": stays, "todo": todo.name, "client": case.client.client_name},
	)
	return todo.name
