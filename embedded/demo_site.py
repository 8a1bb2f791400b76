"""The demo's site: the prepared one with believable sample data of a Romanian wholesaler.

Everything comes from one seed, so that two demos are alike. Companies, people and identifiers are invented;
the identifiers pass their checks.
"""

import datetime
import logging
import random
import shutil
from typing import Any

import cssutils
from stdnum.ro import cf as fiscal_code

from embedded import demo_clients, demo_overview, demo_registrations, paths, prepare
from embedded import demo_documents as documents
from embedded.demo_documents import SampleItem
from embedded.progress import Progress, silent
from embedded.romania import COMPANIES, SellingCompany
from embedded.site import Site

SEED = 2026
CUSTOMERS = 300
ITEMS = 120
QUOTATIONS = 200
HISTORY_DAYS = 540
# One of so many quotations becomes an order.
ORDERED_SHARE = 0.45

TOWNS = (
	("Cluj-Napoca", "Cluj", "400001"),
	("Timișoara", "Timiș", "300001"),
	("Iași", "Iași", "700001"),
	("Brașov", "Brașov", "500001"),
	("Constanța", "Constanța", "900001"),
	("Sibiu", "Sibiu", "550001"),
	("Oradea", "Bihor", "410001"),
	("Târgu Mureș", "Mureș", "540001"),
	("Ploiești", "Prahova", "100001"),
	("Craiova", "Dolj", "200001"),
	("Sector 1", "București", "010001"),
	("Sector 3", "București", "030001"),
	("Sector 6", "București", "060001"),
)
ABROAD = (
	("Hungary", "Budapest", "HU"),
	("Bulgaria", "Ruse", "BG"),
	("Germany", "München", "DE"),
	("Moldova, Republic of", "Chișinău", ""),
	("Serbia", "Novi Sad", ""),
)
STREETS = (
	"Str. Fabricii",
	"Bd. Unirii",
	"Str. Horea",
	"Calea Turzii",
	"Str. Independenței",
	"Str. Mihai Eminescu",
)
FIRST_PARTS = (
	"Atelier",
	"Agro",
	"Carpat",
	"Nord",
	"Dacia",
	"Metal",
	"Electro",
	"Prod",
	"Alfa",
	"Transilvania",
	"Danubiu",
	"Moldo",
	"Bucovina",
	"Vest",
	"Construct",
	"Instal",
	"Lemn",
	"Auto",
	"Casa",
	"Horti",
)
SECOND_PARTS = (
	"Impex",
	"Comerț",
	"Service",
	"Distribution",
	"Grup",
	"Construct",
	"Trade",
	"Instal",
	"Market",
	"Solutions",
	"Expert",
	"Depot",
	"Prod",
	"Invest",
	"Total",
)
FIRST_NAMES = (
	"Ana",
	"Ion",
	"Maria",
	"Andrei",
	"Elena",
	"Mihai",
	"Ioana",
	"Ștefan",
	"Cristina",
	"Radu",
	"Oana",
	"Țiprian",
)
LAST_NAMES = (
	"Popescu",
	"Ionescu",
	"Mureșan",
	"Rusu",
	"Șerban",
	"Dumitru",
	"Ghiță",
	"Pop",
	"Stoica",
	"Țăranu",
)
GOODS = (
	("CAB", "Cablu electric CYYF", ("3x1,5", "3x2,5", "5x4", "5x6", "4x10"), "Meter", 4, 38, 21),
	("PRZ", "Priză dublă", ("albă", "bej", "neagră", "cu împământare"), "Nos", 12, 45, 21),
	("BEC", "Bec LED", ("7 W", "9 W", "12 W", "15 W", "20 W"), "Nos", 8, 32, 21),
	("SIG", "Siguranță automată", ("10 A", "16 A", "20 A", "25 A", "32 A"), "Nos", 14, 60, 21),
	("TUB", "Tub copex", ("16 mm", "20 mm", "25 mm", "32 mm"), "Meter", 2, 9, 21),
	("VOP", "Vopsea lavabilă", ("2,5 l", "4 l", "8,5 l", "15 l"), "Nos", 35, 240, 21),
	("ADZ", "Adeziv gresie", ("10 kg", "25 kg"), "Nos", 18, 52, 21),
	("GLT", "Glet de finisaj", ("5 kg", "20 kg"), "Nos", 12, 46, 21),
	("SUR", "Șuruburi autoforante", ("3,5x25", "3,5x35", "4,2x50"), "Kg", 16, 34, 21),
	("SCL", "Set scule", ("12 piese", "24 piese", "45 piese", "108 piese"), "Set", 89, 690, 21),
	("FRZ", "Făină albă tip 650", ("1 kg", "10 kg", "25 kg"), "Nos", 4, 80, 11),
	("ULE", "Ulei de floarea-soarelui", ("1 l", "5 l", "10 l"), "Nos", 8, 85, 11),
	("APA", "Apă minerală", ("0,5 l", "1,5 l", "5 l"), "Nos", 2, 9, 11),
	("CAR", "Carte tehnică", ("Instalații", "Electricitate", "Zidărie"), "Nos", 45, 120, 11),
	("SRV", "Montaj la fața locului", ("standard", "urgent"), "Hour", 90, 180, 21),
)


