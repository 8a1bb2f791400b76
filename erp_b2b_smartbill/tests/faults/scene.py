"""What a schedule is played on: a company with its account, Quotations, and how they are put back afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.custom_fields import PROJECTED_ON_QUOTATION
from erp_b2b_smartbill.features import PROFORMA
from erp_b2b_smartbill.smartbill import accounts, counters
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import delete_rows
from erp_b2b_smartbill.tests.faults import traces

CIF = "RO12345674"
SERIES = factories.SERIES
FIRST_NUMBER = 227
SEED = {
	"series": [{"cif": CIF, "name": SERIES, "type": "p", "next": FIRST_NUMBER, "width": 4}],
	"clients_v3": {},
	"anaf_companies": [],
}


def prepare(sandbox_api: str, quotations: int) -> dict[str, Any]:
	"""A company with a Live account and submitted Quotations; returns their names."""
	started = frappe.utils.now()
	company = factories.company()
	if frappe.db.exists("SmartBill Account", company):
		for name in frappe.get_all("SmartBill Proforma", {"account": company}, pluck="name"):
			frappe.db.delete("SmartBill Proforma", {"name": name})
		delete_rows("SmartBill Account", company)
	switch = frappe.db.get_single_value("B2B Settings", PROFORMA)
	frappe.db.set_single_value("B2B Settings", PROFORMA, 1)
	account = factories.smartbill_account(sandbox_api)
	customer = factories.customer()
	item = factories.item()
	names = [
		factories.quotation(party_name=customer.name, items=[{"item_code": item.name}]).name
		for _ in range(quotations)
	]
	manager = factories.user("Sales User", "B2B Manager")
	frappe.db.commit()
	return {
		"since": started,
		"account": account.name,
		"customer": customer.name,
		"item": item.name,
		"user": manager,
		"quotations": names,
		"switch": switch,
	}


def put_back(made: dict[str, Any]) -> dict[str, Any]:
	"""Everything that `prepare` made goes away, with what the walk left."""
	clear(made)
	traces.forget(made["since"])
	for name in made["quotations"]:
		delete_rows("Quotation", name)
	delete_rows("SmartBill Account", made["account"])
	for address in frappe.get_all("Address", {"address_title": made["customer"]}, pluck="name"):
		delete_rows("Address", address)
	delete_rows("Customer", made["customer"])
	for price in frappe.get_all("Item Price", {"item_code": made["item"]}, pluck="name"):
		delete_rows("Item Price", price)
	delete_rows("Item", made["item"])
	frappe.db.set_single_value("B2B Settings", PROFORMA, made["switch"])
	frappe.db.commit()
	frappe.delete_doc("User", made["user"], force=True, ignore_permissions=True)
	frappe.db.commit()
	return {}


def reset(made: dict[str, Any], read_timeout: float) -> dict[str, Any]:
	"""As if nothing had been issued yet. What the calls, events and errors say stays: it is searched for secrets."""
	clear(made)
	frappe.db.set_value(
		"SmartBill Account",
		made["account"],
		{
			"read_timeout": read_timeout,
			"paused": 0,
			"pause_reason": None,
			"blocked_until": None,
			**dict.fromkeys(accounts.GATE_FIELDS),
		},
		update_modified=False,
	)
	frappe.db.commit()
	counters.begin_at(made["account"], SERIES, FIRST_NUMBER)
	return {"now": frappe.utils.now()}


def clear(made: dict[str, Any]) -> None:
	proformas = frappe.get_all("SmartBill Proforma", {"account": made["account"]}, pluck="name")
	for doctype, names in (("SmartBill Proforma", proformas), ("Quotation", made["quotations"])):
		if not names:
			continue
		files = {"attached_to_doctype": doctype, "attached_to_name": ["in", names]}
		for address in set(frappe.get_all("File", files, pluck="file_url")):
			path = frappe.get_site_path(address.lstrip("/"))
			if os.path.exists(path):
				os.unlink(path)
		frappe.db.delete("File", files)
	if proformas:
		frappe.db.delete("__Auth", {"doctype": "SmartBill Proforma", "name": ["in", proformas]})
		frappe.db.delete("SmartBill Proforma", {"name": ["in", proformas]})
	used = {"name": ["in", made["quotations"]], "smartbill_status": ["is", "set"]}
	for name in frappe.get_all("Quotation", used, pluck="name"):
		empty = dict.fromkeys(PROJECTED_ON_QUOTATION)
		frappe.db.set_value("Quotation", name, empty, update_modified=False)
	frappe.db.commit()


def observe(account: str, quotations: list[str], since: str) -> dict[str, Any]:
	"""What the site says of each Quotation: the stored row, the Quotation's fields, and the view that a GET answers."""
	from erp_b2b_smartbill.tests.faults.worker import rest

	seen = {}
	for quotation in quotations:
		rows = frappe.get_all("SmartBill Proforma", {"quotation": quotation}, ["*"])
		names = [row.name for row in rows] or [""]
		seen[quotation] = {
			"rows": [{key: row[key] for key in SHOWN} for row in rows],
			"projected": frappe.db.get_value(
				"Quotation", quotation, ["smartbill_status", "smartbill_number"], as_dict=True
			),
			"duplicates_told": frappe.db.count(
				"Business Event",
				{"reference_name": ["in", names], "event": audit.PROFORMA_DUPLICATE},
			),
			"view": rest("GET", "", quotation),
		}
	state = frappe.db.get_value("SmartBill Account", account, ["paused", "blocked_until"], as_dict=True)
	now = clock.now()
	return {
		"now": now.isoformat(),
		"seen": seen,
		"paused": state.paused,
		"blocked": bool(state.blocked_until and state.blocked_until > now),
		"errors": frappe.get_all("Error Log", {"creation": [">=", since]}, ["method", "error"]),
	}


SHOWN = (
	"name",
	"status",
	"attempt",
	"series",
	"number",
	"error",
	"notices",
	"needs_person",
	"verify_from",
	"expected_number",
	"reference",
	"verdict",
	"evidence",
)


def unpause(account: str) -> dict[str, Any]:
	frappe.db.set_value("SmartBill Account", account, {"paused": 0, "pause_reason": None})
	frappe.db.commit()
	return {}


def survey(account: str) -> dict[str, Any]:
	"""The nightly comparison of the series with what the site knows."""
	doc = frappe.get_doc("SmartBill Account", account)
	frappe.db.commit()
	counters.survey(doc, accounts.connect(doc))
	return {}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
	"prepare": prepare,
	"put_back": put_back,
	"reset": reset,
	"observe": observe,
	"unpause": unpause,
	"survey": survey,
	"search": traces.search,
	"forget": traces.forget,
}
