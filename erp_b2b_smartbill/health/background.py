"""Checks of what works in the background: the scheduler, the queues, the workers."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime

from erp_b2b_smartbill.health.line import Line, Subject
from erp_b2b_smartbill.health.seen import Seen, minutely_methods, scheduled_methods
from erp_b2b_smartbill.health.words import duration, named
from erp_b2b_smartbill.smartbill.checks import stopped_scheduler

# a tick is due every minute; several sites and a restart may delay it
LATE_TICK = timedelta(minutes=5)
LOST_TICK = timedelta(minutes=15)
# a job may wait for one that takes long
LATE_JOB_S = 10 * 60
LOST_JOB_S = 60 * 60


def scheduler(subject: Subject, seen: Seen) -> Line:
	if stopped := stopped_scheduler():
		return subject.failed(*stopped)
	there = {job.method for job in seen.scheduled_jobs}
	if missing := [method for method in scheduled_methods() if method not in there]:
		return subject.failed(
			_("Scheduled jobs of the app that are missing: {0}.").format(named(missing)),
			_("Run bench migrate for this site."),
			missing=len(missing),
		)
	if jobs := [job.method for job in seen.scheduled_jobs if job.stopped]:
		return subject.warning(
			_("Scheduled jobs of the app that are stopped: {0}.").format(named(jobs)),
			_("Open them in the list of Scheduled Job Types and clear Stopped."),
			stopped=len(jobs),
		)
	return subject.ok(_("The scheduler is switched on."))


def tick(subject: Subject, seen: Seen) -> Line:
	"""When a job of every minute ran last: it takes the scheduler, a queue and a worker."""
	minutely = [job for job in seen.scheduled_jobs if job.method in minutely_methods()]
	if not minutely:
		return subject.failed(
			_("No job of the app is scheduled every minute."), _("Run bench migrate for this site.")
		)
	# a new site has not run any yet
	last = max(get_datetime(job.last_execution or job.creation) for job in minutely)
	age = seen.now - last
	facts = {"last_tick": last}
	advice = _("See that bench schedule and the workers run on the server: bench doctor shows them.")
	text = _("No scheduled job has run for {0}.").format(duration(age.total_seconds()))
	if age > LOST_TICK:
		return subject.failed(text, advice, **facts)
	if age > LATE_TICK:
		return subject.warning(text, advice, **facts)
	return subject.ok(_("Scheduled jobs run every minute."), **facts)


def failing_jobs(subject: Subject, seen: Seen) -> Line:
	"""A scheduled job that breaks off leaves nothing but a line in its log."""
	log = frappe.qb.DocType("Scheduled Job Log")
	since = seen.now - timedelta(days=1)
	names = {job.name: job.method for job in seen.scheduled_jobs}
	found = (
		(
			frappe.qb.from_(log)
			.select(log.scheduled_job_type, Count("*"))
			# one of the two moments has an index, depending on Frappe's version
			.where((log.creation > since) & (log.modified > since))
			.where((log.status == "Failed") & log.scheduled_job_type.isin(list(names)))
			.groupby(log.scheduled_job_type)
		).run()
		if names
		else ()
	)
	if not found:
		return subject.ok(_("No scheduled job of the app broke off in the last day."), failed=0)
	count = sum(row[1] for row in found)
	return subject.warning(
		_("How often scheduled jobs of the app broke off in the last day: {0} ({1}).").format(
			count, named([names[row[0]] for row in found])
		),
		_("The Scheduled Job Log says why."),
		failed=count,
	)


def queue(subject: Subject, seen: Seen) -> Line:
	if seen.queues is None:
		return subject.failed(
			_("The queue of background jobs cannot be reached."),
			_("See that the bench's Redis for queues runs: nothing happens in the background without it."),
		)
	return subject.ok(
		_("The queue of background jobs can be reached; jobs that wait: {0}.").format(seen.queues.waiting),
		waiting=seen.queues.waiting,
	)


def workers(subject: Subject, seen: Seen) -> Line:
	advice = _("Start the bench's background workers; bench doctor shows them.")
	if seen.queues is None:
		return subject.failed(_not_reached(), advice)
	found = seen.queues
	if not found.workers:
		return subject.failed(
			_("No background worker is running: nothing happens by itself."), advice, workers=0
		)
	if found.unserved:
		return subject.failed(
			_("No worker takes jobs from: {0}.").format(", ".join(found.unserved)),
			advice,
			workers=found.workers,
		)
	return subject.ok(
		_("Background workers that are running: {0}.").format(found.workers), workers=found.workers
	)


def oldest_job(subject: Subject, seen: Seen) -> Line:
	if seen.queues is None:
		return subject.failed(_not_reached(), _("See that the bench's Redis for queues runs."))
	age = seen.queues.oldest_s
	if age is None:
		return subject.ok(_("No job waits."), oldest_seconds=None)
	facts = {"oldest_seconds": int(age)}
	text = _("The oldest job in the queues has waited for {0}.").format(duration(age))
	advice = _("Start more workers, or see in the list of RQ Jobs what keeps them.")
	if age > LOST_JOB_S:
		return subject.failed(text, advice, **facts)
	if age > LATE_JOB_S:
		return subject.warning(text, advice, **facts)
	return subject.ok(text, **facts)


def _not_reached() -> str:
	return _("Not known: the queue of background jobs cannot be reached.")
