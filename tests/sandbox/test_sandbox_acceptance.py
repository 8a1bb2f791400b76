"""What the sandbox was ordered to prove (docs/smartbill-api.md section 7.9), one promise a test."""

import io
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest
import requests

CIF = "RO12345674"


def test_the_published_sample_is_issued_as_0001_and_its_pdf_carries_the_reference(box):
	answer = box.create()
	assert (answer.status_code, answer.json()["number"]) == (200, "0001")
	assert box.documents()[0]["totals"] == {"net": "229.50", "vat": "48.19", "gross": "277.69"}
	pdf = box.named("GET", "/estimate/pdf").content
	assert pdf.startswith(b"%PDF-")
	text = pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages[0].extract_text()
	assert "Ref. SAL-QTN-2026-00017/1" in text


def test_an_unknown_field_is_refused_with_its_exact_place_and_creates_nothing(box, sample):
	sample["client"]["nume"] = "Atelier"
	answer = box.create(sample)
	assert answer.status_code == 400
	assert answer.json()["errors"][0] == {
		"code": "json_mapping_error",
		"message": "Unrecognized property: nume.",
		"docUrl": "https://api.smartbill.ro/#v3-error-invalid_request_error",
		"param": "client.nume",
	}
	assert "errorText" not in answer.json()
	assert box.documents() == [] and box.next_number() == 1


def test_a_vat_name_with_another_names_rate_is_refused(box, sample, product):
	product["taxPercentage"] = 11
	answer = box.create(sample)
	assert answer.status_code == 400
	assert answer.json()["errorText"] == "Cota tva a produsului Cablu demo nu a fost gasita pe server!"


def test_zero_percent_without_a_name_silently_becomes_reverse_charge(box, product):
	product["taxPercentage"] = 0
	del product["taxName"]
	assert box.created(products=[product])["rows"][0]["tax_name"] == "Taxare inversa"


def test_a_discount_without_number_of_items_passes_and_reduces_nothing(box, sample, discount):
	del discount["numberOfItems"]
	document = box.created(sample)
	assert document["totals"]["gross"] == "308.55"
	assert document["rows"][1]["ignored"] is True


def test_a_positive_value_discount_passes_and_raises_the_total(box, sample, discount):
	discount |= {"discountType": 1, "discountValue": 25.5}
	assert box.created(sample)["totals"]["net"] == "280.50"


@pytest.mark.parametrize("vat_rounding", ["row", "rate"])
@pytest.mark.parametrize(
	("discount_fields", "total"),
	[
		({"discountType": 1, "discountValue": -10, "numberOfItems": 1}, "108.90"),
		({"discountType": 1, "discountValue": 10, "numberOfItems": 1}, "133.10"),
		({"discountType": 3, "discountValue": -10, "numberOfItems": 1}, "111.00"),
		({"discountType": 1, "discountValue": -10}, "121.00"),
	],
)
def test_the_published_discount_totals_come_out_under_both_roundings(
	box, product, discount, vat_rounding, discount_fields, total
):
	box.knobs(vat_rounding=vat_rounding)
	product |= {"quantity": 1, "price": 100}
	for name in ("numberOfItems", "discountPercentage"):
		del discount[name]
	assert box.created(products=[product, {**discount, **discount_fields}])["totals"]["gross"] == total


def test_more_than_400_rows_are_refused_with_410(box, product):
	assert box.create(products=[product] * 401).status_code == 410
	assert box.create(products=[product] * 400).status_code == 200


def test_a_draft_gets_no_number_and_moves_no_counter(box):
	answer = box.create(isDraft=True)
	assert answer.json()["number"] == "" and answer.json()["errorText"] == ""
	assert box.next_number() == 1


def test_the_31st_call_in_ten_seconds_blocks_for_ten_minutes_and_calls_inside_prolong_it(box):
	statuses = [box.named("GET", "/estimate/invoices").status_code for _ in range(31)]
	assert statuses == [410] * 30 + [403]
	box.advance(599)
	assert box.create().status_code == 403, "still blocked, and this call starts the block again"
	box.advance(599)
	assert box.create().status_code == 403
	box.advance(601)
	assert box.create().json()["number"] == "0001", "no blocked call created anything"


