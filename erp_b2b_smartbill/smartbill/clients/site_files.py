"""Files that the app itself puts into the site: moved there, not read into memory, whatever their size."""

from __future__ import annotations

import os
from typing import Any

import frappe


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
