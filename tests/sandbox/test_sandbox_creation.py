"""What SmartBill lets pass, fills in and keeps in a create (docs/smartbill-api.md section 7.4)."""

import pytest

CIF = "RO12345674"


def test_every_published_field_is_accepted(box, sample):
	sample["client"] |= {
		**dict.fromkeys(("contact", "phone", "bank", "iban", "code"), "x"),
		"isTaxPayer": False,
	}
	sample["products"][0] |= {
		**dict.fromkeys(
			("productDescription", "translatedName", "translatedMeasuringUnit", "warehouseName"), "x"
		),
		"exchangeRate": 1,
		"useSBProductName": False,
	}
	texts = (
		"observations",
		"issuerName",
		"issuerCnp",
		"delegateName",
		"delegateIdentityCard",
		"delegateAuto",
	)
	more = {"deliveryDate": "2026-12-01", "exchangeRate": 1, "paymentUrl": "https://example.ro", "aviz": "1"}
	sample |= {
		**dict.fromkeys(texts, "x"),
		**more,
		"useIntraCif": False,
		"email": {"to": "a", "cc": "b", "bcc": "c"},
	}
	assert box.create(sample).json()["number"] == "0001"
	invoice = {
		"payment": {"value": 1, "paymentSeries": "CH", "type": "Card", "isCash": False},
		**{"paymentDate": "2026-12-01", "useStock": False, "usePaymentTax": False},
		**{"paymentBase": 0, "colectedTax": 0, "paymentTotal": 0},
	}
	assert box.create(sample, path="/invoice/v2", seriesName="FACT", **invoice).json()["number"] == "0101"


def test_dates_left_out_are_today_in_romania(box):
	document = box.created(issueDate=None, dueDate=None)
	assert document["issue_date"] == document["due_date"] == "2026-11-23"
	# Half past ten in the evening in UTC.
	box.advance(12.5 * 3600)
	assert box.created(issueDate=None)["issue_date"] == "2026-11-24"


@pytest.mark.parametrize(
	"date", ["", "2026-02-30", "2026-1-1", "20261123", "2026-11-23T00:00:00", "٢٠٢٦-11-23"]
)
@pytest.mark.parametrize("field", ["issueDate", "dueDate", "deliveryDate"])
def test_what_is_no_date_is_refused(box, field, date):
	assert "yyyy-MM-dd" in box.create(**{field: date}).json()["errorText"]


@pytest.mark.parametrize("quantity", [0, -5, 0.001])
def test_any_quantity_is_issued(box, product, quantity):
	assert box.created(products=[{**product, "quantity": quantity}])["number"] == "0001"


def test_a_row_without_currency_is_in_ron_even_in_a_euro_document(box, product):
	del product["currency"]
	assert box.create(products=[product]).status_code == 200
	assert "alta moneda" in box.create(products=[product], currency="EUR").json()["errorText"]
	assert box.created(products=[{**product, "currency": "EUR"}], currency="EUR")["currency"] == "EUR"


@pytest.mark.parametrize(("sent", "kept"), [(1, 2), (2, 2), (4, 4), (7, 4)])
def test_the_precision_is_kept_between_2_and_4(box, sent, kept):
	assert box.created(precision=sent)["precision"] == kept


@pytest.mark.parametrize(
	("sent", "kept", "fallback"), [("EN", "EN", False), ("XX", "RO", True), ("en", "RO", True)]
)
def test_an_unknown_language_silently_becomes_romanian(box, sent, kept, fallback):
	document = box.created(language=sent)
	assert (document["language"], document["language_fallback"]) == (kept, fallback)


def test_a_payment_link_can_be_generated(box):
	url = box.create(paymentUrl="Generate URL").json()["url"]
	assert url.startswith(f"{box.url}/pay/")
	assert box.create(paymentUrl="https://example.ro/pay").json()["url"] == ""


def test_an_email_that_is_sent_with_the_create_is_kept(box):
	sent = box.created(sendEmail=True, email={"cc": "b@example.ro"})["sent_emails"]
	assert [(mail["to"], mail["cc"]) for mail in sent] == [("comenzi@example.ro", "b@example.ro")]


def test_the_body_is_kept_as_it_was_sent(box, sample):
	assert box.created(sample)["request"] == sample


def test_units_series_and_tax_names_are_exact(box, product):
	assert box.create(seriesName="prfb2b").status_code == 400
	assert box.create(products=[{**product, "measuringUnitName": "Buc"}]).status_code == 400
	assert box.create(products=[{**product, "taxName": "normala"}]).status_code == 400


def test_a_series_is_found_by_name_and_type(box):
	assert box.created(seriesName="DUBLU")["number"] == "0009"
	assert box.created(path="/invoice/v2", seriesName="DUBLU")["number"] == "0005"