def test_a_dropped_answer_leaves_a_document_that_can_be_found(box):
	box.fault("drop", when="after", match={"method": "POST", "path": "/SBORO/api/estimate/v2"})
	with pytest.raises(requests.ConnectionError):
		box.create()
	assert box.next_number() == 2
	probe = box.named("GET", "/estimate/invoices")
	assert (probe.status_code, probe.json()["areInvoicesCreated"]) == (200, False)
	assert probe.json()["errorText"] == "Proforma cu seria PRFB2B si numarul 0001 nu a fost facturata."


def test_a_late_commit_creates_the_document_only_after_its_delay(box):
	box.fault("late_commit", delay_s=5, match={"path": "/SBORO/api/estimate/v2"})
	with pytest.raises(requests.ConnectionError):
		box.create()
	assert box.next_number() == 1
	box.advance(4)
	assert box.next_number() == 1
	box.advance(1)
	assert box.next_number() == 2
	assert box.journal()[0]["created_document_id"] == 10001


def test_cancel_and_restore_can_be_repeated_and_delete_cannot(box):
	box.create()

	def message(method, path):
		answer = box.named(method, path)
		assert (answer.status_code, answer.json()["errorText"]) == (200, "")
		return answer.json()["message"]

	named = "Proforma cu seria si numarul PRFB2B0001"
	assert message("PUT", "/estimate/cancel") == f"{named} a fost anulata cu succes."
	assert message("PUT", "/estimate/cancel") == "Proforma PRFB2B0001 este deja anulata."
	assert message("PUT", "/estimate/restore") == f"{named} a fost restaurata cu succes."
	assert message("PUT", "/estimate/restore") == "Proforma PRFB2B0001 nu necesita restaurare."
	assert message("DELETE", "/estimate") == f"{named} a fost stearsa cu succes."
	again = box.named("DELETE", "/estimate")
	assert (again.status_code, again.json()["errorText"]) == (400, f"{named} nu a fost gasita!")


def test_250_clients_come_in_three_pages_of_100_without_repetition(box):
	answer, sizes, seen = box.v3(limit=100), [], []
	while True:
		page = answer.json()
		sizes.append(len(page["items"]))
		seen += [client["id"] for client in page["items"]]
		following = page["pagination"]["next"]
		if following is None:
			break
		answer = requests.get(following, headers={"Authorization": "Bearer demo-v3-token"}, timeout=5)
	assert sizes == [100, 100, 50]
	assert seen == sorted(set(seen))


def test_v3_refuses_a_limit_of_101_and_an_id_of_another_kind(box):
	answer = box.v3(limit=101)
	assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid_field_value")
	answer = box.v3("/clients/sup_019f17cde092765a8d30802230e90d01")
	assert answer.status_code == 400
	error = answer.json()["errors"][0]
	assert (error["code"], error["message"]) == ("malformed_id", "ID must start with cus_")


def test_accepting_only_pdf_is_the_one_way_not_to_get_the_pdf(box):
	box.create()
	refused = box.named("GET", "/estimate/pdf", headers={"Accept": "application/pdf"})
	assert (refused.status_code, refused.json()["errors"][0]["code"]) == (406, "invalid_accept_header")
	mislabelled = box.named("GET", "/estimate/pdf", headers={"Accept": "application/json"})
	assert mislabelled.status_code == 200
	assert mislabelled.headers["Content-Type"] == "application/json"
	assert mislabelled.content.startswith(b"%PDF-")


def test_20_parallel_creates_get_20_consecutive_numbers(box):
	with ThreadPoolExecutor(20) as pool:
		answers = list(pool.map(lambda _: box.create(), range(20)))
	assert sorted(answer.json()["number"] for answer in answers) == [f"{n:04d}" for n in range(1, 21)]
	assert len({answer.json()["documentId"] for answer in answers}) == 20


def test_anaf_answers_at_most_100_questions_once_a_second(box):
	assert box.anaf(*range(10, 111)).status_code == 400
	hasty = box.anaf(12345674)
	assert hasty.status_code == 429
	box.advance(1)
	missing = box.anaf(99999)
	assert (missing.status_code, missing.json()["notFound"]) == (404, [99999])
	box.knobs(anaf_limit=2)
	box.advance(1)
	assert [box.anaf(12345674).status_code for _ in range(3)] == [200, 200, 429]
