"""What a person sees of a conflict: what is proposed and why, both sides field by field, who else it could be, what may
be done, and which one comes next. Of Customers only what he may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.desk.reportview import build_match_conditions
from frappe.query_builder.functions import Max

from erp_b2b_smartbill.customers import identity, known
from erp_b2b_smartbill.customers.known import Known
from erp_b2b_smartbill.exceptions import NotAllowed, not_found
from erp_b2b_smartbill.smartbill.clients import conflict_actions, conflicts, differences, links, settle, sides
from erp_b2b_smartbill.smartbill.clients.conflict_actions import (
	CREATE,
	DISABLE,
	ERP,
	KEEP,
	LINK,
	MERGE,
	SMARTBILL,
	TAKE,
	UNLINK,
)
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT, OPEN
from erp_b2b_smartbill.smartbill.clients.enrich import IS_ACTIVE, IS_INACTIVE, IS_STRUCK_OFF
from erp_b2b_smartbill.smartbill.clients.sides import Sides

DIFFERS, SAME, ONE_SIDE = "differs", "same", "one_side"
MAX_PAGE = 100


def show(name: str) -> dict[str, Any]:
	"""Everything that the form of a conflict needs. Raises NotFound, NotAllowed."""
	case = sides.of(name)
	if case is None:
		raise not_found(name)
	if not frappe.has_permission(CONFLICT, "read", doc=name):
		raise NotAllowed(_("This is about a Customer that you may not see."))
	row, client = case.row, case.client
	is_match = row.kind in conflicts.MATCH_KINDS
	is_open = row.status == OPEN
	candidates = _candidates(case) if is_match else []
	also = _others_with_the_new_cui(case) if row.kind == differences.CUI and is_open else []
	return {
		"name": name,
		"kind": row.kind,
		"status": row.status,
		"title": row.title,
		"account": row.account,
		"opened_at": row.opened_at,
		"version": case.version,
		"client": _client(client),
		"twin": _client(case.twin) if case.twin else None,
		"customer": _customer(case.customer),
		"other_side": "ANAF" if row.kind in conflicts.ANAF_KINDS else "SmartBill",
		"headline": _headline(case, candidates, also) if is_open else None,
		"rows": [] if is_match else _rows(case),
		"candidates": candidates or also,
		"actions": _actions(case) if is_open else [],
		"settled": None if is_open else _settled(row),
		"place": place_of(row),
	}


def list_open(kind: str | None, status: str, start: int, limit: int) -> dict[str, Any]:
	"""{rows, total, counts}: the conflicts that the caller may see, of a status and perhaps a kind, and how many of each
	kind have that status."""
	filters: dict[str, Any] = {"status": status}
	counts = counts_by_kind(status)
	if kind:
		filters["kind"] = kind
	rows = frappe.get_list(
		CONFLICT,
		filters=filters,
		fields=[
			"name",
			"kind",
			"status",
			"title",
			"account",
			"client",
			"customer",
			"opened_at",
			"erp_value",
			"smartbill_value",
			"resolution",
			"resolved_by",
			"resolved_at",
		],
		order_by="kind asc, opened_at asc, name asc",
		limit_start=start,
		limit_page_length=min(limit, MAX_PAGE),
	)
	total = counts.get(kind, 0) if kind else sum(counts.values())
	return {"rows": rows, "total": total, "counts": counts}


def counts_by_kind(status: str) -> dict[str, int]:
	"""Of those that the caller may read, as the list itself."""
	rows = frappe.db.sql(
		f"select kind, count(*) from `tab{CONFLICT}` where status = %(status)s{_allowed()} group by kind",
		{"status": status},
	)
	return dict(sorted(rows))


def place_of(row: Any) -> dict[str, Any]:
	"""{number, total, next}: where it stands among the open ones in the list's order, and which one follows: the first
	again after the last. What is not open has no number."""
	before = "(kind < %(kind)s or (kind = %(kind)s and (opened_at < %(at)s or (opened_at = %(at)s and name < %(name)s))))"
	values = {"kind": row.kind, "at": row.opened_at, "name": row.name, "open": OPEN}
	where = f"from `tab{CONFLICT}` where status = %(open)s{_allowed()}"
	total, ahead = frappe.db.sql(
		f"select count(*), sum(case when {before} then 1 else 0 end) {where}", values
	)[0]
	following = frappe.db.sql(
		f"select name {where} and name != %(name)s "
		f"order by case when {before} then 1 else 0 end, kind, opened_at, name limit 1",
		values,
	)
	return {
		"number": int(ahead or 0) + 1 if row.status == OPEN else None,
		"total": int(total),
		"next": following[0][0] if following else None,
	}


def _allowed() -> str:
	"""A condition more; it is escaped for a query with parameters, as these are."""
	allowed = build_match_conditions(CONFLICT)
	return f" and ({allowed})" if allowed else ""


# the sides


def _client(client: Any) -> dict[str, Any]:
	return {
		"name": client.name,
		"title": client.client_name,
		"external_id": client.external_id,
		"status": client.status,
		"source": client.source,
		"vat_code": client.vat_code or "",
		"city": client.city or "",
		"email": client.email or "",
		"phone": client.phone or "",
		"customer": client.customer,
	}


def _customer(one: Known | None) -> dict[str, Any] | None:
	if one is None or not _may_read(one.name):
		return None
	return {"name": one.name, "title": one.title, "disabled": one.disabled}


def _may_read(customer: str) -> bool:
	return bool(frappe.has_permission("Customer", "read", doc=customer))


def _rows(case: Sides) -> list[dict[str, Any]]:
	"""The fields side by side, those first that have to be decided. `kind` is what the choice of a field is called."""
	if case.row.kind in conflicts.ANAF_KINDS:
		return _rows_of_anaf(case)
	customer, client = case.customer, case.client
	if customer is None or not _may_read(customer.name):
		return []
	facts = conflicts.facts_of(client)
	differing = {one.kind: one for one in differences.between(customer, facts)}
	reg_com = identity.reg_com_key(client.reg_com)
	phone, phones = identity.normal_phone(client.phone), customer.identity.phones
	told = (
		(_("Trade Register No."), customer.identity.reg_com, reg_com or client.reg_com),
		(_("Phone"), ", ".join(phones), client.phone),
	)
	disagree = (
		bool(customer.identity.reg_com and reg_com) and customer.identity.reg_com != reg_com,
		bool(phones and phone) and phone not in phones,
	)
	compared = (
		(differences.NAME, _("Name"), customer.title, facts.name),
		(differences.CUI, _("Fiscal code"), customer.tax_id, facts.vat_code),
		(differences.VAT, _("VAT Payer"), differences.is_vat_payer(customer), facts.vat_payer),
		(
			differences.ADDRESS,
			_("Address"),
			differences.address_text(customer.address),
			differences.address_text(facts.address),
		),
		(differences.EMAIL, _("E-mail"), ", ".join(customer.emails), ", ".join(facts.emails)),
	)
	rows = [
		*(_row(case, kind, label, erp, theirs, kind in differing) for kind, label, erp, theirs in compared),
		# nobody decides about these; they help to see whether it is the same company
		*(_row(case, None, *one, differs) for one, differs in zip(told, disagree, strict=True)),
	]
	return sorted(rows, key=lambda row: row["state"] != DIFFERS)


def _rows_of_anaf(case: Sides) -> list[dict[str, Any]]:
	labels = {
		conflicts.INACTIVE_AT_ANAF: _("State"),
		conflicts.VAT_AT_ANAF: _("VAT Payer"),
		conflicts.ADDRESS_AT_ANAF: _("Address"),
	}
	together = conflict_actions.decided_together(case.row.kind)
	all_of_it = [case.row, *(one for one in case.others if one.status == OPEN and one.kind in together)]
	return [
		_row(case, one.kind, labels[one.kind], one.erp_value, one.smartbill_value, True) for one in all_of_it
	]


def _row(case: Sides, kind: str | None, label: str, erp: str, theirs: str, differs: bool) -> dict[str, Any]:
	# what neither a person nor the sync calls a disagreement is none, however it is spelled
	state = DIFFERS if differs else SAME if erp and theirs else ONE_SIDE
	stored = next((one for one in (case.row, *case.others) if one.kind == kind), None)
	is_choice = differs and kind in conflict_actions.TAKEABLE and stored is not None and stored.status == OPEN
	return {
		"kind": kind,
		"label": label,
		"erp": _said(erp),
		"smartbill": _said(theirs),
		"state": state,
		"is_empty": not erp and not theirs,
		"choice": _proposed_side(case, kind) if is_choice else None,
		"decided": _(stored.resolution) if differs and stored is not None and stored.status != OPEN else None,
	}


def _said(value: str | None) -> str:
	return _(value) if value in ("Yes", "No", IS_ACTIVE, IS_INACTIVE, IS_STRUCK_OFF) else value or ""


def _proposed_side(case: Sides, kind: str) -> str:
	"""What is chosen while nobody chose: ERPNext's word stands, unless there is a reason to take the other."""
	if kind in conflicts.ANAF_KINDS:
		# the office itself decides who is a payer, and where a company has its seat
		return SMARTBILL
	if kind == differences.EMAIL:
		# it is added, nothing is lost
		return SMARTBILL
	if kind == differences.VAT and case.customer and not case.customer.vat_payer:
		# ERPNext only guesses it by the RO of the Tax ID
		return SMARTBILL
	return ERP