def demo_site(reset: bool = False, progress: Progress = silent) -> Site:
	"""Return the demo's site, making it when there is none; `reset` starts over and loses what was done in it."""
	# what Frappe's style sheet for e-mails means to the program that inlines it is nothing to a newcomer
	cssutils.log.setLevel(logging.CRITICAL)
	site = Site(paths.DEMO_SITE, prepare.APPS)
	ready = site.path / "ready"
	if reset:
		shutil.rmtree(site.path, ignore_errors=True)
	if ready.exists():
		migrate_if_changed(site, progress)
		return site
	shutil.rmtree(site.path, ignore_errors=True)
	site = prepare.prepared_site(progress).copy_to(site.path)
	ready.unlink()
	progress("filling it with sample data (about a minute)")
	with site.open() as frappe:
		frappe.flags.mute_emails = True
		items = fill(random.Random(SEED))
		demo_registrations.fill()
		demo_overview.fill(items, random.Random(SEED))
		demo_clients.fill(site.path / "sandbox.json")
		switch_search_on()
		frappe.db.commit()
	(site.path / "sources.txt").write_text(prepare.sources_hash())
	ready.touch()
	return site


def switch_search_on() -> None:
	"""With all that was made before in its index."""
	import frappe

	from erp_b2b_smartbill.customers.search import rebuild

	frappe.db.set_single_value("B2B Settings", {"enable_customer_search": 1, "enable_link_search": 1})
	rebuild.rebuild(fresh=True)


def migrate_if_changed(site: Site, progress: Progress) -> None:
	"""Bring a demo site that was made from older sources to today's, keeping its data."""
	from embedded.site import quiet_output

	stamp = site.path / "sources.txt"
	if stamp.exists() and stamp.read_text() == prepare.sources_hash():
		return
	progress("migrating the demo site to the changed sources; its data stay")
	with site.open() as frappe, quiet_output():
		from frappe.migrate import SiteMigration

		SiteMigration().run(site=frappe.local.site)
	stamp.write_text(prepare.sources_hash())


def fill(chance: random.Random) -> list[SampleItem]:
	"""Make items, customers, quotations and orders; returns the items. The caller commits."""
	import frappe

	items = [make_item(item, chance) for item in sample_items(chance)]
	customers = [make_customer(number, chance) for number in range(CUSTOMERS)]
	frappe.db.commit()
	today = frappe.utils.getdate()
	with documents.expired_offers_are_ordered():
		days = sorted(chance.sample(range(HISTORY_DAYS), QUOTATIONS), reverse=True)
		for age in days:
			company = COMPANIES[0] if chance.random() < 0.7 else COMPANIES[1]
			# A few customers buy often, most now and then.
			customer = customers[min(int(chance.expovariate(1 / 60)), CUSTOMERS - 1)]
			make_quotation(company, customer, items, today - datetime.timedelta(days=age), chance)
	frappe.db.commit()
	return items


