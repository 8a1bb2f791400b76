"""What an applicant sends: read, checked and brought into normal form. Pure: no site, no network.

Every problem is found at once, each with its field. Texts are for people and are translated where they are shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stdnum.eu import vat as eu_vat

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.text import N_, fold, without_markup

ROMANIA = "Romania"

MAX = {
	"cui": 30,
	"company_name": 140,
	"reg_com": 30,
	"vat_payer": 10,
	"country": 80,
	"address_line": 140,
	"county": 60,
	"city": 80,
	"postal_code": 12,
	"first_name": 60,
	"last_name": 60,
	"email": 140,
	"phone": 40,
	"iban": 60,
	"message": 2000,
	"language": 5,
}
REQUIRED = {
	"company_name": N_("Type the name of the company."),
	"country": N_("Choose the country."),
	"address_line": N_("Type the street and the number."),
	"city": N_("Type the city."),
	"first_name": N_("Type the first name of the contact person."),
	"last_name": N_("Type the last name of the contact person."),
	"email": N_("Type the e-mail address."),
	"phone": N_("Type the phone number."),
}


@dataclass(frozen=True)
class Problem:
	field: str
	text: str
	arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Submission:
	"""In normal form. `cui` is what documents carry (RO before it for a VAT payer), `cui_digits` what companies are
	compared by; only Romanian companies have it."""

	company_name: str
	cui: str
	cui_digits: str
	vat_payer: str
	reg_com: str
	country: str
	county: str
	city: str
	address_line: str
	postal_code: str
	first_name: str
	last_name: str
	email: str
	phone: str
	iban: str
	message: str
	language: str


def read(given: Mapping[str, Any], countries: Mapping[str, str]) -> tuple[Submission | None, list[Problem]]:
	"""The submission, or None with everything that is wrong.

	`countries`: the site's name of a country by its folded name and by its lower-case ISO code.
	"""
	problems: list[Problem] = []
	values = {field: _text(field, given.get(field), problems) for field in MAX}
	wrong = {problem.field for problem in problems}

	def check(field: str, function: Callable[[], str | Problem]) -> None:
		"""One problem a field is enough."""
		if field not in wrong and isinstance(result := function(), Problem):
			problems.append(result)
			wrong.add(field)
		elif field not in wrong:
			values[field] = result

	if not values["country"] and "country" not in wrong:
		values["country"] = ROMANIA
	check("country", lambda: _country(values["country"], countries))
	is_romanian = values["country"] == ROMANIA
	for field, text in REQUIRED.items():
		check(field, lambda field=field, text=text: values[field] or Problem(field, text))
	check("company_name", lambda: _company_name(values["company_name"]))
	check("vat_payer", lambda: _vat_payer(values["vat_payer"]))
	check("cui", lambda: _cui(values["cui"], is_romanian))
	check("email", lambda: _email(values["email"]))
	check("phone", lambda: _phone(values["phone"]))
	check("iban", lambda: _iban(values["iban"]))
	if is_romanian:
		check("county", lambda: _county(values["county"]))
		check("postal_code", lambda: _postal_code(values["postal_code"]))
		if values["county"] == romania.BUCHAREST:
			check("city", lambda: _sector(values["city"], values["address_line"]))
	if str(given.get("terms_accepted") or "").strip().lower() not in {"1", "true", "yes", "on", "da"}:
		problems.append(Problem("terms_accepted", N_("Accept the terms to go on.")))
	if problems:
		return None, problems
	values["language"] = "en" if values["language"].lower().startswith("en") else "ro"
	digits = values["cui"] if is_romanian else ""
	if digits and values["vat_payer"] == "Yes":
		values["cui"] = f"RO{digits}"
	return Submission(cui_digits=digits, **values), []


def clean_text(value: str) -> str:
	"""Text of several lines without control characters, and without what browsers could take for markup."""
	value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
	value = "".join(
		c for c in value if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"}
	)
	return without_markup(value).strip()


def _text(field: str, value: Any, problems: list[Problem]) -> str:
	if value is None:
		return ""
	if isinstance(value, bool) or not isinstance(value, str | int):
		problems.append(Problem(field, N_("This must be a text.")))
		return ""
	if isinstance(value, int) and abs(value) > 10**20:
		problems.append(Problem(field, N_("This is too long: at most {0} characters."), (MAX[field],)))
		return ""
	text = clean_text(str(value))
	if field != "message":
		if "\u2039" in text or "\u203a" in text:
			problems.append(Problem(field, N_("Angle brackets are not allowed here.")))
			return ""
		# invisible characters make two names look alike
		text = " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())
	if len(text) > MAX[field]:
		problems.append(Problem(field, N_("This is too long: at most {0} characters."), (MAX[field],)))
		return ""
	return text


def _country(value: str, countries: Mapping[str, str]) -> str | Problem:
	return countries.get(fold(value)) or Problem("country", N_("Choose a country from the list."))


def _company_name(value: str) -> str | Problem:
	if not any(c.isalnum() for c in value):
		return Problem("company_name", N_("Type the name of the company."))
	return value


def _vat_payer(value: str) -> str | Problem:
	known = {
		"yes": "Yes",
		"da": "Yes",
		"1": "Yes",
		"true": "Yes",
		"no": "No",
		"nu": "No",
		"0": "No",
		"false": "No",
	}
	return known.get(value.lower()) or Problem("vat_payer", N_("Say whether the company is a VAT payer."))


def _cui(value: str, is_romanian: bool) -> str | Problem:
	compact = romania.compact(value)
	if is_romanian:
		if not compact:
			return Problem("cui", N_("Type the fiscal code (CUI)."))
		if romania.is_valid_cnp(compact):
			return Problem("cui", N_("This is a personal code (CNP). Type the company's fiscal code (CUI)."))
		digits = romania.cui_digits(value)
		if digits is None:
			return Problem(
				"cui", N_("A fiscal code (CUI) has 2 to 10 digits, with or without RO before them.")
			)
		if not romania.is_valid_cui(digits):
			return Problem(
				"cui", N_("The last digit of the fiscal code does not fit: look for a typing error.")
			)
		return digits
	if identity.valid_cui(compact) and compact.startswith("RO"):
		return Problem("cui", N_("This is a Romanian fiscal code: choose Romania as the country."))
	if compact and not re.fullmatch(r"[A-Z0-9/]{2,20}", compact):
		return Problem("cui", N_("A VAT number has letters and digits only."))
	if compact[:2].isalpha() and compact[:2].lower() in eu_vat.MEMBER_STATES and not eu_vat.is_valid(compact):
		return Problem("cui", N_("This is no valid VAT number of that country."))
	return compact


def _email(value: str) -> str | Problem:
	return identity.normal_email(value) or Problem(
		"email", N_("Type one e-mail address, such as name@company.ro.")
	)


def _phone(value: str) -> str | Problem:
	return identity.normal_phone(value) or Problem(
		"phone", N_("Type a phone number, such as 0722 123 456 or +40 722 123 456.")
	)


def _iban(value: str) -> str | Problem:
	if not value:
		return ""
	return identity.normal_iban(value) or Problem(
		"iban", N_("This IBAN is not valid: look for a typing error.")
	)


def _county(value: str) -> str | Problem:
	if not value:
		return Problem("county", N_("Choose the county."))
	return romania.county(value) or Problem("county", N_("Choose a county from the list."))


def _sector(city: str, address: str) -> str | Problem:
	return romania.sector(city, address) or Problem(
		"city", N_("In Bucharest the city is the sector: choose Sector 1 to Sector 6.")
	)


def _postal_code(value: str) -> str | Problem:
	digits = value.replace(" ", "")
	if digits and not re.fullmatch(r"[0-9]{6}", digits):
		return Problem("postal_code", N_("A Romanian postal code has 6 digits."))
	return digits
