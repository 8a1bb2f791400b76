"""The mathematics of the chain: plain values in, texts out.

Every event is signed when it is written: HMAC-SHA256 of all that is not personal, with a key of the site's. The sealing
job then puts the events in an order that stays: the seal of each is an HMAC of the seal before it, its number and its
signature. A text of either begins with the short name of its key, so that a changed encryption key is told from forgery.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# what stands before the first seal
BEGINNING = "beginning"
ID_LENGTH = 8

# of an event, signed as they are stored; the Links that follow a rename are not among them, their first values are
SIGNED = (
	"name",
	"event",
	"reference_doctype",
	"original_name",
	"origin",
	"occurred_at",
	"before",
	"after",
	"reason",
	"personal_digest",
	"who_digest",
)
_PURPOSE = b"erp_b2b_smartbill: seals of business events, 1"


@dataclass(frozen=True)
class Key:
	"""`id` says which one it is and nothing about it."""

	id: str
	secret: bytes = field(repr=False)


def key_of(encryption_key: str) -> Key:
	"""The key of this one purpose, of the site's encryption key; it is derived whenever it is needed, and not stored."""
	secret = hmac.new(encryption_key.encode(), _PURPOSE, hashlib.sha256).digest()
	return Key(hmac.new(secret, b"id", hashlib.sha256).hexdigest()[:ID_LENGTH], secret)


def sign(key: Key, event: Any) -> str:
	"""The signature of a row or document with the fields of SIGNED."""
	return _mac(key, "event", *(_text(event.get(name)) for name in SIGNED))


def seal(key: Key, number: int, previous: str, signature: str) -> str:
	"""`previous` is the seal before it, or BEGINNING."""
	return _mac(key, "seal", str(number), previous, signature)


def key_id(text: str | None) -> str:
	"""Of the key that a signature or seal was made with."""
	return str(text or "").partition(".")[0]


def proof(keys: Mapping[str, Key], known: Container[str], event: Any) -> bool | None:
	"""Whether an event is signed with one of the keys; None: with one that is known and not at hand."""
	signed_by = key_id(event.get("signature"))
	if key := keys.get(signed_by):
		return is_signed(key, event)
	return None if signed_by and signed_by in known else False


def is_signed(key: Key, event: Any) -> bool:
	return hmac.compare_digest(sign(key, event), str(event.get("signature") or ""))


def is_sealed(key: Key, number: int, previous: str, signature: str, found: str) -> bool:
	return hmac.compare_digest(seal(key, number, previous, signature), str(found or ""))


def _mac(key: Key, *parts: str) -> str:
	# as JSON, in which no part can pass for the beginning of the next
	text = json.dumps(parts, ensure_ascii=False)
	return f"{key.id}.{hmac.new(key.secret, text.encode(), hashlib.sha256).hexdigest()}"


def _text(value: Any) -> str:
	"""The same for a value as it is written and as any database returns it."""
	if isinstance(value, datetime):
		return value.replace(tzinfo=None).isoformat(" ", "microseconds")
	text = str(value or "")
	if len(text) >= 19 and text[4:5] == "-" and text[13:14] == ":":
		try:
			return datetime.fromisoformat(text).isoformat(" ", "microseconds")
		except ValueError:
			return text
	return text
