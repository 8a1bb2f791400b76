"""The lists of an account: series, VAT rates, units, stocks (docs/smartbill-api.md sections 2.9 to 2.12)."""

from werkzeug.wrappers import Response

from sandbox import texts
from sandbox.answers import Refusal, classic
from sandbox.call import Call
from sandbox.records import Json, Series


def series(call: Call) -> Response:
	wanted = call.argument("type")
	if wanted not in ("", "f", "p", "c"):
		raise Refusal(texts.SERIES_TYPE_UNKNOWN.format(type=wanted))

	def shown(one: Series) -> Json:
		number = one.padded() if call.knobs["next_number_type"] == "string" else one.next
		return {"name": one.name, "nextNumber": number, "type": one.type}

	found = [
		shown(one) for one in call.state.series if one.cif == call.company.cif and wanted in ("", one.type)
	]
	return classic(call.knobs, {"list": found}, wrapper="sbcSeries")


def taxes(call: Call) -> Response:
	"""Empty for a company that pays no VAT; some accounts are said to refuse instead."""
	listed = call.company.taxes if call.company.vat_payer else []
	found = [{"name": tax.name, "percentage": tax.percentage} for tax in listed]
	return classic(call.knobs, {"taxes": found}, wrapper="sbcTaxes")


def units(call: Call) -> Response:
	return classic(call.knobs, {"mu": call.company.units})


def stocks(call: Call) -> Response:
	return classic(call.knobs, {"list": []})
