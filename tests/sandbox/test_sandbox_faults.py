"""Misbehaviour on demand (docs/smartbill-api.md section 7.8), before and after the document exists."""

import threading

import pytest
import requests

CIF = "RO12345674"
CREATE = {"method": "POST", "path": "/SBORO/api/estimate/v2"}
MOMENTS = pytest.mark.parametrize(("when", "documents"), [("before", 0), ("after", 1)])


@MOMENTS
@pytest.mark.parametrize(
	("action", "reason"),
	[
		("drop", "closed connection without response"),
		("reset", "Connection reset by peer"),
		("partial", "IncompleteRead"),
	],
)
def test_the_connection_breaks(box, action, reason, when, documents):
	box.fault(action, when=when, match=CREATE)
	with pytest.raises(requests.RequestException, match=reason):
		box.create()
	assert len(box.documents()) == documents
	assert box.create().status_code == 200, "once only"


@MOMENTS
@pytest.mark.parametrize(
	("action", "order", "status", "content_type", "body"),
	[
		("status", {}, 500, "application/json", '"errorText": "Internal Server Error!"'),
		("status", {"status": 503, "body": "later"}, 503, "application/json", "later"),
		("status", {"status": 418, "body": {"a": ["ț"]}}, 418, "application/json", '{"a": ["ț"]}'),
		("html", {}, 500, "text/html", "HTTP Status 500"),
		("html", {"status": 502}, 502, "text/html", "<center>nginx"),
		("malformed", {}, 200, "application/json", '{"errorText": "", "message"'),
		("empty", {}, 200, "application/json", ""),
		("null", {}, 200, "application/json", "null"),
		("rate_block", {}, 403, "application/json", "Ai depasit limita maxima de requesturi admisa."),
		("rate_429", {}, 429, "application/json", "rate_limit_exceeded"),
		("error_text", {"body": "Nu se poate"}, 200, "application/json", '"errorText": "Nu se poate"'),
		("error_text", {"status": 422}, 422, "application/json", "Internal Server Error!"),
		("no_number", {}, 200, "application/json", '"number": ""'),
		("unauthorized", {}, 401, "application/json", "Autentificare esuata."),
	],
)
def test_the_answer_is_another(box, action, order, status, content_type, body, when, documents):
	box.fault(action, when=when, match=CREATE, **order)
	answer = box.create()
	answer.encoding = "utf-8"
	assert answer.status_code == status
	assert answer.headers["Content-Type"].startswith(content_type)
	assert body in answer.text if body else answer.content == b"" and answer.headers["Content-Length"] == "0"
	assert len(box.documents()) == documents


def test_cut_json_is_no_json(box):
	box.fault("malformed", when="after")
	with pytest.raises(requests.exceptions.JSONDecodeError):
		box.create().json()


def test_a_contradiction_names_an_error_and_the_created_number(box):
	box.fault("contradiction", match=CREATE)
	answer = box.create()
	assert (answer.status_code, answer.json()["number"]) == (200, "0001")
	assert answer.json()["errorText"] == "Internal Server Error!"
	refused = box.control("POST", "/faults", {"action": "contradiction", "when": "before"})
	assert refused.status_code == 400


def test_spoiled_envelopes_are_found_in_their_wrapper_too(box):
	box.knobs(wrap="on")
	box.fault("contradiction")
	assert box.create().json()["sbcResponse"]["number"] == "0001"


def test_a_throttle_says_how_long(box):
	box.fault("rate_429", match=CREATE)
	box.fault("rate_429", delay_s=17, match=CREATE)
	assert [box.create().headers["Retry-After"] for _ in range(2)] == ["5", "17"]


def test_a_block_that_a_fault_starts_lasts(box):
	box.fault("rate_block", match=CREATE)
	assert [box.create().status_code for _ in range(2)] == [403, 403]
	box.advance(601)
	assert box.create().status_code == 200


@MOMENTS
def test_an_answer_that_comes_too_late_is_an_unknown_outcome(box, when, documents):
	box.fault("delay", delay_s=30, when=when, match=CREATE)
	with pytest.raises(requests.ReadTimeout):
		box.create(timeout=0.1)
	assert len(box.documents()) == documents
	assert box.next_number() == 1 + documents, "others are served while the fault sleeps"


@MOMENTS
def test_a_delayed_answer_is_the_right_one(box, when, documents):
	box.fault("delay", delay_s=0.01, when=when, match=CREATE)
	assert box.create().json()["number"] == "0001"


def test_a_reset_lets_nothing_of_a_sleeping_create_into_the_next_test(box):
	box.fault("delay", delay_s=30, match=CREATE)
	outcomes = []

	def create():
		try:
			outcomes.append(box.create())
		except requests.RequestException as error:
			outcomes.append(error)

	sleeping = threading.Thread(target=create)
	sleeping.start()
	while not box.journal():
		pass
	box.reset()
	sleeping.join(5)
	assert isinstance(outcomes[0], requests.ConnectionError)
	assert box.documents() == []


