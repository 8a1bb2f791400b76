"""Issuing the proformas of many Quotations."""

from __future__ import annotations

from erp_b2b_smartbill.api import runs as handlers
from erp_b2b_smartbill.api.schemas.problems import PROBLEM
from erp_b2b_smartbill.api.schemas.shapes import (
	FLAG,
	MOMENT,
	TEXT,
	WHOLE,
	Body,
	Described,
	Resource,
	by_key,
	component,
	maybe,
	one_of,
	record,
	rows,
	text,
	told,
)
from erp_b2b_smartbill.smartbill import bulk, leases, run_view

RUN_STATUS = one_of(
	(leases.QUEUED, leases.RUNNING, leases.COMPLETED, leases.COMPLETED_WITH_ERRORS, leases.FAILED)
)
RUN = component(
	"IssueRun",
	record(
		{
			"name": TEXT,
			"status": RUN_STATUS,
			"over": FLAG,
			"requested_by": TEXT,
			"message": told(maybe(TEXT), "What it waits for; `next_at` says until when."),
			"total": WHOLE,
			"done": WHOLE,
			"issued": WHOLE,
			"failed": WHOLE,
			"counts": by_key(WHOLE, run_view.COUNT_NAMES.values()),
			"stop_requested": FLAG,
			"started_at": maybe(MOMENT),
			"heartbeat_at": maybe(MOMENT),
			"next_at": maybe(MOMENT),
			"ended_at": maybe(MOMENT),
			"rows": rows(
				record(
					{
						"quotation": TEXT,
						"company": maybe(TEXT),
						"status": one_of(run_view.COUNT_NAMES),
						"number": maybe(TEXT),
						"message": maybe(TEXT),
						"problems": rows(PROBLEM),
						"proforma": maybe(TEXT),
						"pdf_url": maybe(TEXT),
					}
				)
			),
		}
	),
)

RESOURCE = Resource(
	"Runs",
	"Many proformas at once: one background run, a result a Quotation.",
	{"run": ("The run's name", "SBR-2026-00001")},
	{
		handlers.start: Described(
			{202: RUN},
			body=Body(
				record(
					{"quotations": rows(text(bulk.MAX_NAME, 1), minItems=1, maxItems=bulk.MAX_QUOTATIONS)}
				),
				{"quotations": ["SAL-QTN-2026-00001", "SAL-QTN-2026-00002"]},
				is_required=True,
			),
			errors={422: ("not_ready",)},
		),
		handlers.show: Described({200: RUN}),
		handlers.stop: Described({200: RUN}, errors={409: ("run_over",)}),
	},
)
