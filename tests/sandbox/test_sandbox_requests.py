"""What happens to a V1 request before any rule sees it: the order of the steps, and the shapes of answers
(docs/smartbill-api.md sections 1 and 7.3)."""

import pytest
import requests

CIF = "RO12345674"


def post(box, path="/estimate/v2", data="{}", auth=("demo@example.ro", "demo-token"), **headers):
	headers = {"Content-Type": "application/json", **headers}
	url = f"{box.url}/SBORO/api{path}"
	return requests.post(url, data=data, auth=auth, headers=headers, timeout=5)


def error_of(answer):
	return answer.json()["errors"][0]


def test_a_classic_answer_is_the_envelope(box):
	answer = box.create(path="/estimate")
	assert answer.json() == {"errorText": "", "message": "", "number": "0001", "series": "PRFB2B", "url": ""}
	assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_v2_create_adds_three_fields_and_the_address_opens_the_pdf_for_anyone(box):
	answer = box.create().json()
	assert answer["documentId"] == 10001
	assert answer["documentUrl"] == f"{box.url}/documente/editare/estimate/10001/"
	page = requests.get(answer["documentViewUrl"], timeout=5)
	assert page.headers["Content-Type"] == "application/pdf" and b"SANDBOX" in page.content
	assert "SANDBOX" in requests.get(answer["documentUrl"], timeout=5).text
	invoice = box.invoice().json()
	assert invoice["documentUrl"] == f"{box.url}/documente/editare/factura/10002/"
	assert requests.get(invoice["documentViewUrl"], timeout=5).content.startswith(b"%PDF-")


def test_a_v2_refusal_has_the_v2_fields_without_a_document(box):
	answer = box.create(seriesName="NU").json()
	assert (answer["number"], answer["documentId"], answer["documentUrl"]) == ("", -1, "")


def test_a_null_company_is_a_server_error_without_document_id(box):
	answer = box.v1("POST", "/estimate/v2", {"companyVatCode": None})
	assert answer.status_code == 500
	assert answer.json()["errorText"] == "Internal Server Error!" and answer.json()["documentId"] is None


@pytest.mark.parametrize(
	"auth", [None, ("demo@example.ro", "wrong"), ("nobody@example.ro", "demo-token")], ids=str
)
def test_who_is_not_known_gets_shape_d(box, auth):
	answer = box.v1("GET", "/tax", auth=auth, params={"cif": CIF})
	assert answer.status_code == 401
	assert answer.json()["successfully"] is False and "errors" not in answer.json()


