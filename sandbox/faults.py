"""Misbehaviour on demand (docs/smartbill-api.md section 7.8).

A fault takes effect `before` a call is looked at (nothing is validated or created), `after` it was served (a
document is there, its answer spoiled), or during a `create`. Faults act outside the lock of the state: while
one sleeps, others are served.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Response

from sandbox import answers, ratelimit, texts, v3
from sandbox.answers import Denial, Rejection
from sandbox.call import Call
from sandbox.records import Fault, Invalid, Json, build

BEFORE, AFTER, CREATE = "before", "after", "create"


class HangUp(ConnectionAbortedError):
	"""The connection ends without an answer; with `reset` by RST instead of FIN. The server sees to it."""

	def __init__(self, reset: bool = False) -> None:
		super().__init__("hung up on purpose")
		self.reset = reset


# What a fault does to a call. The answer is None when the call was not served yet; an effect that returns
# None lets it be served.
Effect = Callable[[Call, Fault, Response | None], Response | None]


def _delay(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	if call.ended.wait(fault.delay_s):
		raise HangUp
	return answer


def _nothing(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	return answer


def _drop(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	raise HangUp


def _reset(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	raise HangUp(reset=True)


def _partial(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	"""The server closes after each answer, so half a body under the full length is all it takes."""
	answer = answer or answers.json_answer(answers.ENVELOPE)
	whole = answer.get_data()
	answer.set_data(whole[: len(whole) // 2])
	answer.headers["Content-Length"] = str(len(whole))
	return answer


def _status(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	status = fault.status or 500
	if fault.body is None:
		return answers.json_answer({**answers.ENVELOPE, "errorText": texts.SERVER_ERROR}, status)
	body = fault.body if isinstance(fault.body, str) else json.dumps(fault.body, ensure_ascii=False)
	return Response(body, status, content_type=answers.JSON_TYPE)


def _html(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	return answers.page(fault.status or 500)


def _malformed(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	whole = json.dumps(answers.envelope_in(answer), ensure_ascii=False)
	return Response(whole[: len(whole) // 2], 200, content_type=answers.JSON_TYPE)


def _empty(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	return Response(b"", 200, content_type=answers.JSON_TYPE)


def _null(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	return answers.json_answer(None)


def _rate_block(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	with call.state.lock:
		return answers.denied(ratelimit.block_v1(call))


def _rate_429(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	# What V1's documented 429 looks like is not published: V3's shape stands in for it.
	wait = [("Retry-After", f"{fault.delay_s or 5:g}")]
	limited = Rejection(429, "rate_limit_exceeded", "Too many requests.", headers=wait)
	return answers.rejected(call.request.path, limited)


def _error_text(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	text = fault.body if isinstance(fault.body, str) else texts.SERVER_ERROR
	return answers.classic(call.knobs, {"errorText": text}, fault.status or 200)


def _contradiction(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	return answers.classic(call.knobs, {**answers.envelope_in(answer), "errorText": texts.SERVER_ERROR})


def _no_number(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	return answers.classic(call.knobs, {**answers.envelope_in(answer), "errorText": "", "number": ""})


def _unauthorized(call: Call, fault: Fault, answer: Response | None) -> Response | None:
	if call.request.path.startswith(v3.PREFIX):
		return answers.rejected(call.request.path, v3.refusal_of_token("invalid_api_key"))
	return answers.denied(Denial(texts.AUTH_FAILED))


@dataclass(frozen=True)
class Action:
	"""`moments`: when it may take effect, the first being the default."""

	effect: Effect
	moments: tuple[str, ...] = (BEFORE, AFTER)


ACTIONS: Mapping[str, Action] = {
	"delay": Action(_delay),
	"drop": Action(_drop),
	"reset": Action(_reset),
	"partial": Action(_partial),
	"status": Action(_status),
	"html": Action(_html),
	"malformed": Action(_malformed),
	"empty": Action(_empty),
	"null": Action(_null),
	"rate_block": Action(_rate_block),
	"rate_429": Action(_rate_429),
	"error_text": Action(_error_text),
	# There has to be a created number to contradict.
	"contradiction": Action(_contradiction, (AFTER,)),
	"no_number": Action(_no_number),
	"unauthorized": Action(_unauthorized),
	# These two belong to the create itself: `v1.create` carries them out. Another call gets no answer either
	# from the first, and is not touched by the second.
	"late_commit": Action(_drop, (CREATE,)),
	"duplicate": Action(_nothing, (CREATE,)),
}


@dataclass
class Order:
	"""A fault as it is ordered through the control API."""

	action: str
	match: Json = field(default_factory=dict)
	when: str | None = None
	times: int = 1
	delay_s: float = 0
	status: int | None = None
	body: str | dict[str, Any] | list[Any] | None = None


@dataclass
class Match:
	"""Which calls a fault is for: all that is given must hold, and the first `nth - 1` such calls are let
	pass.
	"""

	method: str | None = None
	path: str | None = None
	body_contains: str | None = None
	nth: int = 1

	def holds(self, method: str, path: str, body: str) -> bool:
		if self.method is not None and self.method.upper() != method:
			return False
		if self.path is not None and self.path.endswith("*"):
			if not path.startswith(self.path[:-1]):
				return False
		elif self.path not in (None, path):
			return False
		return self.body_contains is None or self.body_contains in body


def from_order(raw: Any, id_: int) -> Fault:
	"""A new fault, or Invalid."""
	order = build(Order, raw)
	match = build(Match, order.match)
	action = ACTIONS.get(order.action)
	if action is None:
		raise Invalid(f"action: no action {order.action!r}; there are {', '.join(ACTIONS)}")
	if order.when not in (None, BEFORE, AFTER):
		raise Invalid(f"when: {order.when!r} is neither before nor after")
	if match.nth < 1:
		raise Invalid("match.nth: must be at least 1")
	if order.times < 0:
		raise Invalid("times: must not be negative; 0 means for ever")
	if order.delay_s < 0:
		raise Invalid("delay_s: must not be negative")
	if order.status is not None and not 200 <= order.status <= 599:
		raise Invalid(f"status: {order.status} is not from 200 to 599")
	when = order.when or action.moments[0]
	if action.moments == (CREATE,):
		# Neither before nor after: whatever was asked for, it happens while the document is created.
		when = CREATE
	elif when not in action.moments:
		raise Invalid(f"when: {order.action} can only happen {' or '.join(action.moments)}")
	return Fault(
		id=id_,
		match=order.match,
		when=when,
		action=order.action,
		times=order.times,
		delay_s=order.delay_s,
		status=order.status,
		body=order.body,
	)


def pick(call: Call) -> Fault | None:
	"""The first fault that applies to the call; all that match count it as seen. The caller has the lock."""
	request, body = call.request, call.raw.decode("utf-8", "replace")
	picked = None
	for fault in call.state.faults:
		match = build(Match, fault.match)
		if not match.holds(request.method, request.path, body):
			continue
		fault.seen += 1
		if picked is None and fault.seen >= match.nth and (fault.times == 0 or fault.hits < fault.times):
			fault.hits += 1
			picked = fault
	return picked


def before(call: Call) -> Response | None:
	"""An answer that takes the place of serving the call, None to serve it, or HangUp."""
	if call.fault is None or call.fault.when != BEFORE:
		return None
	return ACTIONS[call.fault.action].effect(call, call.fault, None)


def after(call: Call, answer: Response) -> Response:
	"""What the caller gets of the answer, or HangUp."""
	if call.fault is None or call.fault.when == BEFORE:
		return answer
	spoiled = ACTIONS[call.fault.action].effect(call, call.fault, answer)
	assert spoiled is not None
	return spoiled
