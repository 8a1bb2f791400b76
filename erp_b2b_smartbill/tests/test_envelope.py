"""How exceptions become answers."""

import json

import frappe

from erp_b2b_smartbill.api import envelope
from erp_b2b_smartbill.tests.compat import CommittingTestCase


class TestEnvelope(CommittingTestCase):
	def answer(self, error: Exception) -> tuple[int, dict]:
		try:
			raise error
		except Exception as caught:
			response = envelope.failure(caught)
		return response.status_code, json.loads(response.get_data())["error"]

	def test_frappes_exceptions_keep_their_message_and_get_our_codes(self):
		for error, status, code in (
			(frappe.PermissionError("Nu"), 403, "not_allowed"),
			(frappe.AuthenticationError("Nu"), 401, "not_signed_in"),
			(frappe.DoesNotExistError("Nu"), 404, "not_found"),
			(frappe.ValidationError("Nu"), 422, "invalid"),
			(frappe.MandatoryError("Nu"), 422, "invalid"),
			(frappe.TimestampMismatchError("Nu"), 409, "conflict"),
			(frappe.DuplicateEntryError("Nu"), 409, "conflict"),
			(frappe.TooManyRequestsError("Nu"), 429, "too_many_requests"),
		):
			self.assertEqual(self.answer(error), (status, {"code": code, "message": "Nu", "problems": []}))

	def test_a_bare_exception_takes_the_message_that_frappe_kept_beside_it(self):
		try:
			frappe.throw("<b>Row 1</b>: &lt;wrong&gt;")
		except frappe.ValidationError:
			pass
		status, error = self.answer(frappe.ValidationError())
		self.assertEqual((status, error["message"]), (422, "Row 1 : <wrong>"))

	def test_a_busy_database_asks_to_try_again(self):
		response = envelope.failure(frappe.QueryDeadlockError())
		self.assertEqual((response.status_code, response.headers["Retry-After"]), (503, "1"))

	def test_the_unexpected_tells_nothing_and_is_logged_without_variables(self):
		token = "Basic QWxhZGRpbjpvcGVu"
		status, error = self.answer(RuntimeError(f"with {token}"))
		self.assertEqual((status, error["code"]), (500, "internal_error"))
		self.assertNotIn("RuntimeError", json.dumps(error))
		logged = frappe.get_all("Error Log", {"method": "REST request failed"}, pluck="error")
		self.assertEqual(len(logged), 1)
		self.assertIn("RuntimeError: with Basic ***", logged[0])
		self.assertNotIn("QWxhZGRpbjpvcGVu", logged[0])
