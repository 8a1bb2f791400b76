"""What SmartBill, or ANAF, and ERPNext disagree about."""

from __future__ import annotations

from erp_b2b_smartbill.api import conflicts as handlers
from erp_b2b_smartbill.api.given import MAX_START
from erp_b2b_smartbill.api.schemas.shapes import (
	BULK,
	DAY,
	FLAG,
	MOMENT,
	POSSIBLE,
	SWITCH,
	TEXT,
	WHOLE,
	Body,
	Described,
	Parameter,
	Resource,
	Schema,
	by_key,
	component,
	maybe,
	one_of,
	record,
	rows,
	text,
	told,
)
from erp_b2b_smartbill.smartbill.clients import conflict_actions, conflict_view, settle, settle_many, store

_KIND = one_of(conflict_actions.ACTIONS)
_STATUS = one_of(handlers.STATUSES)
_ACTION = one_of(dict.fromkeys(action for several in conflict_actions.ACTIONS.values() for action in several))
_SIDE = one_of((conflict_actions.ERP, conflict_actions.SMARTBILL))
_NOTE = text(settle.MAX_NOTE)

_CLIENT = record(
	{
		"name": TEXT,
		"title": TEXT,
		"external_id": maybe(TEXT),
		"status": one_of((store.ACTIVE, store.GONE)),
		"source": one_of((store.API, store.FILE)),
		"vat_code": TEXT,
		"city": TEXT,
		"email": TEXT,
		"phone": TEXT,
		"customer": maybe(TEXT),
	}
)
_FIELDS: dict[str, Schema] = {
	"name": TEXT,
	"kind": _KIND,
	"status": _STATUS,
	"title": TEXT,
	"account": TEXT,
	"opened_at": maybe(MOMENT),
	"version": told(TEXT, "What was looked at: to be given back as `seen`."),
	"client": _CLIENT,
	"twin": maybe(_CLIENT),
	"customer": maybe(record({"name": TEXT, "title": TEXT, "disabled": FLAG})),
	"other_side": one_of(("SmartBill", "ANAF")),
	"headline": told(
		maybe(record({"text": TEXT, "why": TEXT, "action": _ACTION})), "What is proposed, and why."
	),
	"rows": rows(
		record(
			{
				"kind": maybe(TEXT),
				"label": TEXT,
				"erp": TEXT,
				"smartbill": TEXT,
				"state": one_of((conflict_view.DIFFERS, conflict_view.SAME, conflict_view.ONE_SIDE)),
				"is_empty": FLAG,
				"choice": maybe(_SIDE),
				"decided": maybe(TEXT),
			}
		)
	),
	"candidates": rows(
		record(
			{
				"name": TEXT,
				"title": TEXT,
				"cui": maybe(TEXT),
				"city": maybe(TEXT),
				"email": TEXT,
				"disabled": FLAG,
				"last_invoice": maybe(DAY),
				"last_quotation": maybe(DAY),
				"linked_client": maybe(TEXT),
			}
		)
	),
	"actions": rows(record({"action": _ACTION, "can": POSSIBLE})),
	"settled": maybe(
		record({"resolution": TEXT, "by": maybe(TEXT), "at": maybe(MOMENT), "note": maybe(TEXT)})
	),
	"place": record({"number": maybe(WHOLE), "total": WHOLE, "next": maybe(TEXT)}),
}
CONFLICT = component("Conflict", record(_FIELDS))

RESOURCE = Resource(
	"Conflicts",
	"Disagreements that a person settles. Only those about Customers that the caller may read.",
	{
		"name": ("The conflict's name", "a1b2c3d4e5"),
		"job": ("The job that the call for many answered", "0123456789abcdef0123"),
	},
	{
		handlers.index: Described(
			{
				200: record(
					{
						"rows": rows(
							record(
								{
									"name": TEXT,
									"kind": _KIND,
									"status": _STATUS,
									"title": TEXT,
									"account": TEXT,
									"client": TEXT,
									"customer": maybe(TEXT),
									"opened_at": maybe(MOMENT),
									"erp_value": maybe(TEXT),
									"smartbill_value": maybe(TEXT),
									"resolution": maybe(TEXT),
									"resolved_by": maybe(TEXT),
									"resolved_at": maybe(MOMENT),
								}
							)
						),
						"total": WHOLE,
						"counts": by_key(WHOLE),
					}
				)
			},
			query=(
				Parameter("status", _STATUS, "Open when left out."),
				Parameter("kind", _KIND),
				Parameter("start", {"type": "integer", "minimum": 0, "maximum": MAX_START}),
				Parameter("limit", {"type": "integer", "minimum": 1, "maximum": conflict_view.MAX_PAGE}),
			),
		),
		handlers.show: Described({200: CONFLICT}),
		handlers.decide: Described(
			{200: record({**_FIELDS, "outcome": record({"resolution": TEXT, "settled": WHOLE})})},
			body=Body(
				record(
					{"action": _ACTION},
					{
						"choices": told(by_key(_SIDE), "For take: by kind, which side is right."),
						"customer": told(TEXT, "To link with, or the one that stays of a merge."),
						"move": told(SWITCH, "Also when another client has to give that Customer up."),
						"note": _NOTE,
						"seen": told(TEXT, "The `version` that was decided upon."),
					},
				),
				{"action": "keep", "note": "The name on the contract."},
				is_required=True,
			),
			errors={
				409: ("settled", "changed", "linked_elsewhere", "other_company", "customer_exists"),
				422: ("not_ready",),
			},
		),
		handlers.decide_many: Described(
			{200: BULK, 202: BULK},
			body=Body(
				record(
					{
						"names": rows(TEXT, minItems=1, maxItems=settle_many.MAX_NAMES),
						"action": one_of(conflict_actions.BULK),
					},
					{"note": _NOTE},
				),
				{"names": ["a1b2c3d4e5"], "action": "keep"},
				is_required=True,
			),
			notes="202 when the work goes on in the background.",
		),
		handlers.bulk_progress: Described({200: BULK}),
	},
)
