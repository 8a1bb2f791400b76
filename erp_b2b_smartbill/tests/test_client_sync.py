"""SmartBill's clients by the V3 API: read to the end, stored once, matched, compared, and nothing lost on the way."""

import json
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.patches import clients_without_markup
from erp_b2b_smartbill.smartbill import client as http
from erp_b2b_smartbill.smartbill.clients import conflicts, job, sync_runs
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.clients_case import CLIENTS_PATH, ClientsTestCase, client_id

CNP = "1960229410015"

CUI = "12345674"


class SyncCase(ClientsTestCase):
	def statuses(self) -> dict[str, str]:
		return {one["external_id"]: one["status"] for one in self.clients()}

	def after_page(self, number: int, work: Any) -> None:
		"""Let `work` happen in SmartBill once page `number` was read."""
		real, read = http.Client.v3_clients, [0]

		def reading(*arguments: Any, **options: Any) -> Any:
			answer = real(*arguments, **options)
			read[0] += 1
			if read[0] == number:
				work()
			return answer

		patched = patch.object(http.Client, "v3_clients", reading)
		patched.start()
		self.addCleanup(patched.stop)


class TestSync(SyncCase):
	def test_reads_every_page_to_the_end(self):
		self.seed(250)
		run = self.sync()
		self.assertEqual((run.status, run.seen, run.new_clients, run.pages), ("Completed", 250, 250, 3))
		self.assertEqual(frappe.db.count(CLIENT, {"account": self.account}), 250)

	def test_a_second_run_changes_nothing(self):
		self.seed(120)
		self.sync()
		before = self.clients()
		run = self.sync()
		self.assertEqual((run.unchanged, run.new_clients, run.changed), (120, 0, 0))
		self.assertEqual(self.clients(), before)


class TestGone(SyncCase):
	def test_only_a_complete_scan_tells_who_is_gone(self):
		self.seed(250)
		self.sync()
		self.change(delete=(7, 205))
		self.sandbox.fault(
			"status", path=CLIENTS_PATH, status=403, body=refusal("insufficient_permissions", 403)
		)
		self.assertEqual(self.sync().status, "Failed")
		self.assertEqual(set(self.statuses().values()), {"Active"})
		run = job.start(self.account)
		self.after_page(2, lambda: job.stop(run.name))
		self.assertEqual(self.finish(run.name).status, "Completed With Errors")
		self.assertEqual(set(self.statuses().values()), {"Active"})
		run = self.sync()
		self.assertEqual((run.status, run.gone, run.seen), ("Completed", 2, 248))
		gone = {one for one, status in self.statuses().items() if status == "Gone"}
		self.assertEqual(gone, {client_id(7), client_id(205)})

	def test_nobody_has_to_find_a_customer_for_one_that_is_gone(self):
		for _at in range(2):
			self.customer(tax_id="12345674")
		self.seed({"vatCode": "12345674"}, 1)
		self.sync()
		kinds = [kind for kind, _title in self.open_conflicts()]
		self.assertEqual(kinds, ["Duplicate CUI in ERPNext"])
		gone = self.client(0, vatCode="12345674")
		self.change(delete=(0,))
		self.sync()
		self.assertEqual(self.open_conflicts(), [])
		self.sandbox.change_clients([gone], [])
		self.sync()
		self.assertEqual([kind for kind, _title in self.open_conflicts()], kinds)

	def test_one_that_is_deleted_during_the_scan_is_gone_by_the_next(self):
		self.seed(250)
		self.after_page(1, lambda: self.change(delete=(7, 205)))
		run = self.sync()
		# the one was read before, the other was not to be read any more
		self.assertEqual((run.status, run.seen), ("Completed", 249))
		self.assertEqual(self.sync().gone, 1)
		self.assertEqual(self.statuses()[client_id(7)], "Gone")

	def test_one_that_is_made_during_the_scan_is_read_at_its_end(self):
		self.seed(250)
		self.after_page(1, lambda: self.change({"number": 900, "name": "Tarziu SRL"}))
		run = self.sync()
		self.assertEqual((run.status, run.seen, run.new_clients), ("Completed", 251, 251))

	def test_one_that_comes_back_is_active_again(self):
		self.seed(3)
		self.sync()
		self.change(delete=(1,))
		self.sync()
		self.change({"number": 1, "name": "Inapoi SRL"})
		run = self.sync()
		self.assertEqual((run.changed, run.unchanged), (1, 2))
		self.assertEqual(set(self.statuses().values()), {"Active"})

	def test_one_whose_data_cannot_be_kept_is_refused_and_not_gone(self):
		self.seed(3)
		self.sync()
		self.change({"number": 1, "name": ""}, {"number": 2, "address": "X" * 300})
		run = self.sync()
		self.assertEqual((run.status, run.seen, run.rejected, run.gone), ("Completed With Errors", 3, 2, 0))
		self.assertEqual({one["row"] for one in json.loads(run.errors)}, {client_id(1), client_id(2)})
		self.assertIn("Too long to be kept: Address.", run.errors)
		self.assertEqual(set(self.statuses().values()), {"Active"})


