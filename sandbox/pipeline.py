"""The way of every call that is not for the control API (docs/smartbill-api.md section 7.3): journal, fault,
the surface it is meant for, fault again, answer. Steps 3 to 11 stand in `v1.serve` and `v3.serve`.
"""

from collections.abc import Callable

from werkzeug.wrappers import Request, Response

from sandbox import anaf, creation, faults, pages, v1, v3
from sandbox.call import Call
from sandbox.state import State

EXCERPT_LENGTH = 500

Surface = Callable[[Call], Response]
# The first whose prefix fits.
SURFACES: tuple[tuple[str, Surface], ...] = (
	(v3.PREFIX, v3.serve),
	(v1.PREFIX, v1.serve),
	("/anaf", anaf.serve),
	("", pages.serve),
)


def run(state: State, request: Request) -> Response:
	"""The answer; HangUp when there shall be none."""
	raw = request.get_data()
	with state.lock:
		creation.commit_due(state)
		call = _enter(state, request, raw)
		state.serving += 1
	try:
		answer = faults.before(call)
		if answer is None:
			with state.lock:
				answer = _surface(request.path)(call)
			answer = faults.after(call, answer)
		answer.headers.extend(call.rate_headers)
		call.entry.status = answer.status_code
		call.entry.response_excerpt = answer.get_data()[:EXCERPT_LENGTH].decode("utf-8", "replace")
		return answer
	finally:
		with state.lock:
			state.serving -= 1
		if request.method != "GET":
			state.save()


def _enter(state: State, request: Request, raw: bytes) -> Call:
	headers = dict(request.headers)
	if "Authorization" in headers:
		headers["Authorization"] = "***"
	entry = state.enter(
		method=request.method,
		path=request.path,
		query=request.query_string.decode("latin-1"),
		headers=headers,
		body=raw.decode("utf-8", "replace"),
	)
	call = Call(state, request, raw, entry, state.ended)
	call.fault = faults.pick(call)
	if call.fault is not None:
		entry.matched_fault = call.fault.id
	return call


def _surface(path: str) -> Surface:
	return next(serve for prefix, serve in SURFACES if not prefix or f"{path}/".startswith(f"{prefix}/"))
