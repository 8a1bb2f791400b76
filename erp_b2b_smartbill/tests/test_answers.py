import json
import unittest

from erp_b2b_smartbill.smartbill.answers import Answer, Shape, clean_error_text, read_answer


def read(body: object, status: int = 200) -> Answer:
	return read_answer(status, json.dumps(body).encode())


class TestAnswers(unittest.TestCase):
	def test_reads_the_classic_envelope(self):
		answer = read({"errorText": "", "message": "ok", "number": "0042", "series": "PRFB2B", "url": ""})
		self.assertEqual(answer.shape, Shape.ENVELOPE)
		self.assertEqual((answer.number, answer.series, answer.error_text), ("0042", "PRFB2B", ""))
		self.assertIsNone(answer.document_id)

	def test_reads_what_the_v2_creates_add(self):
		answer = read(
			{
				"errorText": "",
				"number": "0042",
				"series": "PRFB2B",
				"documentId": 12345,
				"documentUrl": "https://cloud.smartbill.ro/documente/editare/estimate/12345/",
				"documentViewUrl": "https://cloud.smartbill.ro/documente/extern/pf/estimate/a1?srvid=2",
			}
		)
		self.assertEqual(answer.document_id, 12345)
		self.assertTrue(answer.document_url.endswith("/12345/"))
		self.assertTrue(answer.document_view_url)

	def test_never_prints_the_public_link(self):
		answer = read({"number": "1", "documentViewUrl": "https://x/documente/extern/pf/secret"})
		self.assertNotIn("secret", repr(answer))

	def test_takes_minus_one_and_null_for_no_document(self):
		for value in (-1, None, "", True):
			self.assertIsNone(read({"documentId": value}).document_id)
		self.assertEqual(read({"documentId": "77"}).document_id, 77)

	def test_reads_a_rejection_with_the_place(self):
		answer = read(
			{
				"status": 400,
				"type": "invalid_request_error",
				"errors": [
					{
						"code": "json_mapping_error",
						"message": "Unrecognized property: nume.",
						"param": "client.nume",
					}
				],
			},
			400,
		)
		self.assertEqual(answer.shape, Shape.REJECTED)
		self.assertEqual(answer.rejections[0].param, "client.nume")
		self.assertEqual(answer.text, "Unrecognized property: nume. (client.nume)")

	def test_reads_an_authentication_error(self):
		answer = read({"successfully": False, "errorText": "Autentificare esuata.", "errorCode": "0"}, 401)
		self.assertEqual(answer.shape, Shape.AUTHENTICATION)
		self.assertIs(answer.successfully, False)

	def test_reads_the_answer_to_an_e_mail(self):
		answer = read({"status": {"code": 0, "message": "Documentul a fost trimis cu succes."}})
		self.assertEqual(answer.shape, Shape.EMAIL)
		self.assertEqual(answer.text, "Documentul a fost trimis cu succes.")

	def test_unwraps_the_old_form(self):
		self.assertEqual(read({"sbcResponse": {"number": "0007"}}).number, "0007")
		self.assertEqual(read({"other": {"number": "0007"}}).number, "")

	def test_names_what_is_not_a_json_object(self):
		for content, shape in (
			(b"", Shape.EMPTY),
			(b"  \n", Shape.EMPTY),
			(b"null", Shape.NOT_AN_OBJECT),
			(b"[1]", Shape.NOT_AN_OBJECT),
			(b'{"number": "00', Shape.NOT_JSON),
			(b"<!DOCTYPE html><p>x", Shape.HTML),
			(b"<html><h1>502</h1>", Shape.HTML),
			(b"\xff\xfe", Shape.NOT_JSON),
			(b"[" * 50_000, Shape.NOT_JSON),
		):
			answer = read_answer(502, content)
			self.assertEqual(answer.shape, shape, content[:60])
			self.assertFalse(answer.is_json_object)
			self.assertEqual(answer.text, "HTTP 502")

	def test_cleans_a_sentence_with_help_and_markup(self):
		raw = (
			"Produsul <b>Cablu</b> nu are codul&nbsp;specificat.<br/>Vezi ajutor"
			'<div id="moreErrorDetails" style="display:none">mult <i>text</i></div>'
		)
		self.assertEqual(clean_error_text(raw), "Produsul Cablu nu are codul specificat.")
		self.assertEqual(clean_error_text('<div id="moreErrorDetails">a</div>Seria x'), "Seria x")
		self.assertEqual(clean_error_text("<br/>Numai asta"), "Numai asta")
		self.assertEqual(clean_error_text("<html><p>no</p>"), "")
		self.assertEqual(len(clean_error_text("a" * 900)), 500)

	def test_survives_texts_that_are_not_texts(self):
		answer = read({"errorText": {"a": 1}, "number": 42, "series": None, "errors": "x", "message": ["m"]})
		self.assertEqual(answer.number, "42")
		self.assertTrue(answer.error_text)
