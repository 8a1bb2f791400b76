"""Removes what must not be kept from whatever is about to be logged or stored as evidence.

Credentials, public document links (whoever has one reads the document) and personal codes (CNP) are replaced, at
any depth and inside texts too. Source: docs/smartbill-api.md 6.2 and 8.2.
"""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

_SECRET_KEYS = {
	"authorization",
	"token",
	"password",
	"documentviewurl",
	"viewurl",
	"cnp",
	"issuercnp",
	"delegateidentitycard",
	"xapikey",
	"cookie",
}

_CNP = re.compile(r"(?<!\d)([1-9])\d{8}(\d{4})(?!\d)")
_AUTHORIZATION = re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]+", re.IGNORECASE)
_PUBLIC_LINK = re.compile(r"https?://[^\s\"'<>\\]*/documente/extern/[^\s\"'<>\\]*")


def mask(value: Any, secrets: tuple[str, ...] = ()) -> Any:
	"""A copy of a JSON-like value without secrets. `secrets` are literal values to remove wherever they stand."""
	if isinstance(value, dict):
		return {key: MASK if item and _is_secret(key) else mask(item, secrets) for key, item in value.items()}
	if isinstance(value, list | tuple):
		return [mask(item, secrets) for item in value]
	if isinstance(value, bytes):
		return mask_text(value.decode("utf-8", "replace"), secrets)
	if isinstance(value, str):
		return mask_text(value, secrets)
	return value


def mask_text(text: str, secrets: tuple[str, ...] = ()) -> str:
	for secret in secrets:
		if secret:
			text = text.replace(secret, MASK)
	text = _AUTHORIZATION.sub(lambda found: f"{found[1]} {MASK}", text)
	text = _PUBLIC_LINK.sub(MASK, text)
	return _CNP.sub(lambda found: f"{found[1]}********{found[2]}", text)


def _is_secret(key: Any) -> bool:
	return isinstance(key, str) and key.replace("_", "").replace("-", "").lower() in _SECRET_KEYS
