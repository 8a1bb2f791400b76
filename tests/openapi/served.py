"""A site of its own for requests that are made up, with what they can reach: run by `./dev run`, in a process of its own.

Nothing of it is anybody else's and SmartBill is the sandbox, so whatever is asked of it does no harm. It prints one line
of JSON (`Reach`), and ends when nobody reads on.
"""

import json
import os
import sys
import time
from typing import Any
from urllib.parse import quote

import frappe
import requests
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers import favourites
from erp_b2b_smartbill.customers.credit_limits import asking
from erp_b2b_smartbill.customers.overview import scope
from erp_b2b_smartbill.customers.recommend import run as recommending
from erp_b2b_smartbill.customers.search import rebuild
from erp_b2b_smartbill.registration import limits, tokens
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.books import Books
from erp_b2b_smartbill.tests.registration_case import SETTINGS, submission
from erp_b2b_smartbill.tests.sandbox import Sandbox

SWITCHES = (
	features.PROFORMA,
	features.REGISTRATION,
	features.PORTAL,
	features.SYNC,
	features.SEARCH,
	features.LINK_SEARCH,
	features.OVERVIEW,
)
# all that a user of the desk may be to us: every route but the buyer's lets him in
EVERYTHING = (
	"System Manager",
	"B2B Manager",
	"B2B Sales",
	"Sales User",
	"Sales Manager",
	"Sales Master Manager",
	"Accounts User",
	"Accounts Manager",
)
CIF = "RO12345674"
# valid ones that the sandbox's tax office knows
CUIS = ("12345674", "98765438", "14399840")
PATIENCE_S = 30


