"""What tests of SmartBill's clients share: an account with a V3 token, clients in the sandbox, a run to its end."""

import hashlib
from typing import Any
from unittest.mock import patch

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.smartbill.clients import job, sync_runs
from erp_b2b_smartbill.smartbill.clients.conflicts import CONFLICT
from erp_b2b_smartbill.smartbill.clients.store import CLIENT, DATA_COLUMNS
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase

CIF = "RO12345674"
CLIENTS_PATH = "/SBORO/api/v3/companies/RO12345674/clients"


def client_id(number: int) -> str:
	"""Ids ascend with the number, as SmartBill's do with time."""
	return f"cus_{number:08x}{hashlib.sha256(str(number).encode()).hexdigest()[:24]}"


class ClientsTestCase(SandboxTestCase):
	account_values: dict[str, Any] = {}

	def setUp(self) -> None:
		super().setUp()
		# the test is the queue: a worker of the site would take up the run beside it
		self.queued: list[dict[str, Any]] = []
		enqueue = patch.object(
			frappe, "enqueue", lambda method, **options: self.queued.append({"method": method, **options})
		)
		enqueue.start()
		self.addCleanup(enqueue.stop)
		factories.company()
		self._switch_of_sync = frappe.db.get_single_value("B2B Settings", features.SYNC)
		frappe.db.set_single_value("B2B Settings", features.SYNC, 1)
		self.addCleanup(self._switch_back)
		self.account = factories.smartbill_account(
			self.sandbox.api_url, v3_token="demo-v3-token", mode="Draft", **self.account_values
		).name
		frappe.db.commit()
		self.sandbox.knobs(v3_limit=0)

	def _switch_back(self) -> None:
		frappe.db.rollback()
		frappe.db.set_single_value("B2B Settings", features.SYNC, self._switch_of_sync)
		frappe.db.commit()

	def seed(self, *clients: dict[str, Any] | int) -> None:
		"""These clients, and no others, are what SmartBill has: a number stands for so many different ones."""
		made: list[dict[str, Any]] = []
		for one in clients:
			more = [{} for _number in range(one)] if isinstance(one, int) else [one]
			made += [self.client(len(made) + at, **values) for at, values in enumerate(more)]
		self.sandbox.seed(clients_v3={CIF: made})
		self.sandbox.knobs(v3_limit=0)

	def client(self, number: int, **values: Any) -> dict[str, Any]:
		"""A client as V3 shows it."""
		return {
			"id": client_id(number),
			"name": f"Depozit Test {number:05d} SRL",
			"vatCode": "",
			"regCom": "",
			"code": f"T{number:05d}",
			"address": f"Str. Exemplului nr. {number}",
			"city": "Cluj-Napoca",
			"county": "Cluj",
			"country": "Romania",
			"email": f"sync{number:05d}@example.ro",
			"phone": "",
			"isVatPayer": False,
			**values,
		}

	def change(self, *clients: dict[str, Any], delete: tuple[int, ...] = ()) -> None:
		"""Somebody changes clients in SmartBill, each named by its `number`, or deletes them."""
		self.sandbox.change_clients(
			[{"id": client_id(one.pop("number")), **one} for one in map(dict, clients)],
			[client_id(number) for number in delete],
		)

	def sync(self) -> Any:
		"""A run of the account from its start to its end."""
		return self.finish(job.start(self.account).name)

	def finish(self, run: str) -> Any:
		"""As the queue and the scheduler would, without their waiting."""
		for _job in range(50):
			if not frappe.db.get_value(sync_runs.RUN, run, "open_key"):
				break
			frappe.db.set_value(sync_runs.RUN, run, "next_at", None, update_modified=False)
			frappe.db.set_value(
				"SmartBill Account",
				self.account,
				{"gate_v3_at": None, "v3_blocked_until": None},
				update_modified=False,
			)
			frappe.db.commit()
			job.work(run)
		frappe.db.rollback()
		return frappe.get_doc(sync_runs.RUN, run)

	def clients(self) -> list[dict[str, Any]]:
		"""What the site has of the account's clients, but when it saw them."""
		return frappe.get_all(
			CLIENT,
			{"account": self.account},
			["external_id", "status", "source", "customer", "match_reason", "keep_unlinked", *DATA_COLUMNS],
			order_by="external_id",
		)

	def one(self, number: int) -> Any:
		"""The client as the site has it."""
		return frappe.get_doc(CLIENT, {"account": self.account, "external_id": client_id(number)})

	def open_conflicts(self) -> list[tuple[str, str]]:
		"""(kind, client's name) of what a person has to settle."""
		rows = frappe.get_all(
			CONFLICT, {"account": self.account, "status": "Open"}, ["kind", "title"], order_by="kind, title"
		)
		return [(row.kind, row.title) for row in rows]

	def customer(self, **values: Any) -> Any:
		doc = factories.customer(**values)
		frappe.db.commit()
		return doc
