"""Check of the audit trail: whether the last verification found every Business Event as it was sealed."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import verify
from erp_b2b_smartbill.health.line import Line, Subject
from erp_b2b_smartbill.health.seen import Seen
from erp_b2b_smartbill.health.words import duration, moment, when

# a night
LATE = timedelta(hours=26)
LOST = timedelta(days=3)


def seals(subject: Subject, seen: Seen) -> Line:
	result, unsealed = verify.last_result(), _unsealed(seen)
	advice = _("Run bench verify-audit for this site, and see that the scheduler runs at night.")
	if not result:
		return subject.warning(_("Business events were never verified yet."), advice, unsealed=unsealed)
	verified = moment(result["verified_at"]) or seen.now
	facts = {"verified_at": verified, "problems": result["found"], "unsealed": unsealed}
	if not result["ok"]:
		return subject.failed(
			_("Problems that the last verification found in the chain of business events: {0}.").format(
				result["found"]
			),
			_("Change nothing; run bench verify-audit for this site and compare with a backup and the log."),
			**facts,
		)
	age = seen.now - verified
	if age > LATE:
		return (subject.failed if age > LOST else subject.warning)(
			_("Business events were not verified for {0}.").format(duration(age.total_seconds())),
			advice,
			**facts,
		)
	if unsealed:
		return subject.warning(
			_("Business events that wait for their seal: {0}.").format(unsealed),
			_("They are sealed every minute: see that the scheduler and the workers run."),
			**facts,
		)
	if result["other_key"]:
		return subject.warning(
			_("Business events sealed with another encryption key, which prove nothing here: {0}.").format(
				result["other_key"]
			),
			_("Verify them with the key of then, as docs/audit.md says."),
			**facts,
		)
	return subject.ok(
		_("Every business event is as it was sealed; verified {0}.").format(when(verified)), **facts
	)


def _unsealed(seen: Seen) -> int:
	"""Events that the job of every minute should have sealed by now."""
	event = frappe.qb.DocType(audit.EVENT)
	is_late = event.creation < seen.now - verify.UNSEALED_AFTER
	return frappe.qb.from_(event).select(Count("*")).where((event.seal_number == 0) & is_late).run()[0][0]