def sample_items(chance: random.Random) -> list[dict[str, Any]]:
	"""Return items of all kinds, numbered through until there are enough."""
	kinds = [(kind, variant) for kind in GOODS for variant in kind[2]]
	made = []
	for number in range(ITEMS):
		(prefix, name, _variants, unit, low, high, rate), variant = kinds[number % len(kinds)]
		series = "" if number < len(kinds) else f" seria {number // len(kinds) + 1}"
		made.append(
			{
				"item_code": f"{prefix}-{number + 1:03}",
				"item_name": f"{name} {variant}{series}",
				"item_group": "Services" if prefix == "SRV" else "Products",
				"stock_uom": unit,
				"price": round(chance.uniform(low, high), 2),
				"rate": rate,
			}
		)
	return made


def make_item(item: dict[str, Any], chance: random.Random) -> SampleItem:
	import frappe

	rate, price = item.pop("rate"), item.pop("price")
	templates = [
		{"item_tax_template": f"TVA {rate}% - {company.abbr}"} for company in COMPANIES if rate != 21
	]
	frappe.get_doc({"doctype": "Item", **item, "is_stock_item": 0, "taxes": templates}).insert()
	frappe.get_doc(
		{
			"doctype": "Item Price",
			"item_code": item["item_code"],
			"price_list": "Standard Selling",
			"price_list_rate": price,
			# Before the oldest offer: a price of today would leave every past offer at zero.
			"valid_from": frappe.utils.add_days(None, -HISTORY_DAYS - 1),
		}
	).insert()
	return SampleItem(item["item_code"], price, rate)


def fiscal_number(chance: random.Random) -> str:
	"""Return the digits of a CUI with a valid check digit."""
	while True:
		body = str(chance.randrange(1_000_000, 4_999_999))
		for digit in "0123456789":
			if fiscal_code.is_valid(body + digit):
				return body + digit


def make_customer(number: int, chance: random.Random) -> Any:
	"""Make a customer of some kind with its address: VAT payer, non-payer, private person, from abroad."""
	import frappe

	kind = chance.choices(("payer", "non-payer", "person", "abroad"), (68, 12, 14, 6))[0]
	person = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
	company = f"{chance.choice(FIRST_PARTS)} {chance.choice(SECOND_PARTS)}"
	country, city, county, postcode, tax_id = "Romania", *chance.choice(TOWNS), ""
	name = f"{company} {number + 1} SRL"
	if kind == "payer":
		tax_id = f"RO{fiscal_number(chance)}"
	elif kind == "non-payer":
		name, tax_id = f"{company} {number + 1} PFA", fiscal_number(chance)
	elif kind == "person":
		name = f"{person} {number + 1}"
	else:
		country, city, prefix = chance.choice(ABROAD)
		name, county, postcode = f"{company} {number + 1} Ltd", "", ""
		tax_id = f"{prefix}{chance.randrange(10**7, 10**8)}"

	customer = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": name,
			"customer_type": "Individual" if kind == "person" else "Company",
			"customer_group": "Individual" if kind == "person" else "Commercial",
			"territory": "Romania" if country == "Romania" else "Rest Of The World",
			"tax_id": tax_id,
			"disabled": int(number % 97 == 96),
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": name,
			"address_type": "Billing",
			"address_line1": f"{chance.choice(STREETS)} {chance.randrange(1, 150)}",
			"city": city,
			"county": county,
			"state": county,
			"pincode": postcode,
			"country": country,
			"is_primary_address": 1,
			"phone": f"07{chance.randrange(20_000_000, 89_999_999)}",
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	return customer


def make_quotation(
	company: SellingCompany, customer: Any, items: list[SampleItem], day: datetime.date, chance: random.Random
) -> None:
	"""Make a quotation of some day; some stay drafts, some become orders."""
	if customer.disabled:
		return
	rows = []
	for item in chance.sample(items, chance.randint(1, 8)):
		row = documents.row_of(item, chance.choice((1, 2, 5, 10, 20, 50, 100)), company)
		if chance.random() < 0.3:
			row["discount_percentage"] = chance.choice((5, 7.5, 10, 15))
		rows.append(row)
	is_draft = chance.random() < 0.08
	quotation = documents.quote(company, customer, rows, day, submit=not is_draft)
	if not is_draft and chance.random() < ORDERED_SHARE:
		documents.order(quotation.name, day + datetime.timedelta(days=chance.randint(0, 10)))
