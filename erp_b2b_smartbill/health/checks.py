"""The table of all checks, and how they are run: one that breaks off is a line like the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.customers.overview.links import link_to, list_of
from erp_b2b_smartbill.customers.recommend import state as recommendations
from erp_b2b_smartbill.customers.search import state as index
from erp_b2b_smartbill.health import background, customers, site, smartbill, trail
from erp_b2b_smartbill.health.line import FAILED, OFF, OK, WARNING, Line, Link, State, Subject, worst
from erp_b2b_smartbill.health.seen import Seen
from erp_b2b_smartbill.masking import mask_text
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.text import N_

_SAVEPOINT = "b2b_health"


@dataclass(frozen=True)
class Check:
	"""`look` gives a line, or one for each account. `opens` is the DocType that proves it, with `filters` in its list."""

	id: str
	label: str
	look: Callable[[Subject, Seen], Line | list[Line]]
	opens: str
	filters: Mapping[str, Any] = field(default_factory=dict)
	is_single: bool = False


GROUPS: dict[str, tuple[str, tuple[Check, ...]]] = {
	"site": (
		N_("Site"),
		(
			Check(
				"installed", N_("Installation"), site.installed, "DocType", {"module": "ERP B2B SmartBill"}
			),
			Check(
				"mail",
				N_("E-mails"),
				site.mail,
				"Email Queue",
				{"status": ["in", ["Error", *site.UNSENT]]},
			),
			Check("errors", N_("Errors of the last day"), site.errors, "Error Log"),
		),
	),
	"background": (
		N_("Background jobs"),
		(
			Check(
				"scheduler",
				N_("Scheduler"),
				background.scheduler,
				"Scheduled Job Type",
				{"method": ["like", "erp_b2b_smartbill.%"]},
			),
			Check("tick", N_("Last tick"), background.tick, "Scheduled Job Type"),
			Check(
				"scheduled_jobs",
				N_("Scheduled jobs"),
				background.failing_jobs,
				"Scheduled Job Log",
				{"status": "Failed"},
			),
			Check("queue", N_("Queue"), background.queue, "RQ Job"),
			Check("workers", N_("Workers"), background.workers, "RQ Worker"),
			Check(
				"oldest_job", N_("Oldest queued job"), background.oldest_job, "RQ Job", {"status": "queued"}
			),
		),
	),
	"smartbill": (
		N_("SmartBill"),
		(
			Check(
				"unknown_proformas",
				N_("Proformas of unknown outcome"),
				smartbill.unknown_proformas,
				"SmartBill Proforma",
				{"status": states.UNKNOWN},
			),
			Check(
				"unknown_invoices",
				N_("Invoices of unknown outcome"),
				smartbill.unknown_invoices,
				"SmartBill Invoice",
				{"status": states.UNKNOWN},
			),
			Check("gate", N_("Calls"), smartbill.gates, "SmartBill Account"),
			Check("credentials", N_("Credentials"), smartbill.credentials, "SmartBill Account"),
			Check("series", N_("Series"), smartbill.series, "SmartBill Account"),
			Check("sync", N_("Sync of clients"), smartbill.syncs, "SmartBill Account"),
		),
	),
	"customers": (
		N_("Customers"),
		(
			Check("search", N_("Search index"), customers.search, index.STATE, is_single=True),
			Check(
				"recommendations",
				N_("Recommendations"),
				customers.recommended,
				recommendations.STATE,
				is_single=True,
			),
		),
	),
	"audit": (
		N_("Audit"),
		(Check("audit", N_("Business events"), trail.seals, "Business Event"),),
	),
}


@dataclass(frozen=True)
class Group:
	id: str
	label: str
	state: State
	lines: list[Line]


@dataclass(frozen=True)
class Report:
	state: State
	checked_at: datetime
	groups: list[Group]

	@property
	def lines(self) -> list[Line]:
		return [line for group in self.groups for line in group.lines]

	def as_dict(self) -> dict[str, Any]:
		of_states = [line.state for line in self.lines]
		counts = {state: of_states.count(state) for state in (FAILED, WARNING, OK, OFF)}
		return {**asdict(self), "counts": counts}


def run() -> Report:
	"""Every check, in the language and with the rights of the session's user."""
	seen = Seen()
	groups = []
	for name, (label, checks) in GROUPS.items():
		lines = [line for check in checks for line in _lines(check, seen)]
		groups.append(Group(name, _(label), worst(lines), lines))
	return Report(worst([line for group in groups for line in group.lines]), seen.now, groups)


def _lines(check: Check, seen: Seen) -> list[Line]:
	subject = Subject(check.id, _(check.label))
	try:
		# where a query that fails ends its transaction, the checks after it go on all the same
		frappe.db.savepoint(_SAVEPOINT)
		subject = Subject(check.id, _(check.label), link=_link(check))
		found = check.look(subject, seen)
		return found if isinstance(found, list) else [found]
	except Exception as error:
		with suppress(Exception):
			frappe.db.rollback(save_point=_SAVEPOINT)
		frappe.clear_messages()
		# not the Error Log: whoever watches the site asks every minute
		frappe.logger("erp_b2b_smartbill").error(mask_text(traceback.format_exc()))
		return [
			subject.failed(
				_("This could not be checked ({0}).").format(type(error).__name__),
				_("The server's log erp_b2b_smartbill.log says why."),
			)
		]


def _link(check: Check) -> Link | None:
	"""For whoever may read what it leads to."""
	if check.is_single:
		return link_to(check.opens, check.opens)
	return list_of(check.opens, dict(check.filters))
