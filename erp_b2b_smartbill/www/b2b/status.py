"""/b2b/status: the applicant's private page of a request, by the token in its address."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.registration import pages, view
from erp_b2b_smartbill.www.b2b.register import API

no_cache = 1
sitemap = 0


def get_context(context: Any) -> None:
	found = pages.open_of_token(context, "status")
	context.title = _("Your request")
	settings = frappe.get_cached_doc("B2B Settings")
	context.max_files = settings.max_files
	context.max_file_mb = settings.max_file_mb
	context.b2b_data = pages.for_scripts(
		context,
		api=API,
		token=context.token,
		view=view.applicant(frappe.get_doc("B2B Registration", found.name)),
		uploads=pages.upload_limits(),
		status={
			"states": pages.state_texts(),
			"reason": _("Why"),
			"question": _("Our question"),
			"conversation": _("What was said"),
			"documents": _("Documents you sent"),
			"again": _("Send a new request"),
			"submitted": _("sent on {0}"),
			"us": _("We"),
			"you": _("You"),
			"answered": _("Thank you, we got your answer."),
			"resent": _("We sent the e-mail again. The link in the one before works no more."),
		},
	)
