"""REST: issuing many proformas at once."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import NotAllowed
from erp_b2b_smartbill.permissions import may_see_run
from erp_b2b_smartbill.smartbill import bulk, runs
from erp_b2b_smartbill.smartbill.run_view import run_view

ACCEPTED, OK = 202, 200


def start() -> tuple[dict[str, Any], int]:
	"""202 with the run: {quotations: [names]}, at most 500. Its job works through them in the background."""
	run = bulk.start(_names(frappe.form_dict.get("quotations")))
	return run_view(_run(run.name)), ACCEPTED


def show(run: str) -> tuple[dict[str, Any], int]:
	"""200 with how far it is and a result per Quotation."""
	return run_view(_run(run)), OK


def stop(run: str) -> tuple[dict[str, Any], int]:
	"""200: the document in the air is finished, nothing more is sent."""
	bulk.stop(_run(run).name)
	return run_view(_run(run)), OK


def _run(name: str) -> Any:
	doc = frappe.get_doc(runs.RUN, name)
	if not may_see_run(doc.requested_by, frappe.session.user):
		raise NotAllowed(_("This run is somebody else's."))
	return doc


def _names(given: Any) -> Any:
	"""A list comes as JSON from programs, as text from a form."""
	if isinstance(given, str):
		try:
			return json.loads(given)
		except ValueError:
			return None
	return given
