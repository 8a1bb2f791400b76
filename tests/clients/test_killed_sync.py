"""A sync whose jobs are killed, as real processes, over and over: the end is that of one that nothing happened to."""

import random
from typing import Any

import frappe
from stdnum.ro import cui

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.smartbill import leases
from erp_b2b_smartbill.smartbill.clients import job, sync_runs
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.links import LINK
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.tests.clients_case import CLIENTS_PATH, ClientsTestCase, client_id
from erp_b2b_smartbill.tests.deciding import KILLED
from erp_b2b_smartbill.tests.syncing import Readers

STORED = (CLIENT, LINK, CONFLICT, "Business Event")
# of a run; what is told about time differs
TOLD = [*sync_runs.COUNTS, "gone", "pages", "status", "phase", "errors", "message", "restarted"]
# after so long the next job takes a run over from one that gives no sign of life
LATER_S = leases.STALE.total_seconds() + 60
# more jobs in a row that get nowhere are another promise: such a run is given up
FRUITLESS = leases.MAX_CRASHES - 2


class TogetherCase(ClientsTestCase):
	def at_once(self, *steps: dict[str, Any]) -> list[dict[str, Any]]:
		"""Each step in a process of its own, all begun in the same moment."""
		frappe.db.commit()
		outcomes = Readers.shared().together(*steps)
		# what others wrote
		frappe.db.rollback()
		return outcomes

	def idle_gate(self) -> None:
		idle = {"gate_v3_at": None, "v3_blocked_until": None}
		frappe.db.set_value("SmartBill Account", self.account, idle, update_modified=False)
		frappe.db.commit()


