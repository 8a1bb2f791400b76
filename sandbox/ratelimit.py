"""The limits of V1, V3 and ANAF (docs/smartbill-api.md sections 4 and 7.7), on the sandbox's clock.

Windows are fixed: one begins with the first call after the last has passed, and its calls are counted.
"""

import math
from datetime import datetime, time, timedelta

from sandbox import texts
from sandbox.answers import Denial, Rejection
from sandbox.call import Call
from sandbox.records import Meter

RETRY_AFTER_S = (5, 10, 20, 40, 80, 160, 300, 600)
ANAF_WINDOW_S = 1


def admit_v1(call: Call) -> None:
	"""Counts the call, or raises the block. One call too many blocks the token for all; with the limit at 0
	nothing is counted, but a block that a fault started stands.
	"""
	limit, window = _number(call, "v1_limit"), _number(call, "v1_window_s")
	meter, now = _v1_meter(call), call.state.now()
	if now < meter.blocked_until:
		raise block_v1(call) if call.knobs["block_resets"] == "on" else _block_answer(call, meter)
	if limit == 0:
		return
	_count(meter, now, window)
	if meter.count > limit:
		raise block_v1(call)
	call.rate_headers = _headers(limit, meter, window)


def block_v1(call: Call) -> Denial:
	"""Starts the block, or starts it again, and is its answer, which carries no rate headers."""
	meter = _v1_meter(call)
	meter.blocked_until = call.state.now() + _number(call, "v1_block_s")
	meter.count, meter.window_start = 0, 0.0
	call.rate_headers = []
	return _block_answer(call, meter)


def admit_v3(call: Call, key: str) -> None:
	"""Counts the call of a user and company, or raises 429 with a `Retry-After` that grows for who goes on
	calling.
	"""
	limit, window = _number(call, "v3_limit"), _number(call, "v3_window_s")
	daily = _number(call, "v3_daily_limit")
	meter, now = call.state.meter(f"v3 {key}"), call.state.now()
	local = call.state.local_time()
	midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
	if meter.day != local.date().isoformat():
		meter.day, meter.day_count = local.date().isoformat(), 0

	wait = 0
	if daily and meter.day_count >= daily:
		wait = math.ceil(midnight.timestamp() - now)
	elif limit and now < meter.blocked_until:
		wait = _next_wait(meter, now)
	else:
		if meter.blocked_until:
			# Who waited as told is let in, also when the old window is still running.
			meter.blocked_until, meter.window_start = 0.0, 0.0
		_count(meter, now, window)
		if limit and meter.count > limit:
			wait = _next_wait(meter, now)
		else:
			meter.refusals = 0
			meter.day_count += 1
	if limit:
		call.rate_headers = _headers(limit, meter, window)
	if daily:
		call.rate_headers += [
			("X-RateLimit-Daily-Limit", str(daily)),
			("X-RateLimit-Daily-Remaining", str(max(0, daily - meter.day_count))),
			("X-RateLimit-Daily-Reset", str(math.ceil(midnight.timestamp()))),
		]
	if wait:
		raise Rejection(
			429, "rate_limit_exceeded", "Too many requests.", headers=[("Retry-After", str(wait))]
		)


def admit_anaf(call: Call) -> bool:
	"""Counts a look-up of this address; False if it is one too many in a second."""
	limit = _number(call, "anaf_limit")
	meter = call.state.meter(f"anaf {call.request.remote_addr}")
	_count(meter, call.state.now(), ANAF_WINDOW_S)
	return limit == 0 or meter.count <= limit


def _v1_meter(call: Call) -> Meter:
	return call.state.meter(f"v1 {call.rate_key}")


def _block_answer(call: Call, meter: Meter) -> Denial:
	length = _number(call, "v1_block_s")
	# SmartBill's stamp has no time zone; Romania's is assumed.
	began = datetime.fromtimestamp(meter.blocked_until - length, call.state.local_time().tzinfo)
	minutes = max(1, math.ceil(length / 60))
	text = texts.BLOCKED.format(minutes=minutes, moment=f"{began:%d/%m/%Y %H:%M:%S}")
	return Denial(text, _number(call, "block_status"))


def _count(meter: Meter, now: float, window: int) -> None:
	if not meter.window_start <= now < meter.window_start + window:
		meter.window_start, meter.count = now, 0
	meter.count += 1


def _next_wait(meter: Meter, now: float) -> int:
	wait = RETRY_AFTER_S[min(meter.refusals, len(RETRY_AFTER_S) - 1)]
	meter.refusals += 1
	meter.blocked_until = now + wait
	return wait


def _headers(limit: int, meter: Meter, window: int) -> list[tuple[str, str]]:
	return [
		("X-RateLimit-Limit", str(limit)),
		("X-RateLimit-Remaining", str(max(0, limit - meter.count))),
		("X-RateLimit-Reset", str(math.ceil(meter.window_start + window))),
	]


def _number(call: Call, knob: str) -> int:
	value = call.knobs[knob]
	assert isinstance(value, int)
	return value
