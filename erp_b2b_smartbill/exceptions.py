"""Every way in which the app says no, with the code that programs may rely on.

`code` is stable and never translated; `message` is for people. `http_status_code` is what both Frappe and our
own envelope (api/envelope.py) answer with.
"""

from __future__ import annotations

import frappe
from frappe import _

Problem = dict[str, str]


class AppError(frappe.ValidationError):
	"""Base: `problems` lists what to change, each {field, message}; `retry_after` is in seconds."""

	code = "error"
	http_status_code = 500

	def __init__(
		self,
		message: str,
		*,
		code: str | None = None,
		problems: list[Problem] | None = None,
		retry_after: int | None = None,
	):
		super().__init__(message)
		self.message = message
		self.code = code or self.code
		self.problems = problems or []
		self.retry_after = retry_after


class NotSignedIn(AppError):
	code = "not_signed_in"
	http_status_code = 401


class NotAllowed(AppError):
	code = "not_allowed"
	http_status_code = 403


class NotFound(AppError):
	code = "not_found"
	http_status_code = 404


class MethodNotAllowed(AppError):
	"""`allowed` are the methods that the resource knows."""

	code = "method_not_allowed"
	http_status_code = 405

	def __init__(self, message: str, allowed: list[str]):
		super().__init__(message)
		self.allowed = allowed


class Conflict(AppError):
	"""The document is not in a state that allows this."""

	code = "conflict"
	http_status_code = 409


class NotReady(AppError):
	"""Found by us before anything was sent: everything that has to be changed, at once."""

	code = "not_ready"
	http_status_code = 422


class SmartBillRefused(AppError):
	"""SmartBill said no in so many words; nothing was created."""

	code = "smartbill_refused"
	http_status_code = 422


class SmartBillCredentialsRefused(AppError):
	"""SmartBill does not accept the account's user, token or rights; nothing was created."""

	code = "smartbill_credentials_refused"
	http_status_code = 502


class SmartBillUnreachable(AppError):
	"""Nothing was sent, or only something that creates nothing."""

	code = "smartbill_unreachable"
	http_status_code = 503


class SmartBillRateLimited(AppError):
	code = "smartbill_rate_limited"
	http_status_code = 429


class SeriesBusy(AppError):
	"""Another document of the series is in the air; the same request may be sent again in a moment."""

	code = "series_busy"
	http_status_code = 503


class SeriesUnsettled(AppError):
	"""A document of the series has an unknown outcome: until it is settled, nothing else is issued there."""

	code = "series_unsettled"
	http_status_code = 409


class TooManyRequests(AppError):
	"""One caller asked too often; after `retry_after` seconds he may again."""

	code = "too_many_requests"
	http_status_code = 429


class Busy(AppError):
	"""The database was busy; the same request may be sent again."""

	code = "busy"
	http_status_code = 503


def invalid(field: str, text: str) -> NotReady:
	"""For what somebody typed; `text` says what is wrong with it."""
	return NotReady(text, code="invalid", problems=[{"field": field, "message": text}])


def not_found(what: str | None = None) -> NotFound:
	return NotFound(_("{0} was not found.").format(what) if what else _("This does not exist."))
