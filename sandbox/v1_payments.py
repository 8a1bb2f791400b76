"""Payments of invoices (docs/smartbill-api.md sections 2.7 and 2.13), no more of them than moves
`paidAmount`.
"""

from collections.abc import Sequence
from decimal import Decimal

from werkzeug.wrappers import Response

from sandbox import texts, totals
from sandbox.answers import Refusal, classic
from sandbox.call import Call
from sandbox.records import Document
from sandbox.v1_documents import series_argument

TYPES = frozenset(
	(
		*("Card", "Card online", "Chitanta", "Bon", "Ordin plata", "CEC", "Bilet ordin"),
		*("Mandat postal", "Extras de cont", "Ramburs", "Alta incasare"),
	)
)


def status(call: Call) -> Response:
	number = call.argument("number")
	if not number:
		raise Refusal(texts.INVOICE_NUMBER_MISSING, paid=False)
	invoice = call.state.find_document(call.company.cif, "invoice", series_argument(call), number)
	if invoice is None:
		raise Refusal(texts.INVOICE_NOT_FOUND, paid=False)
	left = unpaid(invoice)
	amounts = {
		"invoiceTotalAmount": float(invoice.totals["gross"]),
		"paidAmount": float(invoice.paid),
		"unpaidAmount": float(left),
		"paid": left <= 0,
	}
	return classic(call.knobs, amounts, wrapper="sbcInvoicePaymentStatusResponse")


def pay(call: Call) -> Response:
	if call.fields.get("type") not in TYPES:
		raise Refusal(texts.PAYMENT_TYPE_UNKNOWN, 404)
	if "value" not in call.fields:
		raise Refusal(texts.PAYMENT_VALUE_MISSING)
	invoices = []
	for named in call.fields.get("invoicesList", []):
		series, number = named.get("seriesName", ""), named.get("number", "")
		invoice = call.state.find_document(call.company.cif, "invoice", series, number)
		if invoice is None:
			raise Refusal(texts.INVOICE_NOT_FOUND)
		invoices.append(invoice)
	spread(call.fields["value"], invoices)
	return classic(call.knobs, {})


def spread(value: Decimal, invoices: Sequence[Document]) -> None:
	"""Pays the invoices one after the other; what is too much stays with the last."""
	for place, invoice in enumerate(invoices, start=1):
		part = value if place == len(invoices) else min(value, max(unpaid(invoice), totals.ZERO))
		invoice.paid = str(totals.rounded(Decimal(invoice.paid) + part))
		value -= part


def unpaid(invoice: Document) -> Decimal:
	return Decimal(invoice.totals["gross"]) - Decimal(invoice.paid)
