"""Every sentence in `sandbox/texts.py` can be heard over HTTP, word for word and with its status."""

import base64

import pytest

from sandbox import texts

CIF = "RO12345674"
NAME = {"series": "PRFB2B", "number": "0009"}
ISSUED = {"series": "PRFB2B", "number": "0001"}


def create(**changes):
	return lambda box: box.create(**changes)


def with_client(**changes):
	def hear(box):
		client = {"name": "Atelier Demo SRL", "country": "Romania", **changes}
		return box.create(client={name: value for name, value in client.items() if value is not None})

	return hear


def with_product(knobs=None, **changes):
	"""The product of the sample with some fields changed, None leaving one out."""

	def hear(box):
		box.knobs(**(knobs or {}))
		changed = {**box.sample()["products"][0], **changes}
		return box.create(products=[{name: value for name, value in changed.items() if value is not None}])

	return hear


def with_discount(knobs=None, second_rate=None, **changes):
	"""The sample with its discount changed; `second_rate` puts a product of that rate before it."""

	def hear(box):
		box.knobs(**(knobs or {}))
		product, discount = box.sample()["products"]
		changed = {name: value for name, value in {**discount, **changes}.items() if value is not None}
		rows = [product]
		if second_rate is not None:
			rows.append({**product, "taxName": "Redusa", "taxPercentage": second_rate})
			changed["numberOfItems"] = 2
		return box.create(products=[*rows, changed])

	return hear


def for_company(**company):
	def hear(box):
		box.reset(companies={CIF: company})
		product = box.sample()["products"][0]
		del product["code"]
		return box.create(products=[product])

	return hear


def with_knobs(hear, **knobs):
	def hear_with(box):
		box.knobs(**knobs)
		return hear(box)

	return hear_with


def issued(*calls):
	"""Creates the sample, makes the calls on its number, and listens to the last of them."""

	def hear(box):
		box.create()
		return [box.named(*call) for call in calls][-1]

	return hear


def invoiced(*calls):
	def hear(box):
		box.create()
		box.invoice()
		return [box.named(*call, number="0101", series="FACT") for call in calls][-1]

	return hear


def cancel_invoiced(box):
	box.knobs(cancel_invoiced="refuse")
	box.create()
	box.invoice()
	return box.named("PUT", "/estimate/cancel")


def delete_first_of_two(box):
	box.knobs(delete_last_only="on")
	box.create()
	box.create()
	return box.named("DELETE", "/estimate")


def unissued(*call, **arguments):
	return lambda box: box.named(*call, **arguments)


def send(knobs=None, **changes):
	def hear(box):
		box.knobs(**(knobs or {}))
		box.create()
		fields = {"companyVatCode": CIF, "seriesName": "PRFB2B", "number": "0001", "type": "proforma"}
		sent = {**fields, **changes}
		return box.v1("POST", "/document/send", {name: value for name, value in sent.items() if value})

	return hear


def send_to_client_without_address(box):
	box.create(client={"name": "Atelier", "country": "Romania"})
	body = {"companyVatCode": CIF, "seriesName": "PRFB2B", "number": "0001", "type": "proforma"}
	return box.v1("POST", "/document/send", body)


def pay(**fields):
	return lambda box: box.v1("POST", "/payment", {"companyVatCode": CIF, **fields})


def blocked(box):
	box.fault("rate_block")
	answer = box.v1("GET", "/series", params={"cif": CIF})
	# The only sentence with a time in it.
	assert answer.json()["errorText"].startswith(texts.BLOCKED.format(minutes=10, moment=""))
	return answer


def without_right_to_issue(box):
	box.done("POST", "/users", {"email": "demo@example.ro", "may_issue": False})
	return box.create()


LONG = "x" * 2001
MANY_LINES = "\n".join("x" * 31)