# whom it could be


def _candidates(case: Sides) -> list[dict[str, Any]]:
	"""The likeliest first: of several that share a CUI the one that is worked with, then the one of the same name."""
	found = _described([case.customers[name] for name in case.candidates], case.client)
	if case.row.kind == conflicts.SAME_CUI_IN_ERP:
		dates = ("last_invoice", "last_quotation")
		found.sort(key=lambda one: identity.name_key(one["title"]) != case.client.name_key)
		found.sort(key=lambda one: max(str(one[date] or "") for date in dates), reverse=True)
		found.sort(key=lambda one: one["disabled"])
	return found


def _others_with_the_new_cui(case: Sides) -> list[dict[str, Any]]:
	"""Customers that have the code which the client has now."""
	cui = identity.valid_cui(case.client.vat_code)
	names = known.by_cui({cui}).get(cui, []) if cui else []
	return _described(list(known.customers(names).values()), case.client)


def _described(customers: Sequence[Known], client: Any) -> list[dict[str, Any]]:
	"""What tells them apart; those that the caller may not read are left out."""
	shown = [one for one in customers if _may_read(one.name)]
	names = [one.name for one in shown]
	invoices, quotations = _last("Sales Invoice", "customer", "posting_date", names), _last_quotations(names)
	holders = links.linked_customers(client.account, names)
	titles = _titles(holders.values())
	return [
		{
			"name": one.name,
			"title": one.title,
			"cui": one.tax_id,
			"city": one.address[1],
			"email": one.emails[0] if one.emails else "",
			"disabled": one.disabled,
			"last_invoice": invoices.get(one.name),
			"last_quotation": quotations.get(one.name),
			"linked_client": titles.get(holders[one.name])
			if one.name in holders and holders[one.name] != client.name
			else None,
		}
		for one in shown
	]


