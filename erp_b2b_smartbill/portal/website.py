"""What is added to ERPNext's own pages: the way to the account; on a Quotation the buyer's answer and the proforma."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.website.utils import can_cache

from erp_b2b_smartbill import features
from erp_b2b_smartbill.portal.access import ROLE
from erp_b2b_smartbill.registration.pages import shared_texts

PATH = "quotations/"
ACCOUNT = "/b2b/account"
API = "/api/v1/portal"


def extend(context: Any) -> dict[str, Any] | None:
	"""Hook `update_website_context`, run for every page of the website: cheap for all but ours."""
	# the context's own path is the template's
	is_quotation = str(getattr(frappe.local, "path", None) or "").startswith(PATH)
	if frappe.session.user == "Guest" or not (is_quotation or context.get("show_sidebar")):
		return None
	if can_cache(context.get("no_cache")):
		# Frappe will show what it makes now to others too
		return None
	if not features.is_on(features.PORTAL) or ROLE not in frappe.get_roles():
		return None
	return {**_with_menu(context), **(_with_answer(context) if is_quotation else {})}


def _with_menu(context: Any) -> dict[str, Any]:
	# not among Portal Settings' standard items, which stay when the switch is off; and the list is Frappe's cached one
	items = context.get("sidebar_items") or []
	if not isinstance(items, list) or any(item.get("route") == ACCOUNT for item in items):
		return {}
	return {"sidebar_items": [{"title": _("My company"), "route": ACCOUNT}, *items]}


def _with_answer(context: Any) -> dict[str, Any]:
	if (boot := context.get("boot")) is not None:
		# nothing of the address: Frappe writes this into a script as it is
		boot["b2b_portal"] = {
			"language": frappe.local.lang,
			"api": API,
			"favourites": features.is_on(features.OVERVIEW),
			"texts": {**shared_texts(), **texts()},
		}
	return {
		"web_include_js": [*(context.get("web_include_js") or []), "b2b_portal.bundle.js"],
		"web_include_css": [*(context.get("web_include_css") or []), "b2b_website.bundle.css"],
	}


def texts() -> dict[str, str]:
	"""What the scripts of the buyer's pages say."""
	return {
		"accept": _("Accept"),
		"decline": _("Decline"),
		"comment": _("Comment"),
		"optional": _("optional"),
		"accept_title": _("Accept the quotation {0}?"),
		"decline_title": _("Decline the quotation {0}?"),
		"decline_why": _("Tell us why, so that we can make a better offer."),
		"accept_next": _("We get in touch to confirm the order."),
		"send_accept": _("Yes, accept it"),
		"send_decline": _("Yes, decline it"),
		"back": _("Back"),
		"proforma": _("Proforma {0}"),
		"valid_till": _("valid until {0}"),
		"quotation_pdf": _("Quotation (PDF)"),
		"proforma_pdf": _("Proforma {0} (PDF)"),
		"thanks": _("Thank you. We got your answer."),
		"none": _("There are no quotations yet."),
		"your_answer": _("Your answer"),
		"answered_on": _("{0} on {1}"),
		"favourites": _("Favourites"),
		"favourites_hint": _("Mark what you buy often: we see it when we make you the next offer."),
		"favourite": _("Favourite: {0}"),
	}
