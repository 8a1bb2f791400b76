"""/b2b/welcome: the page behind the link in the welcome mail, which leads to a password."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.registration import onboarding, pages, tokens
from erp_b2b_smartbill.www.b2b.register import API

no_cache = 1
sitemap = 0


def get_context(context: Any) -> None:
	found = pages.open_of_token(context, "welcome")
	context.title = _("Welcome")
	doc = frappe.get_doc("B2B Registration", found.name)
	context.company_name = doc.company_name
	context.b2b_data = pages.for_scripts(
		context,
		api=API,
		token=context.token,
		state=_state(doc, found),
		welcome={
			"opening": _("Opening…"),
			"resent": _("The e-mail is on its way. Open the link in it; older ones work no more."),
		},
	)


def _state(doc: Any, found: tokens.Found) -> str:
	if doc.user and onboarding.has_password(doc.user):
		return "used"
	return "ready" if found.fresh else "expired"
