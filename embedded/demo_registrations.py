"""What the demo shows of the registration: switched on, with tiers, requests in every state, and a buyer who logs in."""

import datetime
from typing import Any

from embedded.romania import COMPANIES, PASSWORD

BUYER = "cumparator@demo.local"
TIERS = (("Bronze", 3, 5_000), ("Silver", 7, 20_000), ("Gold", 12, 100_000))
# Of those who order most: the tier, and the credit limit as a share of what they use of it. The last is over it.
TERMS = (("Gold", 3.0), ("Silver", 1.1), ("Bronze", 1.8), ("Silver", 5.0), ("", 1.3), ("Bronze", 0.9))
# CUI and name; the first four are known to the sandbox's tax office
APPLICANTS = (
	("12345674", "Demo Achiziții SRL", "Yes", "Cluj", "Cluj-Napoca"),
	("98765438", "Atelier Lemn PFA", "No", "Brasov", "Brașov"),
	("1090", "Depozit Vechi SRL", "No", "Iasi", "Iași"),
	("42839", "Construct Radiat SA", "Yes", "Dolj", "Craiova"),
	("14399840", "Magazin Online SRL", "Yes", "Bucuresti", "Sector 2"),
	("2816464", "Servicii Telecom SA", "Yes", "Bucuresti", "Sector 1"),
)


def fill() -> None:
	"""The caller commits."""
	import frappe

	from erp_b2b_smartbill.registration import decide
	from sandbox.server import start

	switch_on()
	make_mail_account()
	make_buyer()
	give_terms()
	with start() as sandbox:
		frappe.conf.anaf_api_url = f"{sandbox.url}/anaf/api/PlatitorTvaRest/v9/tva"
		docs = [submit(number, *applicant) for number, applicant in enumerate(APPLICANTS)]
	for doc in docs[:5]:
		decide.confirm(doc.name)
	decide.ask(docs[1].name, "Ne trimiteți certificatul de înregistrare?")
	decide.reject(docs[3].name, "Firma este radiată la ANAF.")
	late = frappe.utils.now_datetime() - datetime.timedelta(days=5)
	frappe.db.set_value("B2B Registration", docs[2].name, "submitted_at", late)


def switch_on() -> None:
	import frappe

	company = COMPANIES[0].name
	for name, discount, limit in TIERS:
		tier = {"doctype": "B2B Tier", "tier_name": name, "discount_percentage": discount}
		frappe.get_doc({**tier, "company": company, "default_credit_limit": limit}).insert()
	settings = frappe.get_doc("B2B Settings")
	settings.update(
		{
			"enable_b2b_registration": 1,
			"enable_b2b_portal": 1,
			"default_tier": "Bronze",
			"default_company": company,
			"contact_email": "vanzari@demo.local",
			"contact_phone": "021 000 00 00",
			"terms_version": "2026-11",
		}
	)
	settings.save()


def make_mail_account() -> None:
	"""Its mails go to the demo's mailbox, whose port is known when it is started."""
	import frappe

	frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Demo",
			"email_id": "vanzari@demo.local",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "127.0.0.1",
			"no_smtp_authentication": 1,
			"awaiting_password": 1,
		}
	).db_insert()


def make_buyer() -> None:
	"""He acts for the customer with the most offers."""
	import frappe

	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": BUYER,
			"first_name": "Carmen",
			"last_name": "Cumpărător",
			"user_type": "Website User",
			"send_welcome_email": 0,
			"new_password": PASSWORD,
			"roles": [{"role": "Customer"}],
		}
	)
	user.flags.ignore_password_policy = True
	user.insert()
	offers = frappe.get_all("Quotation", {"docstatus": 1, "status": "Open"}, pluck="party_name", limit=0)
	customer = frappe.get_doc("Customer", max(sorted(set(offers)), key=offers.count))
	customer.b2b_tier = "Silver"
	customer.append("portal_users", {"user": BUYER})
	customer.save()


def give_terms() -> None:
	"""What the search shows beside a customer."""
	import frappe

	from erp_b2b_smartbill.customers import credit

	company = COMPANIES[0].name
	orders = frappe.get_all("Sales Order", {"docstatus": 1, "company": company}, pluck="customer", limit=0)
	often = sorted(set(orders), key=lambda customer: (-orders.count(customer), customer))[:24]
	used = credit.of(often, company)
	for number, customer in enumerate(often):
		tier, share = TERMS[number % len(TERMS)]
		doc = frappe.get_doc("Customer", customer)
		doc.b2b_tier = doc.b2b_tier or tier
		row = doc.append("credit_limits", {"company": company, "credit_limit": 10_000_000})
		doc.save()
		# ERPNext lets nobody set a limit that is used up already
		frappe.db.set_value(row.doctype, row.name, "credit_limit", round(used[customer].used * share, -2))


def submit(number: int, cui: str, name: str, vat_payer: str, county: str, city: str) -> Any:
	from erp_b2b_smartbill.registration.submit import submit as send

	return send(
		{
			"cui": cui,
			"company_name": name,
			"vat_payer": vat_payer,
			"country": "Romania",
			"county": county,
			"city": city,
			"address_line": f"Str. Demonstrației {number + 1}",
			"first_name": ("Ana", "Ion", "Maria", "Dan", "Elena", "Radu")[number],
			"last_name": "Exemplu",
			"email": f"contact{number + 1}@firma-demo.ro",
			"phone": f"072200010{number}",
			"message": "Dorim să comandăm lunar." if number % 2 else "",
			"terms_accepted": 1,
		}
	)
