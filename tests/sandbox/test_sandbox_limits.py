"""Rate limits, on the sandbox's clock (docs/smartbill-api.md sections 4 and 7.7)."""

import pytest

CIF = "RO12345674"


def call(box, **arguments):
	return box.v1("GET", "/stocks", params={"cif": CIF}, **arguments)


def test_every_v1_answer_tells_what_is_left(box):
	for left in (29, 28):
		answer = call(box)
		assert answer.headers["X-RateLimit-Limit"] == "30"
		assert answer.headers["X-RateLimit-Remaining"] == str(left)
	assert box.v1("GET", "/nothing").headers["X-RateLimit-Remaining"] == "27"
	box.advance(10)
	assert call(box).headers["X-RateLimit-Remaining"] == "29"


def test_the_reset_is_the_time_of_the_next_window(box):
	first = int(call(box).headers["X-RateLimit-Reset"])
	box.advance(9)
	assert int(call(box).headers["X-RateLimit-Reset"]) == first
	box.advance(1)
	assert int(call(box).headers["X-RateLimit-Reset"]) == first + 10


def test_the_block_is_shape_d_without_rate_headers_and_tells_the_minutes(box):
	box.knobs(v1_limit=1)
	call(box)
	answer = call(box)
	assert answer.status_code == 403 and answer.json()["successfully"] is False
	assert answer.json()["errorText"].endswith("dupa 10 min de la momentul blocarii 23/11/2026 12:00:00")
	assert not [name for name in answer.headers if name.startswith("X-RateLimit")]


def test_a_token_is_blocked_for_itself_only(box):
	box.knobs(v1_limit=1)
	other = ("demo2@example.ro", "demo2-token")
	call(box)
	assert call(box).status_code == 403
	assert call(box, auth=other).status_code == 401, "another token, and its own rights"
	assert box.v3(limit=1).status_code == 200, "V3 has a budget of its own"


def test_a_window_is_full_again_after_the_block(box):
	box.knobs(v1_limit=2, v1_block_s=1)
	assert [call(box).status_code for _ in range(3)] == [200, 200, 403]
	box.advance(1)
	assert [call(box).status_code for _ in range(3)] == [200, 200, 403]


def test_the_counting_can_be_switched_off_and_a_block_stands_nevertheless(box):
	box.knobs(v1_limit=0)
	answer = call(box)
	assert answer.status_code == 200 and "X-RateLimit-Limit" not in answer.headers
	box.fault("rate_block")
	assert [call(box).status_code for _ in range(2)] == [403, 403]


def test_v3_asks_for_longer_and_longer_patience(box):
	box.knobs(v3_limit=1)
	assert box.v3(limit=1).headers["X-RateLimit-Remaining"] == "0"
	waits = [box.v3(limit=1).headers["Retry-After"] for _ in range(9)]
	assert waits == ["5", "10", "20", "40", "80", "160", "300", "600", "600"]
	answer = box.v3(limit=1)
	assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, "rate_limit_exceeded")


def test_who_waits_as_told_is_let_into_v3_again(box):
	box.knobs(v3_limit=1)
	box.v3(limit=1)
	assert box.v3(limit=1).headers["Retry-After"] == "5"
	box.advance(5)
	assert box.v3(limit=1).status_code == 200
	assert box.v3(limit=1).headers["Retry-After"] == "5", "and the ladder begins anew"


def test_the_tokens_of_a_user_and_company_share_one_v3_budget(box):
	box.done("POST", "/users", {"v3_token": "second", "user": "demo@example.ro", "cif": CIF, "problem": None})
	box.knobs(v3_limit=1)
	assert box.v3(limit=1).status_code == 200
	assert box.v3(limit=1, token="second").status_code == 429
	assert box.v3(limit=1, token="nobody").status_code == 401


def test_the_v3_day_ends_at_midnight_in_bucharest(box):
	box.knobs(v3_daily_limit=2)
	answer = [box.v3(limit=1) for _ in range(3)][-1]
	assert answer.status_code == 429
	assert (answer.headers["X-RateLimit-Daily-Limit"], answer.headers["X-RateLimit-Daily-Remaining"]) == (
		"2",
		"0",
	)
	assert answer.headers["Retry-After"] == str(12 * 3600)
	box.advance(12 * 3600)
	assert box.v3(limit=1).status_code == 200


@pytest.mark.parametrize("seconds", [0, 0.5])
def test_anaf_takes_one_look_up_a_second(box, seconds):
	box.anaf(12345674)
	box.advance(seconds)
	assert box.anaf(12345674).status_code == 429
	box.advance(1)
	assert box.anaf(12345674).status_code == 200
