"""/b2b/register: a company asks to become a customer."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.registration import limits, pages
from erp_b2b_smartbill.registration.form import MAX, ROMANIA

no_cache = 1
# the page may be switched off
sitemap = 0

API = "/api/v1/registrations"


def get_context(context: Any) -> None:
	pages.open_page(context, private=False)
	settings = frappe.get_cached_doc("B2B Settings")
	context.b2b_page = "register"
	context.title = _("Register your company")
	context.description = _(
		"Become a business customer: fill in the company's fiscal code, the rest takes two minutes."
	)
	context.decision_days = settings.decision_days or 2
	context.counties = pages.counties()
	context.countries = _countries()
	context.max_length = MAX
	context.max_files = settings.max_files
	context.max_file_mb = settings.max_file_mb
	context.terms_url = _terms_url(settings.terms_url)
	context.b2b_data = pages.for_scripts(
		context,
		api=API,
		opened=limits.opened_token(),
		counties=context.counties,
		home_country=ROMANIA,
		uploads=pages.upload_limits(),
		form=_texts(),
	)


def _countries() -> list[dict[str, str]]:
	"""Romania first, then by the name that the reader knows."""
	rows = [{"name": name, "label": _(name)} for name in frappe.get_all("Country", pluck="name", limit=0)]
	return sorted(rows, key=lambda row: (row["name"] != ROMANIA, row["label"].casefold()))


def _terms_url(url: str | None) -> str:
	"""A page of this website or a full address; nothing that a browser would run."""
	url = (url or "").strip()
	if url.lower().startswith(("https://", "http://")):
		return url
	return f"/{url.lstrip('/')}" if url and ":" not in url.partition("/")[0] else ""


def _texts() -> dict[str, Any]:
	return {
		"required": {
			"cui": _("Type the fiscal code (CUI)."),
			"company_name": _("Type the name of the company."),
			"vat_payer": _("Say whether the company is a VAT payer."),
			"country": _("Choose the country."),
			"county": _("Choose the county."),
			"county_abroad": _("Type the region."),
			"city": _("Type the city."),
			"sector": _("Choose the sector."),
			"address_line": _("Type the street and the number."),
			"first_name": _("Type the first name of the contact person."),
			"last_name": _("Type the last name of the contact person."),
			"email": _("Type the e-mail address."),
			"phone": _("Type the phone number."),
			"terms_accepted": _("Accept the terms to go on."),
		},
		"labels": {
			"cui": _("Fiscal code (CUI)"),
			"cui_abroad": _("VAT number, if there is one"),
			"company_name": _("Company name"),
			"reg_com": _("Trade register no."),
			"vat_payer": _("VAT payer"),
			"county": _("County"),
			"county_abroad": _("Region"),
			"city": _("City"),
			"sector": _("Sector"),
			"address_line": _("Street and number"),
			"postal_code": _("Postal code"),
		},
		"wrong": {
			"cui": _("This does not look like a fiscal code: 2 to 10 digits, with or without RO. Check it."),
			"cui_digit": _("The last digit does not fit: look for a typing error."),
			"email": _("Type one e-mail address, such as name@company.ro."),
			"phone": _("Type a phone number, such as 0722 123 456 or +40 722 123 456."),
			"iban": _("This IBAN does not look right: look for a typing error."),
			"postal_code": _("A Romanian postal code has 6 digits."),
		},
		"lookup": {
			"asking": _("Asking ANAF…"),
			"is_it_you": _("Is it you?"),
			"vat_payer": _("VAT payer"),
			"not_vat_payer": _("not a VAT payer"),
			"inactive": _("ANAF lists this company as inactive. You may send the request all the same."),
			"struck_off": _(
				"ANAF says that this company is struck off. You may send the request all the same."
			),
			"yes": _("Yes, fill it in"),
			"no": _("No, I fill it in myself"),
			"filled": _("Filled in from ANAF. Look it over, and change what is not right."),
			"already": _("What you typed is what ANAF knows."),
			"differs": _("You typed something else. What shall stand?"),
			"keep": _("Keep what I typed"),
			"replace": _("Take ANAF's"),
			"kept": _("What you typed stays."),
			"unknown": _("ANAF does not know this code. Check it, or fill in the rest by hand."),
			"unavailable": _("ANAF does not answer right now. Fill in the rest by hand."),
		},
		"yes": _("Yes"),
		"no": _("No"),
		"summary_one": _("One field needs your attention."),
		"summary": _("{0} fields need your attention."),
		"restored": _("Here is what you had typed before."),
		"start_over": _("Start over"),
	}
