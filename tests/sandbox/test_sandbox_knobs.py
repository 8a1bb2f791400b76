"""Every knob turns something: one observation at its default, another at each other value."""

import io

import pypdf
import pytest

from sandbox.knobs import KNOBS

CIF = "RO12345674"
NUMBER_42 = [{"cif": CIF, "name": "PRFB2B", "type": "p", "next": 42, "width": 4}]


def message(answer):
	return answer.json()["errorText"]


def seen_number(box):
	box.reset(series=NUMBER_42, knobs=current(box))
	return box.next_number()


def current(box):
	return {name: knob["value"] for name, knob in box.done("GET", "/knobs").items()}


def row(box, **changes):
	product = {**box.sample()["products"][0], **changes}
	return {name: value for name, value in product.items() if value is not None}


def status_of_create(**changes):
	return lambda box: box.create(**changes).status_code


def status_of_row(**changes):
	return lambda box: box.create(products=[row(box, **changes)]).status_code


def typo(box):
	answer = box.create(zzz=1)
	return answer.status_code, answer.headers["Content-Type"].split(";")[0]


def tax_of_nothing(box):
	return box.created(products=[row(box, taxName=None, taxPercentage=0)])["rows"][0]["tax_name"]


def excess(box):
	product, discount = box.sample()["products"]
	return box.create(products=[product, {**discount, "numberOfItems": 5}]).status_code


def quota(box):
	return [box.create().status_code for _ in range(3)]


def pdf_text(box):
	box.create()
	content = box.named("GET", "/estimate/pdf").content
	if not content.startswith(b"%PDF-"):
		return content[:14]
	text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
	reference = "Ref. SAL-QTN-2026-00017/1"
	return reference in text, "".join(reference.split()) in "".join(text.split())


def after_deletion(box):
	box.create()
	box.named("DELETE", "/estimate")
	return box.next_number()


def delete_first(box):
	box.create()
	box.create()
	return box.named("DELETE", "/estimate").status_code


def cancel_invoiced(box):
	box.create()
	box.invoice()
	return box.named("PUT", "/estimate/cancel").status_code


def listed_drafts(box):
	box.create()
	box.invoice(isDraft=True)
	return box.named("GET", "/estimate/invoices").json()["areInvoicesCreated"]


def one_too_many(box):
	return [box.v1("GET", "/stocks", params={"cif": CIF}).status_code for _ in range(3)][-1]


def second_window(box):
	box.knobs(v1_limit=1)
	one_call = {"params": {"cif": CIF}}
	box.v1("GET", "/stocks", **one_call)
	box.advance(5)
	return box.v1("GET", "/stocks", **one_call).status_code


def end_of_block(box):
	box.fault("rate_block")
	box.v1("GET", "/stocks")
	box.advance(60)
	return box.v1("GET", "/stocks", params={"cif": CIF}).status_code


def call_in_block(box):
	box.fault("rate_block")
	box.v1("GET", "/stocks")
	box.advance(500)
	box.v1("GET", "/stocks")
	box.advance(200)
	return box.v1("GET", "/stocks", params={"cif": CIF}).status_code


def block_status(box):
	box.fault("rate_block")
	return [box.v1("GET", "/stocks").status_code for _ in range(2)]


def second_v3_window(box):
	box.knobs(v3_limit=1)
	box.v3(limit=1)
	box.advance(5)
	return box.v3(limit=1).status_code


def third_v3_call(box):
	return [box.v3(limit=1).status_code for _ in range(3)][-1]


def read_company(**query):
	return lambda box: box.v1("GET", "/tax", params=query).status_code


def find_by_series_name(box):
	box.create()
	query = {"cif": CIF, "seriesName": "PRFB2B", "number": "0001"}
	return box.v1("GET", "/estimate/invoices", params=query).status_code


def find_without_zeros(box):
	box.create()
	return box.named("GET", "/estimate/invoices", "1").status_code


def after_a_lost_cursor(box):
	_first, second = (one["id"] for one in box.v3(limit=2).json()["items"])
	box.done("POST", "/clients", {"delete": [second]})
	return box.v3(after=second).status_code