def _titles(clients: Sequence[str] | Any) -> dict[str, str]:
	wanted = sorted(set(clients))
	if not wanted:
		return {}
	rows = frappe.get_all("SmartBill Client", {"name": ["in", wanted]}, ["name", "client_name"])
	return {row.name: row.client_name for row in rows}


def _last_quotations(names: Sequence[str]) -> dict[str, Any]:
	return _last("Quotation", "party_name", "transaction_date", names, quotation_to="Customer")


def _last(doctype: str, field: str, date: str, names: Sequence[str], **filters: Any) -> dict[str, Any]:
	"""When each had a submitted document last, by its name; nothing where the caller may not read such."""
	if not names or not frappe.db.exists("DocType", doctype) or not frappe.has_permission(doctype, "read"):
		return {}
	table = frappe.qb.DocType(doctype)
	query = (
		frappe.qb.from_(table)
		.select(table[field], Max(table[date]))
		.where((table.docstatus == 1) & table[field].isin(list(names)))
		.groupby(table[field])
	)
	for name, value in filters.items():
		query = query.where(table[name] == value)
	return dict(query.run())


# what is proposed, and what may be done


def _headline(case: Sides, candidates: list[dict[str, Any]], also: list[dict[str, Any]]) -> dict[str, Any]:
	"""{text, why, action}: `action` is the one that is proposed."""
	kind = case.row.kind
	text, why, action = {
		conflicts.POSSIBLE_MATCH: _say_possible,
		conflicts.SAME_CUI_IN_ERP: _say_twice_in_erp,
		conflicts.SAME_CUI_IN_SMARTBILL: _say_twice_in_smartbill,
		differences.CUI: _say_cui,
		conflicts.MISSING: _say_missing,
		conflicts.INACTIVE_AT_ANAF: _say_inactive,
	}.get(kind, _say_fields)(case, candidates or also)
	return {"text": text, "why": why, "action": action}


