"""What tests of selecting share: SmartBill's clients, registrations, the tax office, and a seller's eyes."""

from typing import Any, ClassVar

import frappe

from erp_b2b_smartbill.exceptions import AppError
from erp_b2b_smartbill.selecting import select as selecting
from erp_b2b_smartbill.smartbill.clients.links import LINK
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase
from erp_b2b_smartbill.tests.registration_case import CUI, RegistrationCase
from erp_b2b_smartbill.tests.search_case import CommittedSearchCase

MADE = ("Customer", "Address", "Contact", LINK, "User", "Business Event")
SELECTED = "Customer made or linked by picking"

__all__ = ["CUI", "LINK", "MADE", "SELECTED", "SelectingCase"]


class SelectingCase(ClientsTestCase, RegistrationCase, CommittedSearchCase):
	roles: ClassVar[tuple[str, ...]] = ("Sales User", "B2B Sales")

	def setUp(self) -> None:
		super().setUp()
		self.seller = factories.user(*self.roles)
		frappe.db.commit()

	def seed(self, *clients: dict[str, Any] | int) -> None:
		super().seed(*clients)
		self.sandbox.knobs(anaf_limit=0)

	def read(self, *clients: dict[str, Any]) -> None:
		"""SmartBill has these clients, and the site has read them."""
		self.seed(*clients)
		self.sync()

	def hit(self, number: int = 0) -> str:
		"""The id of a client in the search."""
		return f"smartbill:{self.one(number).name}"

	def select(self, hit: str, user: str | None = None) -> selecting.Selected:
		return self._as_requested(selecting.select, hit, user)

	def select_company(self, cui: str, user: str | None = None) -> selecting.Selected:
		return self._as_requested(selecting.select_company, cui, user)

	def _as_requested(self, way: Any, given: str, user: str | None) -> selecting.Selected:
		frappe.db.commit()
		with self.as_user(user or self.seller):
			selected = way(given)
		frappe.db.commit()
		return selected

	def refused(self, way: Any, given: str, user: str | None = None) -> AppError:
		"""The refusal, after which nothing is there that was not before."""
		frappe.db.commit()
		before = self.counts()
		with self.assertRaises(AppError) as caught:
			self._as_requested(way, given, user)
		frappe.db.commit()
		self.assertEqual(self.counts(), before)
		return caught.exception

	def counts(self) -> dict[str, int]:
		return {doctype: frappe.db.count(doctype) for doctype in MADE}

	def more_than(self, before: dict[str, int]) -> dict[str, int]:
		"""What was made since then."""
		now = self.counts()
		return {doctype: now[doctype] - count for doctype, count in before.items() if now[doctype] != count}

	def only(self, doctype: str, value: str, user: str | None = None) -> None:
		"""The seller may only see what is of this group, territory or name."""
		frappe.get_doc(
			{
				"doctype": "User Permission",
				"user": user or self.seller,
				"allow": doctype,
				"for_value": value,
			}
		).insert()
		frappe.db.commit()

	def territory(self) -> str:
		return self._leaf("Territory", "territory_name", "All Territories")

	def group(self) -> str:
		return self._leaf("Customer Group", "customer_group_name", "All Customer Groups")

	def _leaf(self, doctype: str, title: str, root: str) -> str:
		parent = f"parent_{frappe.scrub(doctype)}"
		name = f"Ținutul {frappe.generate_hash(length=6)}"
		doc = frappe.get_doc({"doctype": doctype, title: name, parent: root}).insert()
		self.addCleanup(self._forget_leaf, doctype, doc.name)
		frappe.db.commit()
		return doc.name

	def _forget_leaf(self, doctype: str, name: str) -> None:
		self.start_clean()
		for held in ("Customer", "User Permission"):
			column = frappe.scrub(doctype) if held == "Customer" else "for_value"
			for one in frappe.get_all(held, {column: name}, pluck="name"):
				if held == "Customer":
					frappe.db.set_value(held, one, column, factories._leaf(doctype))
				else:
					frappe.db.delete(held, {"name": one})
		frappe.delete_doc(doctype, name, force=True)
		frappe.db.commit()

	def selections(self) -> list[dict[str, Any]]:
		rows = frappe.get_all(
			"Business Event", {"event": SELECTED}, ["reference_name", "user", "after"], order_by="creation"
		)
		return [{**row, "after": frappe.parse_json(row.after)} for row in rows]
