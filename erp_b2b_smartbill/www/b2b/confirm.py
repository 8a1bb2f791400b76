"""/b2b/confirm: the page behind the link in the confirmation mail. Only its button confirms: mail scanners open links."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.registration import pages, states, view
from erp_b2b_smartbill.www.b2b.register import API

no_cache = 1
sitemap = 0


def get_context(context: Any) -> None:
	found = pages.open_of_token(context, "confirm")
	context.title = _("Confirm the e-mail address")
	doc = frappe.get_doc("B2B Registration", found.name)
	shown = view.applicant(doc)
	context.company_name = shown["company_name"]
	context.email_hint = shown["email_hint"]
	context.b2b_data = pages.for_scripts(
		context,
		api=API,
		token=context.token,
		# who comes a second time is told how the request stands by the same button
		state="ready" if found.fresh or doc.status != states.AWAITING_CONFIRMATION else "expired",
		confirm={
			"states": pages.state_texts(),
			"follow": _("Follow the request"),
			"resent": _("The e-mail is on its way. Open the link in it; older ones work no more."),
		},
	)
