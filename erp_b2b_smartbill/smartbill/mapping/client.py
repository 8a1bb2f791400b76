"""The client of the document. Source: docs/smartbill-api.md 2.1.2, 6.1, 6.2 and 6.6."""

from __future__ import annotations

from stdnum.eu import vat as eu_vat

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.smartbill.mapping.model import Address, Findings, Offer, Party
from erp_b2b_smartbill.smartbill.mapping.texts import MAX_NAME, one_line
from erp_b2b_smartbill.smartbill.payload import Payload
from erp_b2b_smartbill.text import N_, fold

ROMANIA = "ro"
EU = frozenset("at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk".split())


def client(offer: Offer, findings: Findings) -> Payload:
	party = offer.party
	if party is None:
		findings.problem("party_name", N_("The Quotation names no customer, lead or prospect that exists."))
		return {}
	is_romanian = offer.address is None or offer.address.country_code == ROMANIA
	code, is_payer = _romanian(party, findings) if is_romanian else _foreign(party, offer.address, findings)

	result: Payload = {"name": _name(party, findings)}
	if code:
		result["vatCode"] = code
	elif _is_company(party):
		findings.notice(
			"party_name",
			N_("{0} has no Tax ID: the proforma is issued without one.")
			if party.doctype == "Customer"
			else N_("{0} is not a Customer yet and has no Tax ID: the proforma is issued without one."),
			party.title,
			doctype=party.doctype,
			name=party.name,
		)
	# absent would mean "not a payer", whatever SmartBill's catalogue knows
	result["isTaxPayer"] = is_payer
	if reg_com := one_line(party.reg_com):
		result["regCom"] = reg_com
	result |= _place(offer.address, party, findings)
	contact = offer.contact
	for key, value in (
		("email", _first_email(contact.email)),
		("phone", one_line(contact.phone)),
		("contact", one_line(contact.name)),
	):
		if value:
			result[key] = value
	# saving would overwrite the accountant's record of this client
	result["saveToDb"] = False
	return result


def _name(party: Party, findings: Findings) -> str:
	name = one_line(party.title)
	if not name:
		findings.problem(
			"party_name", N_("The customer needs a name."), doctype=party.doctype, name=party.name
		)
	elif len(name) > MAX_NAME:
		findings.problem(
			"party_name",
			N_("The customer's name has {0} characters, and {1} fit: shorten it."),
			str(len(name)),
			str(MAX_NAME),
			doctype=party.doctype,
			name=party.name,
		)
	return name


def _is_company(party: Party) -> bool:
	"""A sole trader stands as a person in ERPNext and has a company's code."""
	return party.is_company or romania.cui_digits(party.tax_id) is not None


def _romanian(party: Party, findings: Findings) -> tuple[str, bool]:
	"""(code, is VAT payer)."""
	digits = romania.cui_digits(party.tax_id)
	if digits is None:
		return _personal_code(party, findings), party.vat_payer == "Yes" and party.is_company
	if not romania.is_valid_cui(digits):
		findings.notice(
			"party_name",
			N_("The Tax ID {0} of {1} has a wrong check digit: it may be mistyped."),
			party.tax_id,
			party.title,
			doctype=party.doctype,
			name=party.name,
		)
	is_payer = party.vat_payer == "Yes"
	if not party.vat_payer:
		is_payer = romania.has_ro_prefix(party.tax_id)
		findings.notice(
			"party_name",
			N_(
				"{0} is sent as a VAT payer because its Tax ID begins with RO; state it on the Customer to be sure."
			)
			if is_payer
			else N_(
				"{0} is sent as not a VAT payer because its Tax ID has no RO; state it on the Customer to be sure."
			),
			party.title,
			doctype=party.doctype,
			name=party.name,
		)
	return (f"RO{digits}" if is_payer else digits), is_payer


def _personal_code(party: Party, findings: Findings) -> str:
	"""What else stands as a Tax ID, verbatim: a personal code is never repeated in a message."""
	code = party.tax_id.strip()
	if not code.strip("-0 ."):
		# how people write "none"
		return ""
	if not romania.is_valid_cnp(code):
		findings.notice(
			"party_name",
			N_(
				"The Tax ID of {0} is neither a fiscal code nor a valid personal code of Romania: it is sent as it is."
			),
			party.title,
			doctype=party.doctype,
			name=party.name,
		)
	return code


def _foreign(party: Party, address: Address, findings: Findings) -> tuple[str, bool]:
	"""(code as it is written, is VAT payer)."""
	code = party.tax_id.strip()
	if not party.is_company or address.country_code not in EU:
		return code, party.vat_payer == "Yes" and party.is_company
	prefix = "EL" if address.country_code == "gr" else address.country_code.upper()
	has_prefix = romania.compact(code).startswith(prefix)
	if has_prefix and not eu_vat.is_valid(code):
		findings.notice(
			"party_name",
			N_("The Tax ID {0} of {1} does not look like a VAT number of {2}: it is sent as it is."),
			code,
			party.title,
			address.country,
			doctype=party.doctype,
			name=party.name,
		)
	if party.vat_payer:
		return code, party.vat_payer == "Yes"
	if code:
		findings.notice(
			"party_name",
			N_(
				"{0} is sent as a VAT payer because its Tax ID begins with {1}; state it on the Customer to be sure."
			)
			if has_prefix
			else N_(
				"{0} is sent as not a VAT payer because its Tax ID does not begin with {1}; "
				"state it on the Customer to be sure."
			),
			party.title,
			prefix,
			doctype=party.doctype,
			name=party.name,
		)
	return code, has_prefix


def _place(address: Address | None, party: Party, findings: Findings) -> Payload:
	if address is None:
		findings.problem(
			"customer_address",
			N_("The Quotation has no address: choose one, or give {0} a primary address."),
			party.title,
			doctype=party.doctype,
			name=party.name,
		)
		return {}

	def problem(template: str, *args: str) -> None:
		findings.problem(
			"customer_address", template, address.name, *args, doctype="Address", name=address.name
		)

	street = ", ".join(part for part in map(one_line, (address.line1, address.line2)) if part)
	if not street:
		problem(N_("The address {0} needs a street."))
	if not address.country:
		problem(N_("The address {0} needs a country."))
	if address.country_code != ROMANIA:
		if not address.city:
			problem(N_("The address {0} needs a city."))
		place = {
			"address": street,
			"city": address.city,
			"county": address.county,
			"country": address.country,
		}
		return {key: value for key, value in place.items() if value}

	city = address.city
	is_bucharest = fold(city) in ("bucuresti", "bucharest") or romania.sector(city)
	county = romania.county(address.county) or (romania.BUCHAREST if is_bucharest else None)
	if not county and address.county:
		problem(N_("The address {0} needs a county of Romania; it has {1}."), address.county)
	elif not county:
		problem(N_("The address {0} needs a county of Romania."))
	elif county == romania.BUCHAREST:
		city = romania.sector(address.city, address.line1, address.line2) or ""
		if not city:
			problem(N_("The address {0} is in Bucharest: name the sector (1 to 6) in its city or street."))
	elif not city:
		problem(N_("The address {0} needs a city."))
	return {"address": street, "city": city, "county": county or address.county, "country": "Romania"}


def _first_email(text: str) -> str:
	return text.replace(";", ",").partition(",")[0].strip()
