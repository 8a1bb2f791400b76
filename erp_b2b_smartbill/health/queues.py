"""The queues of background jobs, which all sites of a bench share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from frappe.utils import background_jobs
from rq import Queue, Worker

from erp_b2b_smartbill import clock

# those that the app and Frappe use; a bench may have others
NAMES = ("short", "default", "long")


@dataclass(frozen=True)
class Queues:
	"""`unserved` are queues that no worker works on; `oldest_s` is for how long the first job in a queue has waited,
	None where none waits."""

	workers: int
	unserved: tuple[str, ...]
	waiting: int
	oldest_s: float | None


def look() -> Queues:
	"""A few questions to Redis, whatever waits there. Raises what Redis' client raises when it cannot be reached."""
	# the decorated function goes on trying for seconds
	connect = getattr(background_jobs.get_redis_conn, "__wrapped__", background_jobs.get_redis_conn)
	connection = connect()
	workers = Worker.all(connection=connection)
	served = {name for worker in workers for name in worker.queue_names()}
	waiting, ages = 0, []
	for name in NAMES:
		queue = Queue(background_jobs.generate_qname(name), connection=connection)
		waiting += queue.count
		for job_id in queue.get_job_ids(0, 1):
			job = queue.fetch_job(job_id)
			if job and job.enqueued_at:
				ages.append(_age_s(job.enqueued_at))
	unserved = tuple(name for name in NAMES if background_jobs.generate_qname(name) not in served)
	return Queues(len(workers), unserved, waiting, max(ages, default=None))


def _age_s(enqueued_at: datetime) -> float:
	# in UTC, and only newer versions of RQ say so
	moment = enqueued_at if enqueued_at.tzinfo else enqueued_at.replace(tzinfo=timezone.utc)
	return max(0.0, clock.timestamp() - moment.timestamp())
