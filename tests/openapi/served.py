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
		self.manager_user = factories.user(*EVERYTHING)
		self.manager = self.token(self.manager_user)
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
		synced = self.synced(sales["slashed"])
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
		found = {
			"paths": {
				"/smartbill/runs": {"run": [run]},
				"/customers": {"customer": customers, "item": items},
				# of whom nobody asked for a limit yet
				"/customers/{customer}/credit-requests": {"customer": [books.stranger, *customers]},
				"/portal": {"quotation": offers["buyers"], "item": [sales["item"]]},
				**offers["paths"],
				**synced["paths"],
				**registrations["paths"],
				**requested,
			},
			"fields": {
				"customer": [books.stranger, *customers],
				"company": [self.company],
				"account": [self.account],
				"tier": [sales["tier"]],
				"file": [import_file],
				"id": [f"erp:{books.customer}", *(f"smartbill:{name}" for name in synced["clients"])],
				"cui": CUIS,
				"quotations": offers["fresh"],
				"number": offers["numbers"],
				"county": ["Cluj", "București"],
				"series": [factories.SERIES],
				"q": ["atelier", "client", CUIS[0], "ana@"],
				"tabs": ["", "commercial,credit", "history"],
				"kinds": ["", "invoice,order", "event"],
				"sources": ["erp,b2b", "smartbill"],
				# of an approval
				"customer_group": [sales["customer_group"]],
				"territory": [sales["territory"]],
				"price_list": [factories.PRICE_LIST],
				"payment_terms": [None],
				"sales_person": [None],
				"to": ["ana@example.ro"],
				# nothing was looked at before
				"seen": [""],
				"cc": ["", "ion@example.ro; dan@example.ro"],
			},
		}
		found["paths"] = {f"/api/v1{beginning}": names for beginning, names in found["paths"].items()}
		who = {"manager": self.manager, "stranger": self.stranger, "buyer": sales["buyer"]}
		return {"url": self.url, **who, **found}

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
			"customer_group": frappe.db.get_value("Customer", customer, "customer_group"),
			"territory": frappe.db.get_value("Customer", customer, "territory"),
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

	def offers(self, sales: dict[str, Any]) -> dict[str, Any]:
		"""Quotations: fresh ones, and such with a proforma in each of its states."""

		def offer(**values: Any) -> str:
			values = {"party_name": sales["customer"], "items": [{"item_code": sales["item"]}], **values}
			return factories.quotation(**values).name

		fresh = [offer() for _number in range(4)] + [offer(submit=False), offer(party_name=sales["slashed"])]
		issued, paid, cancelled, linked, draft, doubted, unknown = (offer() for _number in range(7))
		frappe.db.commit()
		for name in (issued, paid, cancelled, doubted):
			self.call("POST", _proforma(name))
		self.call("POST", f"{_proforma(paid)}/invoice", {})
		self.call("POST", f"{_proforma(cancelled)}/cancel", {"reason": "for the test"})
		by_hand = [self.sandbox.foreign_document(factories.SERIES) for _number in range(3)]
		self.call("POST", f"{_proforma(linked)}/link", {"series": factories.SERIES, "number": by_hand.pop()})
		self.mode("Draft")
		self.call("POST", _proforma(draft))
		self.mode("Live")
		# the last ones: they hold their series
		self.sandbox.fault("drop", when="after", path="/SBORO/api/invoice/v2")
		self.call("POST", f"{_proforma(doubted)}/invoice", {})
		self.sandbox.fault("drop", when="after")
		self.call("POST", _proforma(unknown))
		of_it = "/quotations/{quotation}/smartbill/proforma"
		by_action = {
			"": [issued, *fresh, unknown],
			"/cancel": [issued, linked],
			"/check": [unknown, issued],
			"/discard": [draft],
			"/email": [issued, paid],
			"/follow": [issued, paid],
			"/invoice": [paid, issued],
			"/invoice/settle": [doubted],
			"/link": fresh[1:],
			"/pdf": [issued, paid],
			"/restore": [cancelled],
			"/settle": [unknown],
			"/unlink": [linked],
		}
		in_smartbill = self.sandbox.documents()
		numbers = {
			series: [one["number"] for one in in_smartbill if one["number"] and one["series"] == series]
			for series in (factories.SERIES, "FACT")
		}
		paths = {f"{of_it}{action}": {"quotation": names} for action, names in by_action.items()}
		# what a person would find there
		paths[f"{of_it}/settle"]["number"] = numbers[factories.SERIES][-1:]
		paths[f"{of_it}/invoice/settle"]["number"] = numbers["FACT"][-1:]
		return {
			"fresh": fresh,
			"buyers": [*fresh[:2], issued, paid],
			"numbers": by_hand,
			"paths": paths,
		}

	def mode(self, mode: str) -> None:
		frappe.db.set_value("SmartBill Account", self.account, "mode", mode)
		frappe.db.commit()

	def synced(self, customer: str) -> dict[str, Any]:
		"""SmartBill's clients, some of whom disagree with Customers, and one that was taken from the customer."""
		for name, cui in (("Altfel Scris SRL", CUIS[0]), ("Depozit Frații SRL", CUIS[1])):
			factories.customer(customer_name=name, tax_id=f"RO{cui}", address={"city": "Turda"})
		run = self.call("POST", "/smartbill/sync", {"account": self.account})["name"]
		until = time.monotonic() + PATIENCE_S
		while not self.call("GET", f"/smartbill/sync/{run}")["over"] and time.monotonic() < until:
			time.sleep(0.2)
		clients = frappe.get_all("SmartBill Client", pluck="name", order_by="client_name desc")
		free = f"/smartbill/clients/{clients[0]}"
		self.call("POST", f"{free}/link", {"customer": customer})
		self.call("POST", f"{free}/unlink", {"note": "another company"})
		conflicts = frappe.get_all("Customer Sync Conflict", pluck="name", order_by="kind, title")
		many = {"names": [f"none {number}" for number in range(11)], "action": "keep"}
		job = [self.call("POST", "/smartbill/conflicts/bulk", many)["job"]]
		linked = frappe.get_all("SmartBill Client", {"customer": ["is", "set"]}, pluck="name")
		return {
			"clients": clients,
			"paths": {
				"/smartbill/sync": {"run": [run]},
				"/smartbill/clients/{client}/link": {"client": clients[1:]},
				"/smartbill/clients/{client}/release": {"client": clients[:1]},
				"/smartbill/clients/{client}/unlink": {"client": linked},
				# what is settled alike is not there to be settled one by one
				"/smartbill/conflicts/bulk": {"name": conflicts[1::2], "job": job},
				"/smartbill/conflicts/{name}": {"name": conflicts[::2]},
			},
		}

	def registrations(self) -> dict[str, Any]:
		made = [self.call("POST", "/registrations", _form())["token"] for _number in range(9)]
		docs = [frappe.get_doc("B2B Registration", tokens.find(token, "status").name) for token in made]
		names, links = [doc.name for doc in docs], [tokens.make(doc, "confirm") for doc in docs]
		for link in links[:7]:
			self.call("POST", "/registrations/confirm", {"token": link})
		self.call("POST", f"/registrations/{names[0]}/ask", {"question": "Ce construiți?"})
		self.call("POST", f"/registrations/{names[1]}/approve", {"create_new": 1})
		approved = frappe.get_doc("B2B Registration", names[1])
		many = {"action": "reject", "names": [f"none {number}" for number in range(6)], "reason": "x"}
		job = self.call("POST", "/registrations/bulk", many)["job"]
		return {
			"paths": {
				"/registrations": {"name": names, "token": made, "cui": [*CUIS, "RO1"], "job": [job]},
				"/registrations/bulk": {"name": names[6:7], "job": [job]},
				"/registrations/confirm": {"token": links},
				"/registrations/welcome": {"token": [tokens.make(approved, "welcome")]},
				"/registrations/status/{token}/answer": {"token": made[:1]},
				"/registrations/status/{token}/withdraw": {"token": made[7:8]},
				"/registrations/status/{token}/resend": {"token": made[8:]},
				"/registrations/{name}/approve": {"name": names[2:3]},
				"/registrations/{name}/look": {"name": names[3:4]},
				"/registrations/{name}/reject": {"name": names[4:5]},
				"/registrations/{name}/ask": {"name": names[5:6]},
				"/registrations/{name}/erase": {"name": names[1:2]},
			},
		}

	def credit_requests(self, customers: list[str]) -> dict[str, Any]:
		"""Asked for by somebody else, as nobody decides about his own; the last one by the manager, to be taken back."""
		asked = []
		for number, customer in enumerate(customers):
			frappe.set_user(self.seller if number < len(customers) - 1 else self.manager_user)
			asked.append(
				asking.ask(scope.of(customer, self.company), 10_000 + number, "Comenzi mai mari").name
			)
		frappe.set_user("Administrator")
		of_customer = "/customers/{customer}/credit-requests/{name}"
		return {
			f"{of_customer}/{action}": {"customer": [customers[at]], "name": [asked[at]]}
			for at, action in ((0, "approve"), (1, "reject"), (3, "withdraw"))
		}

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
		"""The manager's own: private files are nobody else's."""
		frappe.set_user(self.manager_user)
		rows = "Nume;CIF;Localitate\nUnu SRL;12345674;Cluj\nDoi SRL;;Turda\n"
		values = {"doctype": "File", "file_name": "clienti.csv", "is_private": 1, "content": rows}
		name = frappe.get_doc(values).insert().name
		frappe.set_user("Administrator")
		return name


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
