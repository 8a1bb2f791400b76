"""What a fresh sandbox holds (docs/smartbill-api.md section 7.1), and how another seed replaces parts of it.

A seed is a JSON object with any of the parts of `default()`; a part that is given replaces that part whole.
Fields left out of a record take the defaults of its class in `records.py`.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.identifiers import client_id, cnp, cui
from sandbox.records import Invalid, Json

COMPANY, SECOND_COMPANY = "RO12345674", "RO23456783"

SERIES = (
	# company, name, type, next number, width
	(COMPANY, "PRFB2B", "p", 1, 4),
	(COMPANY, "PRF2", "p", 227, 4),
	(COMPANY, "FACT", "f", 101, 4),
	(COMPANY, "CH", "c", 7, 4),
	# One name for two types: a client has to filter by both.
	(COMPANY, "DUBLU", "f", 5, 4),
	(COMPANY, "DUBLU", "p", 9, 4),
	(SECOND_COMPANY, "PRFB", "p", 1, 4),
	(SECOND_COMPANY, "FACTB", "f", 1, 4),
)

ANAF_COMPANIES = [
	{
		"cui": 12345674,
		"name": "DEMO ACHIZITII SRL",
		"reg_com": "J12/345/2019",
		"county": "CLUJ",
		"county_code": "CJ",
		"city": "Mun. Cluj-Napoca",
		"street": "Str. Exemplu",
		"street_number": "7",
		"postal_code": "400001",
		"vat_payer": True,
	},
	{
		"cui": 98765438,
		"name": "ATELIER DEMO SRL",
		"reg_com": "J12/345/2020",
		"county": "CLUJ",
		"county_code": "CJ",
		"city": "Mun. Cluj-Napoca",
		"street": "Str. Exemplu",
		"street_number": "9",
		"postal_code": "400002",
		"registered_on": "2020-05-04",
	},
	{
		"cui": 1090,
		"name": "ADORMITA DEMO SA",
		"reg_com": "J40/109/1991",
		"county": "MUNICIPIUL BUCURESTI",
		"county_code": "B",
		"city": "Sector 1 Mun. Bucuresti",
		"street": "Calea Exemplului",
		"street_number": "1",
		"postal_code": "010001",
		"registered_on": "1991-03-15",
		"inactive_since": "2022-07-01",
	},
	{
		"cui": 42839,
		"name": "RADIATA DEMO SRL",
		"reg_com": "J08/428/1993",
		"county": "BRASOV",
		"county_code": "BV",
		"city": "Mun. Brasov",
		"street": "Str. Veche",
		"street_number": "3",
		"postal_code": "500001",
		"registered_on": "1993-09-20",
		"struck_off_on": "2021-05-10",
	},
]


def default() -> Json:
	return {
		"companies": {
			COMPANY: {"name": "DEMO ACHIZITII SRL"},
			SECOND_COMPANY: {"name": "DEMO SECUND SRL"},
		},
		"users": [
			{"email": "demo@example.ro", "token": "demo-token", "companies": [COMPANY]},
			{"email": "limited@example.ro", "token": "limited-token"},
			{"email": "demo2@example.ro", "token": "demo2-token", "companies": [SECOND_COMPANY]},
		],
		"v3_tokens": [
			{"token": "demo-v3-token", "user": "demo@example.ro", "cif": COMPANY},
			{"token": "demo2-v3-token", "user": "demo2@example.ro", "cif": SECOND_COMPANY},
			{"token": "sb_test_x", "user": "demo@example.ro", "cif": COMPANY, "problem": "wrong_environment"},
			{
				"token": "v3-forbidden",
				"user": "limited@example.ro",
				"cif": COMPANY,
				"problem": "insufficient_permissions",
			},
		],
		"series": [
			{"cif": cif, "name": name, "type": type_, "next": next_, "width": width}
			for cif, name, type_, next_, width in SERIES
		],
		"clients_v3": {COMPANY: [_client(number) for number in range(250)], SECOND_COMPANY: []},
		"anaf_companies": ANAF_COMPANIES,
		"knobs": {},
	}


def merged(base: Mapping[str, Any], parts: Any) -> Json:
	"""`base` with `parts` in place of its own parts of the same name."""
	if not isinstance(parts, Mapping):
		raise Invalid("seed: must be a JSON object")
	for name, part in parts.items():
		if name not in base:
			raise Invalid(f"seed: no part {name!r}; there are {', '.join(base)}")
		if not isinstance(part, type(base[name])):
			raise Invalid(
				f"seed: {name} must be a JSON {'array' if isinstance(base[name], list) else 'object'}"
			)
	return {**base, **parts}


# The V3 clients. Their data is made up; what matters is the variety of a real catalogue: no code, a personal
# code, a foreign code, the same code with and without RO, diacritics, Bucharest sectors, several addresses
# in one field.

FIRST_NAMES = (
	"Atelier",
	"Depozit",
	"Țesătoria",
	"Construcții",
	"Frăția",
	"Electro",
	"Brutăria",
	"Servicii Ș&A",
)
SECOND_NAMES = ("Nord", "Carpați", "Dunărea", "Mureș", "Întâi", "Central", "Sud-Est", "Bucovina", "Oltenia")
PLACES = (
	("Cluj-Napoca", "Cluj"),
	("Sector 1", "Bucuresti"),
	("Iași", "Iasi"),
	("Timișoara", "Timis"),
	("Sector 6", "Bucuresti"),
	("Constanța", "Constanta"),
	("Brașov", "Brasov"),
)
PEOPLE = ("Popescu Ion", "Ștefănescu Ana-Maria", "Bălan Gheorghe")
FIRST_MOMENT_MS = 0x019F17CDE092
DELIVERY_ADDRESS = {
	"description": "Depozit",
	"address": "Str. Depozit 1",
	"addressAdditionalInfo": "",
	"addressLine3": "",
	"city": "Turda",
	"county": "Cluj",
	"country": "Romania",
	"zipCode": "",
	"defaultAddress": True,
}


def _client(number: int) -> Json:
	city, county = PLACES[number % len(PLACES)]
	record = {
		"id": client_id(FIRST_MOMENT_MS + number * 3_600_000, f"client {number}"),
		"name": f"{FIRST_NAMES[number % 8]} {SECOND_NAMES[number % 9]} {number:03d} SRL",
		"vatCode": f"RO{cui(1_000_000 + number * 37)}",
		"regCom": f"J{number % 40 + 1}/{100 + number}/2019",
		"code": f"CLI{number + 1:03d}",
		"address": f"Str. Exemplului nr. {number + 1}",
		"city": city,
		"county": county,
		"country": "Romania",
		"email": f"client{number:03d}@example.ro",
		"phone": f"0722{number:06d}",
		"isVatPayer": True,
	}
	if number == 0:
		record |= {"name": "Atelier Demo SRL", "vatCode": "RO98765438", "email": "comenzi@example.ro"}
		record["deliveryAddresses"] = [dict(DELIVERY_ADDRESS)]
	elif number % 20 == 4:
		# The company before this one once more, entered without RO.
		record |= {"vatCode": cui(1_000_000 + (number - 1) * 37), "isVatPayer": False}
	elif number % 20 == 9:
		record |= {
			"name": f"{PEOPLE[number // 20 % 3]} {number:03d}",
			"vatCode": cnp(f"180010140{number:03d}"),
		}
		record |= {"regCom": "", "isVatPayer": False}
	elif number % 20 == 13:
		record |= {
			"vatCode": f"DE{100_000_000 + number}",
			"city": "Köln",
			"county": "",
			"country": "Germania",
		}
	elif number % 10 == 6:
		record |= {"vatCode": "", "regCom": "", "isVatPayer": False}
	if number % 12 == 5:
		record["email"] = f"client{number:03d}@example.ro; contabilitate{number:03d}@example.ro"
	return record
