"""How the app does on this site."""

from __future__ import annotations

from erp_b2b_smartbill.api import health as handlers
from erp_b2b_smartbill.api.schemas.shapes import (
	LINK,
	LIST,
	MOMENT,
	TEXT,
	WHOLE,
	Described,
	Resource,
	component,
	one_of,
	record,
	rows,
	told,
)
from erp_b2b_smartbill.health import checks
from erp_b2b_smartbill.health.line import FAILED, OFF, OK, WARNING

_STATE = one_of((FAILED, WARNING, OK, OFF))
_LINE = record(
	{
		"check": told(TEXT, "Stable, never translated."),
		"label": TEXT,
		"about": told(TEXT, "The account or the queue where a check has a line for each; empty otherwise."),
		"state": _STATE,
		"text": TEXT,
		"advice": told(TEXT, "What to do; empty where there is nothing to do."),
		"link": {"anyOf": [LINK, LIST]},
		"facts": {
			"type": "object",
			"additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
		},
	}
)
_REPORT = component(
	"Health",
	record(
		{
			"state": told(one_of((FAILED, WARNING, OK)), "The worst of the lines."),
			"checked_at": MOMENT,
			"counts": record(dict.fromkeys((FAILED, WARNING, OK, OFF), WHOLE)),
			"groups": rows(
				record({"id": one_of(checks.GROUPS), "label": TEXT, "state": _STATE, "lines": rows(_LINE)})
			),
		}
	),
)

RESOURCE = Resource(
	"Health",
	"How the app does on this site.",
	{},
	{
		handlers.show: Described(
			{handlers.OK: _REPORT, handlers.UNAVAILABLE: _REPORT},
			notes="503 with the same data when a line failed, so that a monitor needs no more.",
		)
	},
)
