"""Reading SmartBill's clients, by its API or from a file, and linking one of them."""

from __future__ import annotations

from erp_b2b_smartbill.api import client_sync, clients
from erp_b2b_smartbill.api.schemas.runs import RUN_STATUS
from erp_b2b_smartbill.api.schemas.shapes import (
	FLAG,
	MOMENT,
	NUMBER,
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
	told,
)
from erp_b2b_smartbill.smartbill.clients import importing, store, sync_runs
from erp_b2b_smartbill.smartbill.clients.files.sniff import CSV, HTML, XLS, XLSX
from erp_b2b_smartbill.smartbill.clients.record import FILE_FIELDS

_SOURCE = one_of((store.API, store.FILE))
_TRIGGER = one_of((sync_runs.PERSON, sync_runs.NIGHTLY, sync_runs.PROGRAM, sync_runs.COMMAND))
_COUNTS = (*sync_runs.COUNTS, "gone")
RUN = component(
	"SyncRun",
	record(
		{
			"name": TEXT,
			"account": TEXT,
			"source": _SOURCE,
			"trigger": _TRIGGER,
			"requested_by": TEXT,
			"status": RUN_STATUS,
			"over": FLAG,
			"phase": maybe(TEXT),
			"phase_text": maybe(TEXT),
			"percent": told(maybe(WHOLE), "Null while nobody knows how many there are."),
			"expected": maybe(WHOLE),
			"counts": by_key(WHOLE, _COUNTS),
			"pages": WHOLE,
			"seconds": maybe(NUMBER),
			"per_second": maybe(NUMBER),
			"message": maybe(TEXT),
			"stop_requested": FLAG,
			"created_at": maybe(MOMENT),
			"started_at": maybe(MOMENT),
			"heartbeat_at": maybe(MOMENT),
			"next_at": maybe(MOMENT),
			"ended_at": maybe(MOMENT),
			"errors": rows(record({"row": TEXT, "message": TEXT})),
			"file_url": maybe(TEXT),
			"rejected_url": maybe(TEXT),
			"lists": told(
				{"type": "object", "additionalProperties": {"type": "array"}},
				"By what the run did: a doctype and the filters that show it.",
			),
		}
	),
)
_SUMMARY = maybe(
	component(
		"SyncRunSummary",
		record(
			{
				"name": TEXT,
				"source": _SOURCE,
				"trigger": _TRIGGER,
				"status": RUN_STATUS,
				"message": maybe(TEXT),
				"ended_at": maybe(MOMENT),
				**dict.fromkeys(_COUNTS, maybe(WHOLE)),
			}
		),
	)
)
_PREVIEW = component(
	"ImportPreview",
	record(
		{
			"file": TEXT,
			"kind": one_of((XLSX, XLS, HTML, CSV)),
			"header_row": WHOLE,
			"columns": rows(record({"index": WHOLE, "title": TEXT, "field": maybe(one_of(FILE_FIELDS))})),
			"fields": rows(record({"field": one_of(FILE_FIELDS), "label": TEXT})),
			"missing": rows(one_of(FILE_FIELDS)),
			"notices": rows(TEXT),
			"rows": rows(record({"row": WHOLE, "cells": rows(TEXT)}), maxItems=importing.SHOWN_ROWS),
			"outcome": told(
				by_key(
					WHOLE,
					(
						"new",
						"changed",
						"unchanged",
						"matched",
						"customers_created",
						"conflicting",
						"rejected",
					),
				),
				f"Of the first {importing.PREVIEW_ROWS} rows.",
			),
			"looked_at": WHOLE,
			"total": told(maybe(WHOLE), "Null when counting takes too long."),
			"has_more": FLAG,
			"rejected": rows(record({"row": WHOLE, "reasons": rows(TEXT)})),
		}
	),
)
_ACCOUNT: Schema = told(TEXT, "May be left out when the site has one SmartBill Account.")
_FILE = Body(
	record(
		{},
		{
			"account": _ACCOUNT,
			"file": told(TEXT, "The name of a private File, or in a form the upload itself."),
			"columns": told(
				{
					"type": ["object", "null"],
					"propertyNames": {"pattern": "^[0-9]{1,3}$"},
					"additionalProperties": {"enum": [*FILE_FIELDS, None]},
				},
				"What columns are where they are not recognised, by their place counted from 0.",
			),
		},
	),
	{"file": "a1b2c3d4e5", "columns": {"0": "name", "3": None}},
	uploads={"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
)
_CLIENT = record({"name": TEXT, "client_name": TEXT, "customer": maybe(TEXT), "keep_unlinked": FLAG})
_NOTE = {"note": TEXT}

RESOURCE = Resource(
	"SmartBill clients",
	"SmartBill's clients as the site knows them: read by a sync or from a file, and linked with Customers.",
	{
		"run": ("The run's name", "SBS-2026-00001"),
		"client": ("The name of the SmartBill Client", "a1b2c3d4e5"),
	},
	{
		client_sync.account: Described(
			{
				200: record(
					{
						"is_on": FLAG,
						"has_token": FLAG,
						"last": _SUMMARY,
						"failed": _SUMMARY,
						"running": maybe(TEXT),
						"clients": WHOLE,
						"not_linked": WHOLE,
						"open_conflicts": WHOLE,
					}
				)
			},
			query=(Parameter("account", _ACCOUNT),),
		),
		client_sync.start: Described(
			{202: RUN},
			body=Body(record({}, {"account": _ACCOUNT}), {}),
			errors={409: ("sync_running", "paused", "not_live"), 422: ("no_v3_token", "not_ready")},
		),
		client_sync.show: Described({200: RUN}),
		client_sync.stop: Described({200: RUN}, errors={409: ("run_over",)}),
		client_sync.preview: Described({200: _PREVIEW}, body=_FILE, errors={422: ("file_*",)}),
		client_sync.start_import: Described(
			{202: RUN}, body=_FILE, errors={409: ("sync_running",), 422: ("file_*",)}
		),
		clients.link: Described(
			{200: _CLIENT},
			body=Body(record({"customer": TEXT}, _NOTE), {"customer": "CUST-2026-00001"}, is_required=True),
			errors={409: ("linked_elsewhere", "other_company")},
		),
		clients.unlink: Described({200: _CLIENT}, body=Body(record({}, _NOTE), {"note": "Another company."})),
		clients.release: Described({200: _CLIENT}),
	},
)
