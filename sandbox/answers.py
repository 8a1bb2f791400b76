"""The shapes of SmartBill's answers (docs/smartbill-api.md sections 1.4 and 1.7).

A rule that ends a call raises a `Stop`; the surface that serves the call (`v1.py`, `v3.py`) turns it into
the shape it answers with.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from sandbox import texts
from sandbox.knobs import Value

JSON_TYPE = "application/json; charset=utf-8"
ENVELOPE = {"errorText": "", "message": "", "number": "", "series": "", "url": ""}
# What the creates under /v2 add, as it looks when nothing was created.
NO_DOCUMENT = {"documentUrl": "", "documentId": -1, "documentViewUrl": ""}
WRAPPERS = ("sbcResponse", "sbcSeries", "sbcTaxes", "sbcInvoicePaymentStatusResponse")

Headers = Iterable[tuple[str, str]]


class Stop(Exception):
	"""The call ends here."""


class Refusal(Stop):
	"""SmartBill understood and says no, in shape (a) or (b). `status` None: the knob `refusal_status`
	decides; `extra` are further fields of the answer.
	"""

	def __init__(self, text: str, status: int | None = None, **extra: Any) -> None:
		super().__init__(text)
		self.text, self.status, self.extra = text, status, extra


class Rejection(Stop):
	"""The request itself is wrong, in shape (c). `param` names the place."""

	def __init__(
		self,
		status: int,
		code: str,
		message: str,
		param: str | None = None,
		type: str = "invalid_request_error",
		headers: Headers = (),
	) -> None:
		super().__init__(message)
		self.status, self.code, self.message, self.param = status, code, message, param
		self.type, self.headers = type, headers


class Denial(Stop):
	"""The caller may not get in, in shape (d)."""

	def __init__(self, text: str, status: int = 401) -> None:
		super().__init__(text)
		self.text, self.status = text, status


class Page(Stop):
	"""An HTML page where JSON is expected."""

	def __init__(self, status: int) -> None:
		super().__init__(str(status))
		self.status = status


def json_answer(payload: Any, status: int = 200, headers: Headers = ()) -> Response:
	text = json.dumps(payload, ensure_ascii=False)
	return Response(text, status, headers=list(headers), content_type=JSON_TYPE)


def classic(
	values: Mapping[str, Value], fields: Mapping[str, Any], status: int = 200, wrapper: str = "sbcResponse"
) -> Response:
	"""Shapes (a) and (b): the envelope with `fields`, in its old wrapper if the knob says so."""
	payload: dict[str, Any] = {**ENVELOPE, **fields}
	return json_answer({wrapper: payload} if values["wrap"] == "on" else payload, status)


def refused(values: Mapping[str, Value], refusal: Refusal, v2: bool) -> Response:
	fields = {"errorText": refusal.text, **(NO_DOCUMENT if v2 else {}), **refusal.extra}
	status = refusal.status or values["refusal_status"]
	assert isinstance(status, int)
	return classic(values, fields, status)


def rejected(path: str, rejection: Rejection) -> Response:
	"""Shape (c). `instance` is the path of the request."""
	error = {
		"code": rejection.code,
		"message": rejection.message,
		"docUrl": f"https://api.smartbill.ro/#v3-error-{rejection.type}",
	}
	if rejection.param is not None:
		error["param"] = rejection.param
	payload = {"status": rejection.status, "type": rejection.type, "instance": path, "errors": [error]}
	return json_answer(payload, rejection.status, rejection.headers)


def denied(denial: Denial) -> Response:
	"""Shape (d), with the further keys of live answers."""
	payload = {
		"key": "!.oresp@&",
		"successfully": False,
		"errorText": denial.text,
		"errorCode": "0",
		"message": "",
		"operationExecuted": False,
		"cooldown": 0,
		"needsConsent": False,
		"id": None,
		"documentNumber": None,
	}
	return json_answer(payload, denial.status)


def mail_status(code: int, message: str, status: int) -> Response:
	"""Shape (e): only `POST /document/send` answers so."""
	return json_answer({"status": {"code": code, "message": message}}, status)


def page(status: int) -> Response:
	"""What stands in front of SmartBill answers with nginx's 502; SmartBill's own server with its error
	page.
	"""
	if status == 502:
		html = (
			"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
			"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx (SANDBOX)</center>\r\n"
			"</body>\r\n</html>\r\n"
		)
	else:
		html = (
			f'<!doctype html><html lang="en"><head><title>HTTP Status {status}</title></head>'
			f"<body><h1>HTTP Status {status}</h1><p><b>Type</b> Exception Report</p>"
			f"<p><b>Message</b> {texts.SERVER_ERROR}</p><h3>SANDBOX</h3></body></html>"
		)
	return Response(html, status, content_type="text/html; charset=utf-8")


def envelope_in(answer: Response | None) -> dict[str, Any]:
	"""The JSON object an answer holds, unwrapped; an empty envelope when it holds none."""
	try:
		payload = json.loads(answer.get_data()) if answer is not None else None
	except ValueError:
		payload = None
	if not isinstance(payload, dict):
		return dict(ENVELOPE)
	if len(payload) == 1 and (only := next(iter(payload))) in WRAPPERS:
		return dict(payload[only])
	return payload
