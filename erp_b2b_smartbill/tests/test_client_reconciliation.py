"""The reconciliation report: both sides, whole, and only for whom they are."""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk import query_report

from erp_b2b_smartbill import features
from erp_b2b_smartbill.smartbill.clients import conflicts, reconciliation
from erp_b2b_smartbill.smartbill.clients.conflicts import Found
from erp_b2b_smartbill.smartbill.clients.reconciliation import (
	DIFFERENT,
	EQUAL,
	IN_ERPNEXT,
	IN_SMARTBILL,
)
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase, client_id
from erp_b2b_smartbill.tests.compat import number_of_queries

REPORT = "SmartBill Reconciliation"


class TestReport(ClientsTestCase):
	def setUp(self) -> None:
		super().setUp()
		# of this test alone: the site has Customers of its own
		self.word = f"Recon{frappe.generate_hash(length=6)}"
		self.equal = self.customer(customer_name=f"{self.word} Unu SRL", tax_id="12345674", address=None).name
		self.other = self.customer(customer_name=f"{self.word} Doi SRL", tax_id="RO1090", address=None).name
		self.alone = self.customer(customer_name=f"{self.word} Trei SRL", tax_id="", address=None).name
		self.seed(
			{"name": f"{self.word} Unu SRL", "vatCode": "12345674", "isVatPayer": False},
			{"name": f"{self.word} Altfel SRL", "vatCode": "1090", "isVatPayer": True},
			{"name": f"{self.word} Patru SRL", "email": "patru@recon.example.ro"},
		)
		self.sync()

	def report(self, user: str = "Administrator", **filters: str) -> dict[str, Any]:
		with self.as_user(user):
			return query_report.run(REPORT, {"search": self.word, **filters}, user=user)

	def shown(self, **filters: str) -> dict[str, list[str]]:
		rows: dict[str, list[str]] = {}
		for row in self.report(**filters)["result"]:
			rows.setdefault(row["state"], []).append(row.get("customer") or row.get("client"))
		return rows

	def counts(self, **filters: str) -> list[int]:
		return [one["value"] for one in self.report(**filters)["report_summary"]]

	def test_everybody_is_in_one_state_with_links_to_both_sides_and_the_conflict(self):
		client = self.one(2).name
		self.assertEqual(
			self.shown(),
			{IN_ERPNEXT: [self.alone], IN_SMARTBILL: [client], DIFFERENT: [self.other], EQUAL: [self.equal]},
		)
		self.assertEqual(self.counts(), [1, 1, 1, 1])
		answer = self.report()
		[row] = [row for row in answer["result"] if row["state"] == DIFFERENT]
		self.assertEqual(row["client"], self.one(1).name)
		self.assertEqual(frappe.db.get_value("Customer Sync Conflict", row["conflict"], "kind"), "Name")
		self.assertEqual((row["differences"], row["state_label"]), ("Name", DIFFERENT))
		links = {
			one["fieldname"]: one.get("options") for one in answer["columns"] if one["fieldtype"] == "Link"
		}
		self.assertEqual(
			links,
			{
				"customer": "Customer",
				"client": CLIENT,
				"conflict": "Customer Sync Conflict",
				"account": "SmartBill Account",
			},
		)
		self.assertIsNone(answer["message"])

	def test_the_state_chooses_the_rows_and_the_counts_stay(self):
		for state in (IN_ERPNEXT, IN_SMARTBILL, DIFFERENT, EQUAL):
			self.assertEqual(list(self.shown(state=state)), [state])
			self.assertEqual(self.counts(state=state), [1, 1, 1, 1])

	def test_who_is_gone_in_smartbill_is_different_and_what_was_settled_is_equal(self):
		self.change(delete=(0,))
		self.sync()
		self.assertEqual(set(self.shown()[DIFFERENT]), {self.other, self.equal})
		[row] = [row for row in self.report()["result"] if row.get("customer") == self.equal]
		self.assertEqual(row["differences"], "Missing in SmartBill")
		frappe.db.set_value("Customer Sync Conflict", {"customer": self.other}, "status", "Ignored")
		frappe.db.commit()
		self.assertEqual(self.shown()[EQUAL], [self.other])

	def test_what_anaf_says_is_no_difference_between_the_two(self):
		found = Found(self.one(0).name, "Unu", conflicts.INACTIVE_AT_ANAF, self.equal, "Active", "Inactive")
		conflicts.write(self.account, [found.client], conflicts.ANAF_KINDS, [found])
		self.assertEqual(self.counts(), [1, 1, 1, 1])

	def test_the_account_chooses_and_another_one_has_nobody(self):
		self.assertEqual(self.counts(account=self.account), [1, 1, 1, 1])
		self.assertEqual(self.counts(account="Nobody's"), [3, 0, 0, 0])

	def test_it_searches_names_codes_and_addresses_of_both_sides(self):
		for text, states in (
			("altfel", [DIFFERENT]),
			(f"{self.word} doi", [DIFFERENT]),
			("RO 12345674", [EQUAL]),
			("patru@recon", [IN_SMARTBILL]),
			("100%", []),
			(f"{self.word}_", []),
			("'; drop table `tabCustomer`", []),
		):
			rows = self.report(search=text)["result"]
			mine = {self.equal, self.other, self.alone, self.one(2).name}
			found = [row["state"] for row in rows if {row.get("customer"), row.get("client")} & mine]
			self.assertEqual(found, states, text)

	def test_more_than_5000_are_cut_and_it_says_so(self):
		with patch.object(reconciliation, "MAX_ROWS", 3):
			answer = self.report()
		self.assertEqual(len(answer["result"]), 3)
		self.assertIn("3 of 4 rows are shown", answer["message"])
		self.assertEqual([one["value"] for one in answer["report_summary"]], [1, 1, 1, 1])

	def test_the_number_of_queries_does_not_grow_with_the_rows(self):
		def queries() -> int:
			wanted = reconciliation.Wanted(search=self.word)
			return number_of_queries(lambda: (reconciliation.rows(wanted), reconciliation.counts(wanted)))

		before = queries()
		self.seed(*({"name": f"{self.word} {number} SRL"} for number in range(120)))
		self.sync()
		self.assertLessEqual(queries(), before)

	def test_only_customers_that_the_caller_may_read_are_shown_or_counted(self):
		user = factories.user("B2B Manager", "Sales User")
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": self.other}
		).insert()
		frappe.db.commit()
		answer = self.report(user)
		shown = {row.get("customer") for row in answer["result"]}
		self.assertEqual(shown - {None}, {self.other})
		self.assertEqual([one["value"] for one in answer["report_summary"]], [0, 1, 1, 0])
		# and whoever may read none sees SmartBill's side alone
		answer = self.report(factories.user("B2B Manager"))
		self.assertEqual({row["state"] for row in answer["result"]}, {IN_SMARTBILL})

	def test_it_is_for_those_who_sync_and_only_while_that_is_on(self):
		for roles in (("Sales User",), ("B2B Sales", "Sales Manager")):
			with self.assertRaises(frappe.PermissionError):
				self.report(factories.user(*roles))
		frappe.db.set_single_value("B2B Settings", features.SYNC, 0)
		answer = self.report()
		self.assertEqual((answer["result"], answer["report_summary"]), ([], []))
		self.assertIn("switched off", answer["message"])

	def test_a_person_opens_it_with_its_filters(self):
		script = query_report.get_script(REPORT)["script"]
		self.assertIn("frappe.query_reports", script)
		self.assertIn(client_id(2), {one["external_id"] for one in self.clients()})
