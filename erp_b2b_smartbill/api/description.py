"""REST: the description of the whole API, for programs and for those who write them."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response

OK = 200


def show() -> tuple[Response, int]:
	"""The document itself: its readers know no envelope."""
	# the table of routes names this function
	from erp_b2b_smartbill.api.openapi import document

	return Response(json.dumps(document(), ensure_ascii=False), mimetype="application/json"), OK
