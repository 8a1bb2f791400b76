"""What the public pages of the registration share: who may see them, their language, and what their scripts get."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import features, romania
from erp_b2b_smartbill.exceptions import NotFound
from erp_b2b_smartbill.registration import tokens, uploads

ROMANIAN, ENGLISH = "ro", "en"
LANGUAGES = (ROMANIAN, ENGLISH)

# as Romanians write them; the other counties have no letters of their own
_WRITTEN = {
	"AG": "Argeș",
	"B": "București",
	"BC": "Bacău",
	"BN": "Bistrița-Năsăud",
	"BR": "Brăila",
	"BT": "Botoșani",
	"BV": "Brașov",
	"BZ": "Buzău",
	"CL": "Călărași",
	"CS": "Caraș-Severin",
	"CT": "Constanța",
	"DB": "Dâmbovița",
	"GL": "Galați",
	"IL": "Ialomița",
	"IS": "Iași",
	"MH": "Mehedinți",
	"MM": "Maramureș",
	"MS": "Mureș",
	"NT": "Neamț",
	"SJ": "Sălaj",
	"TM": "Timiș",
	"VL": "Vâlcea",
}


def open_page(context: Any, *, private: bool = True) -> None:
	"""Prepare a page; a site whose registration is switched off has none. `private`: its address is a secret."""
	if not features.is_on(features.REGISTRATION):
		raise not_there()
	language = page_language()
	frappe.local.lang = language
	# what the base template shows was made before
	context.boot["lang"] = language
	context.no_cache = 1
	context.show_sidebar = False
	context.language = language
	context.other_language = ENGLISH if language == ROMANIAN else ROMANIAN
	context.contact = contact()
	if private:
		# neither search machines nor the sites that this page leads to shall learn the address
		context.metatags = {"robots": "noindex, nofollow", "referrer": "no-referrer"}


def not_there() -> Exception:
	"""To be raised. Frappe remembers addresses that it did not find: this one may exist in a moment."""
	frappe.local.no_cache = True
	return frappe.PageDoesNotExistError()


def page_language() -> str:
	"""What was asked for by address or browser, if the pages speak it, else Romanian."""
	asked = [frappe.form_dict.get("_lang")]
	if frappe.session.user == "Guest":
		asked += [
			frappe.request.cookies.get("preferred_language"),
			*frappe.request.accept_languages.values(),
		]
	else:
		asked.append(frappe.local.lang)
	for language in asked:
		spoken = str(language or "").lower().replace("_", "-").partition("-")[0]
		if spoken in LANGUAGES:
			return spoken
	return ROMANIAN


def open_of_token(context: Any, purpose: tokens.Purpose) -> tokens.Found:
	"""Prepare a page whose address has a token of this purpose; one that nobody was given leads to no page."""
	open_page(context)
	context.b2b_page = purpose
	context.token = str(frappe.form_dict.get("token") or "")
	try:
		return tokens.find(context.token, purpose)
	except NotFound as error:
		raise not_there() from error


def contact() -> dict[str, str]:
	"""Whom applicants ask."""
	settings = frappe.get_cached_doc("B2B Settings")
	return {"email": settings.contact_email or "", "phone": settings.contact_phone or ""}


def counties() -> list[dict[str, str]]:
	"""The counties as Romanians write and sort them."""
	rows = [
		{"code": code, "name": name, "label": _WRITTEN.get(code, name)}
		for code, name in romania.COUNTIES.items()
	]
	return sorted(rows, key=lambda row: row["name"])


def for_scripts(context: Any, **values: Any) -> str:
	"""What the page's script reads."""
	return as_script_data(
		{"language": context.language, "contact": context.contact, "texts": shared_texts(), **values}
	)


def as_script_data(data: Mapping[str, Any]) -> str:
	"""JSON that cannot end the element which holds it."""
	text = json.dumps(data, default=str, ensure_ascii=False, separators=(",", ":"))
	for sign in "<>&\u2028\u2029":
		text = text.replace(sign, f"\\u{ord(sign):04x}")
	for name in ("index", "next"):
		# Frappe puts links in their place, wherever in a page they stand
		text = text.replace(f"{{{name}}}", f"\\u007b{name}}}")
	return text


def upload_limits() -> dict[str, Any]:
	settings = frappe.get_cached_doc("B2B Settings")
	return {
		"max_files": settings.max_files,
		"max_bytes": (settings.max_file_mb or 0) * 1024 * 1024,
		"extensions": ["pdf", "jpg", "jpeg", "png"],
		"types": sorted(uploads.EXTENSIONS),
		"texts": {
			"too_many": _("At most {0} documents can be sent.").format(settings.max_files),
			"too_large": _("{0} is larger than {1} MB.").format("{0}", settings.max_file_mb),
			"wrong_type": _("{0} is not a PDF, JPG or PNG."),
			"empty": _("{0} is empty."),
			"remove": _("Remove {0}"),
		},
	}


def state_texts() -> Mapping[str, str]:
	"""What a step of a request is, for those who do not see its sign."""
	return {
		"done": _("done"),
		"current": _("in progress"),
		"todo": _("not yet"),
		"failed": _("ended"),
	}


def shared_texts() -> Mapping[str, str]:
	return {
		"offline": _(
			"There is no connection to the site. Nothing that you typed is lost: try again in a moment."
		),
		"unknown": _(
			"The connection broke before the answer came. Look into your e-mail before you send it again: it may "
			"have arrived."
		),
		"failed": _("Something went wrong here. Nothing that you typed is lost: try again in a moment."),
		"too_many": _(
			"Too many requests came from here. Nothing that you typed is lost: try again in {0} minutes."
		),
		"too_large": _("The documents are too large together. Send fewer or smaller ones."),
		"sending": _("Sending…"),
		"sending_part": _("Sending… {0} %"),
		"write_something": _("Write a sentence."),
	}
