"""A company that nobody knows yet, by its CUI: what the tax office says of it, and the Customer made of that."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.anaf.answers import FOUND, UNAVAILABLE, Company
from erp_b2b_smartbill.anaf.lookup import look_up
from erp_b2b_smartbill.customers import identity, known, onboard
from erp_b2b_smartbill.customers.onboard import NewAddress, NewCustomer, Terms
from erp_b2b_smartbill.exceptions import AppError, Conflict, invalid, not_found
from erp_b2b_smartbill.selecting import rights

INVALID = "invalid"
RETRY_AFTER_S = 30


class AnafUnavailable(AppError):
	"""The tax office does not answer: nothing is known of the company, and nothing was made."""

	code = "anaf_unavailable"
	http_status_code = 503


def card(text: str | None) -> dict[str, Any]:
	"""What the tax office says of a CUI, for whoever is to confirm it, with the Customer that it is already, if the user
	may read that. `state` is found, unknown, unavailable or invalid. Never raises."""
	cui = identity.valid_cui(text)
	if not cui:
		return {"state": INVALID, "cui": None, "customer": None, "customer_name": None}
	customer = next((name for name in of_cui(cui) if rights.may_read(name)), None)
	title = frappe.db.get_value("Customer", customer, "customer_name") if customer else None
	found = _asked(cui)
	told = {"state": found.state, "cui": cui, "customer": customer, "customer_name": title}
	if not found.company:
		return told
	company = found.company
	return told | {
		"name": company.name,
		"reg_com": company.reg_com,
		"address": company.address_line,
		"city": company.city,
		"county": company.county,
		"postal_code": company.postal_code,
		"vat_payer": company.vat_payer,
		"active": not (company.inactive or company.struck_off),
		"struck_off": company.struck_off,
	}


def of_cui(cui: str) -> list[str]:
	"""The Customers with these digits, disabled ones too."""
	return known.by_cui({cui}).get(cui, [])


def digits(text: str | None) -> str:
	"""Of a valid CUI. Raises NotReady."""
	cui = identity.valid_cui(text)
	if not cui:
		raise invalid("cui", _("{0} is no valid CUI.").format((text or "")[:40]))
	return cui


def asked(cui: str) -> Company:
	"""What the tax office says of the company. Raises AnafUnavailable, NotFound, and Conflict for a company that is no
	more. To be called with nothing uncommitted."""
	found = _asked(cui)
	if found.state == UNAVAILABLE:
		raise AnafUnavailable(
			_("ANAF does not answer now. Try again in a moment, or make the Customer by hand."),
			retry_after=RETRY_AFTER_S,
		)
	if found.state != FOUND or not found.company:
		error = not_found()
		error.message = _("ANAF knows no company with the CUI {0}.").format(cui)
		error.code = "unknown_company"
		raise error
	if found.company.struck_off:
		raise Conflict(_("{0} is struck off at ANAF.").format(found.company.name), code="struck_off")
	return found.company


def make(company: Company) -> str:
	"""The Customer of the company. Raises CustomerExists, NotReady and what ERPNext raises."""
	place, line = company.city or company.county, company.address_line
	return onboard.make_customer(
		NewCustomer(
			name=company.name[:140],
			tax_id=f"RO{company.cui}" if company.vat_payer else company.cui,
			vat_payer="Yes" if company.vat_payer else "No",
			reg_com=company.reg_com,
			terms=Terms(customer_group=rights.place("Customer Group"), territory=rights.place("Territory")),
			# ERPNext wants both
			address=NewAddress(line or place, place or line, company.county, company.postal_code)
			if place or line
			else None,
		)
	).customer


def _asked(cui: str) -> Any:
	# nobody waits for the network with an open snapshot
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	return look_up(cui)
