"""What is printed in words, in the language of the document and within SmartBill's limits.

Source of the limits: docs/smartbill-api.md 2.1.3 (descriptions) and 8.1 (names and mentions: none is published, these
are kept to be safe). Nothing is ever cut.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from erp_b2b_smartbill.smartbill.mapping.model import Account, Findings, Offer
from erp_b2b_smartbill.smartbill.payload import plain_decimal
from erp_b2b_smartbill.text import N_

MAX_NAME = 255
MAX_MENTIONS = 1000
MAX_DESCRIPTION, MAX_DESCRIPTION_LINES = 2000, 30


@dataclass(frozen=True)
class Words:
	"""The few words of our own that SmartBill prints; not translated as the screen is, for the reader is the client."""

	discount: str
	general_discount: str
	rounding: str
	before_discount: str
	valid_till: str
	decimal_sign: str = ","

	def number(self, value: Decimal | str) -> str:
		"""As the reader writes it."""
		text = value if isinstance(value, str) else plain_decimal(value)
		return text.replace(".", self.decimal_sign)


WORDS = {
	"RO": Words(
		"Discount",
		"Discount general",
		"Rotunjire",
		"Preț înainte de discount: {0} {1}. Discount: {2}.",
		"Oferta este valabilă până la {0}.",
	),
	"EN": Words(
		"Discount",
		"General discount",
		"Rounding",
		"Price before discount: {0} {1}. Discount: {2}.",
		"The offer is valid until {0}.",
		".",
	),
	"DE": Words(
		"Rabatt",
		"Gesamtrabatt",
		"Rundung",
		"Preis vor Rabatt: {0} {1}. Rabatt: {2}.",
		"Das Angebot gilt bis {0}.",
	),
	"FR": Words(
		"Remise",
		"Remise globale",
		"Arrondi",
		"Prix avant remise : {0} {1}. Remise : {2}.",
		"L'offre est valable jusqu'au {0}.",
	),
	"IT": Words(
		"Sconto",
		"Sconto globale",
		"Arrotondamento",
		"Prezzo prima dello sconto: {0} {1}. Sconto: {2}.",
		"L'offerta è valida fino al {0}.",
	),
	"ES": Words(
		"Descuento",
		"Descuento global",
		"Redondeo",
		"Precio antes del descuento: {0} {1}. Descuento: {2}.",
		"La oferta es válida hasta el {0}.",
	),
}


def language(offer: Offer, account: Account, findings: Findings) -> str:
	"""The account's language, unless somebody chose another one for this Quotation."""
	chosen = offer.language.replace("_", "-").partition("-")[0].upper()
	if not chosen or chosen in WORDS:
		return chosen or account.language
	findings.notice(
		"language",
		N_("SmartBill is not known to print in the language {0}: the proforma is printed in {1}."),
		offer.language,
		account.language,
	)
	return account.language


def mentions(offer: Offer, account: Account, words: Words, reference: str, findings: Findings) -> str:
	"""Our reference first, and a full stop after it: it is how the document is recognised afterwards, and a digit that
	is printed next would make another reference of it."""
	text = f"{reference}."
	if account.validity_in_mentions and offer.valid_till:
		text += "\n" + words.valid_till.format(local_date(offer.valid_till))
	terms = as_text(offer.terms) if account.terms_in_mentions else ""
	if not terms:
		return text
	if len(whole := f"{text}\n{terms}") <= MAX_MENTIONS:
		return whole
	findings.notice(
		"terms",
		N_("The terms are not printed: together with the reference they have {0} characters, and {1} fit."),
		str(len(whole)),
		str(MAX_MENTIONS),
	)
	return text


def description(text: str, name: str, row: int, more: str, findings: Findings) -> str:
	"""A row's description with what has to be said besides; one that only repeats the name is left out."""
	own = as_text(text)
	if " ".join(own.split()) == name:
		own = ""
	whole = "\n".join(filter(None, (own, more)))
	if len(whole) <= MAX_DESCRIPTION and whole.count("\n") < MAX_DESCRIPTION_LINES:
		return whole
	findings.notice(
		f"items[{row}].description",
		N_(
			"Row {0}: the description is not printed: it has {1} characters on {2} lines, and {3} on {4} lines fit."
		),
		str(row),
		str(len(whole)),
		str(whole.count("\n") + 1),
		str(MAX_DESCRIPTION),
		str(MAX_DESCRIPTION_LINES),
	)
	return more


def discount_name(label: str, name: str, code: str) -> str:
	"""The name of a discount row, with as much of the product's as fits."""
	return next(
		(text for text in (f"{label} {name}", f"{label} {code}".strip()) if len(text) <= MAX_NAME), label
	)


def local_date(day: date) -> str:
	return day.strftime("%d.%m.%Y")


def one_line(text: str) -> str:
	return " ".join(text.split())


def as_text(markup: str) -> str:
	"""The lines of a text that may be HTML of an editor, without empty ones."""
	if re.search(r"</?[a-zA-Z][^>]*>", markup):
		markup = re.sub(r"(?i)<li\b[^>]*>", "\n- ", re.sub(r"\s+", " ", markup))
		markup = re.sub(r"(?i)<br\s*/?>|</(?:p|div|li|ul|ol|tr|table|h[1-6])\s*>", "\n", markup)
		markup = re.sub(r"(?i)</t[dh]\s*>", " ", markup)
		markup = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", markup))
	lines = (" ".join(line.split()) for line in markup.splitlines())
	return "\n".join(line for line in lines if line and line != "-")
