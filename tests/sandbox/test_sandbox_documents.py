"""Documents that exist, and the lists of an account (docs/smartbill-api.md sections 2 and 7.6)."""

import base64
import io
import re

import pypdf
import pytest
import requests

CIF = "RO12345674"


def pages_of(content):
	return pypdf.PdfReader(io.BytesIO(content), strict=True).pages


def text_of(content):
	return pages_of(content)[0].extract_text()


# PDF


def test_every_offset_in_the_pdf_is_right(box):
	box.create()
	content = box.named("GET", "/estimate/pdf").content
	table_at = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
	offsets = re.findall(rb"(\d{10}) 00000 n ", content[table_at:])
	for number, offset in enumerate(offsets, start=1):
		assert content[int(offset) :].startswith(b"%d 0 obj\n" % number)
	assert content.startswith(b"%PDF-1.4") and content.endswith(b"%%EOF\n")


def test_the_pdf_says_what_the_document_says(box, sample):
	sample["client"]["name"] = "Țesătoria (Ș&A) \\ Câmpeni"
	sample["mentions"] = "prima linie\na doua linie"
	box.create(sample)
	text = text_of(box.named("GET", "/estimate/pdf").content)
	for part in ("SANDBOX", "PROFORMA", "PRFB2B0001", "Tesatoria (S&A) \\ Câmpeni", "Cablu demo", "-25.50"):
		assert part in text
	for part in ("229.50", "48.19", "277.69", "prima linie", "a doua linie", "Status: emisa"):
		assert part in text


def test_the_pdf_of_400_rows_is_one_page(box, product):
	rows = [
		{**product, "name": f"Produs cu nume destul de lung cât să treacă pe alt rând {n}"}
		for n in range(400)
	]
	box.create(products=rows)
	(page,) = pages_of(box.named("GET", "/estimate/pdf").content)
	assert "rând 399" in page.extract_text().replace("\n", " ")


def test_a_cancelled_document_is_still_served_and_says_so(box):
	box.create()
	box.named("PUT", "/estimate/cancel")
	assert "ANULATA" in text_of(box.named("GET", "/estimate/pdf").content)


@pytest.mark.parametrize(
	("accept", "labelled"),
	[
		("*/*", "application/octet-stream"),
		("application/octet-stream", "application/octet-stream"),
		("application/json, text/plain, */*", "application/json"),
	],
)
def test_the_pdf_is_labelled_as_the_caller_likes_and_named_factura(box, accept, labelled):
	box.create()
	answer = box.named("GET", "/estimate/pdf", headers={"Accept": accept})
	assert answer.headers["Content-Type"] == labelled
	assert answer.headers["Content-Disposition"] == "attachment; filename=facturaPRFB2B0001.pdf"


@pytest.mark.parametrize("name", [("9999", "FACT"), (None, "FACT"), ("0101", None)])
def test_a_missing_invoice_pdf_is_a_502_page(box, name):
	answer = box.named("GET", "/invoice/pdf", *name)
	assert answer.status_code == 502
	assert "nginx" in answer.text and answer.headers["Content-Type"].startswith("text/html")


def test_an_invoice_has_a_pdf_too(box):
	box.create()
	box.invoice()
	text = text_of(box.named("GET", "/invoice/pdf", "0101", "FACT").content)
	assert "FACTURA FACT0101" in text


def test_a_deleted_document_is_gone_for_everybody(box):
	view = box.create().json()["documentViewUrl"]
	box.named("DELETE", "/estimate")
	assert requests.get(view, timeout=5).status_code == 404
	assert box.named("GET", "/estimate/pdf").status_code == 400
	assert box.named("GET", "/estimate/invoices").status_code == 410


# Numbers


def test_deleting_the_last_frees_its_number_and_deleting_an_earlier_one_does_not(box):
	box.create()
	box.create()
	box.named("DELETE", "/estimate", "0001")
	assert box.next_number() == 3
	box.named("DELETE", "/estimate", "0002")
	assert box.next_number() == 2
	assert box.create().json()["number"] == "0002"
	assert [document["status"] for document in box.documents()] == ["deleted", "deleted", "active"]


def test_only_the_last_invoice_of_a_series_can_be_deleted(box):
	box.create()
	box.invoice()
	box.invoice()
	assert box.named("DELETE", "/invoice", "0101", "FACT").status_code == 403
	assert box.named("DELETE", "/invoice", "0102", "FACT").status_code == 200
	assert box.named("DELETE", "/invoice", "0101", "FACT").status_code == 200


