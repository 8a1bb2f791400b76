"""Companies as a Romanian wholesaler's are, as many as wanted and always the same: Customers with contacts and addresses,
SmartBill Clients, registrations. Written by SQL, as a data migration writes them, and removed again.

Words of names are as uneven as in the trade register: a dozen legal forms and branches stand in half of all names, most
brands in one. The same number gives the same company whatever was made before.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import frappe
from frappe.utils import create_batch
from stdnum.ro import cui

from erp_b2b_smartbill.customers import identity

PREFIX = "BSRCH"
# the number is no word of its own: such are not looked for in parts
CUSTOMERS = f"{PREFIX}-C-"
# of a statement; databases have a limit
MAX_VALUES = 20_000
CHUNK = 5_000
STARTED = datetime(2016, 1, 4, 9)

BRANCHES = (
	"com trans construct prod serv impex grup invest consult agro auto med farm tehnic instal electro mob lemn textil "
	"pan carn lact alim turism design soft media print pack logistic express shop market store distribution solutions "
	"systems energy solar clean security event catering pizza coffee metal plast chim vet dent optic sport garden flor "
	"beton stone glass paint tools parts service rent cargo"
).split()
BRANDS = (
	"alfa beta omega nova star euro global max prima top royal elit delta sigma vest est nord sud carpatic dacia "
	"danubius transilvania moldova banat bucovina ardeal maramures phoenix atlas titan vega orion luna sirius atlantic "
	"balcan unic ideal rapid activ smart green blue red gold silver diamant cristal lider master expert"
).split()
SURNAMES = (
	"popescu ionescu popa radu dumitru stan stoica gheorghe matei ciobanu rusu munteanu lazar moldovan serban "
	"constantin mihai toma florea tudor marin dobre barbu nistor oprea avram cristea vasile ungureanu dinu marinescu "
	"petrescu georgescu manole balan bălan ștefan țîrlea mureșan crișan albu sandu costea nica filip voicu iordache sava "
	"preda iancu pavel bucur grigore neagu oltean dragomir enache cojocaru suciu roșu bratu pană chirilă zamfir"
).split()
GIVEN = (
	"andrei alexandru mihai ion ioan gheorghe vasile constantin nicolae cristian daniel florin marius adrian bogdan "
	"cătălin ștefan george radu dan maria ana elena ioana andreea mihaela cristina daniela alexandra gabriela simona "
	"raluca oana diana roxana monica laura carmen mirela lavinia"
).split()
TOWNS = (
	"București|Cluj-Napoca|Timișoara|Iași|Constanța|Craiova|Brașov|Galați|Ploiești|Oradea|Brăila|Arad|Pitești|Sibiu|"
	"Bacău|Târgu Mureș|Baia Mare|Buzău|Botoșani|Satu Mare|Râmnicu Vâlcea|Drobeta-Turnu Severin|Suceava|Piatra Neamț|"
	"Târgu Jiu|Târgoviște|Focșani|Bistrița|Reșița|Tulcea|Slatina|Călărași|Alba Iulia|Giurgiu|Deva|Hunedoara|Zalău|"
	"Sfântu Gheorghe|Bârlad|Vaslui|Roman|Turda|Mediaș|Slobozia|Alexandria|Voluntari|Lugoj|Medgidia|Onești|Miercurea Ciuc"
).split("|")
SYLLABLES = (
	"ba be bi bo bra bre bru ca ce ci co cra cri da de di do dra dre fa fe fi flo fra ga ge gi gla go gra "
	"ha he ho ja ju ka ki kro la le li lo lu ma me mi mo mu na ne ni no pa pe pi pla po pra ra re ri ro "
	"ru sa se si sla so sta ste su ta te ti to tra tri tu va ve vi vla vo za ze zi zo"
).split()
LAST_SYLLABLES = "n r s t x l c d m na ra ta la ca ria tis nex tor lin dor mar vit pol tek san ".split()
BRAND_WORDS = 400_000


@dataclass(frozen=True)
class Company:
	number: int
	name: str
	cui: str
	phone: str
	email: str
	first_name: str
	last_name: str
	town: str
	reg_com: str
	has_contact: bool
	has_address: bool
	has_tax_id: bool

	@property
	def is_disabled(self) -> bool:
		return self.number % 211 == 210


@cache
def _brand(rank: int) -> str:
	if rank < len(BRANDS):
		return BRANDS[rank]
	chance = random.Random(rank)
	syllables = chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3)))
	return "".join(syllables) + chance.choice(LAST_SYLLABLES)


def company(number: int) -> Company:
	chance = random.Random(number * 2_654_435_761)
	some = chance.random

	def one(words: list[str], skew: float = 1.0) -> str:
		return words[int(len(words) * some() ** skew)]

	# as often as its rank says
	brand = _brand(int(BRAND_WORDS ** some()) if some() < 0.8 else chance.randrange(BRAND_WORDS))
	branch, town = one(BRANCHES, 2.5), one(TOWNS, 2.0)
	surname, given = one(SURNAMES, 1.3), one(GIVEN, 1.2)
	kind = some()
	if kind < 0.50:
		words = f"{brand} {branch}"
	elif kind < 0.62:
		words = f"{brand} {one(BRANCHES, 2.5)} {branch}"
	elif kind < 0.72:
		words = f"{brand} {surname}"
	elif kind < 0.80:
		words = f"{surname} {branch}"
	elif kind < 0.86:
		words = f"{branch} {brand} {town.split()[0]}"
	elif kind < 0.92:
		words = f"{surname} {given}"
	else:
		words = f"{brand} {chance.randrange(1, 3000)}"
	form = (
		"PFA"
		if 0.86 <= kind < 0.92
		else chance.choices(("SRL", "S.R.L.", "SA", "SNC", "SRL-D"), (80, 9, 7, 2, 2))[0]
	)
	name = f"{'SC ' if some() < 0.2 else ''}{words} {form}"
	name = (
		name.upper()
		if some() < 0.6
		else name.title().replace("Srl", "SRL").replace("S.r.l.", "S.R.L.").replace("Pfa", "PFA")
	)
	# neighbours have nothing in common
	digits = str(10_000_000 + number * 7_654_321 % 89_999_999)
	domain = f"{brand}{number % 97 or ''}.ro"
	email = (
		f"{surname}.{number}@gmail.com"
		if some() < 0.35
		else f"{one(['office', 'contact', 'comenzi'])}{number}@{domain}"
	)
	return Company(
		number=number,
		name=name,
		cui=digits + cui.calc_check_digit(digits),
		phone=f"07{20_000_000 + number * 37 % 80_000_000:08}",
		email=identity.fold(email),
		first_name=given.title(),
		last_name=surname.title(),
		town=town,
		reg_com=f"J{1 + number % 40}/{1 + number % 9000}/{1991 + number % 33}",
		has_contact=some() < 0.5,
		has_address=some() < 0.6,
		has_tax_id=kind < 0.86 or some() < 0.5,
	)


# writing


def there() -> int:
	"""How many Customers of ours there are."""
	return frappe.db.sql("select count(*) from `tabCustomer` where name like %s", f"{CUSTOMERS}%")[0][0]


def write(first: int, until: int, group: str, territory: str) -> None:
	"""Customers of the numbers, and beside them a tenth as many SmartBill Clients and a fiftieth as many registrations;
	half of these are companies that are Customers, too."""
	for numbers in create_batch(range(first, until), CHUNK):
		companies = [company(number) for number in numbers]
		for doctype, rows in _tables(companies, group, territory):
			_insert(doctype, list(rows))
		frappe.db.commit()


def _tables(
	companies: list[Company], group: str, territory: str
) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
	with_contact = [one for one in companies if one.has_contact]
	with_address = [one for one in companies if one.has_address]
	yield "Customer", (_customer(one, group, territory) for one in companies)
	yield "Contact", (_contact(one) for one in with_contact)
	for doctype, field, flag in (
		("Contact Email", "email_id", "is_primary"),
		("Contact Phone", "phone", "is_primary_mobile_no"),
	):
		value = "email" if field == "email_id" else "phone"
		yield (
			doctype,
			(
				_child(
					one,
					"Contact",
					{field: getattr(one, value), flag: 1},
					f"{field}s" if field == "email_id" else "phone_nos",
				)
				for one in with_contact
			),
		)
	yield "Address", (_address(one) for one in with_address)
	for parenttype, of in (("Contact", with_contact), ("Address", with_address)):
		yield (
			"Dynamic Link",
			(
				_child(
					one,
					parenttype,
					{"link_doctype": "Customer", "link_name": customer_name(one.number)},
					"links",
				)
				for one in of
			),
		)
	yield "SmartBill Client", (_client(one) for one in companies if one.number % 10 == 0)
	yield "B2B Registration", (_registration(one) for one in companies if one.number % 50 == 0)


def customer_name(number: int) -> str:
	return f"{CUSTOMERS}{number:08}"


def words_of(customers: Iterable[str | None]) -> set[str]:
	"""The words of the names of some of our Customers."""
	ours = [name for name in customers if name and name.startswith(CUSTOMERS)]
	return {word for name in ours for word in identity.words(company(int(name.removeprefix(CUSTOMERS))).name)}


def _customer(one: Company, group: str, territory: str) -> dict[str, Any]:
	is_valid = one.has_tax_id
	return {
		**_standard(customer_name(one.number), one.number),
		"customer_name": one.name,
		"customer_type": "Company",
		"customer_group": group,
		"territory": territory,
		"tax_id": f"RO{one.cui}" if is_valid else None,
		"b2b_cui": one.cui if is_valid else None,
		"b2b_name_key": identity.name_key(one.name) or None,
		"mobile_no": one.phone,
		"email_id": one.email,
		"customer_primary_contact": _name("Contact", one) if one.has_contact else None,
		"smartbill_reg_com": one.reg_com if one.number % 3 == 0 else None,
		"primary_address": f"{one.town}, Romania" if one.has_address else None,
		"disabled": int(one.is_disabled),
	}


def _contact(one: Company) -> dict[str, Any]:
	return {
		**_standard(_name("Contact", one), one.number),
		"first_name": one.first_name,
		"last_name": one.last_name,
		"full_name": f"{one.first_name} {one.last_name}",
		"email_id": one.email,
		"mobile_no": one.phone,
	}


def _address(one: Company) -> dict[str, Any]:
	return {
		**_standard(_name("Address", one), one.number),
		"address_title": one.name,
		"address_type": "Billing",
		"address_line1": f"Str. Fabricii nr. {one.number % 200 + 1}",
		"city": one.town,
		"country": "Romania",
	}


def _child(one: Company, parenttype: str, values: dict[str, Any], parentfield: str) -> dict[str, Any]:
	parent = _name(parenttype, one)
	return {
		**_standard(f"{parent}-{parentfield}", one.number),
		"idx": 1,
		"parent": parent,
		"parenttype": parenttype,
		"parentfield": parentfield,
		**values,
	}


def _client(of: Company) -> dict[str, Any]:
	"""Every second one is that very Customer, the other a company of its own."""
	is_customer = of.number % 20 == 0
	one = of if is_customer else company(20_000_000 + of.number)
	return {
		**_standard(f"{PREFIX}-S{of.number:08}", of.number),
		"client_name": one.name,
		"vat_code": f"RO{one.cui}",
		"cui_digits": one.cui,
		"name_key": identity.name_key(one.name),
		"reg_com": one.reg_com,
		"city": one.town,
		"contact": f"{one.first_name} {one.last_name}",
		"email": one.email,
		"phone": one.phone,
		"customer": customer_name(of.number) if is_customer and of.number % 40 == 0 else None,
		"status": "Active",
		"account": PREFIX,
		"client_key": f"{PREFIX}-{of.number}",
	}


def _registration(of: Company) -> dict[str, Any]:
	is_customer = of.number % 100 == 0
	one = of if is_customer else company(30_000_000 + of.number)
	return {
		**_standard(f"{PREFIX}-R{of.number:08}", of.number),
		"company_name": one.name,
		"cui": f"RO{one.cui}",
		"cui_digits": one.cui,
		"name_key": identity.name_key(one.name),
		"reg_com": one.reg_com,
		"city": one.town,
		"first_name": one.first_name,
		"last_name": one.last_name,
		"email": one.email,
		"phone": one.phone,
		"status": "Approved" if is_customer else "Pending",
		"customer": customer_name(of.number) if is_customer else None,
	}


def _name(doctype: str, one: Company) -> str:
	return f"{PREFIX}-{doctype[0]}{doctype[1]}{one.number:08}"


def _standard(name: str, number: int) -> dict[str, Any]:
	at = STARTED + timedelta(minutes=number * 4)
	return {
		"name": name,
		"creation": at,
		"modified": at,
		"owner": "Administrator",
		"modified_by": "Administrator",
		"docstatus": 0,
		"idx": 0,
	}


def _insert(doctype: str, rows: list[dict[str, Any]]) -> None:
	if not rows:
		return
	fields = list(rows[0])
	columns = ", ".join(f"`{field}`" for field in fields)
	one = f"({', '.join(['%s'] * len(fields))})"
	for batch in create_batch(rows, MAX_VALUES // len(fields)):
		frappe.db.sql(
			f"insert into `tab{doctype}` ({columns}) values {', '.join([one] * len(batch))}",
			[row[field] for row in batch for field in fields],
		)


# removing

_DOCTYPES = (
	"Contact Email",
	"Contact Phone",
	"Dynamic Link",
	"Contact",
	"Address",
	"SmartBill Client",
	"B2B Registration",
	"Customer",
)


def remove() -> int:
	"""Remove whatever write() wrote, in chunks that are committed; returns how many rows that were."""
	gone = 0
	for doctype in _DOCTYPES:
		while True:
			names = frappe.db.sql(
				f"select name from `tab{doctype}` where name >= %s and name < %s order by name limit %s",
				(f"{PREFIX}-", f"{PREFIX}.", CHUNK),
				pluck=True,
			)
			if not names:
				break
			frappe.db.sql(f"delete from `tab{doctype}` where name in %s", [names])
			frappe.db.commit()
			gone += len(names)
	return gone
