"""The titles under which exports have SmartBill's fields. Source: docs/smartbill-api.md 2.15."""

from __future__ import annotations

import re
from collections.abc import Iterable

from erp_b2b_smartbill.text import fold

_ALIASES = {
	"name": "denumire, denumire client, nume, nume client, client, nume firma, denumire firma, partener, name",
	"vat_code": (
		"cif, cui, cod fiscal, cif client, cif cnp, cui cnp, cod unic de inregistrare, cod de identificare fiscala, "
		"vat code"
	),
	"reg_com": "reg com, registrul comertului, nr reg com, numar registrul comertului, nr orc, j",
	"vat_payer": "platitor tva, platitor de tva, tva, este platitor tva",
	"address": "adresa, adresa sediu, sediu, strada",
	"city": "localitate, oras, city",
	"county": "judet, county, regiune",
	"country": "tara, country",
	"email": "email, e mail, adresa email",
	"phone": "telefon, tel, mobil, phone",
	"contact": "persoana contact, persoana de contact, contact",
	"bank": "banca, bank, nume banca",
	"iban": "iban, cont iban, cont bancar, cont",
	"code": "cod client, cod, cod intern, client code",
}
_FIELDS = {alias: field for field, aliases in _ALIASES.items() for alias in aliases.split(", ")}
_MARKS = re.compile(r"[*.:/_\-\u2010-\u2015]+")
# longer texts are no titles
_MAX_TITLE = 200


def normal_title(title: str) -> str:
	"""Lower case, without diacritics, marks and double blanks: `Reg. Com. *` is `reg com`."""
	return fold(_MARKS.sub(" ", title[:_MAX_TITLE]))


def field_of(title: str) -> str | None:
	"""The field of ClientRecord that a column of this title holds."""
	return _FIELDS.get(normal_title(title))


def recognised(titles: Iterable[str]) -> int:
	"""How many different fields a row names, were it the header."""
	return len({field for title in titles if (field := field_of(title))})
