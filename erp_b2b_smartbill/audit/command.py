"""The command `bench verify-audit`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import frappe
from frappe.utils.file_lock import LockTimeoutError

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import head, sealing, signing, verify
from erp_b2b_smartbill.audit.head import Head
from erp_b2b_smartbill.site_file import Unreadable

# the exit codes
FINE, TAMPERED, UNPROVEN, UNSEALED = 0, 1, 2, 3

TELL_EVERY = 100_000

Say = Callable[[str], Any]


def run(
	say: Say, *, heads: Sequence[str] = (), old_key_files: Sequence[str] = (), accept: str | None = None
) -> int:
	"""Verify what is there, keep the result, and return the exit code: 0 all is as it was written, 1 it is not, 2 some
	cannot be proven without a former encryption key, 3 events wait for the sealing job. `heads` are NUMBER:SEAL,
	`accept` says why the chain is shorter than the site remembers."""
	frappe.set_user("Administrator")
	old_keys = [Path(name).read_text(encoding="utf-8").strip() for name in old_key_files]
	if old_keys:
		_learn(old_keys)
	if accept is not None:
		_accept(accept, say)
	result = verify.verify(
		old_keys=old_keys,
		heads=[_head_of(text) for text in heads],
		tell=lambda events: say(f"  {events:,} events") if events % TELL_EVERY == 0 else None,
	)
	verify.keep(result)
	for problem in result.problems:
		place = f"number {problem.seal_number}" if problem.seal_number else "without a number"
		say(f"{problem.kind}: {place}{f', {problem.event}' if problem.event else ''}")
	if result.found > len(result.problems):
		say(f"and {result.found - len(result.problems):,} more")
	if result.other_key:
		say(
			f"{result.other_key:,} events were made with another encryption key: give the former one with --old-key-file."
		)
	if result.unsealed:
		say(
			f"{result.unsealed:,} events wait for the sealing job for longer than it takes: is the scheduler running?"
		)
	say(f"{result.events:,} events verified. Head: {result.head.number}:{result.head.seal}")
	if result.found:
		return TAMPERED
	if result.other_key:
		return UNPROVEN
	return UNSEALED if result.unsealed else FINE


def _learn(old_keys: Sequence[str]) -> None:
	"""Whoever has a key shows that it is the site's, or that of the site where a backup comes from."""
	sealing.lock()
	at = sealing.last()
	sealing.know(audit.current_key(), at)
	with suppress(OSError, Unreadable, LockTimeoutError):
		head.learn([signing.key_of(key).id for key in old_keys], at.number)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _accept(reason: str, say: Say) -> None:
	"""From now on the end that the chain has is the one to remember; an event says what was remembered, and why not any
	more."""
	reason = reason.strip()
	if not reason:
		frappe.throw("Say why: --accept needs a reason.")
	now = sealing.last()
	try:
		before = head.remembered()
	except Unreadable:
		before = None
	audit.record(
		audit.HEAD_ACCEPTED,
		frappe._dict(doctype="DocType", name=audit.EVENT),
		{"number": before.number, "seal": before.seal} if before else None,
		{"number": now.number, "seal": now.seal},
		reason=reason,
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	head.accept(now)
	sealing.seal()
	say(f"The end at number {now.number} is accepted.")


def _head_of(text: str) -> Head:
	number, _colon, seal = text.partition(":")
	if not number.isdecimal() or not seal:
		frappe.throw(f"{text} is no head: NUMBER:SEAL, as the log has it.")
	return Head(int(number), seal)
