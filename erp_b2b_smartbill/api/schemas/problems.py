"""How every call says no: one envelope, with codes that programs may rely on."""

from __future__ import annotations

from collections.abc import Iterable

from erp_b2b_smartbill.api.schemas.shapes import TEXT, Schema, component, maybe, record, rows, told

PROBLEM = component(
	"Problem",
	record(
		{"field": told(TEXT, "What has to be changed; empty where it is no field."), "message": TEXT},
		{
			"doctype": told(TEXT, "The record to look at, or its kind."),
			"name": TEXT,
			"url": TEXT,
			"level": TEXT,
		},
	),
)
ERROR = component(
	"Error",
	record(
		{
			"error": record(
				{
					"code": told(TEXT, "Stable, never translated."),
					"message": told(TEXT, "In the user's language."),
					"problems": rows(PROBLEM),
				}
			)
		}
	),
)
# what Frappe answers itself, before the app is asked
FRAMEWORK_ERROR = component(
	"FrameworkError",
	{
		"type": "object",
		"properties": {"exc_type": TEXT, "exception": TEXT, "exc": maybe(TEXT), "_server_messages": TEXT},
		"required": ["exc_type"],
		"additionalProperties": True,
	},
)

# by status, what it means whatever was called
MEANINGS = {
	400: "A session's call without its CSRF token: Frappe's own answer.",
	401: "Not signed in, or with what Frappe does not know.",
	403: "The caller may not do this.",
	404: "No such record, none that the caller may know of, or the feature is switched off.",
	405: "Another method than those of this address, which the header Allow names.",
	409: "Not possible in this state.",
	417: "A body that is not valid JSON: Frappe's own answer (500 on Frappe 15).",
	422: "Something has to be changed first; `problems` says what, all at once.",
	429: "Too many calls: again after so many seconds.",
	502: "SmartBill answered what nobody can work with.",
	503: "Not now: again after so many seconds.",
}
# after which a program may call again
WAITING = (429, 503)


def error_of(codes: Iterable[str]) -> Schema:
	"""The envelope with one of these codes; one that ends with * stands for all that begin so."""
	exact = sorted({code for code in codes if not code.endswith("*")})
	begun = sorted({code[:-1] for code in codes if code.endswith("*")})
	allowed: Schema = {"enum": exact}
	if begun:
		allowed = {"anyOf": [allowed, *({"type": "string", "pattern": f"^{one}"} for one in begun)]}
	return {**ERROR, "properties": {"error": {"properties": {"code": allowed}}}}
