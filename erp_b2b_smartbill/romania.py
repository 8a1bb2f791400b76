"""Romanian identifiers and places as SmartBill writes them. Source: docs/smartbill-api.md 6.1 and 6.6."""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum.ro import cnp, cui

from erp_b2b_smartbill.text import fold

BUCHAREST = "Bucuresti"

COUNTIES = {
	"AB": "Alba",
	"AR": "Arad",
	"AG": "Arges",
	"BC": "Bacau",
	"BH": "Bihor",
	"BN": "Bistrita-Nasaud",
	"BT": "Botosani",
	"BR": "Braila",
	"BV": "Brasov",
	"B": BUCHAREST,
	"BZ": "Buzau",
	"CL": "Calarasi",
	"CS": "Caras-Severin",
	"CJ": "Cluj",
	"CT": "Constanta",
	"CV": "Covasna",
	"DB": "Dambovita",
	"DJ": "Dolj",
	"GL": "Galati",
	"GR": "Giurgiu",
	"GJ": "Gorj",
	"HR": "Harghita",
	"HD": "Hunedoara",
	"IL": "Ialomita",
	"IS": "Iasi",
	"IF": "Ilfov",
	"MM": "Maramures",
	"MH": "Mehedinti",
	"MS": "Mures",
	"NT": "Neamt",
	"OT": "Olt",
	"PH": "Prahova",
	"SJ": "Salaj",
	"SM": "Satu Mare",
	"SB": "Sibiu",
	"SV": "Suceava",
	"TR": "Teleorman",
	"TM": "Timis",
	"TL": "Tulcea",
	"VL": "Valcea",
	"VS": "Vaslui",
	"VN": "Vrancea",
}


def county(text: str) -> str | None:
	"""SmartBill's spelling of a county given by name or car code, in any case and spelling; None when unknown."""
	return _COUNTY_BY_KEY.get(_county_key(text))


def sector(*texts: str) -> str | None:
	"""`Sector N` of Bucharest, found in the first text that names one."""
	for text in texts:
		if found := re.search(r"\bsect(?:or(?:ul)?)?\b\.?\s*([1-6])\b", fold(text)):
			return f"Sector {found[1]}"
	return None


def cui_digits(tax_id: str) -> str | None:
	"""The digits of a Romanian company code, with or without `RO`; None for anything else, a CNP included."""
	found = re.fullmatch(r"(?:RO)?([1-9][0-9]{1,9})", compact(tax_id))
	return found[1] if found else None


def has_ro_prefix(tax_id: str) -> bool:
	return compact(tax_id).startswith("RO")


@lru_cache(maxsize=4096)
def is_valid_cui(digits: str) -> bool:
	"""Whether the check digit is right."""
	return cui.is_valid(digits)


def is_valid_cnp(code: str) -> bool:
	return cnp.is_valid(code)


def compact(tax_id: str) -> str:
	"""Upper case, without what people put between the digits."""
	return re.sub(r"[\s.\-]", "", tax_id).upper()


def _county_key(text: str) -> str:
	words = fold(text).replace("-", " ").replace(".", " ").split()
	return " ".join(word for word in words if word not in {"judetul", "jud", "municipiul", "mun"})


_COUNTY_BY_KEY = {_county_key(name): name for name in COUNTIES.values()}
_COUNTY_BY_KEY |= {code.lower(): name for code, name in COUNTIES.items()}
_COUNTY_BY_KEY |= {"bucharest": BUCHAREST}
