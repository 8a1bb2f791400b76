"""Check of the audit trail: whether the last verification found every Business Event as it was sealed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from frappe import _

from erp_b2b_smartbill.health.line import Line, Subject
from erp_b2b_smartbill.health.seen import Seen
from erp_b2b_smartbill.health.words import duration, moment, when

# a night
LATE = timedelta(hours=26)
LOST = timedelta(days=3)
_NOT_KEPT = object()


def seals(subject: Subject, seen: Seen) -> Line:
	result = _last_result()
	if result is _NOT_KEPT:
		return subject.off(_("Business events are not sealed on this site."))
	advice = _("Run bench verify-audit for this site, and see that the scheduler runs at night.")
	if not result:
		return subject.warning(_("Business events were never verified yet."), advice)
	verified, problems = moment(result["verified_at"]), result.get("problems") or []
	unsealed = int(result.get("unsealed") or 0)
	facts = {"verified_at": verified, "problems": len(problems), "unsealed": unsealed}
	if not result["ok"]:
		return subject.failed(
			_("The chain of business events is broken: {0} of them are not as they were sealed.").format(
				len(problems)
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
			_("{0} business events wait for their seal.").format(unsealed),
			_("They are sealed every minute: see that the scheduler and the workers run."),
			**facts,
		)
	return subject.ok(
		_("Every business event is as it was sealed; verified {0}.").format(when(verified)), **facts
	)


def _last_result() -> Any:
	try:
		from erp_b2b_smartbill.audit import verify
	except ImportError:
		return _NOT_KEPT
	return verify.last_result()
