"""The tax office's word about linked companies: asked for at night, in hundreds, and only proposed."""

from datetime import datetime, timedelta, timezone
from typing import Any
from unittest.mock import patch

import frappe
from stdnum.ro import cui

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.anaf.lookup import look_up_many
from erp_b2b_smartbill.smartbill.clients import conflicts, enrich
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase
from erp_b2b_smartbill.tests.registration_case import ANAF
from erp_b2b_smartbill.tests.test_anaf import AnafCase

NIGHT = datetime(2026, 11, 26, 2, tzinfo=timezone.utc)


def code(number: int) -> str:
	"""A valid fiscal code."""
	digits = str(30_000_000 + number)
	return digits + cui.calc_check_digit(digits)


class EnrichCase(ClientsTestCase, AnafCase):
	account_values: Any = {"enrich_nightly": 1}

	def setUp(self) -> None:
		super().setUp()
		frozen = clock.frozen(NIGHT)
		self.move = frozen.__enter__()
		self.addCleanup(frozen.__exit__, None, None, None)

	def office(self, *companies: dict[str, Any]) -> None:
		"""The tax office knows these, each by its `number`."""
		known = [
			{
				"cui": int(code(one.pop("number"))),
				"name": "DEPOZIT SRL",
				"county": "CLUJ",
				"county_code": "CJ",
				"city": "Mun. Cluj-Napoca",
				"street": "Str. Exemplului",
				"street_number": "7",
				**one,
			}
			for one in map(dict, companies)
		]
		self.sandbox.seed(anaf_companies=known)
		self.sandbox.knobs(anaf_limit=0)

	def linked(self, number: int, **values: Any) -> Any:
		"""A Customer that a client is, with the code of that number."""
		customer = self.customer(**{"tax_id": code(number), "address": None, **values})
		self.client_of(customer.name, code(number))
		return customer

	def client_of(self, customer: str | None, digits: str, **values: Any) -> str:
		"""As the sync stores one."""
		name = frappe.generate_hash(length=10)
		row = {
			"name": name,
			"account": self.account,
			"client_name": f"Depozit {digits}",
			"vat_code": digits,
			"cui_digits": digits,
			"external_id": name,
			"client_key": f"{self.account}:{name}",
			"customer": customer,
			"source": "API",
			"status": "Active",
			**values,
		}
		frappe.db.bulk_insert(CLIENT, list(row), [list(row.values())])
		frappe.db.commit()
		return name

	def said(self) -> list[tuple[str, str, str, str]]:
		"""(Customer, kind, what ERPNext says, what the office says) of what is open."""
		rows = frappe.get_all(
			CONFLICT, {"status": "Open"}, ["customer", "kind", "erp_value", "smartbill_value"]
		)
		return sorted((row.customer, row.kind, row.erp_value, row.smartbill_value) for row in rows)

	def night(self, days: int = 31) -> int:
		self.move(days=days)
		return enrich.work()


class TestProposals(EnrichCase):
	def test_what_the_office_says_otherwise_is_proposed_and_nothing_else_changes(self):
		payer = self.linked(1, smartbill_vat_payer="No", address={"address_line1": "Str. Lunga 3"}).name
		inactive, struck_off = self.linked(2).name, self.linked(3, smartbill_vat_payer="Yes").name
		same = self.linked(4, tax_id=f"RO{code(4)}", address={"address_line1": "Strada Exemplului 7"}).name
		before = self.everything()
		self.office(
			{"number": 1, "vat_payer": True},
			{"number": 2, "inactive_since": "2025-01-01", "vat_payer": True},
			{"number": 3, "struck_off_on": "2025-01-01"},
			{"number": 4, "vat_payer": True, "street_number": "7, et. 2, cam. 3"},
		)
		self.assertEqual(enrich.work(), 4)
		self.assertEqual(
			self.said(),
			sorted(
				[
					(payer, conflicts.VAT_AT_ANAF, "No", "Yes"),
					(
						payer,
						conflicts.ADDRESS_AT_ANAF,
						"Str. Lunga 3, Cluj-Napoca, Cluj",
						"Str. Exemplului, nr. 7, Cluj-Napoca, Cluj",
					),
					(inactive, conflicts.INACTIVE_AT_ANAF, "Active", "Inactive"),
					(struck_off, conflicts.INACTIVE_AT_ANAF, "Active", "Struck off"),
				]
			),
		)
		self.assertNotIn(same, {one[0] for one in self.said()})
		self.assertEqual(self.everything(), before)
		self.assertEqual(frappe.db.count(CLIENT, {"anaf_checked_at": clock.now()}), 4)

	def everything(self) -> list[Any]:
		client = frappe.get_all(CLIENT, fields=["*"], order_by="name")
		for row in client:
			del row["anaf_checked_at"]
		return [
			client,
			*(frappe.get_all(doctype, fields=["*"]) for doctype in ("Customer", "Address", "Contact")),
		]

	def test_what_was_ignored_is_ignored_until_the_office_says_something_else(self):
		customer = self.linked(1, smartbill_vat_payer="No").name
		self.office({"number": 1, "vat_payer": True})
		enrich.work()
		frappe.db.set_value(CONFLICT, {"customer": customer}, "status", "Ignored")
		frappe.db.commit()
		self.assertEqual((self.night(), self.said()), (1, []))
		self.office({"number": 1, "vat_payer": True, "inactive_since": "2026-12-01"})
		self.assertEqual((self.night(), len(self.said())), (1, 1))
		# and it is over when the office takes it back
		self.office({"number": 1, "vat_payer": True})
		self.assertEqual((self.night(), self.said()), (1, []))

	def test_of_a_company_that_the_office_does_not_know_it_says_nothing(self):
		self.linked(1)
		self.office({"number": 2})
		self.assertEqual((enrich.work(), self.said()), (1, []))
		self.assertEqual((enrich.work(), self.asked()), (0, 1))

	def test_a_client_of_a_customer_without_a_code_is_asked_for_by_its_own(self):
		customer = self.customer(tax_id="", address=None, smartbill_vat_payer="No").name
		self.client_of(customer, code(5))
		self.office({"number": 5, "vat_payer": True})
		self.assertEqual((enrich.work(), [one[0] for one in self.said()]), (1, [customer]))

	def test_two_clients_of_one_company_are_one_question(self):
		one, other = self.linked(1, smartbill_vat_payer="No"), self.linked(1, smartbill_vat_payer="No")
		self.office({"number": 1, "vat_payer": True})
		self.assertEqual(enrich.work(), 1)
		self.assertEqual({row[0] for row in self.said()}, {one.name, other.name})


