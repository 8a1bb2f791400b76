"""Whether a request may be approved without a person. Pure: facts and rules in, reasons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from erp_b2b_smartbill.text import N_

FOUND, UNKNOWN, UNAVAILABLE = "found", "unknown", "unavailable"

# every reason, as the manager reads it
TEXTS = {
	"manual": N_("Requests are approved by hand."),
	"no_cui": N_("The company has no Romanian fiscal code that could be checked."),
	"email_not_confirmed": N_("The e-mail address was not confirmed: no confirmation could be sent."),
	"anaf_unknown": N_("ANAF does not know this fiscal code."),
	"anaf_unavailable": N_("ANAF did not answer, so the company was not checked."),
	"anaf_inactive": N_("The company is inactive at ANAF."),
	"anaf_struck_off": N_("The company is struck off at ANAF."),
	"duplicate": N_("It may be a company that is known already."),
	"country": N_("Companies of this country are not approved automatically."),
	"blocked": N_("It is on the block list."),
	"no_outgoing_email": N_("This site has no outgoing e-mail account for the welcome mail."),
	"failed": N_("The automatic approval failed; the Error Log knows more."),
	"answered": N_("The applicant answered a question."),
}


@dataclass(frozen=True)
class Rules:
	"""As they were when the request was sent."""

	mode: str = "Manual"
	require_confirmed_email: bool = True
	require_active_at_anaf: bool = True
	allowed_countries: tuple[str, ...] = ("Romania",)

	@property
	def is_automatic(self) -> bool:
		return self.mode == "Automatic"

	@classmethod
	def from_dict(cls, stored: Mapping[str, Any]) -> Rules:
		known = {key: value for key, value in stored.items() if key in cls.__dataclass_fields__}
		if "allowed_countries" in known:
			known["allowed_countries"] = tuple(known["allowed_countries"])
		return cls(**known)


@dataclass(frozen=True)
class Facts:
	cui_digits: str
	email: str
	country: str
	email_confirmed: bool
	has_duplicates: bool
	anaf_state: str = UNAVAILABLE
	inactive: bool = False
	struck_off: bool = False
	block_list: Sequence[str] = field(default_factory=tuple)


def reasons(rules: Rules, facts: Facts) -> list[str]:
	"""Keys of TEXTS: why a manager has to decide. Empty when the request may be approved at once."""
	if not rules.is_automatic:
		return ["manual"]
	found = []
	if not facts.cui_digits:
		found.append("no_cui")
	if rules.require_confirmed_email and not facts.email_confirmed:
		found.append("email_not_confirmed")
	if rules.require_active_at_anaf and facts.cui_digits:
		if facts.anaf_state != FOUND:
			found.append("anaf_unknown" if facts.anaf_state == UNKNOWN else "anaf_unavailable")
		if facts.struck_off:
			found.append("anaf_struck_off")
		elif facts.inactive:
			found.append("anaf_inactive")
	if facts.country not in (rules.allowed_countries or ("Romania",)):
		found.append("country")
	if facts.has_duplicates:
		found.append("duplicate")
	if is_blocked(facts):
		found.append("blocked")
	return found


def is_blocked(facts: Facts) -> bool:
	"""A line of the list is a CUI with or without RO, an e-mail address, or `@domain` with what is below it."""
	domain = facts.email.rpartition("@")[2]
	for line in facts.block_list:
		entry = line.strip().lower().replace(" ", "")
		if not entry:
			continue
		if entry.startswith("@"):
			if domain == entry[1:] or domain.endswith("." + entry[1:]):
				return True
		elif entry == facts.email or (facts.cui_digits and entry.removeprefix("ro") == facts.cui_digits):
			return True
	return False
