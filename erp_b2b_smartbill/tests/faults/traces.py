"""Secrets that must have been left nowhere: in no record, no log file, no answer."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe

EMAIL, TOKEN = "demo@example.ro", "demo-token"
WORDS = (
	TOKEN,
	b64encode(f"{EMAIL}:{TOKEN}".encode()).decode(),
	# however the text begins: what is left of it is told by the token
	b64encode(EMAIL.encode()).decode()[:16],
	"Authorization",
	"/documente/extern/",
)
SEARCHED = (
	"SmartBill Call",
	"Business Event",
	"Error Log",
	"Integration Request",
	"Comment",
	"Version",
	"Notification Log",
	"Activity Log",
	"SmartBill Proforma",
	"Email Queue",
)
_HASH = re.compile(r"[0-9a-f]{16}")


def found_in(text: str, links: set[str]) -> list[str]:
	"""The secrets that stand in a text; `links` are the hashes of public links that SmartBill gave away."""
	found = [word for word in WORDS if word in text]
	return found + sorted(links.intersection(_HASH.findall(text)))


def search(links: list[str], since: float) -> dict[str, Any]:
	"""Look through everything that the site keeps, and every log file that was written to since then."""
	hashes = set(links)
	found = []
	read = 0
	for where, text in (*_records(), *_log_files(since)):
		read += 1
		found += [f"{where}: {word}" for word in found_in(text, hashes)]
	return {"found": found, "read": read}


def forget(since: str) -> dict[str, Any]:
	"""The records that were searched; thousands of schedules would fill the disk."""
	for doctype in ("SmartBill Call", "Business Event", "Error Log", "Notification Log"):
		frappe.db.delete(doctype, {"creation": [">=", since]})
	frappe.db.commit()
	return {}


def _records() -> Iterator[tuple[str, str]]:
	for doctype in SEARCHED:
		if not frappe.db.exists("DocType", doctype):
			continue
		for row in frappe.get_all(doctype, fields=["*"]):
			yield f"{doctype} {row.name}", "\n".join(str(value) for value in row.values() if value)


def _log_files(since: float) -> Iterator[tuple[str, str]]:
	folders = [Path(frappe.get_site_path("logs"))]
	if sites_path := getattr(frappe.local, "sites_path", None):
		folders.append(Path(sites_path).resolve().parent / "logs")
	for folder in folders:
		for file in sorted(folder.glob("*")) if folder.is_dir() else ():
			if file.is_file() and file.stat().st_mtime >= since:
				yield str(file), file.read_text(encoding="utf-8", errors="replace")
