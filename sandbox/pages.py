"""What a browser finds behind the addresses in SmartBill's answers: the PDF for anyone, a sign elsewhere."""

from html import escape

from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox import gate
from sandbox.call import Call
from sandbox.v1_documents import pdf_answer


def view(call: Call, view_hash: str) -> Response:
	"""`documentViewUrl`: whoever has the address has the document."""
	for document in call.state.documents.values():
		if document.view_hash == view_hash and document.status != "deleted":
			return pdf_answer(call, document)
	raise NotFound


def edit(call: Call, id_: int) -> Response:
	"""`documentUrl`: SmartBill asks for a login here, and the sandbox has no screens to log in to."""
	document = call.state.documents.get(id_)
	if document is None:
		raise NotFound
	return _sign(f"Document {document.series}{document.number}: here SmartBill shows its own screen.")


def pay(call: Call, view_hash: str) -> Response:
	if not any(document.view_hash == view_hash for document in call.state.documents.values()):
		raise NotFound
	return _sign("Here the client would pay by card.")


def _sign(text: str) -> Response:
	html = f"<!doctype html><title>SANDBOX</title><h1>SANDBOX</h1><p>{escape(text)}</p>"
	return Response(html, content_type="text/html; charset=utf-8")


ROUTES = Map(
	[
		Rule("/documente/extern/pf/estimate/<view_hash>", endpoint=view),
		Rule("/documente/extern/f/factura/<view_hash>", endpoint=view),
		Rule("/documente/editare/estimate/<int:id_>/", endpoint=edit),
		Rule("/documente/editare/factura/<int:id_>/", endpoint=edit),
		Rule("/pay/<view_hash>", endpoint=pay),
	],
	merge_slashes=False,
)


def serve(call: Call) -> Response:
	try:
		page, values = gate.find_route(ROUTES, call)
		return page(call, **values)
	except NotFound:
		return Response("SANDBOX: nothing here.\n", 404, content_type="text/plain; charset=utf-8")
