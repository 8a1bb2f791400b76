"""The tax office's look-up (docs/smartbill-api.md section 6.7)."""

import pytest
import requests


def test_a_company_comes_in_the_layout_of_version_9(box):
	answer = box.anaf(12345674, 11)
	assert (answer.status_code, answer.json()["cod"], answer.json()["notFound"]) == (200, 200, [11])
	(company,) = answer.json()["found"]
	general = company["date_generale"]
	assert (general["cui"], general["data"]) == (12345674, "2026-11-23")
	assert general["stare_inregistrare"] == "INREGISTRAT din data 01.02.2019"
	assert company["inregistrare_scop_Tva"]["scpTVA"] is True
	assert company["adresa_sediu_social"]["scod_JudetAuto"] == "CJ"
	assert company["adresa_domiciliu_fiscal"]["ddenumire_Localitate"] == "Mun. Cluj-Napoca"


def test_the_seed_has_a_company_of_every_kind(box):
	found = {one["date_generale"]["cui"]: one for one in box.anaf("98765438", 1090, 42839).json()["found"]}
	assert found[98765438]["inregistrare_scop_Tva"]["scpTVA"] is False
	assert found[1090]["stare_inactiv"]["statusInactivi"] is True
	assert "Sector 1" in found[1090]["adresa_sediu_social"]["sdenumire_Localitate"]
	assert found[42839]["stare_inactiv"]["dataRadiere"] == "2021-05-10"
	assert found[42839]["date_generale"]["stare_inregistrare"].startswith("RADIERE")


@pytest.mark.parametrize(
	"body",
	[
		{},
		[],
		[5],
		[{"data": "2026-11-23"}],
		[{"cui": "RO12345674", "data": "2026-11-23"}],
		[{"cui": 12345674, "data": "23.11.2026"}],
	],
)
def test_a_question_that_is_none_is_400(box, body):
	assert box.anaf(body=body).status_code == 400


def test_what_is_no_json_is_refused(box):
	url = f"{box.url}/anaf/api/PlatitorTvaRest/v9/tva"
	headers = {"Content-Type": "application/json"}
	assert requests.post(url, data="{", headers=headers, timeout=5).status_code == 400
	box.knobs(anaf_limit=0)
	assert requests.post(url, data="[]", timeout=5).status_code == 415
	assert requests.get(url, timeout=5).status_code == 405
	assert requests.get(f"{box.url}/anaf/nothing", timeout=5).status_code == 404
