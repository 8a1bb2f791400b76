"""Rows of a file that are not imported: kept beside the run while it works, given back as a File at its end.

However a run ends (complete, stopped, failed, its job killed), its rows come back: what was left behind is found by the
scheduled pass.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import frappe

from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.smartbill.clients import site_files
from erp_b2b_smartbill.smartbill.clients.files import rejects
from erp_b2b_smartbill.smartbill.clients.files.mapping import Rejection
from erp_b2b_smartbill.smartbill.leases import OPEN

RUN = "SmartBill Sync Run"
_PREFIX, _SUFFIX = "smartbill-sync-", ".jsonl"


def keep(run: str, rejections: Sequence[Rejection]) -> None:
	"""Rows that are read a second time, after a job was killed, are given back once."""
	if not rejections:
		return
	with open(_path(run), "ab+") as kept:
		if kept.tell():
			kept.seek(-1, os.SEEK_END)
			if kept.read(1) != b"\n":
				# the line that a killed job was writing
				kept.write(b"\n")
		for one in rejections:
			kept.write(json.dumps([one.row, one.cells, one.reasons]).encode() + b"\n")


def give_back(run: str) -> None:
	"""Make a File of the run of what was kept, when there is anything. Commits."""
	path = _path(run)
	if not os.path.exists(path):
		return
	stored = frappe.db.get_value(RUN, run, ["mapping", "rejected_file"], as_dict=True)
	if stored and not stored.rejected_file:
		titles = [column["title"] for column in json.loads(stored.mapping)["columns"]]
		target = f"{path}.xlsx"
		rejects.write_rejects(target, titles, _kept(path))
		saved = site_files.take_over(
			target, f"{run}-rejected.xlsx", doctype=RUN, name=run, field="rejected_file"
		)
		frappe.db.set_value(RUN, run, "rejected_file", saved.file_url, update_modified=False)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	with suppress(FileNotFoundError):
		os.unlink(path)


def give_back_left() -> None:
	"""For the scheduler: what belongs to runs that are over."""
	for path in Path(frappe.get_site_path("private")).glob(f"{_PREFIX}*{_SUFFIX}"):
		run = path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
		if frappe.db.get_value(RUN, run, "status") in OPEN:
			continue
		try:
			give_back(run)
		except Exception:
			frappe.db.rollback()
			log_masked_error("Rejected rows of an import could not be given back")


def forget_all() -> None:
	"""For uninstalling: of runs that nobody ends any more."""
	for path in Path(frappe.get_site_path("private")).glob(f"{_PREFIX}*"):
		path.unlink(missing_ok=True)


def _path(run: str) -> str:
	return frappe.get_site_path("private", f"{_PREFIX}{run}{_SUFFIX}")


def _kept(path: str) -> Iterator[Rejection]:
	last = 0
	with open(path, encoding="utf-8") as kept:
		for line in kept:
			try:
				row, cells, reasons = json.loads(line)
			except ValueError:
				# half a line of a killed job; its chunk was read again
				continue
			if row > last:
				last = row
				yield Rejection(row, tuple(cells), tuple(reasons))
