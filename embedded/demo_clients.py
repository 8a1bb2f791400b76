"""What the demo shows of SmartBill's clients: read twice, most of the site's companies linked, a few that disagree."""

import hashlib
from pathlib import Path
from typing import Any

from embedded.romania import COMPANIES

V3_TOKEN = "demo-v3-token"
# later than the sandbox's own clients: ids ascend
FIRST_ID = 0xF0000000
# every so many companies say something else in SmartBill
STRANGE_EVERY = 9


def fill(sandbox_state: Path) -> None:
	"""The sandbox keeps what it is given in this file, so that the demo's own goes on with it. The caller commits."""
	import frappe
	import requests

	from embedded import romania
	from erp_b2b_smartbill.smartbill.clients import job
	from sandbox.server import start

	frappe.db.set_single_value("B2B Settings", "enable_smartbill_sync", 1)
	with start(state_file=sandbox_state) as sandbox:
		romania.point_accounts_at(sandbox.url)
		account = frappe.get_doc("SmartBill Account", COMPANIES[0].name)
		account.update({"v3_token": V3_TOKEN, "sync_nightly": 1})
		account.save()
		clients = [client_of(*one) for one in enumerate(companies())]
		change(requests, sandbox.url, upsert=clients)
		job.work(job.start(account.name).name)
		# one was deleted in SmartBill since, and one is there twice
		twice = clients[4] | {"id": client_id(900), "name": f"{clients[4]['name']} (vechi)", "code": "D900"}
		change(requests, sandbox.url, upsert=[twice], delete=[clients[5]["id"]])
		job.work(job.start(account.name).name)


def change(requests: Any, url: str, **order: Any) -> None:
	requests.post(f"{url}/__control/clients", json=order, timeout=10).raise_for_status()


def companies() -> list[Any]:
	"""The site's companies with a fiscal code, each with its address, in the order they were made."""
	import frappe

	found = frappe.get_all(
		"Customer",
		{"b2b_cui": ["is", "set"]},
		["name", "customer_name", "tax_id"],
		order_by="creation, name",
		limit=90,
	)
	for one in found:
		links = {"link_doctype": "Customer", "link_name": one.name, "parenttype": "Address"}
		address = frappe.db.get_value("Dynamic Link", links, "parent")
		fields = ["address_line1", "city", "county", "phone"]
		one.update(frappe.db.get_value("Address", address, fields, as_dict=True) or dict.fromkeys(fields, ""))
	return found


def client_of(number: int, company: Any) -> dict[str, Any]:
	"""The company as SmartBill has it."""
	client = {
		"id": client_id(number),
		"name": company.customer_name,
		"vatCode": company.tax_id,
		"regCom": f"J{number % 40 + 1}/{200 + number}/2018",
		"code": f"D{number:03}",
		"address": company.address_line1,
		"city": company.city,
		"county": company.county or "",
		"country": "Romania",
		"email": f"contact{number}@example.ro",
		"phone": company.phone or "",
		"isVatPayer": company.tax_id.startswith("RO"),
	}
	kind = number // STRANGE_EVERY % 3 if number % STRANGE_EVERY == 1 else None
	if kind == 0:
		client |= {"name": f"Grup {company.customer_name}"}
	elif kind == 1:
		client |= {"address": "Bd. Nou 100", "city": "Oradea", "county": "Bihor"}
	elif kind == 2:
		client |= {"vatCode": "", "email": f"comenzi{number}@example.ro"}
	return client


def client_id(number: int) -> str:
	return f"cus_{FIRST_ID + number:08x}{hashlib.sha256(str(number).encode()).hexdigest()[:24]}"
