"""A file that SmartBill exported: looked at, confirmed by a person, then read by the job of a SmartBill Sync Run.

Nothing of it is kept but the File itself, the columns that the person confirmed, and the rows that were refused, which
come back as a file of their own, see rejected.py.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import NotReady, invalid, not_found
from erp_b2b_smartbill.smartbill.clients import chunk, conflicts, rejected, site_files, store, sync_runs
from erp_b2b_smartbill.smartbill.clients.chunk import Policy
from erp_b2b_smartbill.smartbill.clients.files import mapping as columns
from erp_b2b_smartbill.smartbill.clients.files import readers
from erp_b2b_smartbill.smartbill.clients.files.mapping import Column, Mapping, Rejection
from erp_b2b_smartbill.smartbill.clients.files.refusal import HEADER_ROWS, FileRefused
from erp_b2b_smartbill.smartbill.clients.files.sniff import sniff
from erp_b2b_smartbill.smartbill.clients.record import FILE_FIELDS, ClientRecord
from erp_b2b_smartbill.smartbill.clients.store import FILE
from erp_b2b_smartbill.smartbill.clients.sync_runs import LEASES

Choice = dict[int, str | None]

# a person waits: what would happen is counted for so many rows
PREVIEW_ROWS = 1000
SHOWN_ROWS = 8
# and how many rows there are, for so long
COUNT_SECONDS = 2.0
CHUNK = 500


def preview(account: str, file: str, choice: Choice | None = None) -> dict[str, Any]:
	"""What importing the File would do: the columns as recognised (or as chosen), the first rows, and of the first 1,000
	what would become of them. `total` is how many rows there are, None when counting them takes too long. Writes nothing.
	Raises NotReady for a file that cannot be read."""
	return preview_of(account, _path(file), choice) | {"file": file}


def preview_of(account: str, path: str, choice: Choice | None = None) -> dict[str, Any]:
	"""As preview, of a file anywhere on the server."""
	policy = Policy.of(frappe.get_doc("SmartBill Account", account))
	found = _open(path, choice)
	rows: list[dict[str, Any]] = []
	records: list[ClientRecord] = []
	refused: list[Rejection] = []
	total: int | None = 0
	try:
		for number, cells in islice(found.rows, PREVIEW_ROWS):
			total += 1
			if len(rows) < SHOWN_ROWS:
				rows.append({"row": number, "cells": cells})
			outcome = columns.record_of(found.mapping, number, cells)
			if isinstance(outcome, Rejection):
				refused.append(outcome)
			elif outcome:
				records.append(outcome)
		rest = _count(found.rows) if total == PREVIEW_ROWS else 0
		total = None if rest is None else total + rest
	except FileRefused as error:
		raise _not_ready(error) from None
	looked_at = len(records) + len(refused)
	return {
		"kind": found.kind,
		"header_row": found.mapping.header_row,
		"columns": [asdict(column) for column in found.mapping.columns],
		"fields": [{"field": name, "label": _(columns.LABELS[name])} for name in FILE_FIELDS],
		"missing": list(found.mapping.missing),
		"notices": columns.notices(found.mapping),
		"rows": rows,
		"outcome": _outcome(account, policy, records, refused),
		"looked_at": looked_at,
		"total": total,
		"has_more": total is None or total > PREVIEW_ROWS,
		"rejected": [{"row": one.row, "reasons": list(one.reasons)} for one in refused[:SHOWN_ROWS]],
	}


def start(account: str, file: str, choice: Choice | None = None, trigger: str = sync_runs.PERSON) -> Any:
	"""A run that imports the File; its job is on the way. Raises NotReady for a file that cannot be imported so, Conflict
	while another run of the account is open."""
	frappe.get_doc("SmartBill Account", account)
	found = _importable(_path(file), choice)
	doc = frappe.get_doc("File", file)
	if doc.attached_to_field == site_files.LOOKED_AT:
		# Frappe attaches to the run what is attached to nothing, and makes a second File of anything else
		doc.db_set("attached_to_field", None)
	run = _run(account, trigger, found, file=doc.file_url)
	if not doc.attached_to_name:
		frappe.db.set_value(
			"File", doc.name, {"attached_to_doctype": sync_runs.RUN, "attached_to_name": run.name}
		)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	LEASES.go_on(run.name)
	return run


def begin_with(account: str, path: str, choice: Choice | None = None) -> Any:
	"""A run that imports a file of the server, however large, for whoever works on it himself: nothing is put into a
	queue. The site keeps a copy. Raises as start."""
	found = _importable(path, choice)
	copy = frappe.get_site_path("private", f"smartbill-import-{frappe.generate_hash(length=8)}")
	shutil.copyfile(path, copy)
	try:
		run = _run(account, sync_runs.COMMAND, found)
		doc = site_files.take_over(
			copy, os.path.basename(path), doctype=sync_runs.RUN, name=run.name, field="file"
		)
		LEASES.write(run.name, {"file": doc.file_url})
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	finally:
		if os.path.exists(copy):
			os.unlink(copy)
	return run


def _run(account: str, trigger: str, found: _Opened, **values: Any) -> Any:
	mapping = json.dumps(asdict(found.mapping), ensure_ascii=False)
	try:
		total = _count(found.rows)
	except FileRefused:
		# what stands before the place that cannot be read is imported, and the run says so
		total = None
	return sync_runs.create(account, FILE, trigger, mapping=mapping, total_rows=total or 0, **values)


@dataclass
class Rows:
	"""A chunk of a file. `last_row` is the number of its last row; `is_last`: the file ends before it."""

	records: list[ClientRecord] = field(default_factory=list)
	rejections: list[Rejection] = field(default_factory=list)
	cells: dict[int, list[str]] = field(default_factory=dict)
	last_row: int = 0
	is_last: bool = False


class FileReader:
	"""Reads the file of a run from behind its cursor, and keeps what was refused until the end."""

	def __init__(self, run: Any):
		self._run = run.name
		self._mapping = _from_json(run.mapping)
		path = _path_of_url(run.file)
		behind = int(run.cursor or 0) or self._mapping.header_row
		self._rows = ((number, cells) for number, cells in readers.rows(path, sniff(path)) if number > behind)
		self._last = behind
		self._refused: FileRefused | None = None

	def next_chunk(self, size: int) -> Rows:
		"""At most `size` rows. Raises FileRefused where the file cannot be read further: what stands before is given
		first."""
		if self._refused:
			raise self._refused
		found = Rows(last_row=self._last, is_last=True)
		try:
			for number, cells in islice(self._rows, size):
				found.last_row = self._last = number
				outcome = columns.record_of(self._mapping, number, cells)
				if isinstance(outcome, Rejection):
					found.rejections.append(outcome)
				elif outcome:
					found.records.append(outcome)
					found.cells[number] = cells
				found.is_last = False
		except FileRefused as refused:
			if found.is_last:
				raise
			self._refused = refused
		return found

	def refuse(self, found: Rows, repeated: list[ClientRecord]) -> list[tuple[str, str]]:
		"""Keep the rows of a chunk that are not imported; returns (row, why) of each."""
		text = _("Another row of the file is the same client.")
		refused = found.rejections + [
			Rejection(one.row, tuple(found.cells[one.row]), (text,)) for one in repeated
		]
		refused.sort(key=lambda one: one.row)
		rejected.keep(self._run, refused)
		return [(str(one.row), " ".join(one.reasons)) for one in refused]


@dataclass
class _Opened:
	"""`rows` are those below the header, and are read once."""

	kind: str
	mapping: Mapping
	rows: Iterator[tuple[int, list[str]]]


def _open(path: str, choice: Choice | None) -> _Opened:
	"""The file with its mapping. Raises NotReady."""
	try:
		kind = sniff(path)
		read = readers.rows(path, kind)
		first = list(islice(read, HEADER_ROWS))
		mapping = columns.mapping_of(first)
		if choice:
			mapping = columns.with_choice(mapping, choice)
	except FileRefused as refused:
		raise _not_ready(refused) from None
	return _Opened(kind, mapping, (row for row in chain(first, read) if row[0] > mapping.header_row))


def _importable(path: str, choice: Choice | None) -> _Opened:
	found = _open(path, choice)
	if found.mapping.missing:
		raise invalid("columns", _("Choose the column that holds the client's name."))
	return found


def _count(rows: Iterator[Any]) -> int | None:
	"""How many rows follow; None when it takes too long."""
	until = time.monotonic() + COUNT_SECONDS
	count = 0
	for count, _row in enumerate(rows, start=1):
		if count % 1000 == 0 and time.monotonic() > until:
			return None
	return count


def _outcome(
	account: str, policy: Policy, records: list[ClientRecord], refused: list[Rejection]
) -> dict[str, int]:
	"""What would become of the records, see chunk.Counts."""
	seen = store.look(account, records)
	plan = chunk.plan(account, policy, [row for row in seen.fresh if not row.customer])
	return {
		"new": seen.new,
		"changed": seen.changed,
		"unchanged": seen.unchanged,
		"matched": len(plan.links),
		"customers_created": len(plan.to_make),
		"conflicting": len(plan.found) + len(conflicts.differing(seen.fresh)),
		"rejected": len(refused) + len(seen.repeated),
	}


def _path(file: str) -> str:
	"""Of a File that the session's user may read. Raises NotFound, PermissionError."""
	if not isinstance(file, str) or not frappe.db.exists("File", file):
		raise not_found(_("The file"))
	doc = frappe.get_doc("File", file)
	doc.check_permission("read")
	if doc.is_remote_file:
		raise not_found(_("The file"))
	path = doc.get_full_path()
	if not os.path.isfile(path):
		raise not_found(_("The file"))
	return path


def _path_of_url(url: str | None) -> str:
	name = frappe.db.get_value("File", {"file_url": url}, "name") if url else None
	path = frappe.get_doc("File", name).get_full_path() if name else ""
	if not os.path.isfile(path):
		raise FileRefused("gone", _("The file of this import was deleted."))
	return path


def _not_ready(refused: FileRefused) -> NotReady:
	return NotReady(
		refused.message, code=f"file_{refused.code}", problems=[{"field": "file", "message": refused.message}]
	)


def _from_json(stored: str) -> Mapping:
	values = json.loads(stored)
	return Mapping(
		values["header_row"],
		tuple(Column(**column) for column in values["columns"]),
		tuple(values["missing"]),
		tuple(values["ambiguous"]),
	)