class TestLostCursor(SyncCase):
	def test_it_begins_anew_once_and_counts_everybody_once(self):
		for how in ("400", "404"):
			with self.subTest(how=how):
				frappe.db.delete(CLIENT)
				frappe.db.commit()
				self.seed({"name": ""}, 249)
				self.sandbox.knobs(v3_lost_cursor=how)
				self.after_page(2, lambda: self.change(delete=(199,)))
				run = self.sync()
				self.assertEqual((run.status, run.restarted), ("Completed With Errors", 1))
				self.assertEqual((run.seen, run.new_clients, run.rejected), (250, 249, 1))
				self.assertEqual((run.changed, run.unchanged, run.gone, run.pages), (0, 0, 0, 5))
				self.assertEqual(len(json.loads(run.errors)), 1)
				# it was seen before it was deleted
				self.assertEqual(self.sync().gone, 1)

	def test_one_that_is_lost_twice_ends_the_run_and_says_what_to_do(self):
		self.seed(250)
		self.sandbox.knobs(v3_lost_cursor="404")
		real, read = http.Client.v3_clients, [0]

		def deleting(*arguments: Any, **options: Any) -> Any:
			answer = real(*arguments, **options)
			read[0] += 1
			if read[0] in (1, 3):
				self.change(delete=(99 if read[0] == 1 else 100,))
			return answer

		with patch.object(http.Client, "v3_clients", deleting):
			run = self.sync()
		self.assertEqual((run.status, run.seen, run.gone), ("Failed", 101, 0))
		self.assertIn("Start it again when that is done", run.message)
		self.assertEqual(self.sync().status, "Completed")


class TestMaking(SyncCase):
	account_values: Any = {"new_clients": "Create Customer"}

	def test_a_customer_is_made_of_a_client_with_one_event_and_one_link(self):
		self.seed({"vatCode": "12345674"}, {"vatCode": "RO1090"}, {"vatCode": ""})
		run = self.sync()
		self.assertEqual((run.status, run.customers_created, run.linked), ("Completed", 3, 0))
		for one in self.clients():
			self.assertEqual(one["match_reason"], "created")
			self.assertEqual(frappe.db.count("Customer External Link", {"customer": one["customer"]}), 1)
		names = frappe.get_all(CLIENT, pluck="name")
		events = frappe.get_all("Business Event", {"reference_name": ["in", names]}, ["event", "after"])
		self.assertEqual(len(events), 3)
		self.assertTrue(all("created" in one.after for one in events), events)

	def test_two_clients_of_one_code_are_one_customer_and_a_conflict(self):
		self.seed({"vatCode": "12345674"}, {"vatCode": "RO12345674", "name": "Sora SRL"})
		run = self.sync()
		self.assertEqual((run.customers_created, run.conflicts), (1, 1))
		self.assertEqual(frappe.db.count("Customer", {"b2b_cui": "12345674"}), 1)
		self.assertEqual(self.open_conflicts(), [("Duplicate CUI in SmartBill", "Sora SRL")])


class TestWaiting(SyncCase):
	def test_nobody_waits_for_longer_than_two_days(self):
		self.seed(150)
		run = job.start(self.account).name
		self.sandbox.fault("rate_429", path=CLIENTS_PATH, delay_s=3600)
		job.work(run)
		waiting = frappe.get_doc(sync_runs.RUN, run)
		self.assertEqual((waiting.status, waiting.worker), ("Running", None))
		self.assertGreater(waiting.next_at, clock.now())
		frappe.db.set_value(
			sync_runs.RUN,
			run,
			{"started_at": frappe.utils.add_days(clock.now(), -3), "next_at": None},
			update_modified=False,
		)
		frappe.db.commit()
		job.work(run)
		over = frappe.get_doc(sync_runs.RUN, run)
		self.assertEqual((over.status, over.open_key), ("Failed", None))
		self.assertIn("Start it again", over.message)