# template, what fills it, status, how to hear it
SENTENCES = [
	(texts.AUTH_FAILED, {}, 401, lambda box: box.v1("GET", "/series", auth=None)),
	(texts.COMPANY_UNKNOWN, {}, 401, create(companyVatCode="RO1")),
	(texts.COMPANY_FORBIDDEN, {}, 401, create(companyVatCode="RO23456783")),
	(texts.CIF_MISSING, {}, 400, with_knobs(lambda box: box.v1("GET", "/tax"), missing_cif="400text")),
	(texts.NO_RIGHT_TO_ISSUE, {}, 403, without_right_to_issue),
	(
		texts.SERVER_ERROR,
		{},
		500,
		lambda box: box.v1("POST", "/estimate/v2", {"companyVatCode": None}),
	),
	(texts.BLOCKED, None, 403, blocked),
	(texts.BAD_DATE, {}, 400, create(issueDate="23.11.2026")),
	(texts.ESTIMATE_TO_INVOICE_NOT_FOUND, NAME, 400, lambda box: box.invoice("0009")),
	(texts.COUNTRY_MISSING, {}, 400, with_client(country=None)),
	(texts.CLIENT_INVALID, {}, 400, with_client(name=" ")),
	(texts.CLIENT_EXISTS, {}, 400, with_client(vatCode="RO1090", saveToDb=True)),
	(texts.NO_ROWS["estimate"], {}, 400, create(products=[])),
	(texts.NO_ROWS["invoice"], {}, 400, create(path="/invoice/v2", seriesName="FACT", products=[])),
	(texts.TOO_MANY_ROWS, {}, 410, create(products=[{}] * 401)),
	(texts.ROW_NAME_MISSING, {}, 400, with_product(name=None)),
	(texts.ROW_UNIT_MISSING, {}, 400, with_product(measuringUnitName=None)),
	(texts.ROW_QUANTITY_MISSING, {}, 400, with_product(quantity=None)),
	(texts.ROW_PRICE_MISSING, {}, 400, with_product(price=None)),
	(texts.ROW_CODE_MISSING, {"name": "Cablu demo"}, 400, for_company(uses_codes=True)),
	(texts.RATE_MISSING, {"name": "Cablu demo"}, 400, with_product(taxPercentage=None)),
	(texts.RATE_UNKNOWN, {"name": "Cablu demo"}, 400, with_product(taxPercentage=5, taxName=None)),
	(texts.CURRENCY_UNKNOWN, {}, 400, with_product(currency="BGN")),
	(texts.CURRENCY_MIXED["estimate"], {}, 400, with_product(currency="EUR")),
	(
		texts.CURRENCY_MIXED["invoice"],
		{},
		400,
		create(path="/invoice/v2", seriesName="FACT", currency="EUR"),
	),
	(texts.ONLY_DISCOUNT, {}, 400, with_product(isDiscount=True)),
	(texts.DISCOUNT_PERCENT_MISSING, {}, 400, with_discount(discountPercentage=None)),
	(texts.DISCOUNT_VALUE_MISSING, {}, 400, with_discount(discountType=1)),
	(texts.DISCOUNT_RATES_DIFFER, {}, 400, with_discount(second_rate=11)),
	(
		texts.DISCOUNT_RATE_UNKNOWN,
		{"rate": "5"},
		400,
		with_discount(second_rate=11, discountType=1, discountValue=-1, taxPercentage=5, taxName=None),
	),
	(texts.SERIES_UNKNOWN, {}, 400, create(seriesName="FACT")),
	(texts.QUOTA_REACHED, {}, 400, with_knobs(create(), quota_left=0)),
	(
		texts.EMAIL_ADDRESS_MISSING,
		{},
		400,
		create(sendEmail=True, client={"name": "Atelier", "country": "Romania"}),
	),
	(texts.EMAIL_ADDRESS_MISSING, {}, 400, send_to_client_without_address),
	(texts.EMAIL_SERVER_MISSING, {}, 400, with_knobs(create(sendEmail=True), email_server="off")),
	(texts.EMAIL_SERVER_MISSING, {}, 400, send({"email_server": "off"})),
	(texts.NUMBER_PARAM_MISSING["estimate"], {}, 400, unissued("GET", "/estimate/pdf", number=None)),
	(texts.NUMBER_PARAM_MISSING["invoice"], {}, 400, unissued("PUT", "/invoice/cancel", number=None)),
	(texts.SERIES_PARAM_MISSING["estimate"], {}, 400, unissued("GET", "/estimate/pdf", series=None)),
	(texts.SERIES_PARAM_MISSING["invoice"], {}, 400, unissued("DELETE", "/invoice", series=None)),
	(texts.NOT_FOUND["estimate"], NAME, 400, unissued("GET", "/estimate/pdf", "0009")),
	(texts.NOT_FOUND["invoice"], NAME, 400, unissued("PUT", "/invoice/restore", "0009")),
	(texts.CANCELLED["estimate"], ISSUED, 200, issued(("PUT", "/estimate/cancel"))),
	(texts.ALREADY_CANCELLED["estimate"], ISSUED, 200, issued(*[("PUT", "/estimate/cancel")] * 2)),
	(
		texts.RESTORED["estimate"],
		ISSUED,
		200,
		issued(("PUT", "/estimate/cancel"), ("PUT", "/estimate/restore")),
	),
	(texts.NOT_CANCELLED["estimate"], ISSUED, 200, issued(("PUT", "/estimate/restore"))),
	(texts.DELETED["estimate"], ISSUED, 200, issued(("DELETE", "/estimate"))),
	(
		texts.CANCELLED["invoice"],
		{"series": "FACT", "number": "0101"},
		200,
		invoiced(("PUT", "/invoice/cancel")),
	),
	(
		texts.ALREADY_CANCELLED["invoice"],
		{"series": "FACT", "number": "0101"},
		200,
		invoiced(*[("PUT", "/invoice/cancel")] * 2),
	),
	(
		texts.RESTORED["invoice"],
		{"series": "FACT", "number": "0101"},
		200,
		invoiced(("PUT", "/invoice/cancel"), ("PUT", "/invoice/restore")),
	),
	(
		texts.NOT_CANCELLED["invoice"],
		{"series": "FACT", "number": "0101"},
		200,
		invoiced(("PUT", "/invoice/restore")),
	),
	(
		texts.DELETED["invoice"],
		{"series": "FACT", "number": "0101"},
		200,
		invoiced(("DELETE", "/invoice")),
	),
	(texts.NOT_LAST, ISSUED, 403, delete_first_of_two),
	(texts.ESTIMATE_NOT_INVOICED, ISSUED, 200, issued(("GET", "/estimate/invoices"))),
	(texts.ESTIMATE_UNKNOWN, NAME, 410, unissued("GET", "/estimate/invoices", "0009")),
	(texts.INVOICE_NUMBER_MISSING, {}, 400, unissued("GET", "/invoice/paymentstatus", number=None)),
	(texts.INVOICE_NOT_FOUND, {}, 400, unissued("GET", "/invoice/paymentstatus")),
	(
		texts.INVOICE_NOT_FOUND,
		{},
		400,
		pay(type="Card", value=1, invoicesList=[{"seriesName": "FACT", "number": "9"}]),
	),
	(texts.PAYMENT_TYPE_UNKNOWN, {}, 404, pay(type="Aur", value=1)),
	(texts.PAYMENT_VALUE_MISSING, {}, 400, pay(type="Card")),
	(
		texts.SERIES_TYPE_UNKNOWN,
		{"type": "x"},
		400,
		lambda box: box.v1("GET", "/series", params={"cif": CIF, "type": "x"}),
	),
	(texts.EMAIL_SENT, {}, 200, send()),
	(texts.EMAIL_DOCUMENT_NOT_FOUND, {}, 400, send(type="factura")),
	(texts.EMAIL_TYPE_MISSING, {}, 400, send(type=None)),
	(texts.EMAIL_TYPE_UNKNOWN, {"type": "invoice"}, 400, send(type="invoice")),
	(texts.EMAIL_NUMBER_MISSING, {}, 400, send(number=None)),
	(texts.SERIES_UNKNOWN, {}, 400, send(seriesName="NU")),
	(texts.EMAIL_SUBJECT_NOT_BASE64, {}, 400, send(subject="Bună ziua")),
	(texts.EMAIL_BODY_NOT_BASE64, {}, 400, send(bodyText=base64.b64encode(b"\xff\xfe").decode())),
	(texts.ADDRESS_INVALID, {}, 400, send(to="comenzi")),
	(texts.ADDRESS_WITHOUT_DOMAIN, {}, 400, send(to="comenzi@")),
	(texts.ADDRESS_WITHOUT_NAME, {}, 400, send(cc="@example.ro")),
	(texts.ADDRESS_DOMAIN_ILLEGAL, {}, 400, send(bcc="a@example.ro,b@exam_ple.ro")),
	(texts.UNIT_UNKNOWN, {"unit": "BUC"}, 400, with_product(measuringUnitName="BUC")),
	(texts.DESCRIPTION_TOO_LONG, {}, 400, with_product(productDescription=LONG)),
	(texts.DESCRIPTION_TOO_LONG, {}, 400, with_product(productDescription=MANY_LINES)),
	(texts.PRICE_NEGATIVE, {}, 400, with_product({"negative_price": "refuse"}, price=-1)),
	(
		texts.DISCOUNT_TOO_MANY_ITEMS,
		{},
		400,
		with_discount({"excess_items": "refuse"}, numberOfItems=2),
	),
	(texts.ESTIMATE_INVOICED, ISSUED, 400, cancel_invoiced),
]


