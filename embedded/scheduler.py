"""The scheduler's tick: put the jobs that are due into the queues."""

import frappe


def enqueue_due_jobs() -> list[str]:
	"""Enqueue every due scheduled job once and return their methods. Opens its own connection."""
	frappe.init(force=True)
	frappe.connect()
	try:
		from frappe.utils.scheduler import enqueue_events

		enqueued = enqueue_events()
		frappe.db.commit()
		return enqueued or []
	finally:
		frappe.destroy()
