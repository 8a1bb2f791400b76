"""The control API (docs/smartbill-api.md section 7.8)."""

import pytest

CIF = "RO12345674"


def test_health_tells_the_sandboxs_time(box):
	before = box.done("GET", "/health")
	box.advance(86_400)
	after = box.done("GET", "/health")
	assert before["ok"] is True and after["time"][:10] > before["time"][:10]
	box.done("POST", "/clock", {"reset": True})
	assert box.done("GET", "/health")["time"][:10] == before["time"][:10]


def test_reset_forgets_everything(box):
	box.create()
	box.fault("null")
	box.knobs(mu="off")
	box.advance(1000)
	box.reset()
	state = box.state()
	assert state["documents"] == {} and state["journal"] == [] and state["faults"] == []
	assert state["knobs"]["mu"] == "on" and state["clock_offset"] == 0
	assert box.create().json()["number"] == "0001"


def test_a_seed_replaces_parts_and_leaves_the_others(box):
	box.reset(clients_v3={CIF: [{"name": "Singurul"}]}, knobs={"refusal_status": 422})
	assert [one["name"] for one in box.v3().json()["items"]] == ["Singurul"]
	assert box.create(seriesName="NU").status_code == 422
	box.reset()
	assert len(box.state()["clients_v3"][CIF]) == 250


@pytest.mark.parametrize(
	("seed", "complaint"),
	[
		({"planets": []}, "no part 'planets'"),
		({"users": {}}, "users must be a JSON array"),
		({"users": [5]}, "User: must be a JSON object"),
		({"users": [{"email": "a@b.ro"}]}, "token is missing"),
		({"series": [{"cif": CIF, "name": "A", "type": "p", "next": "1"}]}, "Series.next: '1'"),
		({"companies": {CIF: {"taxes": [{"name": "A", "percentage": "21"}]}}}, "Tax.percentage: '21'"),
		({"clients_v3": {CIF: [{"nume": "A"}]}}, "no field 'nume'"),
		({"knobs": {"no_such": 1}}, "no such knob"),
		(5, "must be a JSON object"),
	],
)
def test_a_wrong_seed_is_refused_and_changes_nothing(box, seed, complaint):
	box.create()
	answer = box.control("POST", "/reset", {"seed": seed})
	assert answer.status_code == 400 and complaint in answer.json()["error"]["message"]
	assert len(box.documents()) == 1


def test_the_state_shows_everything_but_tokens(box):
	box.create()
	box.v3(limit=1)
	answer = box.control("GET", "/state")
	for token in ("demo-token", "demo-v3-token", "v3-forbidden", "limited-token"):
		assert token not in answer.text
	assert set(answer.json()) == {
		*("time", "companies", "users", "v3_tokens", "series", "clients_v3", "anaf_companies", "documents"),
		*("pending", "journal", "journal_seq", "rate", "faults", "fault_seq", "knobs", "clock_offset"),
	}
	assert list(box.done("GET", "/state?documents=1")) == ["documents"]


def test_a_human_moves_the_counter(box):
	done = box.done("POST", "/foreign-document", {"series": "PRFB2B", "client": "Altcineva"})
	assert done == {"documentId": 10001, "series": "PRFB2B", "number": "0001"}
	assert box.next_number() == 2
	(document,) = box.documents()
	assert document["foreign"] is True and document["client"]["name"] == "Altcineva"
	assert b"Altcineva" in box.named("GET", "/estimate/pdf").content


def test_a_human_writes_into_any_series_of_any_company(box):
	def number(**order):
		return box.done("POST", "/foreign-document", {"client": "Altcineva", **order})["number"]

	assert number(series="FACT") == "0101"
	assert number(series="DUBLU") == "0009"
	assert number(series="DUBLU", type="f") == "0005"
	assert number(series="PRFB", cif="RO23456783") == "0001"


def test_a_human_finishes_a_draft(box):
	id_ = box.create(isDraft=True).json()["documentId"]
	box.create()
	assert box.done("POST", "/finalize-draft", {"documentId": id_})["number"] == "0002"
	assert box.documents()[0]["draft"] is False
	again = box.control("POST", "/finalize-draft", {"documentId": id_})
	assert again.status_code == 400 and "is not a draft" in again.json()["error"]["message"]


def test_a_human_invoices_and_gets_paid(box):
	box.create()
	box.done("POST", "/invoice-estimate", {"series": "PRFB2B", "number": "0001", "draft": True})
	order = {"series": "PRFB2B", "number": "0001", "invoice_series": "DUBLU"}
	assert box.done("POST", "/invoice-estimate", order)["number"] == "0005"
	numbers = [one["number"] for one in box.named("GET", "/estimate/invoices").json()["invoices"]]
	assert numbers == ["", "0005"]
	payment = {"series": "DUBLU", "number": "0005", "amount": 100}
	assert box.done("POST", "/pay", payment) == {"paid": "100.00"}
	assert box.done("POST", "/pay", {**payment, "amount": "177.69"}) == {"paid": "277.69"}
	assert box.named("GET", "/invoice/paymentstatus", "0005", "DUBLU").json()["paid"] is True


