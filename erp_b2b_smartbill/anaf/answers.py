"""What the tax office answers, read. Pure, and no answer whatever raises. Source: docs/smartbill-api.md 6.7."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.customers.identity import normal_phone
from erp_b2b_smartbill.text import fold, plain_text

FOUND, UNKNOWN, UNAVAILABLE = "found", "unknown", "unavailable"

# the longest text that is taken over; theirs are shorter
MAX = 200

_KIND_OF_PLACE = re.compile(
	r"(?:mun(?:icipiul)?|ora[sşș](?:ul)?|or[sşș]|com(?:una)?|sat(?:ul)?|loc(?:alitatea)?)\b\.?\s*",
	re.IGNORECASE,
)
# a village says its commune, too: Sat Floresti Com. Floresti
_OF_WHAT = re.compile(r"\s*,?\s+(?:mun|ora[sşș]|or[sşș]|com)\b\.?\s.*", re.IGNORECASE)
_PART_OF_COUNTRY = re.compile(r"(?:jud|mun|oras|ors|com|sat|loc|sector|municipiul|judetul|comuna)\b")


@dataclass(frozen=True)
class Company:
	"""As published. `county` is in our spelling, `city` without what kind of place it is; empty where nothing is said."""

	cui: str
	name: str
	reg_com: str = ""
	vat_payer: bool = False
	inactive: bool = False
	struck_off: bool = False
	address_line: str = ""
	city: str = ""
	county: str = ""
	postal_code: str = ""
	phone: str = ""
	registered_on: str = ""


@dataclass(frozen=True)
class Answer:
	"""`state`: found with a company, unknown to the office, or unavailable: nothing can be said of the company."""

	state: str
	company: Company | None = None


def read_many(status: int, body: bytes, cuis: Collection[str]) -> dict[str, Answer]:
	"""The answer to one question about the companies with these digits, for each of them, by HTTP status and body.
	Nothing but the company itself, or its code among those not found, says anything: the office answers outages with
	pages and empty lists."""
	answers = dict.fromkeys(cuis, Answer(UNAVAILABLE))
	# when none is found the same JSON comes under 404
	if status not in (200, 404):
		return answers
	try:
		data = json.loads(body)
	except (ValueError, RecursionError):
		return answers
	if not isinstance(data, Mapping):
		return answers
	# seen as numbers, texts and objects
	for one in _list(data.get("notFound")):
		cui = _digits(one.get("cui") if isinstance(one, Mapping) else one)
		if cui in answers:
			answers[cui] = Answer(UNKNOWN)
	# the first card of a company is the one that counts
	for card in reversed(_list(data.get("found"))):
		general = _dict(_dict(card).get("date_generale"))
		cui = _digits(general.get("cui"))
		if cui in answers and _text(general.get("denumire")):
			answers[cui] = Answer(FOUND, _company(card, general, cui))
	return answers


def _company(card: Mapping[str, Any], general: Mapping[str, Any], cui: str) -> Company:
	seat, fiscal = _dict(card.get("adresa_sediu_social")), _dict(card.get("adresa_domiciliu_fiscal"))
	prefix, address = ("s", seat) if _text(seat.get("sdenumire_Localitate")) else ("d", fiscal)

	def said(name: str) -> str:
		return _text(address.get(prefix + name))

	whole = _text(general.get("adresa"))
	county = romania.county(said("cod_JudetAuto")) or romania.county(said("denumire_Judet")) or ""
	inactive, vat = _dict(card.get("stare_inactiv")), _dict(card.get("inregistrare_scop_Tva"))
	return Company(
		cui=cui,
		name=_text(general.get("denumire")),
		reg_com=_text(general.get("nrRegCom")),
		vat_payer=_is_true(vat.get("scpTVA")),
		inactive=_is_true(inactive.get("statusInactivi")),
		struck_off=bool(_text(inactive.get("dataRadiere")))
		or fold(_text(general.get("stare_inregistrare"))).startswith("radi"),
		address_line=_street(said) or _street_in(whole),
		city=_city(said, county, whole),
		county=county,
		postal_code=said("cod_Postal") or _text(general.get("codPostal")),
		phone=normal_phone(_text(general.get("telefon"))) or "",
		registered_on=_text(general.get("data_inregistrare")),
	)


def _street(said: Any) -> str:
	number = said("numar_Strada")
	parts = [said("denumire_Strada"), f"nr. {number}" if number else "", said("detalii_Adresa")]
	return ", ".join(part for part in parts if part)[:140].strip()


def _street_in(whole: str) -> str:
	"""What is left of `JUD. CLUJ, MUN. CLUJ-NAPOCA, STR. EXEMPLU, NR.7`, where no parts are given."""
	parts = (part.strip() for part in whole.split(","))
	return ", ".join(part for part in parts if part and not _PART_OF_COUNTRY.match(fold(part)))[:140].strip()


def _city(said: Any, county: str, whole: str) -> str:
	place = said("denumire_Localitate")
	if county == romania.BUCHAREST:
		return romania.sector(place, said("detalii_Adresa"), said("denumire_Strada"), whole) or ""
	if kind := _KIND_OF_PLACE.match(place):
		place = place[kind.end() :]
	return _OF_WHAT.sub("", place).strip()


def _text(value: Any) -> str:
	if isinstance(value, bool) or not isinstance(value, str | int):
		return ""
	# half of a pair of code units, which JSON can name, can be stored nowhere
	return plain_text(str(value)).encode("utf-8", "ignore").decode()[:MAX].strip()


def _digits(value: Any) -> str:
	if isinstance(value, float) and value.is_integer():
		value = int(value)
	return _text(value).upper().removeprefix("RO").strip().lstrip("0")


def _is_true(value: Any) -> bool:
	return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _dict(value: Any) -> Mapping[str, Any]:
	return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
	return value if isinstance(value, list) else []