class Site:
	def __init__(self) -> None:
		self.url = os.environ["SITE_URL"]
		self.sandbox = Sandbox(os.environ["SMARTBILL_SANDBOX_URL"])
		self.sandbox.reset(clients_v3={CIF: clients_of_smartbill()})
		self.sandbox.knobs(v3_limit=0, anaf_limit=0)
		for field, value in {**SETTINGS, **dict.fromkeys(SWITCHES, 1)}.items():
			frappe.db.set_single_value("B2B Settings", field, value)
		frappe.clear_document_cache("B2B Settings", "B2B Settings")
		factories.outgoing_email_account()
		self.company = factories.company()
		self.account = factories.smartbill_account(
			self.sandbox.api_url, v3_token="demo-v3-token", invoice_series="FACT"
		).name
		self.manager = self.token(factories.user(*EVERYTHING))
		self.seller = factories.user("Sales User", "B2B Sales")
		self.stranger = self.token(factories.user())
		frappe.db.commit()

	def token(self, user: str) -> str:
		"""What a program signs in with."""
		doc = frappe.get_doc("User", user)
		secret = frappe.generate_hash(length=15)
		doc.update({"api_key": frappe.generate_hash(length=15), "api_secret": secret})
		doc.save()
		return f"token {doc.api_key}:{secret}"

	def call(self, method: str, path: str, body: Any = None) -> Any:
		"""As the manager, over HTTP; the answer's data. What the site wrote is seen from then on."""
		frappe.db.commit()
		response = requests.request(
			method,
			f"{self.url}/api/v1{path}",
			json=body,
			headers={"Authorization": self.manager},
			timeout=PATIENCE_S,
		)
		frappe.db.rollback()
		if not response.ok:
			print(
				response.text,
				frappe.get_all("Error Log", fields=["error"], order_by="creation desc", limit=1)[0].error,
				file=sys.stderr,
			)
		response.raise_for_status()
		return response.json()["data"]

	def reach(self) -> dict[str, Any]:
		"""`paths`: by the beginning of an address, the names in it; `fields`: values of fields by their name."""
		sales = self.sales()
		books = self.books()
		customers = [books.customer, books.child, sales["customer"], sales["slashed"]]
		offers = self.offers(sales)
		synced = self.synced()
		registrations = self.registrations()
		requested = self.credit_requests(customers)
		self.prefer(books.customer, books.item)
		frappe.db.commit()
		rebuild.rebuild(fresh=True)
		recommending.recommend(full=True)
		run = self.call("POST", "/smartbill/runs", {"quotations": offers["fresh"][:1]})["name"]
		import_file = self.import_file()
		frappe.db.commit()
		items = [books.item, sales["item"]]
		return {
			"url": self.url,
			"manager": self.manager,
			"stranger": self.stranger,
			"buyer": sales["buyer"],
			"paths": {
				"/api/v1/quotations": {"quotation": [*offers["fresh"], *offers["done"]]},
				"/api/v1/smartbill/runs": {"run": [run]},
				"/api/v1/smartbill/sync": {"run": [synced["run"]]},
				"/api/v1/smartbill/clients": {"client": synced["clients"]},
				"/api/v1/smartbill/conflicts": {"name": synced["conflicts"], "job": [synced["job"]]},
				"/api/v1/customers": {"customer": customers, "name": requested, "item": items},
				"/api/v1/registrations": registrations["paths"],
				"/api/v1/portal": {"quotation": offers["buyers"], "item": [sales["item"]]},
			},
			"fields": {
				"customer": customers,
				"company": [self.company],
				"account": [self.account],
				"tier": [sales["tier"]],
				"file": [import_file],
				"token": registrations["tokens"],
				"id": [f"erp:{books.customer}", *(f"smartbill:{name}" for name in synced["clients"])],
				"cui": CUIS,
				"quotations": offers["fresh"],
				"county": ["Cluj", "București"],
				"series": [factories.SERIES],
				"q": ["atelier", "client", CUIS[0], "ana@"],
				"tabs": ["", "commercial,credit", "history"],
			},
		}

	def sales(self) -> dict[str, Any]:
		"""Customers with a tier, one whose name is hard in an address, and a buyer."""
		tier = frappe.get_doc(
			{"doctype": "B2B Tier", "tier_name": "Aur", "discount_percentage": 12, "company": self.company}
		).insert()
		customer = factories.customer(b2b_tier=tier.name).name
		slashed = factories.customer(customer_name="Frații Ion / Fiii 100% SRL", tax_id=None).name
		buyer = factories.buyer(customer)
		return {
			"tier": tier.name,
			"customer": customer,
			"slashed": slashed,
			"item": factories.item().name,
			"buyer": self.token(buyer),
		}

	def books(self) -> Books:
		books = Books()
		late = books.invoice([(2, "100.00")], posted=-60, due=-30)
		books.pay(books.invoice([(1, "80.00")], posted=-90, due=-60), "50", posted=-20)
		books.credit_note([(-1, "100.00")], posted=-10, against=late)
		books.invoice([(1, "40.00")], posted=-3, due=27, company=books.second, currency="EUR", rate="5")
		books.order([(3, "90.00")], posted=-5)
		return books

	def offers(self, sales: dict[str, Any]) -> dict[str, list[str]]:
		"""Quotations: fresh ones, and such with a proforma in each of its states."""

		def offer(**values: Any) -> str:
			values = {"party_name": sales["customer"], "items": [{"item_code": sales["item"]}], **values}
			return factories.quotation(**values).name

		fresh = [offer() for _number in range(4)] + [offer(submit=False), offer(party_name=sales["slashed"])]
		issued, invoiced, cancelled, unknown = (offer() for _number in range(4))
		frappe.db.commit()
		for name in (issued, invoiced, cancelled):
			self.call("POST", f"{_proforma(name)}")
		self.call("POST", f"{_proforma(invoiced)}/invoice", {})
		self.call("POST", f"{_proforma(cancelled)}/cancel", {"reason": "for the test"})
		# the last one: it holds the series
		self.sandbox.fault("drop", when="after")
		self.call("POST", f"{_proforma(unknown)}")
		return {
			"fresh": fresh,
			"done": [issued, invoiced, cancelled, unknown],
			"buyers": [*fresh[:2], issued, invoiced],
		}

	def synced(self) -> dict[str, Any]:
		"""SmartBill's clients, some of whom disagree with Customers."""
		for name, cui in (("Altfel Scris SRL", CUIS[0]), ("Depozit Frații SRL", CUIS[1])):
			factories.customer(customer_name=name, tax_id=f"RO{cui}", address={"city": "Turda"})
		run = self.call("POST", "/smartbill/sync", {"account": self.account})["name"]
		until = time.monotonic() + PATIENCE_S
		while not self.call("GET", f"/smartbill/sync/{run}")["over"] and time.monotonic() < until:
			time.sleep(0.2)
		many = {"names": [f"none {number}" for number in range(11)], "action": "keep"}
		return {
			"run": run,
			"clients": frappe.get_all("SmartBill Client", pluck="name", order_by="client_name"),
			"conflicts": frappe.get_all("Customer Sync Conflict", pluck="name", order_by="kind, title"),
			"job": self.call("POST", "/smartbill/conflicts/bulk", many)["job"],
		}

	def registrations(self) -> dict[str, Any]:
		made = [self.call("POST", "/registrations", _form())["token"] for _number in range(6)]
		docs = [frappe.get_doc("B2B Registration", tokens.find(token, "status").name) for token in made]
		links = [tokens.make(doc, "confirm") for doc in docs]
		for link in links[:4]:
			self.call("POST", "/registrations/confirm", {"token": link})
		self.call("POST", f"/registrations/{docs[0].name}/ask", {"question": "Ce construiți?"})
		self.call("POST", f"/registrations/{docs[1].name}/approve", {"create_new": 1})
		approved = frappe.get_doc("B2B Registration", docs[1].name)
		many = {"action": "reject", "names": [f"none {number}" for number in range(6)], "reason": "x"}
		return {
			"paths": {
				"name": [doc.name for doc in docs],
				"token": made,
				"cui": [*CUIS, "RO1"],
				"job": [self.call("POST", "/registrations/bulk", many)["job"]],
			},
			"tokens": [*links, tokens.make(approved, "welcome")],
		}

	def credit_requests(self, customers: list[str]) -> list[str]:
		"""Asked for by somebody else: nobody decides about his own."""
		frappe.set_user(self.seller)
		found = [
			asking.ask(scope.of(customer, self.company), 10_000 + number, "Comenzi mai mari").name
			for number, customer in enumerate(customers)
		]
		frappe.set_user("Administrator")
		return found

	def prefer(self, customer: str, item: str) -> None:
		favourites.mark(customer, item, favourites.SALES, "mereu")
		frappe.get_doc(
			{
				"doctype": "Item Price",
				"item_code": item,
				"price_list": factories.PRICE_LIST,
				"price_list_rate": 90,
				"customer": customer,
				"valid_from": add_days(nowdate(), -9),
			}
		).insert()

	def import_file(self) -> str:
		rows = "Nume;CIF;Localitate\nUnu SRL;12345674;Cluj\nDoi SRL;;Turda\n"
		return (
			frappe.get_doc({"doctype": "File", "file_name": "clienti.csv", "is_private": 1, "content": rows})
			.insert()
			.name
		)