# knob, how to look at it, what is seen at the default, what at each other value
EFFECTS = [
	("lenient_numbers", status_of_row(price="25.5"), 400, {"on": 200}),
	("lenient_numbers", status_of_row(taxPercentage="21%"), 400, {"on": 400}),
	("lenient_strings", status_of_create(mentions=17), 400, {"on": 200}),
	("null_policy", status_of_row(code=None, productDescription=""), 200, {"error": 200}),
	(
		"null_policy",
		lambda box: box.v1("POST", "/estimate/v2", {**box.sample(), "mentions": None}).status_code,
		200,
		{"error": 400},
	),
	("typo_mode", typo, (400, "application/json"), {"html500": (500, "text/html")}),
	("missing_cif", read_company(), 401, {"400text": 400}),
	("cif_match", read_company(cif="12345674"), 401, {"digits": 200}),
	("series_param_any_case", find_by_series_name, 200, {"off": 400}),
	("number_match", find_without_zeros, 410, {"int": 200}),
	("refusal_status", status_of_create(seriesName="NU"), 400, {200: 200, 422: 422}),
	("refusal_status", status_of_create(products=[{}] * 401), 410, {200: 410, 422: 410}),
	("wrap", lambda box: "sbcResponse" in box.create().json(), False, {"on": True}),
	(
		"wrap",
		lambda box: "sbcTaxes" in box.v1("GET", "/tax", params={"cif": CIF}).json(),
		False,
		{"on": True},
	),
	("next_number_type", seen_number, 42, {"string": "0042"}),
	("mu", lambda box: box.v1("GET", "/company/mu", params={"cif": CIF}).status_code, 200, {"off": 404}),
	("legacy_create", status_of_create(path="/estimate"), 200, {"off": 404}),
	("unit_check", status_of_row(measuringUnitName="palet"), 400, {"off": 200}),
	("negative_price", status_of_row(price=-1), 200, {"refuse": 400}),
	("zero_tax_default", tax_of_nothing, "Taxare inversa", {"TVA Inclus": "TVA Inclus"}),
	("excess_items", excess, 200, {"refuse": 400}),
	("vat_rounding", lambda box: box.created()["totals"]["gross"], "277.69", {"rate": "277.70"}),
	("duplicate_client", status_of_create(), 200, {"Atelier Demo SRL": 400, "Altcineva": 200}),
	("quota_left", quota, [200, 200, 200], {2: [200, 200, 400], 0: [400, 400, 400]}),
	("email_server", status_of_create(sendEmail=True), 200, {"off": 400}),
	(
		"pdf_text",
		pdf_text,
		(True, True),
		{
			"none": (False, False),
			"wrapped": (False, True),
			"empty": b"",
			"html": b"<!doctype html",
		},
	),
	("reuse_number", after_deletion, 1, {"off": 2}),
	("delete_last_only", delete_first, 200, {"on": 403}),
	("cancel_invoiced", cancel_invoiced, 200, {"refuse": 400}),
	("list_drafts", listed_drafts, True, {"off": False}),
	("v1_limit", one_too_many, 200, {2: 403, 0: 200}),
	("v1_window_s", second_window, 403, {5: 200}),
	("v1_block_s", end_of_block, 403, {60: 200}),
	("block_status", block_status, [403, 403], {429: [429, 429], 422: [422, 422]}),
	("block_resets", call_in_block, 403, {"off": 200}),
	("v3_limit", third_v3_call, 200, {2: 429, 0: 200}),
	("v3_window_s", second_v3_window, 429, {5: 200}),
	("v3_daily_limit", third_v3_call, 200, {2: 429, 0: 200}),
	("v3_lost_cursor", after_a_lost_cursor, 200, {"400": 400, "404": 404}),
	("v3_cif", lambda box: box.v3(cif="12345674").status_code, 404, {"digits": 200}),
	("anaf_limit", lambda box: [box.anaf(1090).status_code for _ in range(2)][-1], 429, {2: 200, 0: 200}),
]


@pytest.mark.parametrize(
	("knob", "look", "at_default", "at_others"),
	EFFECTS,
	ids=[f"{place}-{effect[0]}" for place, effect in enumerate(EFFECTS)],
)
def test_the_knob_has_its_effect(box, knob, look, at_default, at_others):
	assert look(box) == at_default
	for value, expected in at_others.items():
		box.reset()
		box.knobs(**{knob: value})
		assert look(box) == expected, f"{knob}={value}"


def test_no_knob_is_without_effect():
	assert {effect[0] for effect in EFFECTS} == set(KNOBS)


def test_knobs_are_listed_with_what_they_take(box):
	box.knobs(refusal_status=200)
	listing = box.done("GET", "/knobs")
	assert list(listing) == list(KNOBS)
	assert listing["refusal_status"] == {
		"value": 200,
		"default": 400,
		"allowed": "one of 400, 200, 422",
		"meaning": KNOBS["refusal_status"].meaning,
	}


@pytest.mark.parametrize(
	("changes", "complaint"),
	[
		({"no_such": 1}, "no_such: no such knob"),
		({"refusal_status": 404}, "one of 400, 200, 422"),
		({"refusal_status": "200"}, "one of 400, 200, 422"),
		({"mu": 1}, "one of on, off"),
		({"v1_limit": -1}, "a whole number from 0"),
		({"v1_limit": True}, "a whole number from 0"),
		({"v1_limit": None}, "a whole number from 0"),
		({"duplicate_client": ""}, "a text or null"),
		({"refusal_status": 200, "mu": "maybe"}, "one of on, off"),
	],
)
def test_a_wrong_knob_is_refused_and_turns_nothing(box, changes, complaint):
	answer = box.control("POST", "/knobs", changes)
	assert answer.status_code == 400 and complaint in answer.json()["error"]["message"]
	assert all(knob["value"] == knob["default"] for knob in box.done("GET", "/knobs").values())


def test_a_switch_takes_true_and_false_too(box):
	box.knobs(mu=False, wrap=True, duplicate_client=None)
	values = current(box)
	assert (values["mu"], values["wrap"]) == ("off", "on")
