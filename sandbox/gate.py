"""The steps of the pipeline that V1, V3 and ANAF share: finding the route, and the headers of a request."""

from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Map

from sandbox.answers import Rejection
from sandbox.call import Call


def find_route(routes: Map, call: Call) -> tuple[Any, Mapping[str, Any]]:
	"""The endpoint and the values in its path; werkzeug's NotFound is for the surface to answer in its own
	way.
	"""
	adapter = routes.bind_to_environ(call.request.environ)
	try:
		return adapter.match()
	except MethodNotAllowed as error:
		allow = ", ".join(sorted(error.valid_methods or ()))
		raise Rejection(
			405,
			"method_not_allowed",
			f"Method {call.request.method} is not allowed for this resource.",
			headers=[("Allow", allow)],
		) from error


def check_accept(call: Call, *accepted: str) -> None:
	"""406 unless the header is absent or names one of the media types."""
	accept = call.request.headers.get("Accept", "").lower()
	if accept and not any(media_type in accept for media_type in accepted):
		raise Rejection(406, "invalid_accept_header", f"Accept header {accept} is not supported.")


def check_content_type(call: Call) -> None:
	"""415 for a POST that does not say it is JSON."""
	if call.request.method == "POST" and call.request.mimetype != "application/json":
		raise Rejection(415, "invalid_content_type", "Content-Type must be application/json.")
