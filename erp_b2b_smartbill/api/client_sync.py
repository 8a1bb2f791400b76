"""REST: reading SmartBill's clients, by its API or from a file."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import invalid, not_found
from erp_b2b_smartbill.smartbill.clients import importing, job, site_files, sync_runs, sync_view
from erp_b2b_smartbill.smartbill.clients.files.refusal import MAX_COLUMNS
from erp_b2b_smartbill.smartbill.clients.record import FILE_FIELDS

ACCEPTED, OK = 202, 200
ACCOUNT = "SmartBill Account"


def start() -> tuple[dict[str, Any], int]:
	"""202 with the run: {account}, which may be left out when the site has one."""
	run = job.start(_account(), _trigger())
	return _view(run.name), ACCEPTED


def account() -> tuple[dict[str, Any], int]:
	"""200 with how an account stands: ?account=, which may be left out when the site has one."""
	return sync_view.account_view(_account()), OK


def show(run: str) -> tuple[dict[str, Any], int]:
	"""200 with how far it is."""
	return _view(run), OK


def stop(run: str) -> tuple[dict[str, Any], int]:
	"""200: what is in the air is finished, nothing more is read."""
	_run(run)
	job.stop(run)
	return _view(run), OK


def preview() -> tuple[dict[str, Any], int]:
	"""200 with what an import would do: {account, file, columns}. `file` is the name of a File, or the upload itself;
	`columns` says the field of columns that are to be others than recognised."""
	return importing.preview(_account(), _file(), _columns()), OK


def start_import() -> tuple[dict[str, Any], int]:
	"""202 with the run: as for the preview."""
	run = importing.start(_account(), _file(), _columns(), _trigger())
	return _view(run.name), ACCEPTED


def _view(run: str) -> dict[str, Any]:
	return sync_view.run_view(_run(run))


def _run(name: str) -> Any:
	if not frappe.db.exists(sync_runs.RUN, name):
		raise not_found(name)
	doc = frappe.get_doc(sync_runs.RUN, name)
	doc.check_permission("read")
	return doc


def _account() -> str:
	given = frappe.form_dict.get("account")
	if given:
		if not isinstance(given, str) or not frappe.db.exists(ACCOUNT, given):
			raise not_found(_("The SmartBill Account"))
		frappe.get_doc(ACCOUNT, given).check_permission("read")
		return given
	names = frappe.get_list(ACCOUNT, pluck="name", limit=2)
	if not names:
		raise not_found(_("The SmartBill Account"))
	if len(names) > 1:
		raise invalid("account", _("There are several SmartBill Accounts: say which one."))
	return names[0]


def _trigger() -> str:
	"""Programs sign in with a token, people have a session."""
	return sync_runs.PROGRAM if frappe.get_request_header("Authorization") else sync_runs.PERSON


def _file() -> str:
	"""The name of the File; an upload becomes one."""
	upload = frappe.request.files.get("file")
	if upload is None:
		given = frappe.form_dict.get("file")
		if not given or not isinstance(given, str):
			raise invalid("file", _("Choose the file that SmartBill exported."))
		return given
	return (
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": upload.filename or "clients",
				"is_private": 1,
				"content": upload.stream.read(),
				"attached_to_field": site_files.LOOKED_AT,
			}
		)
		.insert(ignore_permissions=True)
		.name
	)


def _columns() -> dict[int, str | None] | None:
	"""{"0": "name", "3": null}: by the place of the column, counted from 0. Text in a form, an object in JSON."""
	given = frappe.form_dict.get("columns")
	if isinstance(given, str):
		try:
			given = json.loads(given) if given.strip() else None
		except ValueError:
			given = False
	if given is None:
		return None
	wrong = invalid("columns", _("The columns must be an object of column numbers and field names."))
	if not isinstance(given, dict):
		raise wrong
	found: dict[int, str | None] = {}
	for place, name in given.items():
		is_place = str(place).isdecimal() and len(str(place)) < 10 and int(place) < MAX_COLUMNS
		if not is_place or (name and name not in FILE_FIELDS):
			raise wrong
		found[int(place)] = name or None
	return found