class TestNights(EnrichCase):
	def companies(self, count: int) -> None:
		"""So many linked clients of one Customer without a code: it is the office that is looked at."""
		customer = self.customer(tax_id="", address=None).name
		for number in range(count):
			self.client_of(customer, code(number))
		self.office(*({"number": number} for number in range(count)))

	def test_a_hundred_are_one_question_and_questions_are_spaced(self):
		self.companies(250)
		before = clock.now()
		self.assertEqual(enrich.work(), 250)
		self.assertEqual(self.asked(), 3)
		self.assertAlmostEqual((clock.now() - before).total_seconds(), 2.2, places=3)

	def test_each_is_asked_for_once_in_thirty_days(self):
		self.companies(3)
		self.assertEqual([enrich.work(), self.night(days=29), self.night(days=2)], [3, 0, 3])

	def test_so_many_a_night_and_the_longest_ago_first(self):
		self.companies(5)
		with patch.object(enrich, "MAX_A_NIGHT", 2):
			self.assertEqual([enrich.work(), self.night(1), self.night(1), self.night(1)], [2, 2, 1, 0])
			oldest = frappe.get_all(
				CLIENT, {"anaf_checked_at": ["is", "set"]}, order_by="anaf_checked_at, name"
			)
			self.assertEqual(self.night(40), 2)
		again = frappe.get_all(
			CLIENT, {"anaf_checked_at": [">", clock.now() - timedelta(days=1)]}, order_by="name"
		)
		self.assertEqual({row.name for row in again}, {row.name for row in oldest[:2]})

	def test_codes_that_are_none_keep_nobody_waiting(self):
		customer = self.customer(tax_id="", address=None).name
		for number in range(4):
			self.client_of(customer, f"1234567{number}")
		self.companies(1)
		with patch.object(enrich, "MAX_A_NIGHT", 1):
			self.assertEqual(enrich.work(), 1)

	def test_who_is_gone_unlinked_disabled_or_of_another_account_is_not_asked_for(self):
		self.client_of(None, code(1))
		self.client_of(self.customer(address=None).name, code(2), status="Gone")
		disabled = self.customer(tax_id=code(3), disabled=1, address=None)
		self.client_of(disabled.name, code(3))
		self.office()
		self.assertEqual(enrich.work(), 0)
		self.linked(4)
		frappe.db.set_value("SmartBill Account", self.account, "enrich_nightly", 0)
		frappe.db.commit()
		self.assertEqual((enrich.work(), self.asked()), (0, 0))

	def test_while_the_office_is_down_it_ends_without_a_word_and_goes_on_the_next_night(self):
		self.companies(150)
		errors = frappe.db.count("Error Log")
		for fault in ("html", "drop", "malformed", "empty", "null", "rate_429"):
			self.sandbox.fault(fault, path=ANAF)
			asked = self.asked()
			self.assertEqual((self.night(1), self.asked() - asked), (0, 1), fault)
		self.assertEqual(frappe.db.count("Error Log"), errors)
		self.sandbox.order({"match": {"path": ANAF, "nth": 2}, "action": "html", "times": 1})
		self.assertEqual([self.night(1), self.night(1)], [100, 50])

	def test_what_was_asked_for_is_kept_when_the_job_ends_in_the_middle(self):
		self.companies(250)
		asked = [0]

		def dying(cuis: Any) -> Any:
			asked[0] += 1
			if asked[0] == 2:
				raise KeyboardInterrupt
			return look_up_many(cuis)

		with patch.object(enrich, "look_up_many", dying), self.assertRaises(KeyboardInterrupt):
			enrich.work()
		frappe.db.rollback()
		self.assertEqual(enrich.work(), 150)

	def test_one_job_for_all_accounts_and_none_where_nobody_wants_it(self):
		enrich.start_nightly()
		[job] = self.queued
		self.assertEqual((job["queue"], job["deduplicate"]), ("long", True))
		self.assertEqual(frappe.get_attr(job["method"]), enrich.work)
		frappe.db.set_single_value("B2B Settings", features.SYNC, 0)
		enrich.start_nightly()
		frappe.db.set_single_value("B2B Settings", features.SYNC, 1)
		frappe.db.set_value("SmartBill Account", self.account, "enrich_nightly", 0)
		enrich.start_nightly()
		self.assertEqual(len(self.queued), 1)
