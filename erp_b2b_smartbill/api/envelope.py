"""One shape for every answer of our routes: `{"data": ...}`, or `{"error": {"code", "message", "problems"}}`.

Answers are complete responses of our own, so that they are the same on every Frappe version, carry their headers
(Retry-After, Allow) and never a traceback. Frappe commits after a POST that returns normally, whatever its status:
an error therefore rolls back here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils.response import json_handler
from werkzeug.wrappers import Response

from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.exceptions import (
	AppError,
	Busy,
	Conflict,
	MethodNotAllowed,
	NotAllowed,
	NotFound,
	NotSignedIn,
	TooManyRequests,
)
from erp_b2b_smartbill.text import plain_text


class Unexpected(AppError):
	"""What we did not foresee; the Error Log knows more."""

	code = "internal_error"
	http_status_code = 500


class Invalid(AppError):
	"""Frappe or another app refused the data; its own message is kept."""

	code = "invalid"
	http_status_code = 422


def success(data: Any, status: int = 200) -> Response:
	return _response({"data": data}, status)


def file(name: str, content: bytes, mimetype: str, *, is_shown: bool = False) -> Response:
	"""A file to keep, or to show where a browser can."""
	disposition = "inline" if is_shown else "attachment"
	return Response(
		content,
		mimetype=mimetype,
		headers={
			"Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name, safe='')}",
			"Cache-Control": "private, no-store",
			"X-Content-Type-Options": "nosniff",
		},
	)


def failure(error: Exception) -> Response:
	"""The answer to an exception being handled; what it left undone is undone."""
	frappe.db.rollback()
	known = error if isinstance(error, AppError) else _translate(error)
	headers = {}
	if known.retry_after is not None:
		headers["Retry-After"] = str(known.retry_after)
	if isinstance(known, MethodNotAllowed):
		headers["Allow"] = ", ".join(known.allowed)
	if isinstance(known, NotSignedIn):
		headers["WWW-Authenticate"] = "token"
	body = {"code": known.code, "message": known.message, "problems": known.problems}
	return _response({"error": body}, known.http_status_code, headers)


def _response(body: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
	return Response(
		json.dumps(body, default=json_handler, ensure_ascii=False, separators=(",", ":")),
		status=status,
		headers=headers,
		mimetype="application/json",
	)


def _translate(error: Exception) -> AppError:
	"""Frappe's own exceptions in our vocabulary, with their own messages."""
	text = _message_of(error)
	if isinstance(error, frappe.AuthenticationError | frappe.SessionExpired):
		return NotSignedIn(text or _("Sign in first."))
	if isinstance(error, frappe.PermissionError):
		return NotAllowed(text or _("You are not allowed to do this."))
	if isinstance(error, frappe.DoesNotExistError):
		return NotFound(text or _("This does not exist."))
	if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
		return Busy(_("The database is busy; try again."), retry_after=1)
	if isinstance(error, frappe.NameError | frappe.TimestampMismatchError | frappe.UniqueValidationError):
		return Conflict(text or _("The document was changed in the meantime."))
	if isinstance(error, frappe.TooManyRequestsError | frappe.RateLimitExceededError):
		return TooManyRequests(text or _("Too many requests; try again later."), retry_after=60)
	if isinstance(error, frappe.ValidationError | frappe.exceptions.FrappeTypeError):
		return Invalid(text or _("The request is not valid."))
	log_masked_error("REST request failed")
	return Unexpected(_("Something went wrong; the administrator finds it in the Error Log."))


def _message_of(error: Exception) -> str:
	"""What a person would have read in the desk: frappe.throw keeps it beside the exception."""
	text = str(error)
	if not text and frappe.local.message_log:
		last = frappe.local.message_log[-1]
		text = (json.loads(last) if isinstance(last, str) else last).get("message", "")
	return plain_text(text or frappe.flags.error_message or "")
