"""What the tests of the matrix in rights.py stand on: a user of each role, and a document of each of our doctypes."""

from contextvars import Context
from typing import Any

import frappe
from frappe.app import application
from werkzeug.test import Client, TestResponse

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.api.routes import ROUTES
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase, delete_rows
from erp_b2b_smartbill.tests.rights import DOCTYPES
from erp_b2b_smartbill.tests.search_case import empty_index, registration

# roles of ERPNext that read Customers, Quotations and companies, and have no right on anything of ours: beside one of
# them a role of ours shows what it is good for
BESIDE = ("Maintenance User", "Stock User")
PERSONAL_CODE = "1800101221144"
SWITCHES = sorted({switch for route in ROUTES for switch in (route.switch, route.other_switch) if switch})


def desk_user(*roles: str, **values: Any) -> str:
	"""As `factories.user`, without a password, which takes long."""
	email = f"{frappe.generate_hash(length=10)}@example.com"
	frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": "Test",
			"send_welcome_email": 0,
			"roles": [{"role": role} for role in roles],
			**values,
		}
	).insert()
	return email


def plant(doctype: str, **values: Any) -> str:
	"""A document as it may stand in the database, past its controller: most of ours are written by the app only."""
	doc = frappe.get_doc({"name": frappe.generate_hash(length=10), **values, "doctype": doctype})
	doc.db_insert()
	return doc.name


def account_values(company: str) -> dict[str, Any]:
	return {
		"company": company,
		"mode": "Off",
		"email": "demo@example.ro",
		"token": "demo-token",
		"cif": "RO12345674",
		"api_url": "https://ws.smartbill.ro/SBORO/api",
		"proforma_series": "PRF",
		"language": "RO",
		"discount_form": "Discount rows",
		"weak_matches": "Propose",
	}


class PermittedCase(CommittingTestCase):
	"""All switches are on. Nothing that a test does as somebody is kept: roll back after each."""

	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		self.switch_all()

	def switch_all(self) -> None:
		self.addCleanup(frappe.db.commit)
		# one of them is the search, which keeps what it is told of
		self.addCleanup(empty_index)
		for name in SWITCHES:
			before = frappe.db.get_single_value("B2B Settings", name)
			self.addCleanup(frappe.db.set_single_value, "B2B Settings", name, before)
			frappe.db.set_single_value("B2B Settings", name, 1)
		frappe.db.commit()

	def make_documents(self, customer: str, quotation: Any) -> dict[str, str]:
		"""One of each of our doctypes, about this customer; the account is the company's."""
		about = {"customer": customer}
		item = quotation.items[0].item_code
		# what is linked is there: Frappe 15 looks at links before rights
		account = self.account()
		issued = {
			"company": self.company,
			"account": account,
			"status": "Issued",
			"quotation": quotation.name,
			**about,
		}
		proforma = plant("SmartBill Proforma", **issued)
		made = {
			"B2B Registration": registration().name,
			"B2B Tier": frappe.get_doc({"doctype": "B2B Tier", "tier_name": frappe.generate_hash(length=8)})
			.insert()
			.name,
			"Credit Limit Request": plant(
				"Credit Limit Request",
				company=self.company,
				status="Open",
				open_key="1",
				requested_limit=10,
				current_limit=5,
				current_source="Customer",
				reason="more",
				requested_by="Administrator",
				**about,
			),
			"SmartBill Account": account,
			"SmartBill Proforma": proforma,
			"SmartBill Invoice": plant("SmartBill Invoice", proforma=proforma, **issued),
			"SmartBill Issue Run": plant(
				"SmartBill Issue Run", status="Completed", requested_by="Administrator"
			),
			"SmartBill Call": plant("SmartBill Call", operation="series"),
			"SmartBill Client": plant(
				"SmartBill Client",
				client_name="Client",
				status="Active",
				account=account,
				personal_code=PERSONAL_CODE,
				**about,
			),
			"SmartBill Sync Run": plant("SmartBill Sync Run", account=account, status="Completed"),
			"Customer External Link": plant(
				"Customer External Link",
				provider="B2B",
				external_id=frappe.generate_hash(length=8),
				link_key=frappe.generate_hash(length=8),
				**about,
			),
			"Customer Item Preference": plant("Customer Item Preference", item_code=item, **about),
			"Item Recommendation": plant("Item Recommendation", item_code=item, kind="Reorder", **about),
			"Item Association": plant("Item Association", item_code=item, with_item=item),
			"Quotation Response": plant(
				"Quotation Response", quotation=quotation.name, response="Accepted", **about
			),
			"Business Event": audit.record(
				audit.TIER_CHANGED, frappe.get_doc("Customer", customer), after={"email": "ana@example.com"}
			).name,
		}
		made["Customer Sync Conflict"] = plant(
			"Customer Sync Conflict",
			kind="Name",
			status="Open",
			client=made["SmartBill Client"],
			candidates='["other"]',
			conflict_key=frappe.generate_hash(length=8),
			**about,
		)
		return made | {name: name for name, doctype in DOCTYPES.items() if doctype.is_single}

	def account(self) -> str:
		doctype = "SmartBill Account"
		if not frappe.db.exists(doctype, self.company):
			# at an address that is never asked
			values = account_values(self.company) | {"api_url": "https://not.allowed.example/api"}
			plant(doctype, name=self.company, **values)
		return self.company

	def goes_afterwards(self, doctype: str, name: str) -> str:
		"""For what the tests' own tidying up does not know."""
		self.addCleanup(frappe.db.commit)
		self.addCleanup(delete_rows, doctype, name)
		return name

	def other_company(self) -> str:
		"""Another one than the tests', in name only."""
		name = f"Alta {frappe.generate_hash(length=6)}"
		doc = frappe.get_doc("Company", self.company)
		doc.update({"name": name, "company_name": name, "abbr": name[-4:]}).db_insert()
		frappe.db.commit()
		return self.goes_afterwards("Company", name)

	def tries(self, user: str) -> None:
		"""From here on it is the user who acts, in a transaction of his own."""
		frappe.db.rollback()
		frappe.local.document_cache = {}
		frappe.clear_messages()
		frappe.local.form_dict = frappe._dict()
		frappe.local.response = frappe._dict(docs=[])
		if frappe.session.user != user:
			frappe.set_user(user)


class Web:
	"""The site as a program calls it: the whole of Frappe answers, in this process."""

	def __init__(self) -> None:
		self._client = Client(application)
		self._site = frappe.local.site

	def headers(self, user: str) -> dict[str, str]:
		"""Of a user who has no token yet."""
		doc, secret = frappe.get_doc("User", user), frappe.generate_hash(length=15)
		doc.update({"api_key": frappe.generate_hash(length=15), "api_secret": secret})
		doc.save()
		return {"Authorization": f"token {doc.api_key}:{secret}"}

	def call(self, headers: dict[str, str], method: str, path: str, body: Any = None) -> TestResponse:
		"""Everything that is to be seen must be committed. The framework's globals of this test stay as they are."""
		sent = {} if method == "GET" else {"json": {} if body is None else body}
		return Context().run(
			self._client.open,
			path,
			method=method,
			# read to its end, which is when the framework lets go of the database
			buffered=True,
			headers={"X-Frappe-Site-Name": self._site, "Accept": "application/json", **headers},
			**sent,
		)
