"""What of an event tells of a person, and how it stands apart.

An event is kept for ever and sealed; personal values must be erasable. So they are stored beside the sealed part, as
`personal` (of the values and the reason) and `who` (the acting user, for whom, the IP address): JSON of the values with a
random salt. Inside the sealed part is only the digest of each, which proves the values while they are there and tells
nothing once values and salt are erased. This module is the one place that says which values these are.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

# stands in the sealed part where a value is apart
APART = "(personal)"

# keys of before and after, as they are called in ERPNext, in ours and in SmartBill's data; a customer may be a person
KEYS = frozenset(
	{
		"address",
		"address_line",
		"bank_account",
		"birth_date",
		"cc",
		"client",
		"client_name",
		"cnp",
		"company_name",
		"contact",
		"contact_email",
		"contact_mobile",
		"contact_person",
		"contact_phone",
		"customer",
		"customer_name",
		"customer_primary_address",
		"customer_primary_contact",
		"email",
		"email_id",
		"emails",
		"first_name",
		"full_name",
		"iban",
		"into",
		"ip",
		"ip_address",
		"last_name",
		"message",
		"mobile",
		"mobile_no",
		"phone",
		"phone_no",
		"phones",
		"recipients",
		"rejection_reason",
		"to",
		"to_be_merged",
		"user",
	}
)
# what people write about people: every reason of an event of these
DOCTYPES = frozenset({"B2B Registration", "Credit Limit Request", "Customer", "Quotation"})
# documents whose very name is a person's, or his address
NAMED_BY_PERSON = frozenset({"Address", "Contact", "Customer", "User"})

# in values and in texts, wherever they stand
_PATTERNS = re.compile(
	r"[^\s@<>\"',;:()\[\]]+@[^\s@<>\"',;:()\[\]]+\.[A-Za-z]{2,}"
	# an IBAN
	r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"
	# a CNP as masking.py leaves it
	r"|\b[1-9]\*{8}\d{4}\b"
)
# in texts only: among values, numbers of documents look alike
_PHONE = re.compile(r"(?<![\w.])(?:(?:\+|00)\d[\d .()/-]{7,16}\d|0[237]\d{2}[ ./-]?\d{3}[ ./-]?\d{3})(?!\w)")

Values = dict[str, Any]


@dataclass(frozen=True)
class Parted:
	"""An event's content, and what of it stands apart."""

	before: Values
	after: Values
	reason: str | None
	apart: Values = field(default_factory=dict)


def part(
	doctype: str, before: Values | None, after: Values | None, reason: str | None, also: Collection[str] = ()
) -> Parted:
	"""Take the personal values out. `also` names keys that are personal in this event, and `reason`."""
	apart: Values = {}
	if doctype in NAMED_BY_PERSON:
		also = {*also, "name"}
	kept = []
	for side, values in (("before", before or {}), ("after", after or {})):
		found = {key: value for key, value in values.items() if value and (key in also or _tells(key, value))}
		if found:
			apart[side] = found
		kept.append({key: APART if key in found else value for key, value in values.items()})
	if reason and (
		doctype in DOCTYPES or "reason" in also or _PATTERNS.search(reason) or _PHONE.search(reason)
	):
		apart["reason"], reason = reason, APART
	return Parted(kept[0], kept[1], reason, apart)


def _tells(key: str, value: Any) -> bool:
	if key in KEYS:
		return bool(value)
	if isinstance(value, dict):
		return any(_tells(inner, item) for inner, item in value.items())
	if isinstance(value, list | tuple):
		return any(_tells("", item) for item in value)
	return isinstance(value, str) and bool(_PATTERNS.search(value))


def store(values: Values) -> tuple[str | None, str | None]:
	"""(what is stored apart, its digest for the sealed part); None and None for no values."""
	values = {key: value for key, value in values.items() if value}
	if not values:
		return None, None
	salt = secrets.token_hex(16)
	text = _canonical(values)
	stored = json.dumps({"salt": salt, "values": json.loads(text)}, ensure_ascii=False, indent=1)
	return stored, _digest(salt, text)


def is_proven(stored: str, digest: str) -> bool:
	"""Whether the stored values are those that the digest was made of."""
	try:
		content = json.loads(stored)
		found = _digest(content["salt"], _canonical(content["values"]))
	except (ValueError, TypeError, KeyError):
		return False
	return hmac.compare_digest(found, digest)


def values(stored: str | None) -> Values:
	"""The values of one column; empty once they are erased."""
	if not stored:
		return {}
	try:
		return json.loads(stored).get("values") or {}
	except (ValueError, AttributeError):
		return {}


def reason(event: Any) -> str | None:
	"""The reason of a row that has the columns reason and personal; None once it is erased."""
	if event.get("reason") != APART:
		return event.get("reason") or None
	return values(event.get("personal")).get("reason")


def whole(event: Any) -> tuple[Values, Values]:
	"""(before, after) of a row that has the columns before, after and personal, with the values that stand apart."""
	apart = values(event.get("personal"))
	return tuple(
		{**json.loads(event.get(side) or "{}"), **apart.get(side, {})} for side in ("before", "after")
	)


def _canonical(content: Values) -> str:
	return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _digest(salt: str, text: str) -> str:
	return hmac.new(bytes.fromhex(salt), text.encode(), hashlib.sha256).hexdigest()
