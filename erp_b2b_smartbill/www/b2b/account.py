"""/b2b/account: the buyer's own company, quotations and proformas."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import features
from erp_b2b_smartbill.portal import view, website
from erp_b2b_smartbill.registration import pages

no_cache = 1
sitemap = 0


def get_context(context: Any) -> None:
	if not features.is_on(features.PORTAL):
		raise pages.not_there()
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/b2b/account"
		raise frappe.Redirect
	context.no_cache = 1
	context.show_sidebar = False
	context.title = _("My company")
	context.companies = view.companies()
	context.b2b_data = pages.as_script_data(
		{
			"language": frappe.local.lang,
			"api": website.API,
			"texts": {**pages.shared_texts(), **website.texts()},
			"quotations": view.quotations(),
		}
	)