def test_a_bearer_token_is_no_basic_authorization(box):
	headers = {"Authorization": "Bearer demo-token"}
	assert requests.get(f"{box.url}/SBORO/api/tax", headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize(
	("email", "cif", "sentence"),
	[
		("demo@example.ro", None, "nu mai este disponibila"),
		("demo@example.ro", "12345674", "nu mai este disponibila"),
		("limited@example.ro", CIF, "nu este disponibila pentru acest utilizator"),
		("demo@example.ro", "RO23456783", "nu este disponibila pentru acest utilizator"),
	],
)
def test_a_company_that_is_not_the_users_is_401(box, email, cif, sentence):
	tokens = {"demo@example.ro": "demo-token", "limited@example.ro": "limited-token"}
	answer = box.v1("GET", "/tax", auth=(email, tokens[email]), params={"cif": cif})
	assert answer.status_code == 401 and sentence in answer.json()["errorText"]


def test_the_second_company_has_its_own_user_and_series(box):
	demo2 = ("demo2@example.ro", "demo2-token")
	listed = box.v1("GET", "/series", auth=demo2, params={"cif": "RO23456783"}).json()["list"]
	assert [one["name"] for one in listed] == ["PRFB", "FACTB"]


def test_an_unknown_path_is_an_empty_404(box):
	answer = box.v1("GET", "/nothing")
	assert (answer.status_code, answer.content) == (404, b"")


def test_a_wrong_verb_is_405_and_says_which_are_right(box):
	answer = box.v1("GET", "/estimate/cancel")
	assert answer.status_code == 405 and answer.headers["Allow"] == "PUT"
	assert error_of(answer)["code"] == "method_not_allowed"
	assert answer.json()["instance"] == "/SBORO/api/estimate/cancel"


@pytest.mark.parametrize("accept", ["application/pdf", "text/html", "application/xml"])
def test_an_accept_that_means_no_json_is_406(box, accept):
	answer = box.v1("GET", "/tax", headers={"Accept": accept}, params={"cif": CIF})
	assert (answer.status_code, error_of(answer)["code"]) == (406, "invalid_accept_header")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xml"])
def test_a_body_that_is_not_called_json_is_415(box, content_type):
	assert post(box, **{"Content-Type": content_type}).status_code == 415


def test_json_may_name_its_charset(box):
	assert post(box, **{"Content-Type": "application/json; charset=utf-8"}).status_code == 401


@pytest.mark.parametrize(
	"data", [b"", b"{", b"[]", b"null", b'{"a": NaN}', b'{"mentions": "\xff"}', b'{"mentions": "\\ud800"}']
)
def test_what_is_no_json_object_in_utf8_is_a_parse_error(box, data):
	answer = post(box, data=data)
	assert answer.status_code == 400
	assert (error_of(answer)["code"], error_of(answer)["message"]) == (
		"json_parse_error",
		"Error parsing JSON request input.",
	)


@pytest.mark.parametrize(
	("changes", "code_text", "param"),
	[
		({"Mentions": "x"}, "Unrecognized property: Mentions.", "Mentions"),
		({"email": {"from": "x"}}, "Unrecognized property: from.", "email.from"),
		({"products": [{"zzz": 1}]}, "Unrecognized property: zzz.", "products[0].zzz"),
		({"products": [{}, {"quantity": "2"}]}, "Could not map property: products[1].quantity.", None),
		(
			{"products": [{"taxPercentage": "21%"}]},
			"Could not map property: products[0].taxPercentage.",
			None,
		),
		({"products": {}}, "Could not map property: products.", None),
		({"products": [None]}, "Could not map property: products[0].", None),
		({"client": "Atelier"}, "Could not map property: client.", None),
		({"mentions": 5}, "Could not map property: mentions.", None),
		({"isDraft": "true"}, "Could not map property: isDraft.", None),
		({"isDraft": 2}, "Could not map property: isDraft.", None),
		({"precision": 2.5}, "Could not map property: precision.", None),
		({"exchangeRate": True}, "Could not map property: exchangeRate.", None),
		({"exchangeRate": 1e300}, "Could not map property: exchangeRate.", None),
		({"useEstimateDetails": True}, "Unrecognized property: useEstimateDetails.", "useEstimateDetails"),
	],
)
def test_what_cannot_be_mapped_is_named_exactly(box, changes, code_text, param):
	answer = box.create(**changes)
	assert answer.status_code == 400
	error = error_of(answer)
	assert (error["code"], error["message"]) == ("json_mapping_error", code_text)
	assert error["param"] == (param or code_text.removeprefix("Could not map property: ").rstrip("."))


def test_the_first_fault_in_the_text_is_the_one_reported(box):
	answer = post(box, data='{"mentions": 5, "zzz": 1}')
	assert error_of(answer)["param"] == "mentions"
	assert error_of(post(box, data='{"zzz": 1, "mentions": 5}'))["param"] == "zzz"


@pytest.mark.parametrize("flag", [True, 1])
def test_booleans_may_be_0_and_1(box, flag):
	assert box.create(isDraft=flag).json()["number"] == ""


@pytest.mark.parametrize(
	("earlier", "later"),
	[
		# Each request is wrong in two ways; the one that comes first in the pipeline is answered.
		(405, {"path": "/tax", "data": "{", "Accept": "application/pdf"}),
		(406, {"Content-Type": "text/plain", "Accept": "application/pdf"}),
		(415, {"Content-Type": "text/plain", "auth": None}),
		(401, {"data": "{", "auth": None}),
		(400, {"data": '{"companyVatCode": "RO1", "zzz": 1}'}),
		(401, {"data": '{"companyVatCode": "RO1"}'}),
	],
)
def test_the_steps_come_in_their_order(box, earlier, later):
	assert post(box, **later).status_code == earlier


def test_a_body_on_put_is_not_read(box):
	box.create()
	body = {"companyVatCode": CIF, "seriesName": "PRFB2B", "number": "0001"}
	assert box.v1("PUT", "/estimate/cancel", body).status_code == 401
	assert box.documents()[0]["status"] == "active"


def test_the_journal_keeps_every_call_and_no_token(box):
	box.create()
	box.v1("GET", "/nothing")
	first, second = box.journal()
	assert (first["method"], first["path"], first["status"]) == ("POST", "/SBORO/api/estimate/v2", 200)
	assert first["created_document_id"] == 10001 and "SAL-QTN" in first["body"]
	assert first["headers"]["Authorization"] == "***"
	assert (second["status"], second["created_document_id"]) == (404, None)
	assert [entry["seq"] for entry in box.journal(since=first["seq"])] == [second["seq"]]