def _say_possible(case: Sides, candidates: list[dict[str, Any]]) -> tuple[str, str, str]:
	title = case.client.client_name
	if len(candidates) == 1:
		text = _("{0} could be the Customer {1}. Link them, if they are one company.").format(
			title, candidates[0]["title"]
		)
	else:
		text = _("{0} could be one of these Customers. Link it with the one that it is.").format(title)
	return text, _reason(case), LINK


def _say_twice_in_erp(case: Sides, candidates: list[dict[str, Any]]) -> tuple[str, str, str]:
	text = _(
		"{0} is there more than once in ERPNext. Say which Customer stays, the others are to be merged into it."
	)
	why = _("{0} Customers have the fiscal code {1}.").format(len(case.candidates), case.client.vat_code)
	return text.format(case.client.client_name), why, MERGE


def _say_twice_in_smartbill(case: Sides, candidates: list[dict[str, Any]]) -> tuple[str, str, str]:
	twin = case.twin.client_name if case.twin else case.row.title
	text = _(
		"SmartBill has this company twice. Leave this client without a Customer, and delete it in SmartBill."
	)
	why = _("The Customer is linked with the SmartBill client {0} already. {1}.").format(twin, _reason(case))
	return text, why, UNLINK


def _say_cui(case: Sides, also: list[dict[str, Any]]) -> tuple[str, str, str]:
	why = _(
		"A company keeps its fiscal code for life: one of the two was mistyped, or this is another company now."
	)
	if also:
		text = _("The fiscal code {0} is that of the Customer {1}. Link the client with it.")
		return text.format(case.client.vat_code, also[0]["title"]), why, LINK
	return _("The fiscal code is another one now. Look which is right."), why, TAKE


def _say_missing(case: Sides, _candidates: list[dict[str, Any]]) -> tuple[str, str, str]:
	return (
		_("SmartBill does not have this client any more. Nothing has to be done to the Customer."),
		_("The last complete reading of SmartBill's clients did not show it: somebody deleted it there."),
		KEEP,
	)


def _say_inactive(case: Sides, _candidates: list[dict[str, Any]]) -> tuple[str, str, str]:
	return (
		_("ANAF says that this company is not active. Disable the Customer, or keep it if you know better."),
		_said(case.row.smartbill_value),
		DISABLE,
	)


def _say_fields(case: Sides, _candidates: list[dict[str, Any]]) -> tuple[str, str, str]:
	kind = case.row.kind
	if kind in conflicts.ANAF_KINDS:
		return (
			_("ANAF says something else than ERPNext. Take it over, or keep what is there."),
			_("What ANAF says is what the company declared there."),
			TAKE,
		)
	whys = {
		differences.NAME: _("Nothing in ERPNext is renamed unless you say so."),
		differences.EMAIL: _("SmartBill's address is added as the main one; no address is removed."),
		differences.ADDRESS: _("Printed documents keep the address that they have."),
		differences.VAT: _("ERPNext only has the RO of the Tax ID to go by.")
		if case.customer and not case.customer.vat_payer
		else _("It decides how SmartBill's documents are made out."),
	}
	return _("SmartBill and ERPNext differ. Say for each line which side is right."), whys[kind], TAKE


def _reason(case: Sides) -> str:
	return _(identity.reason_text(case.row.reason)) if case.row.reason else ""


def _actions(case: Sides) -> list[dict[str, Any]]:
	"""What may be done, each with `can`: true, or why not."""
	return [
		{"action": action, "can": _can(case, action)} for action in conflict_actions.ACTIONS[case.row.kind]
	]


def _can(case: Sides, action: str) -> bool | str:
	if not settle.may_settle():
		return _("Only a B2B Manager settles conflicts.")
	if action in (TAKE, DISABLE):
		customer = case.client.customer
		if not customer or not frappe.has_permission("Customer", "write", doc=customer):
			return _("You may not change Customers, so you cannot take anything over.")
	if action == CREATE and not frappe.has_permission("Customer", "create"):
		return _("You may not make Customers.")
	return True


def _settled(row: Any) -> dict[str, Any]:
	who = frappe.db.get_value("User", row.resolved_by, "full_name") if row.resolved_by else None
	return {
		"resolution": _(row.resolution or row.status),
		"by": who or row.resolved_by,
		"at": row.resolved_at,
		"note": row.note,
	}
