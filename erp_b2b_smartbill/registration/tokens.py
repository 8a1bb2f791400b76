"""The links that an applicant gets by e-mail. A token names a registration and proves that we made it.

Nothing of a token is stored: it is an HMAC under the site's encryption key, so a copy of the database opens nothing, and
the same link can be written into another e-mail. A token that expires carries the moment at which it was sent.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import frappe
from frappe import _
from frappe.utils import get_datetime, get_url
from frappe.utils.password import get_encryption_key

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import AppError, not_found

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.b2b_registration.b2b_registration import B2BRegistration

Purpose = Literal["status", "confirm", "welcome"]

WELCOME_DAYS = 7

# where the moment stands after which a token of this purpose grows old
_SENT = {"confirm": "confirmation_sent_at", "welcome": "welcome_sent_at"}


class LinkExpired(AppError):
	"""The link was ours and works no more; another one can be asked for."""

	code = "expired"
	http_status_code = 422


@dataclass(frozen=True)
class Found:
	"""`fresh` is False for a link that is too old, or that a newer one replaced."""

	name: str
	fresh: bool


def make(doc: B2BRegistration, purpose: Purpose) -> str:
	stamp = _stamp(doc.get(_SENT[purpose])) if purpose in _SENT else ""
	return f"{doc.access_id}.{stamp}.{_mac(purpose, doc.access_id, stamp)}"


def link(doc: B2BRegistration, purpose: Purpose) -> str:
	"""The address of the page, in the applicant's language."""
	page = "status" if purpose == "status" else purpose
	return get_url(f"/b2b/{page}?token={make(doc, purpose)}&_lang={doc.language or 'ro'}")


def find(token: str, purpose: Purpose) -> Found:
	"""Raises NotFound, alike for whatever we did not make."""
	access_id, stamp, mac = (*str(token or "").split("."), "", "", "")[:3]
	# a lone surrogate cannot be encoded, and no token of ours holds anything but ASCII
	if not access_id or not token.isascii() or not hmac.compare_digest(mac, _mac(purpose, access_id, stamp)):
		raise not_found()
	fields = ["name", *_SENT.values()]
	found = frappe.db.get_value("B2B Registration", {"access_id": access_id}, fields, as_dict=True)
	if not found:
		raise not_found()
	if purpose not in _SENT:
		return Found(found.name, fresh=True)
	sent = found[_SENT[purpose]]
	is_fresh = bool(sent) and _stamp(sent) == stamp and clock.now() < sent + timedelta(days=_days(purpose))
	return Found(found.name, fresh=is_fresh)


def require_fresh(found: Found) -> None:
	if not found.fresh:
		raise LinkExpired(_("This link works no more. Ask for another one."))


def _days(purpose: Purpose) -> int:
	if purpose == "welcome":
		return WELCOME_DAYS
	return frappe.db.get_single_value("B2B Settings", "confirmation_days") or 7


def _stamp(moment: object) -> str:
	return get_datetime(moment).strftime("%Y%m%d%H%M%S") if moment else ""


def _mac(purpose: str, *parts: str) -> str:
	return signature("registration", purpose, *parts)


def signature(*parts: str) -> str:
	"""A short proof that this site wrote these parts."""
	key = get_encryption_key()
	key = key.encode() if isinstance(key, str) else key
	return hmac.new(key, "|".join(parts).encode(), hashlib.sha256).hexdigest()[:40]
