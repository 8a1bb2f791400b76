"""From where an act comes, and who does it for whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe

from erp_b2b_smartbill.text import N_

DESK = N_("Desk")
REST = N_("REST")
PORTAL = N_("Portal")
WEBSITE = N_("Website")
JOB = N_("Job")
COMMAND = N_("Command")
IMPORT = N_("Import")
DATA_IMPORT = N_("Data Import")
SYSTEM = N_("System")

# nobody sits before these: whoever asked for the document is who they work for
_UNATTENDED = (JOB, COMMAND, IMPORT)


@contextmanager
def within(origin: str) -> Iterator[None]:
	"""What is done meanwhile comes from `origin`, whatever process does it."""
	before = frappe.flags.b2b_origin
	frappe.flags.b2b_origin = origin
	try:
		yield
	finally:
		frappe.flags.b2b_origin = before


def here() -> str:
	"""One of the constants above."""
	if frappe.flags.b2b_origin:
		return frappe.flags.b2b_origin
	if (
		frappe.flags.in_install
		or frappe.flags.in_migrate
		or frappe.flags.in_patch
		or frappe.flags.in_uninstall
	):
		return SYSTEM
	if frappe.flags.in_import:
		return DATA_IMPORT
	if request := getattr(frappe.local, "request", None):
		return _of_request(request)
	return JOB if getattr(frappe.local, "job", None) else COMMAND


def _of_request(request: Any) -> str:
	if request.headers.get("Authorization"):
		return REST
	user = frappe.session.user
	if user == "Guest":
		return WEBSITE
	return PORTAL if frappe.get_cached_value("User", user, "user_type") == "Website User" else DESK


def actors(doc: Any, origin: str, on_behalf_of: str | None = None) -> tuple[str, str | None]:
	"""(who, on whose behalf or None). Who works in another's name by Frappe's Impersonate is named himself."""
	user = frappe.session.user
	if by := impersonator():
		return by, user
	if not on_behalf_of and origin in _UNATTENDED:
		on_behalf_of = doc.get("requested_by")
	return user, on_behalf_of if on_behalf_of != user else None


def impersonator() -> str | None:
	"""Who works in the user's name by Frappe's Impersonate; in a job, who did when it was asked for."""
	if by := (frappe.session.data or {}).get("impersonated_by"):
		return by
	user, by = frappe.flags.b2b_impersonated or (None, None)
	return by if user == frappe.session.user else None


@contextmanager
def impersonated(by: str | None) -> Iterator[None]:
	"""For a job, as the user who asked: `by` is who worked in his name, the `impersonator` of then."""
	before = frappe.flags.b2b_impersonated
	frappe.flags.b2b_impersonated = (frappe.session.user, by) if by else None
	try:
		yield
	finally:
		frappe.flags.b2b_impersonated = before


def address() -> str | None:
	"""The caller's IP address, where there is a caller."""
	return getattr(frappe.local, "request_ip", None) if getattr(frappe.local, "request", None) else None