def test_clients_come_change_and_go(box):
	first = box.v3(limit=1).json()["items"][0]
	changes = {"upsert": [{"id": first["id"], "phone": "0711"}, {"name": "Nou"}], "delete": []}
	added = box.done("POST", "/clients", changes)["upserted"][1]
	assert box.v3(f"/clients/{first['id']}").json() == {**first, "phone": "0711"}
	assert box.v3(f"/clients/{added}").json()["name"] == "Nou"
	box.done("POST", "/clients", {"delete": [added]})
	assert box.v3(f"/clients/{added}").status_code == 404


def test_tokens_and_rights_change(box):
	def status(token="demo-token"):
		return box.v1("GET", "/tax", auth=("demo@example.ro", token), params={"cif": CIF}).status_code

	shown = box.done("POST", "/users", {"email": "demo@example.ro", "token": "renewed"})
	assert shown == {"email": "demo@example.ro", "companies": [CIF], "may_issue": True}
	assert (status(), status("renewed")) == (401, 200)
	box.done("POST", "/users", {"email": "demo@example.ro", "companies": []})
	assert status("renewed") == 401
	box.done("POST", "/users", {"email": "new@example.ro", "token": "t", "companies": [CIF]})
	answer = box.v1("GET", "/tax", auth=("new@example.ro", "t"), params={"cif": CIF})
	assert answer.status_code == 200


def test_v3_tokens_are_revoked_and_added(box):
	order = {"v3_token": "demo-v3-token", "problem": "subscription_expired"}
	box.done("POST", "/users", order)
	assert box.v3().json()["errors"][0]["code"] == "subscription_expired"
	box.done("POST", "/users", {**order, "problem": None})
	assert box.v3().status_code == 200
	box.done("POST", "/users", {"v3_token": "added", "user": "demo@example.ro", "cif": CIF})
	assert box.v3(token="added").status_code == 200


@pytest.mark.parametrize(
	("path", "body", "status", "complaint"),
	[
		("/clock", {"advance_s": -1}, 400, "must not be negative"),
		("/clock", {"advance_s": "1"}, 400, "ClockChange.advance_s: '1'"),
		("/clock", {"forward": 1}, 400, "no field 'forward'"),
		("/foreign-document", {"series": "PRFB2B"}, 400, "client is missing"),
		("/foreign-document", {"series": "NU", "client": "A"}, 404, "series 'NU'"),
		("/foreign-document", {"series": "A", "client": "A", "cif": "RO1"}, 404, "company 'RO1'"),
		("/foreign-document", {"series": "PRFB2B", "client": " "}, 400, "Client invalid!"),
		("/finalize-draft", {"documentId": 7}, 404, "document 7"),
		("/finalize-draft", {"documentId": "7"}, 400, "documentId: '7'"),
		("/invoice-estimate", {"series": "PRFB2B", "number": "0009"}, 400, "PRFB2B0009 nu a fost gasita"),
		("/pay", {"series": "FACT", "number": "0101", "amount": 1}, 404, "invoice FACT0101"),
		("/pay", {"series": "FACT", "number": "0101", "amount": "much"}, 400, "'much' is not a number"),
		("/pay", {"series": "FACT", "number": "0101", "amount": "NaN"}, 400, "'NaN' is not a number"),
		("/clients", {"delete": ["cus_1"]}, 404, "client 'cus_1'"),
		("/clients", {"upsert": [{"id": "cus_1"}]}, 400, "32 hex digits"),
		("/clients", {"upsert": [{"id": []}]}, 400, "V3Client.id"),
		("/users", {}, 400, "either email or v3_token"),
		("/users", {"email": "new@example.ro"}, 400, "token is missing"),
		("/users", {"email": "demo@example.ro", "cif": CIF}, 400, "cif: does not go with email"),
		("/users", {"v3_token": "demo-v3-token", "problem": "bad_mood"}, 400, "'bad_mood' is none of"),
		("/users", [], 400, "must be a JSON object"),
		("/journal", None, 405, "POST is not allowed here; GET, HEAD is"),
		("/nothing", None, 404, "no such control call"),
	],
)
def test_wrong_input_gets_its_own_complaint(box, path, body, status, complaint):
	answer = box.control("POST", path, body)
	assert answer.status_code == status
	assert complaint in answer.json()["error"]["message"]


def test_what_is_no_json_is_said_to_be_none(box):
	answer = box.control("POST", "/knobs", data="{")
	assert answer.status_code == 400 and "not JSON" in answer.json()["error"]["message"]
	assert box.control("GET", "/journal?since=x").status_code == 400
	assert box.control("DELETE", "/faults/99").status_code == 404


def test_control_calls_are_neither_journalled_nor_faulted_nor_limited(box):
	box.fault("null", times=0)
	box.knobs(v1_limit=1)
	for _ in range(3):
		assert box.done("GET", "/health")["ok"] is True
	assert box.journal() == []
