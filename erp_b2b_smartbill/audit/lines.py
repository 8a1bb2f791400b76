"""Business events as lines of the site's log, for programs that watch or keep logs: logs/b2b_audit.log, JSON, a line an
event, and one for each head of the chain. Written after the commit only: what was rolled back did not happen.

No line has a personal value: a log cannot be erased in part. Who it was is in the event, which the line names.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import Any

import frappe

MODULE = "b2b_audit"
MAX_BYTES = 10_000_000
FILES = 50


def note(event: Any) -> None:
	"""A line for a row or document of Business Event, once this transaction is committed."""
	pending = frappe.flags.b2b_audit_lines
	if not pending:
		pending = frappe.flags.b2b_audit_lines = []
		frappe.db.after_commit.add(_write_pending)
		frappe.db.after_rollback.add(_forget)
	pending.append(
		{
			"event": event.get("event"),
			"name": event.get("name"),
			"doctype": event.get("reference_doctype"),
			# nothing for what is named after a person: see personal.py
			"document": event.get("original_name"),
			"origin": event.get("origin"),
			"at": str(event.get("occurred_at")),
			"signature": event.get("signature"),
		}
	)


def mark() -> int:
	"""For `back_to`, at a savepoint."""
	return len(frappe.flags.b2b_audit_lines or ())


def back_to(marked: int) -> None:
	"""After a rollback to the savepoint that the mark was taken at, of which the database tells nobody."""
	if frappe.flags.b2b_audit_lines:
		del frappe.flags.b2b_audit_lines[marked:]


def write(line: dict[str, Any], level: int = logging.INFO) -> None:
	"""One line at once. What cannot be logged must not undo what is committed."""
	with suppress(OSError):
		# several sites may be logged into one stream
		line = {"site": frappe.local.site, **line}
		_logger().log(level, json.dumps(line, ensure_ascii=False, default=str))


def _write_pending() -> None:
	pending = frappe.flags.b2b_audit_lines or ()
	_forget()
	for line in pending:
		write(line)


def _forget() -> None:
	frappe.flags.b2b_audit_lines = None


def _logger() -> logging.Logger:
	logger = frappe.logger(MODULE, max_size=MAX_BYTES, file_count=FILES)
	# the framework's own level leaves out whatever is no error
	logger.setLevel(logging.INFO)
	return logger