def test_a_company_that_pays_no_vat_needs_no_rates_and_gets_none(box, product):
	box.reset(companies={CIF: {"vat_payer": False}})
	for name in ("taxName", "taxPercentage"):
		del product[name]
	document = box.created(products=[product])
	assert document["totals"] == {"net": "255.00", "vat": "0.00", "gross": "255.00"}
	assert box.v1("GET", "/tax", params={"cif": CIF}).json()["taxes"] == []


def test_a_rate_without_a_name_takes_the_first_tax_of_that_rate(box, product):
	del product["taxName"]
	assert box.created(products=[product])["rows"][0]["tax_name"] == "Normala"


# Discounts


def test_a_discount_over_more_rows_than_there_are_covers_them_all(box, sample, discount):
	discount["numberOfItems"] = 9
	assert box.created(sample)["totals"]["net"] == "229.50"


def test_a_discount_without_type_is_a_percentage(box, sample, discount):
	del discount["discountType"]
	assert box.created(sample)["totals"]["net"] == "229.50"


@pytest.mark.parametrize("percentage", [0, -5, 100.01])
def test_a_percentage_has_to_lie_between_0_and_100(box, sample, discount, percentage):
	discount["discountPercentage"] = percentage
	assert box.create(sample).json()["errorText"] == "Trebuie sa introduceti valoarea procentului!"


def test_a_discount_of_unknown_type_with_a_percentage_only_does_nothing(box, sample, discount):
	discount["discountType"] = 3
	assert box.created(sample)["totals"]["gross"] == "308.55"


def test_over_one_rate_the_discounts_own_rate_is_not_even_looked_at(box, sample, discount):
	discount |= {"discountType": 1, "discountValue": -55, "taxName": "Nu exista", "taxPercentage": 3}
	assert box.created(sample)["totals"] == {"net": "200.00", "vat": "42.00", "gross": "242.00"}


def test_over_several_rates_a_value_discount_uses_its_own(box, product, discount):
	reduced = {**product, "taxName": "Redusa", "taxPercentage": 11}
	discount |= {"numberOfItems": 2, "discountType": 1, "discountValue": -55}
	document = box.created(products=[product, reduced, discount])
	assert document["totals"] == {"net": "455.00", "vat": "70.05", "gross": "525.05"}
	del discount["taxPercentage"]
	answer = box.create(products=[product, reduced, discount])
	assert "cote tva diferite" in answer.json()["errorText"]


def test_a_second_discount_covers_the_first_when_it_says_so(box, sample, discount):
	again = {**discount, "numberOfItems": 2}
	assert box.created(products=[*sample["products"], again])["totals"]["net"] == "206.55"


# saveToDb


def test_saving_an_unknown_client_adds_it_last(box, sample):
	sample["client"] |= {"name": "Client nou SRL", "vatCode": "RO1090", "saveToDb": True}
	box.created(sample)
	clients = box.state()["clients_v3"][CIF]
	assert (clients[-1]["name"], clients[-1]["isVatPayer"]) == ("Client nou SRL", True)
	assert clients[-1]["id"] == max(one["id"] for one in clients)
	assert box.v3(f"/clients/{clients[-1]['id']}").json() == clients[-1]


def test_saving_a_known_client_empties_what_was_not_sent(box):
	client = {"name": "Atelier Demo SRL", "vatCode": "98765438", "country": "RO", "saveToDb": True}
	box.created(client=client)
	clients = box.state()["clients_v3"][CIF]
	assert len(clients) == 250
	assert (clients[0]["vatCode"], clients[0]["email"], clients[0]["isVatPayer"]) == ("98765438", "", False)


# Invoices


def test_an_invoice_of_a_proforma_takes_over_client_rows_and_totals(box):
	estimate = box.created()
	answer = box.invoice()
	assert (answer.json()["number"], answer.json()["series"]) == ("0101", "FACT")
	estimate, invoice = box.documents()
	for part in ("client", "rows", "totals", "currency"):
		assert invoice[part] == estimate[part]
	assert (estimate["invoices"], invoice["estimate"]) == ([invoice["id"]], estimate["id"])


@pytest.mark.parametrize("spoil", ["/estimate/cancel", "/estimate"])
def test_a_proforma_that_is_cancelled_or_deleted_cannot_be_invoiced(box, spoil):
	box.create()
	box.named("DELETE" if spoil == "/estimate" else "PUT", spoil)
	assert box.invoice().json()["errorText"] == "Factura proforma PRFB2B0001 nu a fost gasita!"


def test_an_invoice_can_be_paid_as_it_is_issued(box):
	box.created(path="/invoice/v2", seriesName="FACT", payment={"value": 100, "type": "Card"})
	status = box.named("GET", "/invoice/paymentstatus", "0101", "FACT").json()
	assert (status["paidAmount"], status["unpaidAmount"], status["paid"]) == (100.0, 177.69, False)
