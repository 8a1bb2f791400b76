"""What tests of the customer search share: the switch on, records of each source, and a look into the index."""

import os
from typing import Any, ClassVar

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.search import keep, records, state, tables, write
from erp_b2b_smartbill.customers.search.entries import Party, Token
from erp_b2b_smartbill.customers.search.tables import GRAM, PARTY, TOKEN, USE, WORD, party_id
from erp_b2b_smartbill.tests.compat import CommittingTestCase, ServerTestCase
from erp_b2b_smartbill.tests.walking import Walkers

# valid ones
CUI, OTHER_CUI = "12345674", "98765438"


def empty_index() -> None:
	"""Nothing is in the index, and nobody has used anything."""
	tables.create()
	tables.empty(PARTY, TOKEN, WORD, GRAM, USE)
	state.forget()


class IndexMixin:
	"""A look into the index."""

	def party(self, doctype: str, name: str) -> Party | None:
		party = party_id(doctype, name)
		return write.parties([party]).get(party)

	def rows_of(self, doctype: str, name: str) -> set[Token]:
		rows = frappe.db.sql(
			f"select token, party, origin from {TOKEN} where party = %s", (party_id(doctype, name),)
		)
		return {Token(*row) for row in rows}

	def found_by(self, doctype: str, name: str) -> set[str]:
		"""All that a record is found by, without the lane."""
		return {row.token[1:] for row in self.rows_of(doctype, name)}

	def assert_in_step(self, doctype: str, *names: str) -> None:
		"""The index holds of these records exactly what a rebuild would write."""
		expected = records.load(doctype, names)
		for name in names:
			entry = expected.get(name)
			self.assertEqual(self.rows_of(doctype, name), set(entry.tokens) if entry else set(), name)
			self.assertEqual(self.party(doctype, name), entry.party if entry else None)


class SearchCase(IndexMixin, ServerTestCase):
	"""The search is on; all is rolled back."""

	def setUp(self) -> None:
		super().setUp()
		# what other tests left in the index; it comes back with the rest
		for table in (PARTY, TOKEN, WORD, GRAM, USE):
			frappe.db.sql(f"delete from {table}")
		frappe.db.set_single_value("B2B Settings", features.SEARCH, 1)


class CommittedSearchCase(IndexMixin, CommittingTestCase):
	"""The search is on, and its index empty before and after; for what commits, and for several processes."""

	_walkers: ClassVar[Walkers | None] = None

	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.turn, False)
		self.turn(True)

	def turn(self, on: bool) -> None:
		frappe.db.rollback()
		empty_index()
		frappe.db.set_single_value(state.STATE, {"drift": 0, "drift_total": 0})
		frappe.db.set_single_value("B2B Settings", features.SEARCH, int(on))
		frappe.db.commit()

	def at_once(self, *steps: dict[str, Any]) -> list[dict[str, Any]]:
		"""Each step in a process of its own, all begun in the same moment."""
		cls = type(self)
		if cls._walkers is None:
			cls._walkers = Walkers()
			self.addClassCleanup(cls._walkers.dismiss)
		frappe.db.commit()
		outcomes = cls._walkers.together(*steps)
		# what others wrote
		frappe.db.rollback()
		frappe.db.value_cache.clear()
		return outcomes

	def assert_index_is_whole(self) -> None:
		"""It holds of every record of the site what a rebuild would write, and nothing else."""
		expected = {}
		for doctype in records.SOURCES:
			expected |= records.load(doctype, frappe.get_all(doctype, pluck="name"))
		rows = {Token(*row) for row in frappe.db.sql(f"select token, party, origin from {TOKEN}")}
		self.assertEqual(rows, {token for entry in expected.values() for token in entry.tokens})
		ids = [party for (party,) in frappe.db.sql(f"select party from {PARTY}")]
		self.assertCountEqual(write.parties(ids).values(), [entry.party for entry in expected.values()])


def contact(*customers: str, **values: Any) -> Any:
	return frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ioana",
			"last_name": "Mureșan",
			"email_ids": [{"email_id": "ioana@depozit.example", "is_primary": 1}],
			"phone_nos": [{"phone": "0722 123 456", "is_primary_mobile_no": 1}],
			"links": [{"link_doctype": "Customer", "link_name": name} for name in customers],
			**values,
		}
	).insert()


def client(**values: Any) -> str:
	"""A SmartBill Client as the sync writes one, indexed when the search is on; its account need not exist."""
	[name] = clients(values)
	return name


def clients(*several: dict[str, Any]) -> list[str]:
	"""As `client`, many at once; all have the same fields."""
	rows = [_client(**values) for values in several]
	insert_rows("SmartBill Client", rows)
	names = [row["name"] for row in rows]
	keep.refresh("SmartBill Client", names)
	return names


def _client(**values: Any) -> dict[str, Any]:
	title = values.get("client_name", "Depozit Nord SRL")
	return {
		"name": frappe.generate_hash(length=10),
		"account": "Test",
		"source": "API",
		"status": "Active",
		"external_id": frappe.generate_hash(length=10),
		"client_key": frappe.generate_hash(length=20),
		"client_name": title,
		"name_key": identity.name_key(title),
		"cui_digits": identity.cui_digits(values.get("vat_code")) or "",
		**values,
	}


def registration(**values: Any) -> Any:
	doc = frappe.new_doc("B2B Registration")
	doc.update(
		{
			"company_name": "Atelier Lemn SRL",
			"status": "Pending",
			"country": "Romania",
			"first_name": "Radu",
			"last_name": "Stan",
			"email": "radu@atelier.example",
			"access_id": frappe.generate_hash(length=20),
			"cui_digits": identity.valid_cui(values.get("cui")) or "",
			**values,
		}
	)
	doc.flags.update({"written_by_registration": True, "ignore_mandatory": True})
	return doc.insert()


def customers_by_sql(count: int, **values: Any) -> list[str]:
	"""Customers as an import into the database leaves them: without events, without our keys."""
	rows = [
		{
			"name": f"Import {os.getpid()} {number:05d} SRL",
			"customer_name": f"Import {os.getpid()} {number:05d} SRL",
			"customer_type": "Company",
			"tax_id": "",
			**values,
		}
		for number in range(count)
	]
	insert_rows("Customer", rows)
	return [row["name"] for row in rows]
