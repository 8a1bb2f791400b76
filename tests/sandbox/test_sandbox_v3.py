"""V3 (docs/smartbill-api.md sections 1.7 and 2.14)."""

import pytest
import requests

CIF = "RO12345674"


def error_of(answer):
	return answer.json()["errors"][0]


def follow(url):
	return requests.get(url, headers={"Authorization": "Bearer demo-v3-token"}, timeout=5).json()


def ids(page):
	return [client["id"] for client in page["items"]]


def test_the_seed_is_as_varied_as_a_real_catalogue(box):
	clients = box.state()["clients_v3"][CIF]
	assert len(clients) == 250
	codes = [client["vatCode"] for client in clients]
	assert "" in codes and any(code.startswith("DE") for code in codes)
	assert any(len(code) == 13 for code in codes), "a personal code"
	assert any(code.isdigit() and f"RO{code}" in codes for code in codes), "one company twice"
	assert any(client["city"].startswith("Sector ") for client in clients)
	assert any(";" in client["email"] for client in clients)
	assert any(not client["name"].isascii() for client in clients)
	assert any(client["deliveryAddresses"] for client in clients)


def test_pages_can_be_walked_both_ways(box):
	first = box.v3(limit=100).json()
	second = follow(first["pagination"]["next"])
	third = follow(second["pagination"]["next"])
	assert first["pagination"]["previous"] is None and third["pagination"]["next"] is None
	assert follow(third["pagination"]["previous"]) == second
	assert ids(follow(second["pagination"]["previous"])) == ids(first)


def test_a_page_has_20_clients_unless_asked_otherwise_and_its_links_keep_limit_and_filters(box):
	page = box.v3(name="atelier").json()
	assert len(page["items"]) == 20
	following = page["pagination"]["next"]
	assert following.startswith(f"{box.url}/SBORO/api/v3/companies/{CIF}/clients?")
	assert "limit=20" in following and "name=atelier" in following
	assert all("Atelier" in client["name"] for client in follow(following)["items"])


def test_a_full_last_page_ends_with_null(box):
	everything = ids(box.v3(limit=100).json())
	page = box.v3(limit=50, after=ids(follow(box.v3(limit=100).json()["pagination"]["next"]))[-1]).json()
	assert len(page["items"]) == 50 and page["pagination"]["next"] is None
	assert not set(ids(page)) & set(everything)


def test_a_cursor_whose_client_was_deleted_is_only_a_position(box):
	first, second, third = ids(box.v3(limit=3).json())
	box.done("POST", "/clients", {"delete": [second]})
	assert ids(box.v3(limit=1, after=second).json()) == [third]
	assert ids(box.v3(limit=1, before=second).json()) == [first]


@pytest.mark.parametrize(
	("how", "status", "code"), [("400", 400, "malformed_id"), ("404", 404, "client_not_found")]
)
@pytest.mark.parametrize("direction", ["after", "before"])
def test_a_cursor_whose_client_was_deleted_is_refused_if_the_knob_says_so(box, how, status, code, direction):
	first, second, third = ids(box.v3(limit=3).json())
	box.knobs(v3_lost_cursor=how)
	box.done("POST", "/clients", {"delete": [second]})
	answer = box.v3(limit=1, **{direction: second})
	assert (answer.status_code, error_of(answer)["code"]) == (status, code)
	assert error_of(answer)["param"] == direction
	# one that is there is a position as ever
	assert ids(box.v3(limit=1, after=first).json()) == [third]


def test_an_empty_list_is_200(box):
	answer = box.v3(name="nobody at all")
	assert (answer.status_code, answer.json()) == (
		200,
		{"items": [], "pagination": {"next": None, "previous": None}},
	)


@pytest.mark.parametrize(
	("query", "found"),
	[
		({"name": "ATELIER DEMO"}, 1),
		({"code": "CLI001"}, 1),
		({"code": "cli001"}, 0),
		({"vatCode": "ro98765438"}, 1),
		({"vatCode": "98765438"}, 0),
		({"vatCode": "RO98765438", "code": "CLI002"}, 0),
		({"vatCode": "", "name": "", "limit": 100}, 100),
	],
)
def test_filters_combine_and_do_not_normalise(box, query, found):
	assert len(box.v3(**query).json()["items"]) == found


@pytest.mark.parametrize(
	("query", "code", "param"),
	[
		({"limit": 0}, "invalid_field_value", "limit"),
		({"limit": "ten"}, "invalid_field_type", "limit"),
		({"after": "sup_1"}, "malformed_id", "after"),
		({"before": "cus_1"}, "malformed_id", "before"),
		({"after": "cus_" + "0" * 32, "before": "cus_" + "f" * 32}, "invalid_field_value", "before"),
	],
)
def test_wrong_parameters_are_refused_by_name(box, query, code, param):
	answer = box.v3(**query)
	assert answer.status_code == 400
	assert (error_of(answer)["code"], error_of(answer)["param"]) == (code, param)


def test_one_client_by_id(box):
	client = box.v3(limit=1).json()["items"][0]
	assert box.v3(f"/clients/{client['id']}").json() == client
	answer = box.v3("/clients/cus_" + "0" * 32)
	assert (answer.status_code, error_of(answer)["code"]) == (404, "client_not_found")
	assert error_of(box.v3("/clients/cus_1"))["message"] == "Invalid ID format"


@pytest.mark.parametrize(
	("token", "status", "type_", "code"),
	[
		(None, 401, "authentication_error", "missing_authorization"),
		("", 401, "authentication_error", "missing_authorization"),
		("nobody", 401, "authentication_error", "invalid_api_key"),
		("sb_test_anything", 401, "authentication_error", "wrong_environment"),
		("v3-forbidden", 403, "authorization_error", "insufficient_permissions"),
		("demo2-v3-token", 404, "invalid_request_error", "company_not_found"),
	],
)
def test_a_token_that_does_not_fit_is_refused_with_its_code(box, token, status, type_, code):
	answer = box.v3(token=token)
	assert (answer.status_code, answer.json()["type"], error_of(answer)["code"]) == (status, type_, code)


def test_basic_authorization_is_the_wrong_format(box):
	url = f"{box.url}/SBORO/api/v3/companies/{CIF}/clients"
	answer = requests.get(url, auth=("demo@example.ro", "demo-v3-token"), timeout=5)
	assert error_of(answer)["code"] == "invalid_authorization_format"


def test_the_other_lists(box):
	for path in ("/suppliers", "/products", "/warehouses"):
		assert box.v3(path).json()["items"] == []
	rates = box.v3("/vat-rates").json()["items"]
	assert {"name": "Taxare inversa", "percentage": 0, "isReverseCharge": True} in rates
	assert {"name": "SDD", "percentage": 0, "isReverseCharge": False} in rates


def test_v3_only_reads(box):
	url = f"{box.url}/SBORO/api/v3/companies/{CIF}/clients"
	answer = requests.post(url, json={}, timeout=5)
	assert (answer.status_code, error_of(answer)["code"]) == (405, "method_not_allowed")
	answer = requests.get(f"{box.url}/SBORO/api/v3/nothing", timeout=5)
	assert (answer.status_code, error_of(answer)["code"]) == (404, "resource_not_found")


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), ("application/octet-stream", 406)])
def test_v3_accepts_json_only(box, accept, status):
	url = f"{box.url}/SBORO/api/v3/companies/{CIF}/clients"
	headers = {"Authorization": "Bearer demo-v3-token", "Accept": accept}
	assert requests.get(url, headers=headers, timeout=5).status_code == status
