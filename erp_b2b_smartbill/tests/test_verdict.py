import json
import unittest
from typing import Any

from erp_b2b_smartbill.smartbill.answers import read_answer
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, Outcome, Verdict, as_number, judge_create

BLOCK_TEXT = (
	"Ai depasit limita maxima de requesturi admisa. Vei putea executa alte requesturi dupa 10 min de la "
	"momentul blocarii 24/05/2026 09:32:48"
)
CREATED = {"errorText": "", "number": "0042", "series": "PRFB2B", "documentId": 1}


def judge(status: int, body: Any, draft: bool = False) -> Verdict:
	content = body if isinstance(body, bytes) else json.dumps(body).encode()
	return judge_create(read_answer(status, content), series="PRFB2B", expected_number=42, draft=draft)


class TestVerdict(unittest.TestCase):
	"""One test a row of docs/smartbill-api.md 5.1."""

	def expect(self, verdict: Verdict, kind: Outcome, row: int) -> None:
		self.assertEqual((verdict.kind, verdict.row), (kind, row))

	def test_row_1_nothing_sent_is_not_created(self):
		verdict = judge_create(NoAnswer(False, "refused"), series="PRFB2B", expected_number=42)
		self.expect(verdict, Outcome.NOT_CREATED, 1)

	def test_row_2_no_answer_after_sending_is_unknown(self):
		verdict = judge_create(NoAnswer(True, "ReadTimeout"), series="PRFB2B", expected_number=42)
		self.expect(verdict, Outcome.UNKNOWN, 2)

	def test_row_3_a_throttle_answer_is_a_block_whatever_its_status(self):
		for status in (403, 422, 400, 200):
			verdict = judge(status, {"successfully": False, "errorText": BLOCK_TEXT})
			self.expect(verdict, Outcome.BLOCKED, 3)
			self.assertEqual(verdict.retry_after, 630)
		self.expect(judge(429, b""), Outcome.BLOCKED, 3)
		self.assertEqual(
			judge(403, {"errorText": BLOCK_TEXT.replace("10 min", "3 min")}).retry_after, 3 * 60 + 30
		)

	def test_row_3_an_ordinary_403_is_not_a_block(self):
		self.expect(
			judge(403, {"errorText": "Nu aveti dreptul de a adauga facturi"}), Outcome.REFUSED_CONFIG, 8
		)

	def test_row_4_a_server_error_is_unknown_with_any_body(self):
		for body in (b"<html>", b"", {"errorText": "Internal Server Error!"}, CREATED):
			self.expect(judge(500, body), Outcome.UNKNOWN, 4)
		self.expect(judge(502, b"<html>nginx</html>"), Outcome.UNKNOWN, 4)

	def test_row_5_a_body_that_is_not_a_json_object_is_unknown(self):
		for body in (b"", b"null", b"<html>", b'{"number": "00', b"[]"):
			self.expect(judge(200, body), Outcome.UNKNOWN, 5)

	def test_row_6_a_rejection_before_the_business_logic_is_refused(self):
		body = {"status": 400, "errors": [{"code": "json_mapping_error", "message": "x", "param": "a"}]}
		self.expect(judge(400, body), Outcome.REFUSED, 6)

	def test_row_7_an_error_with_a_number_is_unknown(self):
		self.expect(
			judge(200, {"errorText": "Ceva", "number": "0042", "series": "PRFB2B"}), Outcome.UNKNOWN, 7
		)

	def test_row_8_refused_credentials_concern_the_whole_account(self):
		for status in (401, 403):
			self.expect(judge(status, {"errorText": "Autentificare esuata."}), Outcome.REFUSED_CONFIG, 8)

	def test_row_9_an_error_text_is_a_refusal_also_with_200(self):
		for status in (200, 400, 410, 422):
			self.expect(judge(status, {"errorText": "Seria nu a fost gasita!"}), Outcome.REFUSED, 9)

	def test_row_10_another_4xx_without_text_is_refused(self):
		for status in (404, 405, 406, 415):
			self.expect(judge(status, {}), Outcome.REFUSED, 10)

	def test_row_11_unsuccessful_without_a_text_is_unknown(self):
		self.expect(judge(200, {"successfully": False}), Outcome.UNKNOWN, 11)

	def test_row_12_a_draft_has_no_number(self):
		self.expect(judge(200, {"errorText": "", "number": ""}, draft=True), Outcome.CREATED_DRAFT, 12)

	def test_row_13_success_without_a_number_is_unknown(self):
		self.expect(judge(200, {"errorText": "", "number": ""}), Outcome.UNKNOWN, 13)

	def test_row_14_a_number_in_our_series_is_created(self):
		self.expect(judge(200, CREATED), Outcome.CREATED, 14)

	def test_row_15_another_series_or_number_is_created_with_an_alarm(self):
		for change in ({"series": "ALTA"}, {"number": "0043"}, {"number": "A1"}):
			verdict = judge(200, {**CREATED, **change})
			self.expect(verdict, Outcome.CREATED, 15)
			self.assertTrue(verdict.alarm)

	def test_what_the_table_does_not_know_is_unknown(self):
		self.expect(judge(302, {"number": "0042", "series": "PRFB2B"}), Outcome.UNKNOWN, 0)

	def test_numbers_compare_without_zeros(self):
		self.assertEqual(as_number("0042"), as_number(42))
		for text in ("", None, "A1", "4.2", "٤", "9" * 5000):
			self.assertIsNone(as_number(text))
