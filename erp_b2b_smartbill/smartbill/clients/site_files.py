"""Files of clients in the site: those that the app itself puts there (moved, not read into memory, whatever their size),
and uploads that somebody only looked at, which do not stay."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.utils import add_to_date

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit.errors import log_masked_error

# of a File that somebody uploaded to see what importing it would do; the run that imports it takes it over
LOOKED_AT = "smartbill_import_preview"
KEEP_LOOKED_AT_HOURS = 24
CHUNK = 200


def delete_looked_at() -> None:
	"""Hook, daily: the uploads of yesterday that nobody imported, as after a browser was closed. They hold what a file of
	clients holds, CNPs and IBANs too."""
	before = add_to_date(clock.now(), hours=-KEEP_LOOKED_AT_HOURS)
	last = ""
	while names := _looked_at(before, last):
		for name in names:
			try:
				frappe.delete_doc("File", name, ignore_permissions=True, force=True, delete_permanently=True)
				frappe.db.commit()  # nosemgrep: frappe-manual-commit
			except Exception:
				frappe.db.rollback()
				log_masked_error("A file that was looked at could not be deleted")
		last = names[-1]


def _looked_at(before: datetime, after: str) -> list[str]:
	table = DocType("File")
	return (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.attached_to_field == LOOKED_AT)
		.where(table.creation < before)
		.where(table.name > after)
		.orderby(table.name)
		.limit(CHUNK)
		.run(pluck=True)
	)


def take_over(path: str, file_name: str, *, doctype: str, name: str, field: str | None = None) -> Any:
	"""Move the file at `path`, which lies in the site's folder, to the private files and return its File, attached to the
	document. In the caller's transaction. Inserting a File reads it whole and refuses what is larger than uploads may
	be; this is for what nobody uploads."""
	stored_name = f"{frappe.generate_hash(length=6)}-{os.path.basename(file_name)}"
	size = os.path.getsize(path)
	os.replace(path, frappe.get_site_path("private", "files", stored_name))
	doc = frappe.get_doc(
		{
			"doctype": "File",
			"name": frappe.generate_hash(length=10),
			"file_name": os.path.basename(file_name)[:140],
			"file_url": f"/private/files/{stored_name}",
			"file_size": size,
			"folder": "Home/Attachments",
			"is_private": 1,
			"attached_to_doctype": doctype,
			"attached_to_name": name,
			"attached_to_field": field,
		}
	)
	doc.db_insert()
	return doc
