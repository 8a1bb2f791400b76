"""Why a company was found: pure. What matched, and where it stands when that is not the company's name.

{field, text, where, ranges}: `field` is name, cui, email, phone, reg_com, contact, city, id or typo; `text` what matched;
`where` a few words such as `contact Ana Pop`, or None; `ranges` the marked pieces [from, to) of the name that is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from frappe import _

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.search import highlight
from erp_b2b_smartbill.customers.search.ranking import Fit, Hit
from erp_b2b_smartbill.customers.search.shapes import Term
from erp_b2b_smartbill.customers.search.tables import DOMAIN, EMAIL, PHONE, REG_COM, TAX_ID, TEXT

_FIELDS = {TAX_ID: "cui", EMAIL: "email", DOMAIN: "email", PHONE: "phone", REG_COM: "reg_com"}
_IN_NAME = (Fit.NAME, Fit.NAME_BEGINS, Fit.WORDS, Fit.BEGINNINGS, Fit.PART, Fit.TYPO)


@dataclass(frozen=True)
class Told:
	"""Who says something of a party: a contact, an address, or the record itself, which has a `name`. What the user may
	not read is not told: `may_tell` is False."""

	contact: str = ""
	city: str = ""
	name: str = ""
	source: str | None = None
	may_tell: bool = True

	@property
	def where(self) -> str | None:
		if self.source:
			return self.source
		if self.contact:
			return _("contact {0}").format(self.contact)
		return _("address {0}").format(self.city) if self.city else None


@dataclass(frozen=True)
class Said:
	"""A token (kind and value) that matches, with who says it."""

	token: str
	by: Told = field(default_factory=Told)


def of(hit: Hit, said: Collection[Said], shown: str, title: str, source: str | None = None) -> dict[str, Any]:
	"""`shown` is the name of the row; `title` that of the record that was found, and `source` what that record is, when
	it is not the one that is shown."""
	said = sorted(said, key=lambda one: (not one.by.may_tell, one.by.where is not None, one.token))
	if hit.fit in _IN_NAME:
		return _in_name(hit, shown, title, source)
	if found := _identifier(hit, said):
		return found
	return _elsewhere(hit, said, shown)


def _in_name(hit: Hit, shown: str, title: str, source: str | None) -> dict[str, Any]:
	marked = _marked(hit, shown)
	words = dict.fromkeys(word for word in identity.words(title) if _matches(word, hit.reading))
	return {
		"field": "typo" if hit.fit == Fit.TYPO else "name",
		"text": " ".join(words),
		"where": None if marked else source,
		"ranges": marked,
	}


def _identifier(hit: Hit, said: Iterable[Said]) -> dict[str, Any] | None:
	terms = [term for term in hit.reading if term.identifiers]
	exact = {token for term in terms for token in term.identifiers}
	found = [one for one in said if one.token[0] != TEXT]
	if not found:
		return None
	# a whole address tells more than its domain
	best = min(found, key=lambda one: (one.token not in exact, not one.by.may_tell, one.token[0] == DOMAIN))
	kind, value = best.token[0], best.token[1:]
	text = {PHONE: f"+{value}", DOMAIN: f"@{value}"}.get(kind, value)
	# a code that the record says is the company's, whoever is its contact
	where = best.by.source if best.by.name else best.by.where
	return {
		"field": _FIELDS[kind],
		"text": text if best.by.may_tell else "",
		"where": where if best.by.may_tell else None,
		"ranges": [],
	}


def _elsewhere(hit: Hit, said: Iterable[Said], shown: str) -> dict[str, Any]:
	"""By the first of the words that does not stand in the name."""
	in_name = hit.party.words.split()
	missing = [term for term in hit.reading if not any(_matches(word, (term,)) for word in in_name)]
	for term in missing or hit.reading:
		for one in said:
			if one.token[0] != TEXT or not _matches(one.token[1:], (term,)):
				continue
			by, word = one.by, one.token[1:]
			if not by.may_tell:
				return {"field": "contact", "text": "", "where": None, "ranges": _marked(hit, shown)}
			if by.contact and word in identity.words(by.contact):
				kind, text = "contact", by.contact
			elif by.city and word in identity.words(by.city):
				kind, text = "city", by.city
			else:
				kind, text = "id", by.name
			return {
				"field": "typo" if hit.fit == Fit.TYPO_ELSEWHERE else kind,
				"text": text,
				"where": by.where if kind == "contact" or by.source else None,
				"ranges": _marked(hit, shown),
			}
	return {"field": "name", "text": "", "where": None, "ranges": _marked(hit, shown)}


def _marked(hit: Hit, shown: str) -> list[list[int]]:
	exact = [token[1:] for term in hit.reading for token in term.exact if token[0] == TEXT]
	words = [term.word for term in hit.reading if term.word]
	if hit.fit in (Fit.TYPO, Fit.TYPO_ELSEWHERE):
		# the whole word that was meant
		return highlight.ranges(shown, [*words, *exact])
	return highlight.ranges(shown, words, words if exact else ())


def _matches(word: str, reading: Iterable[Term]) -> bool:
	return any((term.word and word.startswith(term.word)) or TEXT + word in term.exact for term in reading)