def heard_in(answer):
	payload = answer.json()
	if isinstance(payload.get("status"), dict):
		return payload["status"]["message"]
	return payload["errorText"] or payload["message"]


@pytest.mark.parametrize(
	("template", "filling", "status", "hear"),
	SENTENCES,
	ids=[f"{place}-{sentence[0][:30]}" for place, sentence in enumerate(SENTENCES)],
)
def test_the_sentence_is_answered(box, template, filling, status, hear):
	answer = hear(box)
	assert answer.status_code == status
	if filling is not None:
		assert heard_in(answer) == template.format(**filling)


def test_no_sentence_is_kept_that_nobody_can_hear():
	written = set()
	for name, value in vars(texts).items():
		if name.isupper() and name != "NAMED":
			written |= set(value.values()) if isinstance(value, dict) else {value}
	assert written == {template for template, *_ in SENTENCES}


def test_a_refused_create_leaves_no_trace(box, sample):
	"""Whatever is wrong with it, and however late that shows: nothing is numbered, saved or sent."""
	before = box.state()
	sample["client"] |= {"name": "Client nou", "saveToDb": True}
	answer = box.create(sample, seriesName="NU", sendEmail=True)
	assert answer.json()["errorText"] == texts.SERIES_UNKNOWN
	after = box.state()
	for part in ("documents", "series", "clients_v3"):
		assert after[part] == before[part]