def test_the_number_goes_with_its_zeros(box):
	box.create()
	assert box.named("GET", "/estimate/invoices", "1").status_code == 410
	assert box.named("GET", "/estimate/invoices", "0001").status_code == 200


def test_a_series_that_outgrows_its_width_goes_on(box):
	box.reset(series=[{"cif": CIF, "name": "PRFB2B", "type": "p", "next": 9999, "width": 4}])
	assert [box.create().json()["number"] for _ in range(2)] == ["9999", "10000"]


# Invoices of a proforma, payments


def test_invoices_of_a_proforma_are_listed_drafts_without_a_number(box):
	box.create()
	box.invoice(isDraft=True)
	box.invoice()
	answer = box.named("GET", "/estimate/invoices").json()
	assert (answer["areInvoicesCreated"], answer["errorText"]) == (True, "")
	assert answer["invoices"] == [{"series": "FACT", "number": ""}, {"series": "FACT", "number": "0101"}]
	box.named("DELETE", "/invoice", "0101", "FACT")
	assert len(box.named("GET", "/estimate/invoices").json()["invoices"]) == 1


def test_a_payment_is_spread_over_the_invoices_it_names(box):
	box.create()
	box.invoice()
	box.invoice()
	body = {
		**{"companyVatCode": CIF, "type": "Ordin plata", "value": 300, "isCash": False},
		"invoicesList": [{"seriesName": "FACT", "number": number} for number in ("0101", "0102")],
	}
	assert box.v1("POST", "/payment", body).json()["errorText"] == ""
	first = box.named("GET", "/invoice/paymentstatus", "0101", "FACT").json()
	second = box.named("GET", "/invoice/paymentstatus", "0102", "FACT").json()
	assert (first["invoiceTotalAmount"], first["unpaidAmount"], first["paid"]) == (277.69, 0.0, True)
	assert (second["paidAmount"], second["unpaidAmount"], second["paid"]) == (22.31, 255.38, False)


# Email


def test_a_sent_email_is_kept_decoded(box):
	box.create()
	body = {
		**{"companyVatCode": CIF, "seriesName": "PRFB2B", "number": "0001", "type": "PROFORMA"},
		"subject": base64.b64encode("Proformă".encode()).decode(),
		"bodyText": base64.b64encode("Bună ziua, #tip document#".encode()).decode(),
	}
	answer = box.v1("POST", "/document/send", body)
	assert answer.json() == {"status": {"code": 0, "message": "Documentul a fost trimis cu succes."}}
	(mail,) = box.documents()[0]["sent_emails"]
	assert (mail["to"], mail["subject"]) == ("comenzi@example.ro", "Proformă")
	assert mail["body"] == "Bună ziua, #tip document#"


def test_an_email_without_texts_uses_the_accounts_template(box):
	box.create()
	body = {
		"companyVatCode": CIF,
		"seriesName": "PRFB2B",
		"number": "0001",
		"type": "proforma",
		"to": "a@b.ro",
	}
	box.v1("POST", "/document/send", body)
	(mail,) = box.documents()[0]["sent_emails"]
	assert (mail["to"], mail["subject"], mail["body"]) == ("a@b.ro", None, None)


def test_an_email_error_has_code_1_for_data_and_2_for_the_server(box):
	body = {
		"companyVatCode": CIF,
		"seriesName": "PRFB2B",
		"number": "0001",
		"type": "proforma",
		"to": "a@b.ro",
	}
	assert box.v1("POST", "/document/send", body).json()["status"]["code"] == 1
	box.create()
	box.knobs(email_server="off")
	assert box.v1("POST", "/document/send", body).json()["status"]["code"] == 2


# Lists


def test_series_are_listed_by_type(box):
	def listed(**query):
		return box.v1("GET", "/series", params={"cif": CIF, **query}).json()["list"]

	assert {"name": "PRF2", "nextNumber": 227, "type": "p"} in listed(type="p")
	assert [one["name"] for one in listed(type="f")] == ["FACT", "DUBLU"]
	assert {one["type"] for one in listed()} == {"p", "f", "c"}


def test_taxes_units_and_stocks_are_listed_inside_the_envelope(box):
	def listed(path, key):
		answer = box.v1("GET", path, params={"cif": CIF}).json()
		assert answer["errorText"] == ""
		return answer[key]

	assert {"name": "Normala", "percentage": 21} in listed("/tax", "taxes")
	assert listed("/company/mu", "mu") == ["buc", "kg", "ora", "set", "m"]
	assert listed("/stocks", "list") == []
