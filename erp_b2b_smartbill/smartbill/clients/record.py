"""One client as SmartBill knows it, in one form whether it came from the API or from a file.

Pure: values in, a record out; no value whatever raises. What is doubtful is kept as it is; what stands for nothing
(`-`, `000`) is empty. Source: docs/smartbill-api.md 2.14, 2.15 and 6.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.text import fold, without_markup

# what the columns of SmartBill Client hold
MAX_ADDRESS = 255
MAX_TEXT = 140
# what a person maps the columns of a file to
FILE_FIELDS = (
	"name",
	"vat_code",
	"reg_com",
	"code",
	"vat_payer",
	"address",
	"city",
	"county",
	"country",
	"email",
	"phone",
	"contact",
	"bank",
	"iban",
)


@dataclass(frozen=True)
class ClientRecord:
	"""`external_id` is empty for a row of a file, and `row` is 0 for the API. `vat_payer` is Yes, No, or empty while it
	is not known. A personal code (CNP) found where a fiscal code is expected is in `personal_code` alone."""

	external_id: str = ""
	name: str = ""
	vat_code: str = ""
	reg_com: str = ""
	code: str = ""
	address: str = ""
	city: str = ""
	county: str = ""
	country: str = ""
	bank: str = ""
	iban: str = ""
	email: str = ""
	emails: tuple[str, ...] = ()
	phone: str = ""
	contact: str = ""
	vat_payer: str = ""
	personal_code: str = ""
	row: int = 0
	delivery_addresses: tuple[dict[str, Any], ...] = ()


_V3_NAMES = {
	"name": "name",
	"vatCode": "vat_code",
	"regCom": "reg_com",
	"code": "code",
	"address": "address",
	"city": "city",
	"county": "county",
	"country": "country",
	"email": "email",
	"phone": "phone",
	"contact": "contact",
	"bank": "bank",
	"iban": "iban",
}
_DELIVERY_TEXTS = (
	"description",
	"address",
	"addressAdditionalInfo",
	"addressLine3",
	"city",
	"county",
	"country",
	"zipCode",
)


def from_v3(item: Mapping[str, Any]) -> ClientRecord:
	"""A client of the V3 API. Fields that we do not know are ignored, those that are missing are empty."""
	texts = {field: _text(item.get(name)) for name, field in _V3_NAMES.items()}
	payer = item.get("isVatPayer")
	texts["vat_payer"] = ("nu", "da")[payer] if isinstance(payer, bool) else _text(payer)
	delivery = item.get("deliveryAddresses")
	return _record(
		texts,
		external_id=_clean(_text(item.get("id"))),
		delivery_addresses=tuple(
			{
				**{key: _clean(_text(address.get(key))) for key in _DELIVERY_TEXTS},
				"defaultAddress": address.get("defaultAddress") is True,
			}
			for address in (delivery if isinstance(delivery, list) else ())
			if isinstance(address, Mapping)
		),
	)


def from_row(cells: Mapping[str, str], *, row: int = 0) -> ClientRecord:
	"""A row of a file: `cells` by the fields of FILE_FIELDS, those that the file does not have left out."""
	return _record({field: cells.get(field) or "" for field in FILE_FIELDS}, row=row)


def max_length(field: str) -> int:
	return MAX_ADDRESS if field == "address" else MAX_TEXT


def too_long(record: ClientRecord) -> list[str]:
	"""The fields that do not fit their columns. Nothing is cut: half a name is another name."""
	return [field for field in FILE_FIELDS if len(getattr(record, field)) > max_length(field)]


def data_hash(record: ClientRecord) -> str:
	"""Tells whether anything about the client changed since the last time, wherever the record came from.

	Only what is filled in counts, by its name: a field added later does not change the hash of a client without it.
	"""
	values: dict[str, Any] = {field: getattr(record, field) for field in FILE_FIELDS if field != "email"}
	values["emails"] = list(record.emails)
	values["delivery_addresses"] = [
		{key: value for key, value in address.items() if value} for address in record.delivery_addresses
	]
	# Not the code itself: birth date, county and check digit leave so few that whoever reads the hash beside the name
	# and the address would find it by trying them all. So one CNP that replaces another is no change.
	values["has_personal_code"] = bool(record.personal_code)
	filled = {field: value for field, value in values.items() if value}
	return hashlib.sha256(json.dumps(filled, sort_keys=True).encode()).hexdigest()


def _record(texts: Mapping[str, str], **more: Any) -> ClientRecord:
	values = {field: _said(_clean(text)) for field, text in texts.items()}
	for field in ("vat_code", "reg_com", "code"):
		values[field] = _identifier(values[field])
	values["vat_code"], personal_code = _told_apart(values["vat_code"])
	emails = tuple(identity.emails_in(values["email"]))
	values["email"] = emails[0] if emails else ""
	values["phone"] = _digits_of_number(values["phone"])
	values["iban"] = identity.normal_iban(values["iban"]) or values["iban"]
	values["vat_payer"] = _yes_or_no(values["vat_payer"])
	return ClientRecord(**values, emails=emails, personal_code=personal_code, **more)


# control, direction and zero width characters, and halves of characters that no database takes
_UNSEEN = re.compile(
	"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def _text(value: Any) -> str:
	"""What an API answers where a text is expected; a list or an object says nothing."""
	if isinstance(value, str):
		return value
	return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _clean(text: str) -> str:
	"""One line without what cannot be seen and without markup, in one spelling for every letter."""
	if not text.isascii():
		text = unicodedata.normalize("NFC", text)
	return " ".join(_UNSEEN.sub("", without_markup(text)).split())


def _said(text: str) -> str:
	"""People type a dash into a field that they have nothing for."""
	return "" if text and not text.strip("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212 ") else text


_ZEROS = re.compile(r"0{1,13}")


def _identifier(text: str) -> str:
	# which makes brackets of full-width ones
	text = text if text.isascii() else without_markup(unicodedata.normalize("NFKC", text))
	text = _digits_of_number(text)
	return "" if _ZEROS.fullmatch(text) else text


# 12345674.0, as a program writes a number that it took for a decimal one
_DECIMAL = re.compile(r"([0-9]+)[.,]0{1,2}")
# 1.2345674E7: Java writes all digits that count, so those that are missing are zeros
_JAVA = re.compile(r"([1-9])\.([0-9]+)E([0-9]{1,2})")
# 1.2345674E+07: a spreadsheet writes as many as fit, so those that are missing are lost
_ROUNDED = re.compile(r"([1-9])(?:[.,]([0-9]+))?[eE]\+([0-9]{1,2})")


def _digits_of_number(text: str) -> str:
	"""The digits of a code that went through a number, where none was lost; anything else as it is."""
	if found := _DECIMAL.fullmatch(text):
		return found[1]
	if found := _JAVA.fullmatch(text):
		fraction = found[2].rstrip("0")
		# beyond 15 digits a number is not exact
		if len(fraction) <= int(found[3]) <= 14:
			return found[1] + fraction.ljust(int(found[3]), "0")
	elif found := _ROUNDED.fullmatch(text):
		fraction = found[2] or ""
		if len(fraction) == int(found[3]) <= 14:
			return found[1] + fraction
	return text


# A personal code by its shape: sex and century, a month, a day. With a wrong check digit it is still somebody's, and no
# company's: a fiscal code has at most 10 digits, and Moldova's 13 digits have no month there. People also write before
# it what it is.
_PERSONAL_CODE = re.compile(
	r"(?:RO|(?:COD(?:UL)?)?(?:CNP|NUMERICPERSONAL)[:=/]?)?([1-9][0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{6})"
)


def _told_apart(text: str) -> tuple[str, str]:
	"""(fiscal code, personal code): one field of SmartBill holds the one or the other."""
	if found := _PERSONAL_CODE.fullmatch(romania.compact(text)):
		return "", found[1]
	if digits := romania.cui_digits(text):
		return (f"RO{digits}" if romania.has_ro_prefix(text) else digits), ""
	return text, ""


_YES = {"da", "d", "yes", "y", "x", "1", "true", "adevarat", "platitor"}
_NO = {"nu", "n", "no", "0", "false", "fals", "neplatitor"}


def _yes_or_no(text: str) -> str:
	"""Empty stays unknown: among `x` it would be a no, among `da` and `nu` it is nothing, and a row cannot tell."""
	said = fold(_digits_of_number(text))
	return "Yes" if said in _YES else "No" if said in _NO else ""
