"""What must not happen on the way to a proforma, each seen to go wrong once."""

import socket
import threading
from typing import Any

import frappe

from erp_b2b_smartbill.exceptions import Conflict
from erp_b2b_smartbill.smartbill import claim, issue, states
from erp_b2b_smartbill.smartbill.client import Access, Client, _Connected, _session
from erp_b2b_smartbill.smartbill.kinds import PROFORMA
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import CommittingTestCase, ServerTestCase

URL = "http://127.0.0.1:9/SBORO/api"


class TestProxy(ServerTestCase):
	def test_a_request_that_left_through_a_proxy_counts_as_sent(self):
		"""Else a lost answer behind a proxy would be taken for "nothing was sent", and sent again."""
		with socket.create_server(("127.0.0.1", 0)) as listening:
			threading.Thread(target=self.swallow_one_request, args=(listening,), daemon=True).start()
			connected = _Connected()
			with _session("http://smartbill.invalid", connected) as session:
				session.proxies = {"http": f"http://127.0.0.1:{listening.getsockname()[1]}"}
				with self.assertRaises(OSError):
					session.post("http://smartbill.invalid/x", data=b"{}", timeout=(5, 5))
		self.assertTrue(connected.since_then)

	def test_a_proxy_that_cannot_be_reached_sent_nothing(self):
		connected = _Connected()
		with _session("http://smartbill.invalid", connected) as session:
			session.proxies = {"http": "http://127.0.0.1:9"}
			with self.assertRaises(OSError):
				session.post("http://smartbill.invalid/x", data=b"{}", timeout=(5, 5))
		self.assertFalse(connected.since_then)

	def swallow_one_request(self, listening: socket.socket) -> None:
		accepted, _ = listening.accept()
		accepted.recv(65536)
		accepted.close()


class TestEvidence(ServerTestCase):
	def test_a_public_link_is_masked_by_its_key_however_it_is_written(self):
		kept = []
		access = Access(
			email="a@example.ro",
			token="secret-token",
			cif="RO12345674",
			api_url=URL,
			connect_timeout=1,
			read_timeout=1,
			allowed_hosts=("127.0.0.1",),
		)
		client = Client(access, kept.append)
		answer = rb'{"number": "0001", "documentViewUrl": "https:\/\/cloud.smartbill.ro\/x\/a1b2c3d4"}'
		record = client._record("create", "POST", "/estimate/v2", {}, "{}", (200, answer), 5)
		self.assertNotIn("a1b2c3d4", record.response)
		self.assertIn("0001", record.response)


class TestAccount(CommittingTestCase):
	def test_saving_a_form_opened_before_a_block_does_not_lift_it(self):
		account = factories.smartbill_account(URL)
		opened = frappe.get_doc("SmartBill Account", account.name)
		until = frappe.utils.add_to_date(None, minutes=10)
		frappe.db.set_value("SmartBill Account", account.name, "blocked_until", until, update_modified=False)
		opened.read_timeout = 40
		opened.save()
		stored = frappe.db.get_value("SmartBill Account", account.name, "blocked_until")
		self.assertEqual(stored, frappe.utils.get_datetime(until))

	def test_an_empty_cell_of_a_map_is_named_as_missing(self):
		account = factories.smartbill_account(URL)
		account.append("units", {"uom": "Box", "measuring_unit_name": None})
		with self.assertRaises(frappe.MandatoryError):
			account.save()


def take(quotation: Any, account: Any) -> tuple[Any, Any]:
	mapped, reference = issue.map_quotation(quotation, account)
	values = issue._values(quotation, account, mapped, reference)
	return claim.take(PROFORMA, quotation.name, quotation.name, str(quotation.modified), values)


class TestClaim(CommittingTestCase):
	def test_a_quotation_changed_while_the_series_was_asked_is_not_sent(self):
		account = factories.smartbill_account(URL)
		quotation = factories.quotation(submit=True)
		frappe.db.commit()
		proforma, claimed = take(quotation, account)
		# a colleague changes it between the claim and the sending
		frappe.db.set_value("Quotation", quotation.name, "order_type", "Maintenance")
		frappe.db.commit()
		with self.assertRaises(Conflict):
			claim.mark_sent(claimed, 1)
		self.assertEqual(frappe.db.get_value("SmartBill Proforma", proforma.name, "status"), states.REJECTED)

	def test_an_error_after_sending_never_says_that_nothing_was_sent(self):
		account = factories.smartbill_account(URL)
		quotation = factories.quotation(submit=True)
		frappe.db.commit()
		proforma, claimed = take(quotation, account)
		self.assertTrue(claim.mark_sent(claimed, 1))
		try:
			raise frappe.QueryDeadlockError("the database gave up")
		except frappe.QueryDeadlockError:
			shown = claim.reloaded(proforma, "The outcome of a proforma could not be stored")
		self.assertEqual(shown.status, states.SENDING)
		self.assertTrue(shown.sent_at)