class TestPrivacy(SyncCase):
	def test_what_is_kept_of_the_calls_holds_no_data_of_clients(self):
		data = {
			"name": "Popescu Ionela",
			"vatCode": CNP,
			"email": "ionela.popescu@example.ro",
			"phone": "0722333444",
			"address": "Str. Tainica 3",
		}
		self.seed(data, 5)
		for fault in ("malformed", "partial", None):
			if fault:
				self.sandbox.fault(fault, path=CLIENTS_PATH, when="after")
			run = self.sync()
			self.assertEqual(run.status, "Completed")
			self.assertNotIn("Popescu", json.dumps(run.as_dict(), default=str))
		for shape in (
			{"clients": [data]},
			[data],
			{"items": {"a": data}},
			f'{{"items": [{json.dumps(data)}, ',
		):
			self.sandbox.fault("status", path=CLIENTS_PATH, status=200, body=shape)
			self.assertEqual(self.sync().status, "Completed")
		self.assert_nothing_of(*data.values())

	def test_an_error_of_the_job_tells_nothing_of_clients(self):
		self.seed({"name": "Popescu Ionela", "vatCode": CNP, "email": "ionela.popescu@example.ro"})
		real = frappe.db.sql

		def failing(query: Any, *arguments: Any, **options: Any) -> Any:
			# the database itself refuses it, with the values at hand
			if str(query).startswith("insert into `tabSmartBill Client`"):
				query = str(query).replace("`client_name`", "`no_such_column`")
			return real(query, *arguments, **options)

		with patch.object(frappe.db, "sql", failing):
			run = job.start(self.account).name
			job.work(run)
		self.assertEqual(self.finish(run).status, "Completed")
		self.assertTrue(frappe.db.count("Error Log"))
		self.assert_nothing_of("Popescu", CNP, "ionela.popescu@example.ro")

	def assert_nothing_of(self, *said: str) -> None:
		for doctype in ("SmartBill Call", "Error Log", "Business Event", "Notification Log", sync_runs.RUN):
			kept = json.dumps(frappe.get_all(doctype, fields=["*"]), default=str)
			for one in said:
				self.assertNotIn(one, kept, doctype)


def refusal(code: str, status: int) -> dict[str, Any]:
	"""As V3 refuses."""
	error = {"code": code, "message": f"Refused: {code}.", "docUrl": ""}
	return {"status": status, "type": "error", "instance": CLIENTS_PATH, "errors": [error]}


class TestStoredBefore(ClientsTestCase):
	def test_what_was_stored_with_markup_loses_it_and_the_next_sync_says_the_same(self):
		attack = "<img src=x onerror=alert(1)>"
		self.seed({"name": f"Alfa {attack} SRL", "city": attack}, {"name": "Beta SRL"})
		self.sync()
		doc, other = self.one(0), self.one(1)
		clean = doc.client_name, doc.city
		self.assertEqual(clean, ("Alfa ‹img src=x onerror=alert(1)› SRL", "‹img src=x onerror=alert(1)›"))
		stored = {"client_name": f"Alfa {attack} SRL", "city": attack}
		frappe.db.set_value(CLIENT, doc.name, stored, update_modified=False)
		clients_without_markup.execute()
		clients_without_markup.execute()
		doc.reload()
		self.assertEqual((doc.client_name, doc.city), clean)
		self.assertEqual(self.one(1).modified, other.modified)
		frappe.db.commit()
		self.assertEqual(self.sync().changed, 0)

	def test_what_was_decided_about_it_stands(self):
		attack = "<img src=x onerror=alert(1)>"
		self.seed({"name": "Alfa SRL", "vatCode": CUI, "address": f"Str. {attack}"})
		factories.customer(customer_name="Alfa SRL", tax_id=CUI)
		frappe.db.commit()
		self.sync()
		((name, clean),) = frappe.get_all(
			conflicts.CONFLICT,
			{"kind": conflicts.differences.ADDRESS},
			["name", "smartbill_value"],
			as_list=True,
		)
		conflicts.close([name], "Ignored", f"Nu {attack}", status=conflicts.IGNORED)
		raw = clean.replace("‹", "<").replace("›", ">")
		self.assertIn(attack, raw)
		row = frappe._dict(frappe.get_doc(conflicts.CONFLICT, name).as_dict(), smartbill_value=raw)
		said = conflicts._stored(row, row.customer, ()).data_hash
		stored = {"smartbill_value": raw, "data_hash": said, "note": f"Nu {attack}"}
		frappe.db.set_value(conflicts.CONFLICT, name, stored)
		clients_without_markup.execute()
		frappe.db.commit()
		self.sync()
		doc = frappe.get_doc(conflicts.CONFLICT, name)
		self.assertEqual((doc.status, doc.smartbill_value), (conflicts.IGNORED, clean))
		self.assertEqual(doc.note, "Nu ‹img src=x onerror=alert(1)›")
