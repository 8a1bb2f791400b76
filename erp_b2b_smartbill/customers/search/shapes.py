"""What somebody typed, as what is looked for: pure, a text in, a Query out, and no text whatever raises.

The input's shape decides. An e-mail address is looked for among e-mail addresses, a CUI among tax IDs; digits may be the
beginning of several things and of a name too. In a text of several words each has to be found, in any order, as the
beginning of a word; a word that is an identifier is found as one: `alfa 0722 123 456`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.search import tokens
from erp_b2b_smartbill.customers.search.tables import DOMAIN, EMAIL, MAX_VALUE, PHONE, REG_COM, TAX_ID, TEXT

MAX_LENGTH = 500
# a name has fewer different words; of more, the longest tell most
MAX_WORDS = 10

SEARCHED = {TEXT: "text", TAX_ID: "cui", EMAIL: "email", DOMAIN: "email", PHONE: "phone", REG_COM: "reg_com"}


@dataclass(frozen=True)
class Term:
	"""One thing that a party must have: a token that begins with one of `prefixes`, or is one of `exact`. Both are kind
	and value, without the lane. `word` is the word of a text, empty where only identifiers are meant."""

	word: str = ""
	prefixes: tuple[str, ...] = ()
	exact: tuple[str, ...] = ()

	@property
	def identifiers(self) -> tuple[str, ...]:
		return tuple(prefix for prefix in self.prefixes if prefix[0] != TEXT)


# All terms of a reading must be found.
Reading = tuple[Term, ...]


@dataclass(frozen=True)
class Query:
	"""Whatever one of the readings finds is found; `plain` is looked for when that is little: the text as a name without
	its legal form, letters that are written apart joined.

	`searched` is what the input is most of all taken for; `name_key` and `folded` are the text as a name; `cui` are the
	digits when the whole input is a valid one.
	"""

	searched: str
	readings: tuple[Reading, ...] = ()
	plain: Reading = ()
	name_key: str = ""
	folded: str = ""
	cui: str | None = None


def read(text: str) -> Query:
	text = text[:MAX_LENGTH].strip()
	if not text:
		return Query("text")
	kind, whole = _whole(text)
	cui = identity.valid_cui(text)
	if not _may_be_text(kind, text):
		return Query(SEARCHED[kind], ((Term(prefixes=whole),),), cui=cui)
	# a number as a whole is not looked for in its pieces
	terms = _text_terms(identity.words(text)) if whole else _terms(text)
	readings = [terms] if terms else []
	if whole and len(terms) == 1:
		# one word: all that it may be is one question
		readings = [(replace(terms[0], prefixes=_different([*whole, *terms[0].prefixes])),)]
	elif whole:
		readings.insert(0, (Term(prefixes=whole),))
	elif any(term.prefixes[0][0] == PHONE for term in terms) and not _SURELY_PHONE.search(text):
		# numbers of a name look like a phone between words, too: Ștefan 2 2000 2000
		readings.append(_text_terms(identity.words(text)))
	name_key = identity.name_key(text)
	plain = _text_terms(name_key.split()) if all(term.word for term in terms) else ()
	return Query(
		SEARCHED[kind],
		tuple(readings),
		plain=plain if {term.word for term in plain} != {term.word for term in terms} else (),
		name_key=name_key,
		folded=" ".join(identity.words(text)),
		cui=cui,
	)


def upper_bound(prefix: str) -> str:
	"""The first text behind all that begin with `prefix`, in the order of code points."""
	last = ord(prefix[-1])
	if last == 0x10FFFF:
		return upper_bound(prefix[:-1])
	# no text holds half a surrogate pair
	return prefix[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)


# The input as a whole


def _whole(text: str) -> tuple[str, tuple[str, ...]]:
	"""(the kind that it is most of all, the tokens that it may be the beginning of)."""
	if found := _email(_NAMED_ADDRESS.sub(r"\1", text)):
		return found[0], (found,)
	if found := _reg_com(text):
		return REG_COM, (found,)
	if found := _domain(text):
		return TEXT, (found,)
	return _number(text)


def _may_be_text(kind: str, text: str) -> bool:
	"""Digits may begin a name or stand in a document's; what can only be an identifier does neither."""
	if kind == PHONE:
		return not text.startswith(("+", "0")) or not identity.normal_phone(text)
	return kind == TEXT or (kind == TAX_ID and not _SURELY_CUI.match(text))


_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]*"
_EMAIL_BEGUN = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>[a-z0-9.-]*)")


# as it is copied from a mail: Ana Pop <ana@firma.ro>
_NAMED_ADDRESS = re.compile(r"^[^<>@]*<([^<>\s]+)>$")


def _email(text: str) -> str:
	"""An address, the beginning of one, or `@` with a domain."""
	if not text.isascii() or not (found := _EMAIL_BEGUN.fullmatch(text.casefold())):
		return ""
	if found["local"]:
		return EMAIL + found[0][:MAX_VALUE]
	return DOMAIN + found["domain"][:MAX_VALUE] if found["domain"] else ""


_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,24})(?:/.*)?")


def _domain(text: str) -> str:
	"""Of a website or of the e-mail addresses: `firma.ro`."""
	found = _DOMAIN.fullmatch(text.casefold()) if text.isascii() else None
	return DOMAIN + found[1][:MAX_VALUE] if found else ""


