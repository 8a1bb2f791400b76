"""Checks of the site itself: whether the app is installed completely, whether mails leave, what went wrong lately."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import cint

from erp_b2b_smartbill import completeness, features
from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS
from erp_b2b_smartbill.customers.search import tables
from erp_b2b_smartbill.health.line import Line, Subject
from erp_b2b_smartbill.health.seen import Seen
from erp_b2b_smartbill.health.words import named
from erp_b2b_smartbill.install import ROLES
from erp_b2b_smartbill.registration import mails

# the queue is flushed every few minutes
LATE_MAIL = timedelta(hours=1)
# a worker that is killed leaves its mail at Sending, and Frappe 15 never takes it up again
UNSENT = ("Not Sent", "Partially Sent", "Sending")
LATELY = timedelta(days=1)
APP = "erp_b2b_smartbill"


def installed(subject: Subject, seen: Seen) -> Line:
	missing = [*completeness.missing_doctypes(), *_missing_tables(), *_missing_fields(), *_missing_roles()]
	if missing:
		return subject.failed(
			_("The app is not installed completely; these are missing: {0}.").format(named(missing)),
			_("Run bench clear-cache and bench migrate for this site."),
			missing=len(missing),
		)
	return subject.ok(_("The app is installed completely."), missing=0)


def _missing_tables() -> list[str]:
	there = {name.lower() for name in frappe.db.get_tables(cached=False)}
	of_doctypes = [f"tab{name}" for name, has_table in completeness.doctypes().items() if has_table]
	return [name for name in (*of_doctypes, *tables.NAMES) if name.lower() not in there]


def _missing_fields() -> list[str]:
	there = {
		(field.dt, field.fieldname)
		for field in frappe.get_all("Custom Field", {"dt": ["in", list(CUSTOM_FIELDS)]}, ["dt", "fieldname"])
	}
	return [
		f"{doctype}.{field['fieldname']}"
		for doctype, fields in CUSTOM_FIELDS.items()
		for field in fields
		if (doctype, field["fieldname"]) not in there
	]


def _missing_roles() -> list[str]:
	there = frappe.get_all("Role", {"name": ["in", ROLES]}, pluck="name")
	return [role for role in ROLES if role not in there]


def mail(subject: Subject, seen: Seen) -> Line:
	"""Registrations, welcome mails and notifications go through Frappe's queue of mails."""
	if not mails.can_send():
		text = _("There is no outgoing e-mail account.")
		if features.is_on(features.REGISTRATION):
			return subject.failed(
				text,
				_("Make one: without it no registration can be confirmed or approved."),
			)
		return subject.off(text)
	if cint(frappe.db.get_default("suspend_email_queue")):
		return subject.failed(
			_("Sending of e-mails is suspended."), _("Resume it in the list of the Email Queue.")
		)
	if cint(frappe.conf.get("mute_emails")):
		return subject.warning(
			_("E-mails are muted in site_config.json: none leaves."),
			_("Take mute_emails away there, unless this is a test site."),
		)
	failed, late = _failed_mails(seen), _late_mails(seen)
	facts = {"failed": failed, "late": late}
	if late:
		return subject.failed(
			_("E-mails that have waited for more than an hour: {0}.").format(late),
			_("See that the scheduler runs, and what the Email Queue says of them."),
			**facts,
		)
	if failed:
		return subject.warning(
			_("E-mails of the last day that could not be sent: {0}.").format(failed),
			_("Open them in the Email Queue: the error is there, and the way to send them again."),
			**facts,
		)
	return subject.ok(_("E-mails leave."), **facts)


def _failed_mails(seen: Seen) -> int:
	queue, since = frappe.qb.DocType("Email Queue"), seen.now - LATELY
	is_recent = (queue.creation > since) & (queue.modified > since)
	return frappe.qb.from_(queue).select(Count("*")).where((queue.status == "Error") & is_recent).run()[0][0]


def _late_mails(seen: Seen) -> int:
	queue, before = frappe.qb.DocType("Email Queue"), seen.now - LATE_MAIL
	is_due = queue.send_after.isnull() | (queue.send_after < before)
	is_late = (queue.creation < before) & is_due
	return frappe.qb.from_(queue).select(Count("*")).where(queue.status.isin(UNSENT) & is_late).run()[0][0]


def errors(subject: Subject, seen: Seen) -> Line:
	"""What they say stays in the Error Log: texts of other apps may hold anything."""
	log, since = frappe.qb.DocType("Error Log"), seen.now - LATELY
	is_recent = (log.creation > since) & (log.modified > since)
	is_ours = log.method.like(f"%{APP}%") | log.error.like(f"%{APP}%")
	count = frappe.qb.from_(log).select(Count("*")).where(is_recent & is_ours).run()[0][0]
	if count:
		return subject.warning(
			_("Errors that the app noted in the last day: {0}.").format(count),
			_("Open them in the Error Log; report what you cannot explain."),
			errors=count,
		)
	return subject.ok(_("The app noted no error in the last day."), errors=0)