class TestKilledSync(TogetherCase):
	def test_a_sync_of_5000_clients_that_is_killed_50_times_ends_as_an_undisturbed_one(self):
		self.people()
		self.seed(*self.as_it_was())
		self.read_to_the_end()
		before = self.stored()
		self.seed(*self.as_it_is())

		undisturbed = self.read_to_the_end()
		expected = self.outcome()
		self.put_back(before)

		killed = self.read_to_the_end(kills=50)

		self.assertEqual(self.told(killed), self.told(undisturbed))
		self.assertEqual(self.outcome(), expected)
		self.assertEqual((undisturbed.seen, undisturbed.status), (5000, leases.COMPLETED))
		for count in ("new_clients", "changed", "unchanged", "linked", "conflicts", "gone"):
			self.assertGreater(undisturbed.get(count), 0, count)

	def test_customers_that_are_made_on_the_way_are_made_once(self):
		frappe.db.set_value("SmartBill Account", self.account, "new_clients", "Create Customer")
		frappe.db.commit()
		self.seed(*({"vatCode": code(number)} for number in range(40)))
		before = {doctype: frappe.db.count(doctype) for doctype in ("Customer", "Address", "Contact")}
		# all of them are one page, so none of these jobs gets anywhere
		run = self.read_to_the_end(kills=FRUITLESS, writes=200)
		self.assertEqual((run.status, run.customers_created), (leases.COMPLETED, 40))
		for doctype, count in before.items():
			self.assertEqual(frappe.db.count(doctype), count + 40, doctype)
		self.assertEqual(len({one["customer"] for one in self.clients()}), 40)

	def read_to_the_end(self, kills: int = 0, writes: int = 18) -> Any:
		"""A run by jobs of which the first `kills` die at some write or commit; a page has about six of them."""
		self.idle_gate()
		run = job.start(self.account).name
		seed = random.randrange(10**6)
		chance = random.Random(seed)
		died = fruitless = attempt = 0
		for attempt in range(kills + 20):
			step: dict[str, Any] = {"action": "read", "run": run, "later": attempt * LATER_S}
			if died < kills:
				step["kill_at"] = chance.randint(1, writes) if fruitless < FRUITLESS else writes * 2
			pages = frappe.db.get_value(sync_runs.RUN, run, ["pages", "cursor", "phase"])
			[outcome] = self.at_once(step)
			if outcome == KILLED:
				died += 1
			else:
				self.assertNotIn("error", outcome)
			now = frappe.db.get_value(sync_runs.RUN, run, ["pages", "cursor", "phase"])
			fruitless = fruitless + 1 if now == pages else 0
			if not frappe.db.get_value(sync_runs.RUN, run, "open_key"):
				break
		doc = frappe.get_doc(sync_runs.RUN, run)
		self.assertEqual(died, kills, f"seed {seed}, {attempt + 1} jobs, {doc.status}: {doc.message}")
		return doc

	# the scene

	def people(self) -> None:
		"""Customers to link with, to disagree with, and two that are the same company."""
		for number in range(0, 60, 2):
			different = {"customer_name": f"Altcineva {number} SRL"} if number % 3 == 0 else {}
			self.customer(
				**{"customer_name": f"Depozit Test {number:05d} SRL", **different},
				tax_id=f"RO{code(number)}",
				smartbill_vat_payer="Yes" if number % 4 else "",
				address={"address_line1": f"Str. Exemplului {number}"} if number % 5 else None,
			)
		for name in ("Geaman", "Geamanul"):
			self.customer(customer_name=f"{name} SRL", tax_id=f"RO{code(61)}", address=None)

	def as_it_was(self) -> list[dict[str, Any]]:
		"""SmartBill before: fewer clients, others, and some that will be gone."""
		return [
			{"vatCode": f"RO{code(number)}" if number < 30 else "", "city": "Turda" if number % 7 else "Dej"}
			for number in range(600)
		]

	def as_it_is(self) -> list[dict[str, Any]]:
		clients: list[dict[str, Any]] = []
		for number in range(5000):
			one: dict[str, Any] = {"id": client_id(number + (number >= 100) * 20)}
			if number < 100:
				one["vatCode"] = f"RO{code(number)}"
			elif number > 4950:
				# the same companies, further down
				one["vatCode"] = code(number - 4951)
			if number < 60:
				one["city"] = "Turda" if number % 7 else "Dej"
			clients.append(one)
		return clients

	# what stands there

	def stored(self) -> dict[str, list[dict[str, Any]]]:
		return {
			doctype: [dict(row) for row in frappe.get_all(doctype, fields=["*"], order_by="name")]
			for doctype in STORED
		}

	def put_back(self, rows: dict[str, list[dict[str, Any]]]) -> None:
		for doctype, several in rows.items():
			frappe.db.delete(doctype)
			if several:
				frappe.db.bulk_insert(doctype, list(several[0]), [list(row.values()) for row in several])
		frappe.db.commit()

	def told(self, run: Any) -> dict[str, Any]:
		return {name: run.get(name) for name in TOLD}

	def outcome(self) -> dict[str, Any]:
		ids = dict(frappe.get_all(CLIENT, fields=["name", "external_id"], as_list=True))
		conflicts = frappe.get_all(
			CONFLICT,
			fields=[
				"kind",
				"client",
				"customer",
				"status",
				"resolution",
				"erp_value",
				"smartbill_value",
				"reason",
				"candidates",
			],
		)
		for row in conflicts:
			row.client = ids[row.client]
			others = frappe.parse_json(row.candidates or "[]")
			row.candidates = sorted(ids.get(one, one) for one in others)
		links = frappe.get_all(LINK, fields=["customer", "provider", "account", "external_id"])
		linked = frappe.get_all("Business Event", {"event": audit.CLIENT_LINKED}, ["reference_name", "after"])
		return {
			"clients": self.clients(),
			"conflicts": sorted(conflicts, key=lambda row: (row.client, row.kind)),
			"links": sorted(map(dict, links), key=lambda row: row["external_id"]),
			"events": sorted((ids.get(row.reference_name), row.after) for row in linked),
		}


class TestTwoAtOnce(TogetherCase):
	def test_eight_that_start_one_at_once_start_one_and_the_others_are_told_which(self):
		self.seed(10)
		outcomes = self.at_once(*[{"action": "start a sync", "account": self.account}] * 8)
		started = [one["name"] for one in outcomes if "name" in one]
		refused = [one for one in outcomes if "error" in one]
		self.assertEqual((len(started), len(refused)), (1, 7), outcomes)
		self.assertEqual({one["error"] for one in refused}, {"sync_running"})
		self.assertTrue(all(started[0] in one["message"] for one in refused), refused)
		self.assertEqual(frappe.get_all(sync_runs.RUN, {"account": self.account}, pluck="name"), started)

	def test_eight_jobs_of_one_run_read_each_page_once(self):
		self.seed(450)
		run = job.start(self.account).name
		outcomes = self.at_once(*[{"action": "read", "run": run}] * 8)
		self.assertFalse([one for one in outcomes if "error" in one], outcomes)
		run = frappe.get_doc(sync_runs.RUN, run)
		self.assertEqual((run.status, run.seen, run.pages), (leases.COMPLETED, 450, 5))
		asked = [call for call in self.sandbox.calls() if call["path"] == CLIENTS_PATH]
		self.assertEqual(len(asked), 5)


def code(number: int) -> str:
	"""A valid fiscal code."""
	digits = str(20_000_000 + number)
	return digits + cui.calc_check_digit(digits)
