"""The exact text of a request: frozen before it is sent, hashed, and sent byte for byte."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

Payload = dict[str, Any]


def freeze(payload: Payload) -> str:
	"""JSON with plain decimals: 25.5, never 2.55E1 or 25.499999999999996 (docs/smartbill-api.md 3.4)."""
	if isinstance(payload, Decimal):
		return plain_decimal(payload)
	if isinstance(payload, dict):
		return "{" + ", ".join(f"{json.dumps(key)}: {freeze(item)}" for key, item in payload.items()) + "}"
	if isinstance(payload, list):
		return "[" + ", ".join(map(freeze, payload)) + "]"
	if isinstance(payload, float):
		raise TypeError("amounts are Decimal, never float")
	return json.dumps(payload, ensure_ascii=False)


def fingerprint(frozen: str) -> str:
	"""SHA-256 of the frozen request, in hexadecimal."""
	return hashlib.sha256(frozen.encode()).hexdigest()


def plain_decimal(value: Decimal) -> str:
	"""Without an exponent and without trailing zeros."""
	text = format(value, "f")
	return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
