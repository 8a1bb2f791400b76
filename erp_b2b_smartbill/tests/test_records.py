"""What is stored: accounts, settings, business events, calls, and who may do what with them."""

import json
from datetime import timedelta
from typing import Any

import frappe

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.doctype.smartbill_call.smartbill_call import SmartBillCall
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase

LIVE = "https://ws.smartbill.ro/SBORO/api"


def proforma(quotation: Any, account: Any, **values: Any) -> Any:
	doc = frappe.get_doc(
		{
			"doctype": "SmartBill Proforma",
			"quotation": quotation.name,
			"company": quotation.company,
			"customer": quotation.party_name,
			"account": account.name,
			"status": states.ISSUED,
			"series": "PRF2",
			**values,
		}
	)
	doc.flags.written_by_claim = True
	return doc.insert(ignore_permissions=True)


class TestBusinessEvent(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		settings = frappe.get_doc("B2B Settings")
		self.event = audit.record("Test", settings, {"a": 1}, {"a": 2, "token": "x"}, reason="because")

	def test_tells_who_did_what_without_secrets(self):
		self.assertEqual((self.event.user, self.event.reason), ("Administrator", "because"))
		self.assertEqual(json.loads(self.event.before), {"a": 1})
		self.assertEqual(json.loads(self.event.after), {"a": 2, "token": "***"})

	def test_nobody_makes_one_by_hand(self):
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc({"doctype": "Business Event", "event": "Forged"}).insert()
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc({"doctype": "Business Event", "event": "F", "flags": {"recorded": True}}).insert()

	def test_nobody_changes_deletes_or_renames_one(self):
		def change() -> None:
			doc = frappe.get_doc("Business Event", self.event.name)
			doc.reason = "other"
			doc.save(ignore_permissions=True)

		def change_the_one_just_made() -> None:
			self.event.reason = "other"
			self.event.save(ignore_permissions=True)

		for attempt in (
			change,
			change_the_one_just_made,
			lambda: frappe.get_doc("Business Event", self.event.name).db_set("reason", "other"),
			lambda: frappe.client.set_value("Business Event", self.event.name, "reason", "other"),
			lambda: frappe.delete_doc("Business Event", self.event.name, force=True, ignore_permissions=True),
			lambda: frappe.rename_doc("Business Event", self.event.name, "other", force=True),
		):
			with self.assertRaises((frappe.PermissionError, frappe.ValidationError)):
				attempt()
		self.assertEqual(frappe.db.get_value("Business Event", self.event.name, "reason"), "because")

	def test_no_role_may_write_one(self):
		for permission in frappe.get_meta("Business Event").permissions:
			for right in ("write", "create", "delete", "cancel", "import"):
				self.assertFalse(permission.get(right), f"{permission.role}: {right}")


class TestSettings(ServerTestCase):
	def test_a_switch_is_audited_with_before_and_after(self):
		settings = frappe.get_doc("B2B Settings")
		before = settings.enable_smartbill_proforma
		settings.enable_smartbill_proforma = 1 - int(before)
		settings.save()
		event = frappe.get_last_doc("Business Event", {"reference_doctype": "B2B Settings"})
		self.assertEqual(event.event, "B2B Settings changed")
		self.assertEqual(json.loads(event.before), {"enable_smartbill_proforma": int(before)})
		self.assertEqual(json.loads(event.after), {"enable_smartbill_proforma": 1 - int(before)})

	def test_what_was_never_stored_and_is_stored_empty_now_did_not_change(self):
		frappe.db.delete(
			"Singles", {"doctype": "B2B Settings", "field": ["in", ["default_tier", "block_list"]]}
		)
		frappe.clear_document_cache("B2B Settings", "B2B Settings")
		count = frappe.db.count("Business Event")
		settings = frappe.get_doc("B2B Settings")
		settings.update({"default_tier": "", "block_list": ""})
		settings.save()
		self.assertEqual(frappe.db.count("Business Event"), count)

	def test_saving_without_a_change_is_no_event(self):
		settings = frappe.get_doc("B2B Settings")
		settings.save()
		count = frappe.db.count("Business Event")
		settings.save()
		self.assertEqual(frappe.db.count("Business Event"), count)


class TestSmartBillAccount(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()

	def test_credentials_are_stored_encrypted_and_audited_without_their_value(self):
		account = factories.smartbill_account(LIVE)
		self.assertNotIn("demo-token", frappe.as_json(account.as_dict()))
		self.assertEqual(account.get_password("token"), "demo-token")
		account = frappe.get_doc("SmartBill Account", account.name)
		account.token = "another-token"
		account.proforma_series = "NOUA"
		account.save()
		created, changed = (
			frappe.get_last_doc("Business Event", {"reference_name": account.name, "event": event})
			for event in (audit.ACCOUNT_CREATED, audit.ACCOUNT_CHANGED)
		)
		self.assertEqual(json.loads(changed.before), {"proforma_series": factories.SERIES})
		self.assertEqual(
			json.loads(changed.after), {"proforma_series": "NOUA", "changed_passwords": ["token"]}
		)
		for event in (created, changed):
			self.assertNotIn("-token", frappe.as_json(event.as_dict()))

	def test_credentials_go_to_smartbill_only(self):
		for url in (
			"https://evil.ro/api",
			"http://ws.smartbill.ro/SBORO/api",
			"https://ws.smartbill.ro@evil.ro",
		):
			with self.assertRaises(frappe.ValidationError):
				factories.smartbill_account(url)
		self.assertEqual(factories.smartbill_account(f"{LIVE}/").api_url, LIVE)

	def test_one_account_a_company(self):
		factories.smartbill_account(LIVE)
		with self.assertRaises((frappe.DuplicateEntryError, frappe.UniqueValidationError)):
			factories.smartbill_account(LIVE)

	def test_maps_are_checked(self):
		rate = {"erpnext_rate": 21, "tax_name": "Normala", "tax_percentage": 21}
		for wrong in (
			{"vat_rates": [rate, rate]},
			{"vat_rates": [{**rate, "tax_percentage": 19}]},
			{"units": [{"uom": "Nos", "measuring_unit_name": "buc"}] * 2},
		):
			with self.assertRaises(frappe.ValidationError):
				factories.smartbill_account(LIVE, **wrong)

	def test_blanks_around_what_smartbill_compares_exactly_are_dropped(self):
		account = factories.smartbill_account(
			LIVE, cif=" RO12345674 ", units=[{"uom": "Nos", "measuring_unit_name": " buc"}]
		)
		self.assertEqual((account.cif, account.units[0].measuring_unit_name), ("RO12345674", "buc"))

	def test_sales_cannot_read_it(self):
		account = factories.smartbill_account(LIVE)
		with self.as_user(factories.user("Sales User", "Sales Manager", "B2B Sales")):
			self.assertFalse(frappe.has_permission("SmartBill Account", "read", account))


class TestSmartBillProforma(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.account = factories.smartbill_account(LIVE)
		self.quotation = factories.quotation()

	def test_is_written_by_the_app_only(self):
		doc = proforma(self.quotation, self.account)
		doc = frappe.get_doc("SmartBill Proforma", doc.name)
		doc.status = states.REJECTED
		with self.assertRaises(frappe.PermissionError):
			doc.save()
		with self.assertRaises(frappe.PermissionError):
			frappe.get_doc({"doctype": "SmartBill Proforma", "quotation": self.quotation.name}).insert()

	def test_cannot_be_deleted_while_it_stands_for_a_document(self):
		doc = proforma(self.quotation, self.account)
		with self.assertRaises(frappe.PermissionError):
			frappe.delete_doc("SmartBill Proforma", doc.name, force=True)

	def test_a_rejected_one_frees_the_quotation(self):
		proforma(self.quotation, self.account, status=states.REJECTED)
		self.assertEqual(proforma(self.quotation, self.account).live_key, self.quotation.name)

	def test_only_a_rejected_one_lets_its_quotation_be_deleted(self):
		doc = proforma(self.quotation, self.account)
		self.quotation.cancel()
		with self.assertRaises(frappe.LinkExistsError):
			frappe.delete_doc("Quotation", self.quotation.name)
		frappe.db.set_value("SmartBill Proforma", doc.name, "status", states.REJECTED)
		frappe.db.set_value("Quotation", self.quotation.name, "smartbill_proforma", doc.name)
		frappe.delete_doc("Quotation", self.quotation.name)
		self.assertFalse(frappe.db.exists("SmartBill Proforma", doc.name))

	def test_one_live_proforma_a_quotation(self):
		proforma(self.quotation, self.account)
		with self.assertRaises(frappe.UniqueValidationError):
			proforma(self.quotation, self.account)

	def test_no_number_twice(self):
		proforma(self.quotation, self.account, number="0042")
		with self.assertRaises(frappe.UniqueValidationError):
			proforma(factories.quotation(), self.account, number="0042")

	def test_is_read_by_those_who_read_the_quotation(self):
		doc = proforma(self.quotation, self.account)
		seller = factories.user("Sales User")
		with self.as_user(seller):
			self.assertTrue(frappe.has_permission("SmartBill Proforma", "read", doc))
			self.assertEqual(frappe.get_list("SmartBill Proforma", pluck="name"), [doc.name])
			self.assertFalse(frappe.has_permission("SmartBill Proforma", "write", doc))
		with self.as_user(factories.user("B2B Sales")):
			self.assertFalse(frappe.has_permission("SmartBill Proforma", "read", doc))
			self.assertEqual(frappe.get_list("SmartBill Proforma", pluck="name"), [])

	def test_user_permissions_that_hide_the_quotation_hide_it_too(self):
		group = frappe.get_doc(
			{"doctype": "Territory", "territory_name": frappe.generate_hash(length=8), "is_group": 0}
		).insert()
		doc = proforma(self.quotation, self.account)
		seller = factories.user("Sales User")
		frappe.get_doc(
			{"doctype": "User Permission", "user": seller, "allow": "Territory", "for_value": group.name}
		).insert()
		with self.as_user(seller):
			self.assertFalse(frappe.has_permission("Quotation", "read", self.quotation))
			self.assertFalse(frappe.has_permission("SmartBill Proforma", "read", doc))
			self.assertEqual(frappe.get_list("SmartBill Proforma", pluck="name"), [])


class TestQuotation(ServerTestCase):
	"""Our fields on the Quotation show the proforma, whoever saves what."""

	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self.quotation = factories.quotation()
		self.stale = frappe.get_doc("Quotation", self.quotation.name)
		frappe.db.set_value(
			"Quotation",
			self.quotation.name,
			{"smartbill_status": "Issued", "smartbill_number": "PRF2 0042"},
			update_modified=False,
		)

	def shown(self, name: str | None = None) -> tuple[str, str]:
		return frappe.db.get_value(
			"Quotation", name or self.quotation.name, ["smartbill_status", "smartbill_number"]
		)

	def test_a_form_opened_before_writes_nothing_back(self):
		self.stale.save()
		self.assertEqual(self.shown(), ("Issued", "PRF2 0042"))

	def test_a_form_opened_before_cancels_without_writing_back(self):
		self.stale.cancel()
		self.assertEqual(self.shown(), ("Issued", "PRF2 0042"))

	def test_nobody_types_a_number(self):
		self.stale.smartbill_number = "FALS 1"
		self.stale.save()
		self.assertEqual(self.shown(), ("Issued", "PRF2 0042"))
		forged = factories.quotation(smartbill_number="FALS 1", smartbill_status="Issued")
		self.assertEqual(self.shown(forged.name), (None, None))

	def test_an_amended_quotation_starts_without_a_proforma(self):
		self.quotation.reload()
		self.quotation.cancel()
		amended = frappe.copy_doc(self.quotation, ignore_no_copy=False)
		amended.update({"amended_from": self.quotation.name, "docstatus": 0})
		amended.insert()
		self.assertEqual(self.shown(amended.name), (None, None))

	def test_the_form_is_told_the_proforma_when_the_feature_is_on(self):
		frappe.db.set_single_value("B2B Settings", "enable_smartbill_proforma", 1)
		doc = frappe.get_doc("Quotation", self.quotation.name)
		doc.run_method("onload")
		told = doc.get_onload("smartbill")
		self.assertIsNone(told["proforma"])
		self.assertIs(told["can"]["issue"], True)
		self.assertIn("Only an issued proforma", told["can"]["email"])
		proforma(doc, factories.smartbill_account(LIVE), number="0042")
		doc.run_method("onload")
		self.assertEqual(doc.get_onload("smartbill")["proforma"]["number"], "0042")

		frappe.db.set_single_value("B2B Settings", "enable_smartbill_proforma", 0)
		doc = frappe.get_doc("Quotation", self.quotation.name)
		doc.run_method("onload")
		self.assertNotIn("smartbill", doc.get("__onload") or {})


class TestSmartBillCall(ServerTestCase):
	def test_old_successes_are_cleared_and_failures_kept(self):
		factories.company()
		account = factories.smartbill_account(LIVE)
		for failed in (0, 1):
			for age in (0, 100):
				call = frappe.get_doc(
					{
						"doctype": "SmartBill Call",
						"account": account.name,
						"operation": f"{failed}-{age}",
						"failed": failed,
					}
				).insert()
				frappe.db.set_value(
					"SmartBill Call",
					call.name,
					"creation",
					clock.now() - timedelta(days=age),
					update_modified=False,
				)
		SmartBillCall.clear_old_logs(days=90)
		kept = frappe.get_all("SmartBill Call", {"account": account.name}, pluck="operation")
		self.assertEqual(sorted(kept), ["0-0", "1-0", "1-100"])
