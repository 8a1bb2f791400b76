"""The command `bench smartbill-import`: a file of the server, as large as it is, looked at, confirmed, imported.

It works on the run itself, so it needs no worker. Where one takes the run over (a hand-over after ten minutes), the
command follows it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.exceptions import AppError
from erp_b2b_smartbill.smartbill.clients import importing, job, sync_view
from erp_b2b_smartbill.smartbill.clients.files.mapping import LABELS
from erp_b2b_smartbill.smartbill.clients.importing import Choice
from erp_b2b_smartbill.smartbill.clients.record import FILE_FIELDS
from erp_b2b_smartbill.smartbill.clients.sync_runs import LEASES, RUN
from erp_b2b_smartbill.smartbill.leases import FAILED, OPEN

ACCOUNT = "SmartBill Account"
CELL = 24
SHOWN_ROWS = 3
# while another job works on the run
LOOK_AGAIN_S = 2.0
# between two lines about how far it is
TELL_EVERY_S = 2.0

Say = Callable[[str], Any]

COUNTS = (
	("seen", "rows read"),
	("new_clients", "new clients"),
	("changed", "changed"),
	("unchanged", "unchanged"),
	("linked", "linked with a Customer"),
	("customers_created", "Customers made"),
	("conflicts", "conflicts opened"),
	("rejected", "rejected"),
)


class Refused(Exception):
	"""A sentence that says why nothing is done."""


def run(
	path: str,
	say: Say,
	confirm: Callable[[str], bool],
	*,
	account: str | None = None,
	columns: str | None = None,
	yes: bool = False,
) -> int:
	"""The exit code: 0 when everything was imported, 1 when rows were rejected or nothing was imported."""
	frappe.set_user("Administrator")
	try:
		if not features.is_on(features.SYNC):
			raise Refused("SmartBill's clients are switched off: switch them on in B2B Settings.")
		if not os.path.isfile(path):
			raise Refused(f"{path} is not a file.")
		name = _account(account)
		choice = _choice(columns)
		seen = importing.preview_of(name, path, choice)
		_show(seen, name, say)
		if seen["missing"]:
			raise Refused("No column holds the client's name: say which one with --columns, e.g. 1=name.")
		if not (yes or confirm("Import it?")):
			say("Nothing was imported.")
			return 1
		started = importing.begin_with(name, path, choice)
	except (Refused, AppError) as refused:
		say(str(refused))
		return 1
	return _finish(started.name, say)


def _finish(run: str, say: Say) -> int:
	say(f"{run}: importing")
	told_at = 0.0

	def tell() -> None:
		nonlocal told_at
		if time.monotonic() - told_at >= TELL_EVERY_S:
			told_at = time.monotonic()
			_tell(run, say)

	try:
		while frappe.db.get_value(RUN, run, "status") in OPEN:
			job.work(run, tell=tell)
			frappe.db.rollback()
			if frappe.db.get_value(RUN, run, "status") in OPEN:
				tell()
				time.sleep(LOOK_AGAIN_S)
				# a new snapshot
				frappe.db.rollback()
	except KeyboardInterrupt:
		frappe.db.rollback()
		LEASES.request_stop(run)
		say("Stopped. What was read stays; importing the file again changes nothing of it.")
	return _report(run, say)


def _tell(run: str, say: Say) -> None:
	shown = sync_view.run_view(frappe.get_doc(RUN, run))
	if not shown["over"]:
		percent = "" if shown["percent"] is None else f"{shown['percent']:3} %  "
		say(f"{percent}{shown['counts']['seen']:,} rows  {shown['message'] or shown['phase_text']}")


def _report(run: str, say: Say) -> int:
	shown = sync_view.run_view(frappe.get_doc(RUN, run))
	say(f"{shown['status']}, {shown['seconds'] or 0:.0f} s")
	if shown["message"]:
		say(shown["message"])
	for name, label in COUNTS:
		if shown["counts"][name] or name == "seen":
			say(f"  {shown['counts'][name]:>9,}  {label}")
	for error in shown["errors"][:SHOWN_ROWS]:
		say(f"  row {error['row']}: {error['message']}")
	if shown["rejected_url"]:
		say(f"Rejected rows: {frappe.get_site_path(shown['rejected_url'].lstrip('/'))}")
	return int(shown["status"] == FAILED or bool(shown["counts"]["rejected"]))


def _account(given: str | None) -> str:
	names = frappe.get_all(ACCOUNT, pluck="name", order_by="name")
	if given:
		if given not in names:
			raise Refused(f"There is no SmartBill Account {given}. There are: {', '.join(names) or 'none'}.")
		return given
	if len(names) != 1:
		raise Refused(f"Say which SmartBill Account with --account. There are: {', '.join(names) or 'none'}.")
	return names[0]


def _choice(columns: str | None) -> Choice | None:
	"""`1=name,4=vat_code,7=`: columns counted from 1; nothing behind the sign for a column that is not imported."""
	if not columns:
		return None
	choice: Choice = {}
	for part in columns.split(","):
		place, sign, name = (one.strip() for one in part.partition("="))
		if not (sign and place.isdecimal() and int(place)) or (name and name not in FILE_FIELDS):
			raise Refused(
				f"--columns: {part.strip()!r} is not understood. Write 1=name,2=vat_code, with the fields "
				f"{', '.join(FILE_FIELDS)}."
			)
		choice[int(place) - 1] = name or None
	return choice


def _show(seen: dict[str, Any], account: str, say: Say) -> None:
	total = "many" if seen["total"] is None else f"{seen['total']:,}"
	say(f"{seen['kind']}, {total} rows below row {seen['header_row']}, into {account}")
	rows = seen["rows"][:SHOWN_ROWS]
	for column in seen["columns"]:
		cells = [
			_short(row["cells"][column["index"]] if column["index"] < len(row["cells"]) else "")
			for row in rows
		]
		label = LABELS[column["field"]] if column["field"] else "(not imported)"
		say(
			f"{column['index'] + 1:>4}  {_short(column['title']):{CELL}} {label:{CELL}} {' | '.join(cells)}".rstrip()
		)
	for notice in seen["notices"]:
		say(f"! {notice}")
	outcome = seen["outcome"]
	first = (
		f"Of the first {seen['looked_at']:,} rows" if seen["has_more"] else f"Of {seen['looked_at']:,} rows"
	)
	say(
		f"{first}: {outcome['new']} new, {outcome['changed']} changed, {outcome['unchanged']} unchanged; "
		f"{outcome['matched']} matched, {outcome['customers_created']} Customers to make, "
		f"{outcome['conflicting']} conflicting, {outcome['rejected']} rejected."
	)
	for one in seen["rejected"][:SHOWN_ROWS]:
		say(f"  row {one['row']}: {' '.join(one['reasons'])}")


def _short(text: str) -> str:
	text = " ".join(text.split())
	return text if len(text) <= CELL else f"{text[: CELL - 1]}…"
