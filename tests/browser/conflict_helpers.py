"""What the browser tests of conflicts share: Customers and clients that disagree in every way there is."""

import contextlib
import hashlib
import time
from collections.abc import Iterator
from typing import Any

from desk_helpers import COMPANY, cleaned, control, knobs, make_customer
from stdnum.ro.cui import calc_check_digit

CONFLICT = "Customer Sync Conflict"
CIF = "RO12345674"
KINDS = (
	"Address",
	"Address at ANAF",
	"CUI changed",
	"Duplicate CUI in ERPNext",
	"Duplicate CUI in SmartBill",
	"E-mail",
	"Inactive at ANAF",
	"Missing in SmartBill",
	"Name",
	"Possible match",
	"VAT status",
	"VAT status at ANAF",
)


def cui(number: int) -> str:
	"""A valid fiscal code for each number."""
	digits = str(2_100_000 + number)
	return digits + calc_check_digit(digits)


def client_id(number: int) -> str:
	return f"cus_{number:08x}{hashlib.sha256(str(number).encode()).hexdigest()[:24]}"


def client(number: int, name: str, **values: Any) -> dict[str, Any]:
	"""A client as V3 shows it, where its Customer (desk_helpers.make_customer) has its address."""
	return {
		"id": client_id(number),
		"name": name,
		"vatCode": cui(number),
		"regCom": "",
		"code": "",
		"address": "Str. Exemplu 7",
		"city": "Cluj-Napoca",
		"county": "Cluj",
		"country": "Romania",
		"email": "",
		"phone": "",
		"isVatPayer": False,
		**values,
	}


@contextlib.contextmanager
def synced_site(frappe: Any, sandbox: Any) -> Iterator[None]:
	"""The sync is on, the account has a V3 token, SmartBill has no clients; what is made meanwhile is deleted."""
	from erp_b2b_smartbill import features

	with cleaned(frappe, sandbox):
		before = frappe.db.get_single_value("B2B Settings", features.SYNC)
		switch(frappe, features.SYNC, 1)
		account = frappe.get_doc("SmartBill Account", COMPANY.name)
		account.v3_token = "demo-v3-token"
		account.save()
		frappe.db.commit()
		control(sandbox, "reset", {"seed": {"clients_v3": {CIF: []}}})
		knobs(sandbox, v1_limit=0, v3_limit=0)
		try:
			yield
		finally:
			frappe.db.rollback()
			frappe.set_user("Administrator")
			account.reload()
			account.v3_token = ""
			account.save()
			switch(frappe, features.SYNC, before)


def switch(frappe: Any, field: str, value: Any) -> None:
	frappe.db.set_single_value("B2B Settings", field, value)
	frappe.db.commit()
	frappe.clear_document_cache("B2B Settings", "B2B Settings")


def change(sandbox: Any, *clients: dict[str, Any], delete: tuple[int, ...] = ()) -> None:
	control(sandbox, "clients", {"upsert": list(clients), "delete": [client_id(number) for number in delete]})


def sync(frappe: Any) -> None:
	"""A run from its start to its end. The site's own worker may have taken it up already: then that one ends it."""
	from erp_b2b_smartbill.smartbill.clients import job, sync_runs

	run = job.start(COMPANY.name).name
	until = time.monotonic() + 60
	while frappe.db.get_value(sync_runs.RUN, run, "open_key"):
		assert time.monotonic() < until, frappe.get_doc(sync_runs.RUN, run).as_dict()
		free = {"gate_v3_at": None, "v3_blocked_until": None}
		frappe.db.set_value("SmartBill Account", COMPANY.name, free, update_modified=False)
		frappe.db.set_value(sync_runs.RUN, run, "next_at", None, update_modified=False)
		frappe.db.commit()
		job.work(run)
		time.sleep(0.05)
		frappe.db.rollback()


def linked_pairs(frappe: Any, sandbox: Any, names: dict[int, str]) -> dict[int, str]:
	"""Customers and their clients, linked by their CUI; returns the Customers by number."""
	customers = {
		number: make_customer(name, tax_id=cui(number), smartbill_vat_payer="No")[0]
		for number, name in names.items()
	}
	for number, customer in customers.items():
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Ana",
				"email_ids": [{"email_id": f"birou{number}@example.ro", "is_primary": 1}],
				"links": [{"link_doctype": "Customer", "link_name": customer}],
			}
		).insert()
	frappe.db.commit()
	change(
		sandbox,
		*(client(number, name, email=f"birou{number}@example.ro") for number, name in names.items()),
	)
	sync(frappe)
	return customers


def one_of_each_kind(frappe: Any, sandbox: Any) -> dict[str, str]:
	"""A conflict of every kind; returns them by kind."""
	from erp_b2b_smartbill.smartbill.clients import conflicts
	from erp_b2b_smartbill.smartbill.clients.conflicts import Found

	names = {
		1: "Instal Carpați SRL",
		2: "Ferodom SRL",
		3: "Electro Someș SRL",
		4: "Vopsele Ardeal SRL",
		5: "Construct Mureș SRL",
		6: "Depozit Nord SRL",
		7: "Termo Bihor SRL",
		8: "Lemn Maramureș SRL",
		9: "Sticla Turda SRL",
	}
	customers = linked_pairs(frappe, sandbox, names)
	make_customer("Hidro Zalău SRL", tax_id="")
	make_customer("Metal Dej SRL", tax_id=cui(11))
	make_customer("Metal Dej Punct de lucru", tax_id=cui(11))
	make_customer("Pavaje Gherla SRL", tax_id=cui(12))
	frappe.db.commit()

	def changed(number: int, **values: Any) -> dict[str, Any]:
		values = {"name": names[number], "email": f"birou{number}@example.ro", **values}
		return client(number, values.pop("name"), **values)

	change(
		sandbox,
		changed(1, name="Instal Carpați Distribuție SRL"),
		changed(2, email="comenzi@ferodom.example.ro"),
		changed(3, address="Bd. Muncii 12", city="Turda"),
		changed(4, isVatPayer=True),
		changed(5, vatCode=cui(50)),
		client(10, "Hidro Zalău SRL", vatCode=cui(10)),
		client(11, "Metal Dej SRL"),
		client(12, "Pavaje Gherla SRL"),
		client(13, "Pavaje Gherla SRL", vatCode=cui(12)),
		delete=(6,),
	)
	sync(frappe)
	# what the nightly step finds out
	for number, kind, erp, said in (
		(7, conflicts.INACTIVE_AT_ANAF, "Active", "Inactive"),
		(8, conflicts.VAT_AT_ANAF, "No", "Yes"),
		(9, conflicts.ADDRESS_AT_ANAF, "Str. Exemplu 7, Cluj-Napoca, Cluj", "Str. Fabricii 3, Turda, Cluj"),
	):
		name = frappe.db.get_value("SmartBill Client", {"external_id": client_id(number)})
		found = Found(name, names[number], kind, customers[number], erp, said)
		conflicts.write(COMPANY.name, [name], [kind], [found])
	frappe.db.commit()
	rows = frappe.get_all(CONFLICT, {"status": "Open"}, ["kind", "name"])
	assert sorted(row.kind for row in rows) == sorted(KINDS), rows
	return {row.kind: row.name for row in rows}
