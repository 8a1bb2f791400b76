"""The fields each V1 body may carry, as data, and the reader that refuses everything else.

The tables are sections 2.1.1 to 2.1.4, 2.6 and 2.8 of docs/smartbill-api.md. SmartBill maps a body before it
looks at its meaning: an unknown name or a wrong type is refused here, a missing or absurd value only later,
by the rules.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox import knobs

TEXT, NUMBER, INTEGER, FLAG, OBJECT, ROWS = "text", "number", "integer", "flag", "object", "rows"

# Beyond this a number is taken as unmappable (invented): SmartBill's own limit is not published.
LARGEST = Decimal(10) ** 12


@dataclass(frozen=True)
class Field:
	kind: str
	required: bool = False
	fields: Mapping[str, "Field"] | None = None


Table = Mapping[str, Field]


def _texts(*names: str) -> dict[str, Field]:
	return {name: Field(TEXT) for name in names}


def _flags(*names: str) -> dict[str, Field]:
	return {name: Field(FLAG) for name in names}


CLIENT: Table = {
	"name": Field(TEXT, required=True),
	"country": Field(TEXT, required=True),
	**_texts("vatCode", "regCom", "address", "city", "county"),
	**_texts("email", "phone", "contact", "bank", "iban", "code"),
	**_flags("isTaxPayer", "saveToDb"),
}

# One table for products and discounts: SmartBill tells them apart by isDiscount, after mapping.
ROW: Table = {
	"name": Field(TEXT, required=True),
	"measuringUnitName": Field(TEXT, required=True),
	"quantity": Field(NUMBER),
	"price": Field(NUMBER),
	"taxPercentage": Field(NUMBER),
	"exchangeRate": Field(NUMBER),
	**_texts("taxName", "currency", "code", "productDescription", "warehouseName"),
	**_texts("translatedName", "translatedMeasuringUnit"),
	**_flags("isTaxIncluded", "isService", "isDiscount", "saveToDb", "useSBProductName"),
	"numberOfItems": Field(INTEGER),
	"discountType": Field(INTEGER),
	"discountValue": Field(NUMBER),
	"discountPercentage": Field(NUMBER),
}

ESTIMATE: Table = {
	"companyVatCode": Field(TEXT, required=True),
	"seriesName": Field(TEXT, required=True),
	"client": Field(OBJECT, required=True, fields=CLIENT),
	"products": Field(ROWS, required=True, fields=ROW),
	**_texts("issueDate", "dueDate", "deliveryDate", "currency", "language"),
	**_texts("mentions", "observations", "paymentUrl", "issuerName", "issuerCnp"),
	**_texts("delegateName", "delegateIdentityCard", "delegateAuto", "aviz"),
	**_flags("isDraft", "sendEmail", "useIntraCif"),
	"exchangeRate": Field(NUMBER),
	"precision": Field(INTEGER),
	"email": Field(OBJECT, fields=_texts("to", "cc", "bcc")),
}

INVOICE: Table = {
	**ESTIMATE,
	"estimate": Field(OBJECT, fields=_texts("seriesName", "number")),
	"payment": Field(
		OBJECT, fields={"value": Field(NUMBER), **_texts("paymentSeries", "type"), **_flags("isCash")}
	),
	**_texts("paymentDate"),
	**_flags("useEstimateDetails", "useStock", "usePaymentTax"),
	# The spelling is SmartBill's.
	**{name: Field(NUMBER) for name in ("paymentBase", "colectedTax", "paymentTotal")},
}

SEND: Table = {
	name: Field(TEXT, required=name in ("companyVatCode", "seriesName", "number", "type"))
	for name in (
		*("companyVatCode", "seriesName", "number", "type"),
		*("to", "cc", "bcc", "subject", "bodyText"),
	)
}

PAYMENT: Table = {
	"companyVatCode": Field(TEXT, required=True),
	"type": Field(TEXT, required=True),
	"value": Field(NUMBER, required=True),
	"isCash": Field(FLAG),
	"invoicesList": Field(ROWS, fields=_texts("seriesName", "number")),
}


class NotJson(ValueError):
	"""The body is not a JSON object in UTF-8."""


class Unmappable(ValueError):
	"""A field is unknown or of the wrong type. `path` names it exactly, also inside lists."""

	def __init__(self, path: str, unknown: bool) -> None:
		self.path = path
		self.unknown = unknown
		leaf = path.rpartition(".")[2]
		super().__init__(f"Unrecognized property: {leaf}." if unknown else f"Could not map property: {path}.")


def parse(raw: bytes) -> dict[str, Any]:
	"""The JSON object of a body, decimal numbers as Decimal: a float would spoil prices before any rule sees
	them.
	"""

	def no_constant(name: str) -> None:
		raise NotJson(name)

	try:
		parsed = json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_constant=no_constant)
		# An escaped half of a letter passes the parser, and then cannot be written anywhere.
		json.dumps(parsed, ensure_ascii=False, default=str).encode("utf-8")
	except (ValueError, RecursionError) as error:
		raise NotJson(str(error)) from error
	if not isinstance(parsed, dict):
		raise NotJson("not an object")
	return parsed


def read(
	table: Table, sent: Mapping[str, Any], values: Mapping[str, knobs.Value], path: str = ""
) -> dict[str, Any]:
	"""The sent object with every value in its Python type and nulls left out; Unmappable on the first fault,
	in the order of the sent text.
	"""
	body = {}
	for name, value in sent.items():
		here = f"{path}{name}"
		field = table.get(name)
		if field is None:
			raise Unmappable(here, unknown=True)
		if value is None:
			if not field.required and values["null_policy"] == "error":
				raise Unmappable(here, unknown=False)
			continue
		body[name] = _value(field, value, values, here)
	return body


def _value(field: Field, value: Any, values: Mapping[str, knobs.Value], path: str) -> Any:
	if field.kind == OBJECT and isinstance(value, dict):
		return read(field.fields or {}, value, values, f"{path}.")
	if field.kind == ROWS and isinstance(value, list):
		return [
			_value(Field(OBJECT, fields=field.fields), row, values, f"{path}[{index}]")
			for index, row in enumerate(value)
		]
	if field.kind == FLAG and (isinstance(value, bool) or value in (0, 1)):
		return bool(value)
	if field.kind == TEXT:
		if isinstance(value, str):
			return value
		if values["lenient_strings"] == "on" and _is_number(value):
			return str(value)
	if field.kind in (NUMBER, INTEGER):
		number = _number(value, lenient=values["lenient_numbers"] == "on")
		if number is not None and field.kind == NUMBER:
			return number
		if number is not None and number == number.to_integral_value():
			return int(number)
	raise Unmappable(path, unknown=False)


def _is_number(value: Any) -> bool:
	return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _number(value: Any, lenient: bool) -> Decimal | None:
	if lenient and isinstance(value, str):
		try:
			value = Decimal(value.strip())
		except ArithmeticError:
			return None
	if not _is_number(value):
		return None
	number = Decimal(value)
	return number if number.is_finite() and abs(number) < LARGEST else None
