"""The command `bench erase-audit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe

from erp_b2b_smartbill.audit import erasing

DONE, NOT_DONE = 0, 1

Say = Callable[[str], Any]


def run(say: Say, confirm: Callable[[str], bool], *, doctype: str, name: str, reason: str, yes: bool) -> int:
	"""Erase what events say about people in the events of one document, which may be gone, in chunks that are committed;
	what is broken off goes on when it is called again. Returns the exit code."""
	frappe.set_user("Administrator")
	reason = reason.strip()
	if not reason:
		say("Say why: --reason needs a text.")
		return NOT_DONE
	# MariaDB finds "customer" as well
	stored = frappe.db.get_value("DocType", doctype, "name")
	if stored != doctype:
		say(f"There is no DocType {doctype}.")
		return NOT_DONE
	if not yes and not confirm(f"Erase the personal values in the events of {doctype} {name}, for good?"):
		return NOT_DONE
	doc = frappe._dict(doctype=doctype, name=frappe.db.get_value(doctype, name, "name") or name)
	erase = erasing.of_user if doctype == "User" else erasing.of_document
	# each chunk has the event that tells of it
	number = erase(doc, reason, frappe.db.commit)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	say(f"{number:,} values of events were erased.")
	return DONE
