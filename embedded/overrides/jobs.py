"""Background jobs by RQ itself, on the process's own Redis: a worker in a thread, or run on demand.

A job lives and dies with its process: tests of crashes use real processes.
"""

import threading
from typing import Any

import frappe
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.timeouts import TimerDeathPenalty

from embedded.overrides import replace


class ThreadWorker(SimpleWorker):
	"""RQ's worker that runs jobs in its own thread, where neither signals nor alarms work."""

	death_penalty_class = TimerDeathPenalty
	jobs_run = 0

	def execute_job(self, job: Job, queue: Queue) -> None:
		self.jobs_run += 1
		super().execute_job(job, queue)

	def _install_signal_handlers(self) -> None:
		"""Signals belong to the main thread."""


def queues() -> list[Queue]:
	"""Return the site's queues, the short one first."""
	from frappe.utils.background_jobs import get_queue

	return [get_queue(name) for name in ("short", "default", "long")]


def run_pending_jobs() -> int:
	"""Run all waiting jobs in a thread of their own and wait for them; returns how many ran.

	A thread, because a job opens its own connection and context, as in a worker process.
	"""
	with _site_context():
		waiting = queues()
	finished: list[int] = []

	def work() -> None:
		with _site_context():
			worker = ThreadWorker(waiting, connection=waiting[0].connection)
		worker.work(burst=True, logging_level="ERROR")
		finished.append(worker.jobs_run)

	thread = threading.Thread(target=work, name="jobs")
	thread.start()
	thread.join()
	return finished[0] if finished else 0


def start_worker() -> threading.Thread:
	"""Start the site's worker thread; it ends with the process."""
	with _site_context():
		waiting = queues()
	worker = ThreadWorker(waiting, connection=waiting[0].connection)
	thread = threading.Thread(
		target=worker.work, kwargs={"logging_level": "ERROR"}, name="worker", daemon=True
	)
	thread.start()
	return thread


class _site_context:
	"""Initialise the framework in this thread unless it is."""

	def __enter__(self) -> None:
		self.initialised = bool(getattr(frappe.local, "initialised", False))
		if not self.initialised:
			frappe.init()

	def __exit__(self, *_: Any) -> None:
		if not self.initialised:
			frappe.destroy()


@replace("frappe.utils.background_jobs:get_redis_conn")
def get_redis_conn(username: str | None = None, password: str | None = None) -> Any:
	from frappe.utils.redis_queue import RedisQueue

	return RedisQueue.get_connection()