def _proforma(quotation: str) -> str:
	return f"/quotations/{quote(quotation, safe='')}/smartbill/proforma"


def _form() -> dict[str, Any]:
	return {"opened": limits.opened_token(), **submission()}


def clients_of_smartbill() -> list[dict[str, Any]]:
	return [
		_client(1, name="Altfel SRL", vatCode=CUIS[0]),
		_client(2, name="Depozit SRL", vatCode=CUIS[1], email="depozit@example.ro"),
		_client(3, name="Depozit Frații SRL"),
		*(_client(number) for number in range(4, 8)),
	]


def _client(number: int, **values: Any) -> dict[str, Any]:
	"""As V3 shows it."""
	return {
		"id": f"cus_{number:032x}",
		"name": f"Depozit Test {number} SRL",
		"vatCode": "",
		"regCom": "",
		"code": f"T{number}",
		"address": f"Str. Exemplului nr. {number}",
		"city": "Cluj-Napoca",
		"county": "Cluj",
		"country": "Romania",
		"email": f"client{number}@example.ro",
		"phone": "",
		"isVatPayer": False,
		**values,
	}


if __name__ == "__main__":
	reach = Site().reach()
	# nothing is held open while others write
	frappe.db.commit()
	print(json.dumps(reach), flush=True)
	sys.stdin.read()
