"""What a failed call means for a person: what to change after a refusal, why there was no answer.

A refusal is recognised by a piece of its Romanian sentence, which is always shown beside the hint. Source of the
sentences: docs/smartbill-api.md 1.6 and 2.1.6; punctuation differs between editions, so only folded pieces are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from frappe import _

from erp_b2b_smartbill.smartbill.verdict import NoAnswer
from erp_b2b_smartbill.text import N_, fold


@dataclass(frozen=True)
class Hint:
	"""`field` is where to look first: a field of the request's subject, or "account" for the SmartBill Account."""

	field: str
	advice: str


_ACCOUNT_RIGHTS = N_("Ask the administrator of the SmartBill account to give this user the right to issue.")
_UNIT = N_("Map the unit to one that exists in SmartBill, letter case included.")
_VAT = N_("Compare the VAT map of the SmartBill Account with the rates of the company in SmartBill.")
_REPORT = N_("This should not happen: please report it with the number of the SmartBill Proforma.")

# the first piece found decides: the more particular one stands first
_HINTS: tuple[tuple[str, Hint], ...] = (
	(
		"autentificare esuata",
		Hint("account", N_("Check the e-mail and the token in the SmartBill Account.")),
	),
	(
		"nu mai este disponibila in cloud",
		Hint(
			"account", N_("Check the fiscal code in the SmartBill Account: write it exactly as in SmartBill.")
		),
	),
	("nu este disponibila pentru acest utilizator", Hint("account", _ACCOUNT_RIGHTS)),
	("nu aveti dreptul", Hint("account", _ACCOUNT_RIGHTS)),
	(
		"seria nu a fost gasita",
		Hint("account", N_("Choose a proforma series that exists in SmartBill in the SmartBill Account.")),
	),
	(
		"numarul maxim de documente",
		Hint(
			"account",
			N_("The document quota of your SmartBill subscription is used up; extend it in SmartBill."),
		),
	),
	("moneda nu a fost gasita", Hint("currency", N_("SmartBill does not know this currency."))),
	("pretul in alta moneda", Hint("currency", _REPORT)),
	("moneda de referinta", Hint("currency", _REPORT)),
	(
		"perioada inchisa",
		Hint("issue_date", N_("The accounting period is closed in SmartBill; ask your accountant.")),
	),
	("yyyy-mm-dd", Hint("issue_date", _REPORT)),
	("issuedate trebuie", Hint("issue_date", _REPORT)),
	(
		"tara trebuie specificata",
		Hint("customer_address", N_("Fill in the country of the customer's address.")),
	),
	("client invalid", Hint("party_name", N_("Fill in the customer's name."))),
	("client trebuie specificat", Hint("party_name", _REPORT)),
	(
		"clientul exista deja",
		Hint(
			"party_name",
			N_("SmartBill knows a client of this name with another fiscal code; correct one of the two."),
		),
	),
	("numarul maxim accept", Hint("items", N_("SmartBill accepts at most 400 rows, discounts included."))),
	("doar un discount", Hint("items", _REPORT)),
	("cote tva diferite", Hint("items", _VAT)),
	("cota default", Hint("items", _VAT)),
	("cota tva", Hint("items", _VAT)),
	("cota ", Hint("items", _VAT)),
	(
		"nu are codul specificat",
		Hint("items", N_("Your SmartBill company works with product codes: every row needs an item.")),
	),
	("unitatea de masura", Hint("items", _UNIT)),
	("measuringunitname", Hint("items", _UNIT)),
	("name trebuie specificat", Hint("items", N_("Every row needs a name."))),
	("trebuie specificat pentru fiecare produs", Hint("items", _REPORT)),
	("trebuie sa introduceti valoarea procentului", Hint("items", _REPORT)),
	("estimateproducts", Hint("items", N_("The Quotation has no rows to send."))),
	("invoiceproducts", Hint("items", _REPORT)),
	("nu contine produse", Hint("items", N_("The proforma has no rows in SmartBill; look at it there."))),
	(
		"proforma nu a fost gasita",
		Hint("number", N_("SmartBill has no such proforma (any more): was it deleted there?")),
	),
	(
		"a fost facturata",
		Hint("number", N_("The proforma is invoiced in SmartBill: cancel the invoice there first.")),
	),
	(
		"emis ca neplatitor",
		Hint("number", N_("It was issued under another VAT status of your company; change it in SmartBill.")),
	),
	(
		"limba nu a fost gasita",
		Hint("account", N_("Choose a language that SmartBill knows in the SmartBill Account.")),
	),
	("ciful firmei", Hint("account", N_("Fill in the fiscal code in the SmartBill Account."))),
	("companyvatcode", Hint("account", N_("Fill in the fiscal code in the SmartBill Account."))),
	("adresa de email", Hint("contact_email", _REPORT)),
	("server-ul de email", Hint("account", N_("Set up the e-mail server in SmartBill."))),
)


# SmartBill writes the series and the number into these two
_PATTERNS = (
	(re.compile(r"\bproforma\b.* nu a fost gasita"), "proforma nu a fost gasita"),
	(re.compile(r"\bproforma\b.* a fost facturata"), "a fost facturata"),
)


def hint_for(refusal: str) -> Hint | None:
	"""The hint for a refusal in SmartBill's words, or None when it is not a known one."""
	folded = fold(refusal)
	for pattern, piece in _PATTERNS:
		if pattern.search(folded):
			folded = piece
	return next((hint for piece, hint in _HINTS if piece in folded), None)


_NO_CONNECTION = N_("there is no connection to it")
_BROKEN_OFF = N_("the connection to it broke off")
_CUT_SHORT = N_("its answer was cut short")
_TOO_LATE = N_("it did not answer in time")

# by the kind of failure that client.py reports
_FAILURES = {
	"ConnectTimeout": N_("it did not accept a connection in time"),
	"SSLError": N_("the secure connection to it failed"),
	"ConnectionError": _NO_CONNECTION,
	"ProxyError": _NO_CONNECTION,
	"ReadTimeout": _TOO_LATE,
	"TimeoutError": _TOO_LATE,
	"ChunkedEncodingError": _CUT_SHORT,
	"EOFError": _CUT_SHORT,
	"NoTimeLeft": N_("there was too little time left to wait for its answer"),
	"GateClosed": N_("too many calls were made in the last seconds"),
	"NotWritable": N_("this site may not write to it"),
}


def explain_failure(failure: NoAnswer) -> str:
	"""The part of a sentence about SmartBill that says why there was no answer."""
	explained = _FAILURES.get(failure.reason, failure.reason)
	return _BROKEN_OFF if failure.sent and explained == _NO_CONNECTION else explained


def explain_block(seconds: int) -> str:
	"""The sentence that says for how long SmartBill wants no call."""
	return _("SmartBill accepts no more calls for {0} minutes.").format(-(-seconds // 60))


def explain_pace(refused: NoAnswer) -> str:
	"""The sentence that says when our own gate lets the next calls go."""
	return _("Too many calls were made in the last seconds; try again in {0} seconds.").format(
		refused.retry_after
	)
