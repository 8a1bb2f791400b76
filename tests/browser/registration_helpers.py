"""What the browser tests of the registration share: a site that takes requests, and a careful applicant."""

import contextlib
from collections.abc import Iterator
from typing import Any

import requests
from desk_helpers import cleaned, control, knobs

from erp_b2b_smartbill.tests.registration_case import ANAF, PDF, SETTINGS, submission

# valid, and nobody the sandbox's tax office knows
UNKNOWN_CUI = "20000005"
WRONG_CUI = "12345678"
REGISTER = "/b2b/register"


@contextlib.contextmanager
def registration_open(frappe: Any, sandbox: Any, **values: Any) -> Iterator[None]:
	"""The registration is switched on and can send e-mail; what is made meanwhile is deleted."""
	from erp_b2b_smartbill.tests import factories

	wanted = {**SETTINGS, "terms_url": "", "contact_email": "", "contact_phone": "", **values}
	before = {field: frappe.db.get_single_value("B2B Settings", field) for field in wanted}
	with cleaned(frappe, sandbox):
		factories.outgoing_email_account()
		settings(frappe, **wanted)
		knobs(sandbox, anaf_limit=0)
		forget(frappe)
		try:
			yield
		finally:
			frappe.db.rollback()
			frappe.set_user("Administrator")
			settings(frappe, **before)
			forget(frappe)


def settings(frappe: Any, **values: Any) -> None:
	frappe.db.set_single_value("B2B Settings", values)
	frappe.db.commit()
	frappe.clear_document_cache("B2B Settings", "B2B Settings")


def forget(frappe: Any) -> None:
	"""What was asked of the tax office, and what was counted."""
	for pattern in ("anaf", "rl:"):
		frappe.cache.delete_keys(pattern)


def request_of_guest(url: str, frappe: Any, **values: Any) -> Any:
	"""A request sent over REST, as it is stored."""
	form = requests.get(f"{url}/api/v1/registrations/form", timeout=60).json()["data"]
	given = {**submission(**values), "opened": form["opened"]}
	answer = requests.post(f"{url}/api/v1/registrations", data=given, timeout=60)
	assert answer.status_code == 201, answer.text
	frappe.db.rollback()
	return frappe.get_doc("B2B Registration", {"email": given["email"]})


def confirmed_request(url: str, frappe: Any, **values: Any) -> Any:
	from erp_b2b_smartbill.registration import tokens

	doc = request_of_guest(url, frappe, **values)
	token = tokens.make(doc, "confirm")
	answer = requests.post(f"{url}/api/v1/registrations/confirm", json={"token": token}, timeout=60)
	assert answer.status_code == 200, answer.text
	return stored(frappe, doc)


def stored(frappe: Any, doc: Any) -> Any:
	frappe.db.rollback()
	return frappe.get_doc("B2B Registration", doc.name)


def page_of(doc: Any, purpose: str, language: str = "en") -> str:
	"""The address in the e-mail, below the site's."""
	from erp_b2b_smartbill.registration import tokens

	return f"/b2b/{purpose}?token={tokens.make(doc, purpose)}&_lang={language}"


# the form


def open_form_of_registration(page: Any, language: str = "en") -> None:
	page.goto(f"{REGISTER}?_lang={language}")
	page.locator("#registration [type=submit]:enabled").wait_for()


def fill_by_hand(page: Any, **values: Any) -> dict[str, Any]:
	"""Everything that has to be filled in; returns what a program would have sent. A value None leaves a field alone."""
	given = submission(**values)
	for field, value in given.items():
		if value is None or field in (
			"vat_payer",
			"county",
			"country",
			"terms_accepted",
			"language",
			"message",
		):
			continue
		page.fill(f"#{field}", value)
	page.locator(f'[name=vat_payer][value="{given["vat_payer"]}"]').check()
	page.select_option("#county", label=given["county"])
	page.check("#terms_accepted")
	return given


def send(page: Any) -> None:
	page.locator("#registration [type=submit]").click()


def error_of(page: Any, field: str) -> Any:
	return page.locator(f"#{field}-error")


def document(
	name: str = "certificat.pdf", content: bytes = PDF, kind: str = "application/pdf"
) -> dict[str, Any]:
	return {"name": name, "mimeType": kind, "buffer": content}


def anaf_fails(sandbox: Any, action: str, **order: Any) -> None:
	control(sandbox, "faults", {"match": {"path": ANAF}, "action": action, "times": 0, **order})
