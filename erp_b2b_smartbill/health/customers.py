"""Checks of what is derived of the customers: the index of the search, and the recommendations."""

from __future__ import annotations

from datetime import datetime, timedelta

from frappe import _

from erp_b2b_smartbill import features
from erp_b2b_smartbill.customers.recommend import run as recommend
from erp_b2b_smartbill.customers.recommend import state as recommendations
from erp_b2b_smartbill.customers.search import state as index
from erp_b2b_smartbill.health.line import Line, Subject
from erp_b2b_smartbill.health.seen import Seen
from erp_b2b_smartbill.health.words import duration, when

# a night, and what a walk takes
LATE = timedelta(hours=26)
LOST = timedelta(days=3)
# the scheduled pass goes on with a walk that was broken off
STANDS_STILL = timedelta(minutes=30)


def search(subject: Subject, seen: Seen) -> Line:
	if not features.is_on(features.SEARCH):
		return subject.off(_("Switched off in B2B Settings."))
	at = index.standing()
	facts = {
		"state": at.state,
		"done": at.done,
		"total": at.total,
		"drift": at.drift,
		"checked_at": at.checked_at,
	}
	advice = _("Open the index and build it again; see that the scheduler and the workers run.")
	if at.walk and _stands_still(at.moved_at, seen):
		return subject.failed(
			_("The walk over all records stands still since {0}, {1} of {2}.").format(
				when(at.moved_at), at.done, at.total
			),
			advice,
			**facts,
		)
	if at.state != index.READY:
		is_moving = at.state == index.BUILDING
		text = (
			_("The index is being built, {0} of {1}; until then ERPNext's own search answers.").format(
				at.done, at.total
			)
			if is_moving
			else _("The index was not built yet: ERPNext's own search answers.")
		)
		return subject.warning(text, _("It goes on by itself.") if is_moving else advice, **facts)
	if late := _late(at.checked_at, seen):
		return (subject.failed if late == LOST else subject.warning)(
			_("The index was not compared with the records for {0}.").format(_ago(at.checked_at, seen)),
			advice,
			**facts,
		)
	if at.drift:
		return subject.warning(
			_(
				"Parties of the index that differed from their records at the last comparison: {0}; they were put right."
			).format(at.drift),
			_("After imports by SQL this is usual; when it comes back every night, report it."),
			**facts,
		)
	return subject.ok(_("The index agrees with the records since {0}.").format(when(at.checked_at)), **facts)


def recommended(subject: Subject, seen: Seen) -> Line:
	if not features.is_on(features.OVERVIEW):
		return subject.off(_("Switched off in B2B Settings."))
	at, finished = recommendations.at(), recommendations.finished_at()
	facts = {"finished_at": finished, "recommendations": at.made}
	advice = _("See that the scheduler and the workers run at night.")
	if at.walk and _stands_still(at.moved_at, seen):
		return subject.failed(_("The run stands still since {0}.").format(when(at.moved_at)), advice, **facts)
	if not finished:
		return subject.warning(
			_("Recommendations were never made yet."), _("The first run comes next night by itself."), **facts
		)
	if late := _late(finished, seen):
		return (subject.failed if late == LOST else subject.warning)(
			_("Recommendations were not renewed for {0}.").format(_ago(finished, seen)), advice, **facts
		)
	return subject.ok(_("Recommendations were renewed {0}.").format(when(finished)), **facts)


def _stands_still(moved_at: datetime | None, seen: Seen) -> bool:
	return moved_at is not None and seen.now - moved_at > max(STANDS_STILL, recommend.STALE)


def _late(since: datetime | None, seen: Seen) -> timedelta | None:
	"""Which limit it is past."""
	age = seen.now - since if since else timedelta.max
	return LOST if age > LOST else LATE if age > LATE else None


def _ago(since: datetime | None, seen: Seen) -> str:
	return duration((seen.now - since).total_seconds()) if since else _("a long time")
