"""PDFs of print formats by the system's Chromium, headless."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import frappe

from embedded.browser import find_chromium
from embedded.overrides import replace

TIMEOUT_S = 60


@replace("frappe.utils.pdf:get_pdf")
def get_pdf(html: str, options: dict | None = None, **kwargs: Any) -> bytes:
	"""Return a page as PDF. Raises ValidationError when the machine has no Chromium or it fails."""
	chromium = find_chromium()
	if not chromium:
		frappe.throw(frappe._("Chromium is needed to make a PDF."))
	with tempfile.TemporaryDirectory() as folder:
		page, pdf = Path(folder, "page.html"), Path(folder, "page.pdf")
		page.write_text(frappe.utils.expand_relative_urls(html), encoding="utf-8")
		subprocess.run(
			[
				chromium,
				"--headless",
				"--no-sandbox",
				"--disable-gpu",
				"--disable-background-networking",
				"--no-pdf-header-footer",
				f"--user-data-dir={folder}/profile",
				f"--print-to-pdf={pdf}",
				page.as_uri(),
			],
			check=False,
			capture_output=True,
			timeout=TIMEOUT_S,
		)
		if not pdf.exists():
			frappe.throw(frappe._("Chromium could not make the PDF."))
		return pdf.read_bytes()


@replace("frappe.utils.pdf:pdf_body_html")
def pdf_body_html(template: Any, args: dict, **kwargs: Any) -> str:
	"""Render a print format, as the framework does before it makes a PDF or shows the print view."""
	return template.render(args, filters={"len": len})
