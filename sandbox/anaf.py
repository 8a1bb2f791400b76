"""The tax office's public look-up of companies (docs/smartbill-api.md section 6.7). All of it was seen in
other people's clients; the words of its errors are invented.
"""

import json
import re
from datetime import date
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox import gate, ratelimit
from sandbox.answers import Rejection, json_answer, rejected
from sandbox.call import Call
from sandbox.records import AnafCompany, Json

PATH = "/anaf/api/PlatitorTvaRest/v9/tva"
ROUTES = Map([Rule(PATH, methods=["POST"], endpoint=PATH)], merge_slashes=False)
MOST_AT_ONCE = 100


class _BadQuestion(ValueError):
	pass


def serve(call: Call) -> Response:
	if not ratelimit.admit_anaf(call):
		return error(429, "Too Many Requests")
	try:
		gate.find_route(ROUTES, call)
		gate.check_content_type(call)
		return _look_up(call)
	except NotFound:
		return Response("", 404)
	except Rejection as rejection:
		return rejected(call.request.path, rejection)
	except _BadQuestion as question:
		return error(400, str(question))


def error(status: int, message: str) -> Response:
	return json_answer({"cod": status, "message": message, "found": [], "notFound": []}, status)


def _look_up(call: Call) -> Response:
	known = {company.cui: company for company in call.state.anaf_companies}
	found, missing = [], []
	for cui, day in _questions(call.raw):
		if cui in known:
			found.append(_card(known[cui], day))
		else:
			missing.append(cui)
	# When nothing is found the answer is the same JSON under 404.
	status = 200 if found else 404
	message = "SUCCESS" if found else "NOT FOUND"
	return json_answer({"cod": status, "message": message, "found": found, "notFound": missing}, status)


def _questions(raw: bytes) -> list[tuple[int, str]]:
	"""CUI and day of each question, a CUI given as a text of digits included."""
	try:
		asked = json.loads(raw)
	except (ValueError, RecursionError) as error:
		raise _BadQuestion("Invalid JSON") from error
	if not isinstance(asked, list) or not asked:
		raise _BadQuestion("A list of {cui, data} is expected")
	if len(asked) > MOST_AT_ONCE:
		raise _BadQuestion(f"At most {MOST_AT_ONCE} CUI a request")
	return [_question(one) for one in asked]


def _question(one: Any) -> tuple[int, str]:
	if not isinstance(one, dict):
		raise _BadQuestion("A list of {cui, data} is expected")
	cui, day = str(one.get("cui", "")), str(one.get("data", ""))
	if not re.fullmatch(r"[0-9]{2,10}", cui):
		raise _BadQuestion(f"cui {cui[:20]!r} is not a number")
	try:
		date.fromisoformat(day)
	except ValueError as error:
		raise _BadQuestion(f"data {day[:20]!r} is not a date") from error
	return int(cui), day


def _card(company: AnafCompany, day: str) -> Json:
	"""A company in the layout of version 9."""
	status = f"INREGISTRAT din data {_romanian(company.registered_on)}"
	if company.struck_off_on:
		status = f"RADIERE din data {_romanian(company.struck_off_on)}"
	periods = []
	if company.vat_payer:
		periods.append(
			{
				"data_inceput_ScpTVA": company.registered_on,
				"data_sfarsit_ScpTVA": "",
				"data_anul_imp_ScpTVA": "",
				"mesaj_ScpTVA": "",
			}
		)
	address = (
		f"JUD. {company.county}, {company.city.upper()}, {company.street.upper()}, NR.{company.street_number}"
	)
	return {
		"date_generale": {
			"cui": company.cui,
			"data": day,
			"denumire": company.name,
			"adresa": address,
			"nrRegCom": company.reg_com,
			"telefon": "",
			"fax": "",
			"codPostal": company.postal_code,
			"act": "",
			"stare_inregistrare": status,
			"data_inregistrare": company.registered_on,
			"cod_CAEN": "4690",
			"iban": "",
			"statusRO_e_Factura": company.vat_payer,
			"organFiscalCompetent": "",
			"forma_de_proprietate": "",
			"forma_organizare": "",
			"forma_juridica": "",
		},
		"inregistrare_scop_Tva": {"scpTVA": company.vat_payer, "perioade_TVA": periods},
		"inregistrare_RTVAI": {
			"statusTvaIncasare": False,
			"dataInceputTvaInc": "",
			"dataSfarsitTvaInc": "",
			"dataActualizareTvaInc": "",
			"dataPublicareTvaInc": "",
			"tipActTvaInc": "",
		},
		"stare_inactiv": {
			"statusInactivi": bool(company.inactive_since),
			"dataInactivare": company.inactive_since,
			"dataReactivare": "",
			"dataPublicare": company.inactive_since,
			"dataRadiere": company.struck_off_on,
		},
		"inregistrare_SplitTVA": {
			"statusSplitTVA": False,
			"dataInceputSplitTVA": "",
			"dataAnulareSplitTVA": "",
		},
		"adresa_sediu_social": _address(company, "s"),
		"adresa_domiciliu_fiscal": _address(company, "d"),
	}


def _address(company: AnafCompany, prefix: str) -> Json:
	"""ANAF repeats the address, with the letter of its kind before every name."""
	parts = {
		"denumire_Strada": company.street,
		"numar_Strada": company.street_number,
		"denumire_Localitate": company.city,
		"cod_Localitate": "1",
		"denumire_Judet": company.county,
		"cod_Judet": "12",
		"cod_JudetAuto": company.county_code,
		"tara": "",
		"detalii_Adresa": "",
		"cod_Postal": company.postal_code,
	}
	return {prefix + name: value for name, value in parts.items()}


def _romanian(day: str) -> str:
	return f"{date.fromisoformat(day):%d.%m.%Y}"
