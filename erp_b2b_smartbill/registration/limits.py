"""What keeps strangers from flooding the registration: Frappe's rate limiter by address and by company, a field that
only robots fill in, and a shortest time."""

from __future__ import annotations

import hmac

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit
from frappe.utils import cint

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import AppError, TooManyRequests
from erp_b2b_smartbill.registration.tokens import signature

HOUR, DAY = 3600, 86400

# no name that programs or browsers fill in honestly
HONEYPOT = "reference_note"

# a page that was open for longer is loaded again
MAX_OPEN_S = DAY


class FormOutdated(AppError):
	"""The page has to be loaded again."""

	code = "reload"
	http_status_code = 422

	def __init__(self, message: str):
		super().__init__(message, problems=[{"field": "opened", "message": message}])


class TooFast(AppError):
	"""Sent faster than a person fills in the page; what was typed may be sent again in a moment."""

	code = "too_fast"
	http_status_code = 429


def charge(what: str, limit: int, seconds: int, identity: str | None = None) -> None:
	"""Count one use of `what` by the caller's IP address, or by `identity`. 0 as the limit means no limit.

	Raises TooManyRequests. Charged before anything is validated, so that a refusal tells nothing.
	"""
	if not limit:
		return
	given = frappe.form_dict
	before = given.get("cmd"), given.get("identity")
	# Frappe's limiter counts by these two
	given.cmd, given.identity = f"erp_b2b_smartbill.{what}", identity or ""
	try:
		counted = rate_limit(
			key="identity" if identity else None, limit=limit, seconds=seconds, ip_based=identity is None
		)(lambda: None)
		counted()
	except frappe.RateLimitExceededError as error:
		frappe.clear_messages()
		raise TooManyRequests(
			_("Too many requests. Nothing that you typed is lost: try again later."),
			retry_after=min(seconds, HOUR),
		) from error
	finally:
		for key, value in zip(("cmd", "identity"), before, strict=True):
			if value is None:
				given.pop(key, None)
			else:
				given[key] = value


def opened_token() -> str:
	"""For the page: when it was opened, signed."""
	moment = str(int(clock.timestamp()))
	return f"{moment}.{signature('opened', moment)}"


def require_time(opened: str, min_seconds: int) -> None:
	"""Raises TooFast, or FormOutdated for a token that is not ours."""
	moment, _dot, mac = opened.partition(".")
	if not opened.isascii() or not hmac.compare_digest(mac, signature("opened", moment)):
		raise FormOutdated(_("Load the page again: its form is not the one that we gave out."))
	if clock.timestamp() - cint(moment) > MAX_OPEN_S:
		raise FormOutdated(_("The page was open for very long: load it again. What you typed stays."))
	wait = cint(moment) + min_seconds - clock.timestamp()
	if wait > 0:
		raise TooFast(_("That was fast. Wait a few seconds and send it again."), retry_after=int(wait) + 1)
