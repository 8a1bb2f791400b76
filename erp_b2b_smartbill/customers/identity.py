"""Who is the same company: normal forms of what companies are recognised by, and one rule that compares them.

Pure: texts in, texts out, nothing is read or written, and no text whatever raises. Every normal form is its own normal
form. Two parties are one, by the strongest thing that they share:

| shared | sure |
|---|---|
| a valid CUI | yes |
| an e-mail address | unless more than one company carries it |
| name and phone | unless the names say two legal forms: the owner's PFA and his SRL share both |
| a CUI whose check digit is wrong, a trade register number, the name | no |
| a name that is only alike | no |

Two different valid CUIs are two companies, whatever else agrees. What is not sure is for a person to look at.
Source: docs/smartbill-api.md 6.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from rapidfuzz import fuzz
from stdnum import iban as stdnum_iban

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.text import N_, fold

# what a Data field holds
MAX_EMAIL = MAX_KEY = 140
# longer texts are cut before anything is looked for in them
MAX_TEXT = 500
# names as alike as this, of 100, are worth a person's look
ALIKE_FROM = 90

# zero width, direction and other marks that come along when a text is copied
_INVISIBLE = re.compile(
	"[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)

# CUI, e-mail, phone


def valid_cui(text: str | None) -> str | None:
	"""The digits of a Romanian fiscal code whose check digit is right; `RO` before them is no part of it. A personal
	code (CNP) is none."""
	digits = cui_digits(text)
	return digits if digits and romania.is_valid_cui(digits) else None


def cui_digits(text: str | None) -> str | None:
	"""The digits of a Romanian fiscal code, also of one whose check digit is wrong."""
	text = _typed(text)
	return romania.cui_digits(text) if len(text) <= MAX_KEY else None


_EMAIL = re.compile(
	r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
	r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{1,58}[a-z0-9])"
)
_BETWEEN_EMAILS = re.compile(r"[\s,;<>|]+")


def normal_email(text: str | None) -> str | None:
	"""One e-mail address in lower case; None for anything else."""
	text = (text or "").strip()
	# Before the case is folded: the Kelvin sign would become a k, and the address somebody else's.
	if len(text) > MAX_EMAIL or not text.isascii():
		return None
	text = text.casefold()
	return text if len(text.partition("@")[0]) <= 64 and _EMAIL.fullmatch(text) else None


def emails_in(text: str | None) -> list[str]:
	"""The addresses of a field into which people type several: `a@x.ro; Ana <b@x.ro>`."""
	parts = _BETWEEN_EMAILS.split((text or "")[:MAX_TEXT])
	return list(dict.fromkeys(email for part in parts if (email := normal_email(part))))


# what is typed between the digits, dashes of every kind included
_PHONE_MARKS = re.compile(r"[\s.()/\-\u2010-\u2015\u2212]+")
_DIALLED = re.compile(r"\+?[0-9]{4,20}")
# mobile 7, land 2 and 3; with the zero of +40 (0)722, and without the zero that a spreadsheet ate
_ROMANIAN = re.compile(r"(?:(?:\+|00)?40)?0?([237][0-9]{8})")
# special services begin with 8 and 9
_ROMANIAN_E164 = re.compile(r"\+40[2-9][0-9]{8}")
_BETWEEN_PHONES = re.compile(r"[,;|/\n]|\b(?:sau|si|și|int|ext|interior|extensia?)\b", re.IGNORECASE)
_LABEL = re.compile(r"^[^\d+(]+")


def normal_phone(text: str | None, region: str = "RO") -> str | None:
	"""E.164, e.g. +40722123456; a number without a country is of `region`. None when it is no possible number, and for
	one with an extension, of which the normal form would say nothing."""
	text = _typed(text)
	if len(text) > 40:
		return None
	dialled = _PHONE_MARKS.sub("", text)
	# letters are dialled too: 0800-CALL-ME is no number that anybody compares
	if not _DIALLED.fullmatch(dialled):
		return None
	if region == "RO" and (romanian := _ROMANIAN.fullmatch(dialled)):
		# nearly all of them, and phonenumbers takes its time
		return f"+40{romanian[1]}"
	found = _e164(dialled, region)
	# short codes of Romania are possible too; and a national zero too many says that it is no number
	if not found or (found.startswith("+40") and not _ROMANIAN_E164.fullmatch(found)):
		return None
	return found if _e164(found, region) == found else None


def _e164(dialled: str, region: str) -> str | None:
	try:
		number = phonenumbers.parse(dialled, region)
	except phonenumbers.NumberParseException:
		return None
	if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
		return None
	return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phones_in(text: str | None) -> list[str]:
	"""The numbers of a field into which people type several, or an extension: `0264 123 456 int. 12 / 0722 123 456`."""
	if whole := normal_phone(text):
		return [whole]
	parts = _BETWEEN_PHONES.split((text or "")[:MAX_TEXT])
	return list(dict.fromkeys(phone for part in parts if (phone := normal_phone(_LABEL.sub("", part)))))


def normal_iban(text: str | None) -> str | None:
	"""Without blanks, in upper case; None when the check digits are wrong."""
	compact = re.sub(r"[\s.-]", "", _typed(text)[:MAX_KEY])
	if not 15 <= len(compact) <= 34 or not compact.isascii():
		return None
	compact = compact.upper()
	return compact if stdnum_iban.is_valid(compact) else None


# names

# Legal forms wherever they stand in a name, with what they are. A form that is also a word or a name is taken for one at
# the edge of a name only.
_FORMS = {
	form: form
	for form in "srl pfa sa ii snc scs sca gmbh ltd llc sarl sro doo eood ood kgaa ltda zrt nyrt spzoo".split()
} | {"srld": "srl", "srls": "srl", "limited": "ltd"}
_FORMS_AT_EDGE = {"if": "if", "ra": "ra", "sc": ""}
_FORMS_AT_END = dict.fromkeys("ag kg bv nv ab oy as inc co corp plc kft si".split(), "")
# letters with a blank between each: S C A B C S R L
_SPACED_FORMS = ("srld", "srl", "pfa", "sa", "ii", "if", "snc")
_SPELLED_OUT = re.compile(
	r"\b(?:societatea? (?:(comerciala)|(cu raspundere limitata(?: debutant)?)|(pe actiuni)|(in nume colectiv)"
	r"|(in comandita simpla)|(in comandita pe actiuni))|(persoana fizica autorizata)|(intreprinderea? individuala)"
	r"|(intreprinderea? familiala)|(regi[ae] autonoma)|(sp z oo))\b"
)
_SHORT = ("sc", "srl", "sa", "snc", "scs", "sca", "pfa", "ii", "if", "ra", "spzoo")
_LETTER = r"[^\W_]"
# S.R.L., P.F.A: single letters with a dot after each, not the A of S.R.L.ALFA
_DOTTED = re.compile(rf"(?<!{_LETTER}){_LETTER}(?:\.{_LETTER}(?!{_LETTER}))+")
_APOSTROPHE = re.compile(rf"(?<={_LETTER})['`\u2019\u02bc](?={_LETTER})")
_WORD = re.compile(rf"{_LETTER}+")


def name_key(text: str | None) -> str:
	"""The words of a name that tell companies apart: without diacritics, punctuation and legal forms. `S.C. Brutăria Ană
	S.R.L.` and `BRUTARIA ANA` are the same. A name of nothing but legal forms keeps them."""
	return _key_and_form(text)[0]


def _key_and_form(text: str | None) -> tuple[str, str]:
	return _key_and_form_of((text or "")[:MAX_TEXT])


def words(text: str | None) -> list[str]:
	"""The words of a text as they are compared and searched: no case, diacritics, punctuation; `S.R.L.` is one."""
	text = (text or "")[:MAX_TEXT]
	if not text.isascii():
		text = _INVISIBLE.sub("", text)
		# one word for the eye is one word here, whatever it is composed of
		text = fold(text).casefold()
	else:
		text = text.lower()
	if "&" in text:
		text = text.replace("&", " si ")
	if "." in text:
		text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
	return _WORD.findall(_APOSTROPHE.sub("", text))


# a client's name is asked for several times while it is stored and matched
@lru_cache(maxsize=4096)
def _key_and_form_of(text: str) -> tuple[str, str]:
	key, form = _told_apart(words(text))
	while len(key) > MAX_KEY:
		# what is cut short may be a legal form now
		key, _form = _told_apart(key[:MAX_KEY].split())
	return key, form


def _told_apart(words: list[str]) -> tuple[str, str]:
	"""(the words without legal forms, the first legal form). Taking one away may show another, so until none is left."""
	form = ""
	while True:
		words = _SPELLED_OUT.sub(lambda found: _SHORT[found.lastindex - 1], " ".join(words)).split()
		words = _with_letters_joined(words)
		kept = []
		for word in words:
			if word in _FORMS:
				form = form or _FORMS[word]
			else:
				kept.append("si" if word == "and" else word)
		while kept and kept[0] in _FORMS_AT_EDGE:
			said = _FORMS_AT_EDGE[kept.pop(0)]
			form = form or said
		while kept and (kept[-1] in _FORMS_AT_EDGE or kept[-1] in _FORMS_AT_END):
			said = _FORMS_AT_EDGE.get(kept.pop(), "")
			form = form or said
		if not kept or kept == words:
			return " ".join(words), form
		words = kept


def _with_letters_joined(words: list[str]) -> list[str]:
	"""`A B C Trans` is `ABC Trans`, and the letters of a legal form stand for it."""
	if 1 not in map(len, words):
		return words
	joined: list[str] = []
	at = 0
	while at < len(words):
		end = at
		while end < len(words) and len(words[end]) == 1:
			end += 1
		if end == at:
			joined.append(words[at])
			at += 1
			continue
		if words[at] == "d" and joined and joined[-1] == "srl":
			joined[-1] = "srld"
			at += 1
		letters = "".join(words[at:end])
		if at == 0 and letters.startswith("sc") and len(letters) > 2:
			joined.append("sc")
			letters = letters[2:]
		form = next((form for form in _SPACED_FORMS if end == len(words) and letters.endswith(form)), "")
		joined += [part for part in (letters.removesuffix(form), form) if part]
		at = end
	return joined


def likeness(one: str, other: str) -> float:
	"""How alike two name keys are, from 0 to 100, in whatever order their words stand. Numbers in names count:
	Construct 1 is not Construct 2."""
	if not one or not other or _NUMBER.findall(one) != _NUMBER.findall(other):
		return 0.0
	return fuzz.token_sort_ratio(one, other)


_NUMBER = re.compile(r"\d+")

# trade register

# J12/345/2019, also with the whole date, as J12/345/01.02.2019
_OLD_REG_COM = re.compile(r"([JFC])/?([0-9]{1,2})/([0-9]{1,7})/(?:[0-9]{1,2}/[0-9]{1,2}/)?([0-9]{4})")
# since July 2024: year, serial, county and check digit; the county is 00 for who is new
_NEW_REG_COM = re.compile(r"([JFC])([0-9]{4})([0-9]{6})([0-9]{2})[0-9]")
_OTHER_REG_COM = re.compile(r"[JFC][0-9]{11,12}")
_REG_COM_MARKS = re.compile(r"[\s/.\\\u2010-\u2015-]+")


def reg_com_key(text: str | None) -> str:
	"""A trade register number in one spelling; empty when it is none. A company from before July 2024 has both
	formats, and the new one says the old one."""
	text = _REG_COM_MARKS.sub("/", _typed(text)[:40].upper()).strip("/")
	if old := _OLD_REG_COM.fullmatch(text):
		return f"{old[1]}{int(old[2])}/{int(old[3])}/{old[4]}"
	compact = text.replace("/", "")
	if (new := _NEW_REG_COM.fullmatch(compact)) and new[4] != "00":
		return f"{new[1]}{int(new[4])}/{int(new[3])}/{new[2]}"
	return compact if new or _OTHER_REG_COM.fullmatch(compact) else ""


# matching


@dataclass(frozen=True)
class Identity:
	"""What one party is recognised by, in normal form; empty where it is not known. `cui` is a valid one; one with a
	wrong check digit is `wrong_cui`, for what was imported holds such."""

	cui: str = ""
	name_key: str = ""
	emails: tuple[str, ...] = ()
	phones: tuple[str, ...] = ()
	reg_com: str = ""
	legal_form: str = ""
	wrong_cui: str = ""

	@classmethod
	def of(
		cls,
		*,
		cui: str | None = None,
		name: str | None = None,
		emails: Iterable[str | None] = (),
		phones: Iterable[str | None] = (),
		reg_com: str | None = None,
	) -> Identity:
		"""From whatever people typed; each e-mail and phone may be several in one text."""
		digits = cui_digits(cui) or ""
		is_valid = bool(digits) and romania.is_valid_cui(digits)
		key, form = _key_and_form(name)
		return cls(
			cui=digits if is_valid else "",
			name_key=key,
			emails=tuple(sorted({email for one in emails for email in emails_in(one)})),
			phones=tuple(sorted({phone for one in phones for phone in phones_in(one)})),
			reg_com=reg_com_key(reg_com),
			legal_form=form,
			wrong_cui="" if is_valid else digits,
		)


CUI, EMAIL, NAME_AND_PHONE = "cui", "email", "name_and_phone"
WRONG_CUI, REG_COM, NAME, ALIKE = "wrong_cui", "reg_com", "name", "alike"

_REASONS = {
	CUI: N_("The same fiscal code (CUI)"),
	EMAIL: N_("The same e-mail address"),
	NAME_AND_PHONE: N_("The same name and phone"),
	WRONG_CUI: N_("The same fiscal code (CUI), though its check digit is wrong"),
	REG_COM: N_("The same trade register number"),
	NAME: N_("The same name"),
	ALIKE: N_("A similar name"),
}


@dataclass(frozen=True)
class Match:
	"""`sure`: they are one company. Otherwise a person has to look; `reason` says at what."""

	reason: str
	sure: bool


def match(one: Identity, other: Identity, *, email_carriers: int = 1) -> Match | None:
	"""Whether two are the same company, by the strongest thing they share; the order of the two does not matter.

	`email_carriers`: how many companies carry the shared e-mail; an address of more than one only proposes.
	"""
	if one.cui and other.cui:
		return Match(CUI, sure=True) if one.cui == other.cui else None
	same_email = _overlap(one.emails, other.emails)
	if same_email and email_carriers <= 1:
		return Match(EMAIL, sure=True)
	same_name = one.name_key != "" and one.name_key == other.name_key
	if same_name and _overlap(one.phones, other.phones):
		forms = {one.legal_form, other.legal_form} - {""}
		found = Match(NAME_AND_PHONE, sure=len(forms) < 2)
		if found.sure or not same_email:
			return found
	if same_email:
		return Match(EMAIL, sure=False)
	if one.wrong_cui and one.wrong_cui == other.wrong_cui:
		return Match(WRONG_CUI, sure=False)
	if one.reg_com and one.reg_com == other.reg_com:
		return Match(REG_COM, sure=False)
	if same_name:
		return Match(NAME, sure=False)
	return Match(ALIKE, sure=False) if likeness(one.name_key, other.name_key) >= ALIKE_FROM else None


def reason_text(reason: str) -> str:
	"""The sentence of a reason, to be translated."""
	return _REASONS[reason]


def _overlap(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
	return bool(some and others) and not set(some).isdisjoint(others)


def _typed(text: str | None) -> str:
	"""What somebody typed or pasted: letters and digits of full width as the usual ones, nothing invisible."""
	if not text:
		return ""
	if not text.isascii():
		text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:MAX_TEXT]))
	return text.strip()
