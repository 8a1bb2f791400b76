"""What two jobs share that walk over all records, chunk by chunk, with their place in a single document: that of the
search's index and that of the recommendations."""

from __future__ import annotations

import frappe
from frappe.query_builder import DocType
from frappe.utils.background_jobs import is_job_enqueued

_TIMEOUT_S = 6 * 3600


def enqueue(method: str, job: str) -> None:
	"""Walk in a background job, once this transaction is committed, unless there is such a job."""
	# a queue that finds the job in it notes an error in the log
	if is_job_enqueued(job):
		return
	frappe.enqueue(
		method, queue="long", timeout=_TIMEOUT_S, job_id=job, deduplicate=True, enqueue_after_commit=True
	)


def is_current(single: str, walk: str) -> bool:
	"""Whether no other walk has begun since; until this transaction ends none does. `single` keeps the walk's id."""
	table = DocType("Singles")
	rows = (
		frappe.qb.from_(table)
		.select(table.value)
		.where((table.doctype == single) & (table.field == "walk"))
		.for_update()
		.run()
	)
	return bool(rows) and rows[0][0] == walk