_REG_COM_BEGUN = re.compile(r"([JFC])([0-9]{1,2})/(?:([0-9]{1,7})(/[0-9]{0,4})?)?")
_BLANKS = re.compile(r"\s+")


def _reg_com(text: str) -> str:
	"""A trade register number, or the beginning of one from its first slash on."""
	if key := identity.reg_com_key(text):
		return REG_COM + key
	found = _REG_COM_BEGUN.fullmatch(_BLANKS.sub("", text[:40]).upper())
	if not found:
		return ""
	number = str(int(found[3])) if found[3] else ""
	return f"{REG_COM}{found[1]}{int(found[2])}/{number}{found[4] or ''}"


_DIGITS_AND_MARKS = re.compile(r"(?P<ro>[Rr][Oo])?[\s.-]*(?P<number>\+?[0-9][0-9\s.()/-]*)")
# a code of another country: its letters and digits with marks between, or anything mixed in one piece
_FOREIGN_CODE = re.compile(
	r"[A-Za-z]{2}[\s.-]*[0-9][0-9\s.-]{1,20}[A-Za-z]?|(?=[0-9]*[A-Za-z])(?=(?:[A-Za-z]*[0-9]){2})[0-9A-Za-z]{4,20}"
)
_NOT_DIGIT = re.compile(r"[^0-9]")
_SURELY_PHONE = re.compile(r"(?<!\w)[+0][0-9]")
_SURELY_CUI = re.compile(r"[Rr][Oo][\s.-]*(?:[0-9][\s.-]*){5}")
# longer texts are no number
MAX_NUMBER = 40
# of what could be a phone, the digits that are worth a look
_MIN_PHONE = 3


def _number(text: str) -> tuple[str, tuple[str, ...]]:
	found = _DIGITS_AND_MARKS.fullmatch(text) if len(text) <= MAX_NUMBER else None
	if not found:
		is_code = len(text) <= MAX_NUMBER and _FOREIGN_CODE.fullmatch(text)
		return TEXT, (TAX_ID + tokens.tax_id(text),) if is_code else ()
	digits = _NOT_DIGIT.sub("", found["number"])
	if found["ro"]:
		return TAX_ID, (TAX_ID + digits,)
	phone = identity.normal_phone(text)
	phones = tuple(PHONE + one for one in ([phone[1:]] if phone else _phones_begun(found["number"], digits)))
	if found["number"].startswith(("+", "0")):
		return PHONE, phones
	kind = PHONE if phone and not identity.valid_cui(text) else TAX_ID
	return kind, (TAX_ID + digits, *phones)


def _phones_begun(number: str, digits: str) -> Iterable[str]:
	"""As the beginning of a phone number: with its country, with the national zero, or without the zero that a
	spreadsheet ate."""
	if number.startswith("+"):
		begun = digits
	elif digits.startswith("00"):
		begun = digits[2:]
	elif digits.startswith("0"):
		begun = f"40{digits[1:]}"
	elif digits.startswith("40"):
		begun = digits
	elif digits[0] in "237":
		begun = f"40{digits}"
	else:
		return
	# the national zero after the country: +40 (0)722
	begun = re.sub(r"^400", "40", begun)
	if len(begun) >= _MIN_PHONE:
		yield begun


# The input as text

# with the marks that are typed in it, and enough digits to be one
_PHONE_INSIDE = re.compile(r"(?<![\w+])(?:\+|00)?[0-9][0-9\s.()/-]{7,20}[0-9](?!\w)")
_REG_COM_INSIDE = re.compile(r"(?<!\w)[JFC][0-9]{1,2}/[0-9]{1,7}/[0-9]{4}(?!\w)", re.IGNORECASE)
_EMAIL_INSIDE = re.compile(rf"(?<!\S)<?{_LOCAL}@[a-z0-9.-]+>?(?!\S)", re.IGNORECASE)


def _whole_phone(text: str) -> str:
	phone = identity.normal_phone(text)
	return PHONE + phone[1:] if phone else ""


_INSIDE: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
	(_EMAIL_INSIDE, lambda text: _email(text.strip("<>"))),
	(_REG_COM_INSIDE, _reg_com),
	(_PHONE_INSIDE, _whole_phone),
)


def _terms(text: str) -> Reading:
	"""A term a word; addresses, phone numbers and register numbers among them are a term each."""
	inside: list[str] = []
	for pattern, token_of in _INSIDE:

		def taken(found: re.Match[str], token_of: Callable[[str], str] = token_of) -> str:
			token = token_of(found[0])
			if not token:
				return found[0]
			inside.append(token)
			return " "

		text = pattern.sub(taken, text)
	return (*(Term(prefixes=(token,)) for token in _different(inside)), *_text_terms(identity.words(text)))


def _text_terms(words: Iterable[str]) -> Reading:
	different = list(_different(word[:MAX_VALUE] for word in words))
	if len(different) > MAX_WORDS:
		kept = set(sorted(different, key=len, reverse=True)[:MAX_WORDS])
		different = [word for word in different if word in kept][:MAX_WORDS]
	return tuple(Term(word=word, prefixes=(TEXT + word, *_as_number(word))) for word in different)


_NUMBER_WORD = re.compile(r"(?:ro)?[0-9]{4,13}")


def _as_number(word: str) -> tuple[str, ...]:
	return _number(word)[1] if _NUMBER_WORD.fullmatch(word) else ()


def _different(texts: Iterable[str]) -> tuple[str, ...]:
	return tuple(dict.fromkeys(texts))