def test_a_late_commit_that_would_be_refused_is_never_seen(box):
	box.fault("late_commit", delay_s=1)
	with pytest.raises(requests.ConnectionError):
		box.create(seriesName="NU")
	box.advance(2)
	assert box.documents() == [] and box.state()["pending"] == []


def test_a_late_commit_waits_for_the_clock_and_shows_in_the_next_answer(box):
	box.fault("late_commit", delay_s=60, match=CREATE)
	with pytest.raises(requests.ConnectionError):
		box.create()
	assert len(box.state()["pending"]) == 1
	box.advance(61)
	assert box.create().json()["number"] == "0002"


def test_a_late_commit_answers_no_other_call_either(box):
	box.fault("late_commit", delay_s=1)
	with pytest.raises(requests.ConnectionError):
		box.v1("GET", "/series", params={"cif": CIF})


def test_a_duplicate_creates_two_and_answers_with_the_unexpected_number(box):
	box.fault("duplicate", match=CREATE)
	assert box.create().json()["number"] == "0002"
	assert [document["number"] for document in box.documents()] == ["0001", "0002"]
	box.fault("duplicate", match={"path": "/SBORO/api/series"})
	assert box.next_number() == 3


def test_spoiled_v3_answers_keep_v3s_shape(box):
	box.fault("unauthorized", match={"path": "/SBORO/api/v3/*"})
	assert box.v3().json()["errors"][0]["code"] == "invalid_api_key"


def test_a_fault_is_for_the_calls_it_names(box):
	box.fault("empty", times=0, match={"method": "get", "path": "/SBORO/api/s*"})
	assert box.v1("GET", "/series").content == b"" and box.v1("GET", "/stocks").content == b""
	assert box.v1("GET", "/tax", params={"cif": CIF}).content != b""
	box.fault("null", match={"body_contains": "SAL-QTN-2026-00018"})
	assert box.create().json() is not None
	assert box.create(mentions="Ref. SAL-QTN-2026-00018/1").json() is None


def test_a_fault_begins_with_the_nth_call_and_ends_after_its_times(box):
	id_ = box.fault("empty", times=2, match={"path": "/SBORO/api/stocks", "nth": 3})
	answers = [box.v1("GET", "/stocks", params={"cif": CIF}).content == b"" for _ in range(6)]
	assert answers == [False, False, True, True, False, False]
	(fault,) = box.done("GET", "/faults")["faults"]
	assert (fault["id"], fault["seen"], fault["hits"]) == (id_, 6, 2)
	assert [entry["matched_fault"] for entry in box.journal()] == [None, None, id_, id_, None, None]


def test_the_first_fault_that_applies_wins(box):
	box.fault("null")
	box.fault("empty")
	assert [box.v1("GET", "/stocks").content for _ in range(2)] == [b"null", b""]


def test_faults_can_be_taken_away(box):
	first, second = box.fault("null"), box.fault("empty")
	box.done("DELETE", f"/faults/{first}")
	assert [fault["id"] for fault in box.done("GET", "/faults")["faults"]] == [second]
	box.done("DELETE", "/faults")
	assert box.create().status_code == 200


def test_a_broken_call_stands_in_the_journal_without_a_status(box):
	box.fault("drop", when="after", match=CREATE)
	with pytest.raises(requests.ConnectionError):
		box.create()
	(entry,) = box.journal()
	assert (entry["status"], entry["created_document_id"]) == (None, 10001)


@pytest.mark.parametrize(
	("order", "complaint"),
	[
		({}, "action is missing"),
		({"action": "explode"}, "no action 'explode'"),
		({"action": "drop", "when": "during"}, "neither before nor after"),
		({"action": "drop", "sometimes": 1}, "no field 'sometimes'"),
		({"action": "drop", "match": {"host": "x"}}, "no field 'host'"),
		({"action": "drop", "match": {"nth": 0}}, "nth"),
		({"action": "drop", "match": []}, "must be a JSON object"),
		({"action": "drop", "times": -1}, "times"),
		({"action": "drop", "times": "2"}, "times"),
		({"action": "delay", "delay_s": -1}, "delay_s"),
		({"action": "status", "status": 99}, "status"),
		({"action": "status", "status": True}, "status"),
	],
)
def test_a_wrong_order_is_refused_and_adds_no_fault(box, order, complaint):
	answer = box.control("POST", "/faults", order)
	assert answer.status_code == 400 and complaint in answer.json()["error"]["message"]
	assert box.done("GET", "/faults")["faults"] == []
