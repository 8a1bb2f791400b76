"""What V1 does with documents that exist: PDF, cancel, restore, delete, invoices of a proforma
(docs/smartbill-api.md sections 2.3 to 2.5 and 7.6)."""

from werkzeug.wrappers import Response

from sandbox import answers, pdf, texts
from sandbox.answers import Page, Refusal, classic
from sandbox.call import Call
from sandbox.records import Document
from sandbox.state import SERIES_TYPES


def cancel(call: Call, kind: str) -> Response:
	document = _named_document(call, kind)
	name = {"series": document.series, "number": document.number}
	if document.status == "cancelled":
		return classic(call.knobs, {"message": texts.ALREADY_CANCELLED[kind].format(**name)})
	if document.invoices and call.knobs["cancel_invoiced"] == "refuse":
		raise Refusal(texts.ESTIMATE_INVOICED.format(**name))
	document.status = "cancelled"
	return classic(call.knobs, {"message": texts.CANCELLED[kind].format(**name)})


def restore(call: Call, kind: str) -> Response:
	document = _named_document(call, kind)
	name = {"series": document.series, "number": document.number}
	if document.status != "cancelled":
		return classic(call.knobs, {"message": texts.NOT_CANCELLED[kind].format(**name)})
	document.status = "active"
	return classic(call.knobs, {"message": texts.RESTORED[kind].format(**name)})


def delete(call: Call, kind: str) -> Response:
	"""The last of its series always; an earlier one if it is a proforma and the knob allows it."""
	document = _named_document(call, kind)
	name = {"series": document.series, "number": document.number}
	others = call.state.issued(document.cif, kind, document.series)
	is_last = not any(int(other.number) > int(document.number) for other in others)
	if not is_last and (kind == "invoice" or call.knobs["delete_last_only"] == "on"):
		raise Refusal(texts.NOT_LAST.format(**name), 403)
	document.status = "deleted"
	series = call.state.find_series(document.cif, SERIES_TYPES[kind], document.series)
	if is_last and series is not None and call.knobs["reuse_number"] == "on":
		series.next = int(document.number)
	return classic(call.knobs, {"message": texts.DELETED[kind].format(**name)})


def invoices_of_estimate(call: Call) -> Response:
	"""Also the cheapest way to learn whether a proforma exists: 410 if not. Both answers fill `errorText`."""
	series, number = _name(call, "estimate")
	estimate = call.state.find_document(call.company.cif, "estimate", series, number)
	name = {"series": series, "number": number}
	if estimate is None:
		raise Refusal(texts.ESTIMATE_UNKNOWN.format(**name), 410, areInvoicesCreated=False, invoices=[])
	invoices = [call.state.documents[id_] for id_ in estimate.invoices]
	listed = [
		{"series": invoice.series, "number": invoice.number}
		for invoice in invoices
		if invoice.status != "deleted" and (invoice.number or call.knobs["list_drafts"] == "on")
	]
	fields = {"areInvoicesCreated": bool(listed), "invoices": listed}
	if not listed:
		fields["errorText"] = texts.ESTIMATE_NOT_INVOICED.format(**name)
	return classic(call.knobs, fields)


def pdf_file(call: Call, kind: str) -> Response:
	"""The bytes, labelled with whatever the caller accepts. Where a proforma is refused in words, a missing
	invoice makes the server in front answer 502.
	"""
	try:
		document = _named_document(call, kind)
	except Refusal as refusal:
		if kind == "invoice":
			raise Page(502) from refusal
		raise
	answer = pdf_answer(call, document)
	accepted = call.request.headers.get("Accept", "").split(",")[0].split(";")[0].strip()
	if answer.mimetype == pdf.MEDIA_TYPE:
		answer.content_type = "application/octet-stream" if not accepted or "*" in accepted else accepted
	# The name begins with "factura" for a proforma too (section 2.3).
	name = f"factura{document.series}{document.number}.pdf"
	answer.headers.set("Content-Disposition", "attachment", filename=name)
	return answer


def pdf_answer(call: Call, document: Document) -> Response:
	"""The PDF as the knob `pdf_text` lets it out."""
	style = str(call.knobs["pdf_text"])
	if style == "html":
		return answers.page(200)
	content = b"" if style == "empty" else pdf.render(document, call.state.companies.get(document.cif), style)
	return Response(content, content_type=pdf.MEDIA_TYPE)


def _named_document(call: Call, kind: str) -> Document:
	series, number = _name(call, kind)
	document = call.state.find_document(call.company.cif, kind, series, number)
	if document is None:
		raise Refusal(texts.NOT_FOUND[kind].format(series=series, number=number))
	return document


def _name(call: Call, kind: str) -> tuple[str, str]:
	"""Series and number as the query names them."""
	number, series = call.argument("number"), series_argument(call)
	if not number:
		raise Refusal(texts.NUMBER_PARAM_MISSING[kind])
	if not series:
		raise Refusal(texts.SERIES_PARAM_MISSING[kind])
	return series, number


def series_argument(call: Call) -> str:
	if call.knobs["series_param_any_case"] == "on":
		for name, value in call.request.args.items():
			if name.lower() == "seriesname":
				return value.strip()
	return call.argument("seriesname")
