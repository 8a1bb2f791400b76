"""A link field that asks the search: the same that the search finds, of what Frappe lets the field show."""

from __future__ import annotations

import unittest
from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk.search import search_link, search_widget

from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers.search import (
	candidates,
	keep,
	linked,
	native,
	records,
	search,
	state,
	write,
)
from erp_b2b_smartbill.features import LINK_SEARCH, SEARCH
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.found_case import FoundCase
from erp_b2b_smartbill.tests.search_case import CUI, client, clients, contact

IS_V16 = native.FOR_VALIDATION is not None


class LinkedCase(FoundCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.set_single_value("B2B Settings", LINK_SEARCH, 1)
		# whatever was made before is no part of what is found
		patcher = patch.object(native, "results", side_effect=AssertionError("not the search answered"))
		self.native = patcher.start()
		self.addCleanup(patcher.stop)

	def shown(self, txt: str, **options: Any) -> list[str]:
		return [row["value"] for row in search_link("Customer", txt, **options)]

	def described(self, txt: str) -> str:
		[row] = search_link("Customer", txt)
		return row["description"]

	def group(self, name: str) -> str:
		doc = {"doctype": "Customer Group", "customer_group_name": name, "is_group": 0}
		return frappe.get_doc(doc).insert().name

	def many(self, count: int, title: str, **values: Any) -> list[str]:
		"""Customers as a migration writes them, in the index."""
		names = [f"{title} {number:04}" for number in range(count)]
		self.add(*({"name": name, "customer_name": name, **values} for name in names))
		return names

	def add(self, *rows: dict[str, Any]) -> None:
		insert_rows("Customer", [{"customer_type": "Company", **row} for row in rows])
		write.add(list(records.load("Customer", [row["name"] for row in rows]).values()))

	def allow(self, user: str, doctype: str, name: str, **values: Any) -> None:
		doc = {"doctype": "User Permission", "user": user, "allow": doctype, "for_value": name, **values}
		frappe.get_doc(doc).insert()

	def set_property(self, doctype: str, field: str | None, name: str, value: Any) -> None:
		of = (
			{"doctype_or_field": "DocField", "fieldname": field} if field else {"doctype_or_field": "DocType"}
		)
		frappe.make_property_setter(
			{"doctype": doctype, "property": name, "property_type": "Check", "value": value, **of},
			is_system_generated=False,
		)
		frappe.clear_cache(doctype=doctype)
		self.addCleanup(frappe.clear_cache, doctype=doctype)


class TestFound(LinkedCase):
	def test_whatever_the_search_finds_of_customers(self):
		name = self.customer("Brutăria Ana Construct SRL", tax_id=f"RO{CUI}")
		contact(name)
		self.customer("Ana Textile SRL")
		self.learn()
		texts = (
			"con ana",
			f"RO{CUI}",
			CUI,
			"0722 123 456",
			"ioana@depozit.example",
			"Mureșan",
			"utaria",
			"constrct",
		)
		for txt in texts:
			with self.subTest(txt=txt):
				self.assertEqual(self.shown(txt), [name])
		self.assertEqual(self.shown("nobody at all"), [])

	def test_in_the_order_of_the_search(self):
		for title in ("Alfa", "Alfa Construct SRL", "Zz Alfa SRL", "Alfabet SRL"):
			self.customer(title)
		found = self.search("alfa")["customers"]
		self.assertEqual(self.shown("alfa"), [row["customer"] for row in found])
		self.assertEqual(self.shown("alfa")[0], "Alfa")

	def test_a_customer_by_what_his_client_in_smartbill_says_and_no_client_that_is_none(self):
		name = self.customer("Depozit Nord SRL")
		client(client_name="Nord Depozite", email="nord@smartbill.example", customer=name)
		client(client_name="Altul SRL", email="altul@smartbill.example")
		self.assertEqual(self.shown("nord@smartbill.example"), [name])
		self.assertEqual(self.shown("altul@smartbill.example"), [])

	def test_each_row_says_what_tells_it_from_others(self):
		name = self.customer("Alfa SRL", tax_id=f"RO{CUI}", address={"city": "Zalău"})
		contact(name)
		self.assertEqual(self.described("alfa"), f"RO{CUI} · Zalău")
		self.assertIn("+40722123456, contact Ioana Mureșan", self.described("0722123456"))
		self.assertIn("contact Ioana Mureșan", self.described("ioana"))

	@unittest.skipUnless(IS_V16, "v15 takes whatever row is marked")
	def test_what_was_typed_stands_in_every_row_for_v16_takes_no_other_by_enter(self):
		name = self.customer("Alfa Construct SRL", tax_id=f"RO{CUI}")
		contact(name)
		self.learn()
		for txt in (
			"construct alfa",
			"0722 123 456",
			"constrct",
			"RO 12345674",
			"IOANA@depozit.example",
			"alfa",
		):
			with self.subTest(txt=txt):
				[row] = search_link("Customer", txt)
				text = " ".join(str(row.get(key) or "") for key in ("label", "value", "description"))
				self.assertIn(txt.lower(), text.lower())

	def test_no_markup_comes_out_of_what_somebody_else_wrote(self):
		name = self.customer("Alfa SRL")
		client(
			client_name="Alfa",
			contact="<img src=x onerror=alert(1)> Ionescu",
			city="<b>Zalău</b>",
			customer=name,
		)
		for txt in ("ionescu", "onerror", "alfa <script>", "alfa"):
			with self.subTest(txt=txt):
				for row in search_link("Customer", txt):
					self.assertNotIn("<", row["description"])

	def test_before_anything_is_typed_those_that_the_user_chose_last_then_the_first_by_name(self):
		for title in ("Beta SRL", "Alfa SRL", "Gamma SRL"):
			self.customer(title)
		self.assertEqual(self.shown(""), ["Alfa SRL", "Beta SRL", "Gamma SRL"])
		keep.used("Gamma SRL")
		self.assertEqual(self.shown(""), ["Gamma SRL", "Alfa SRL", "Beta SRL"])

	def test_fields_that_show_titles_have_the_name_in_the_description(self):
		self.set_property("Customer", None, "show_title_field_in_link", 1)
		self.add({"name": "CUST-1", "customer_name": "Alfa SRL", "tax_id": f"RO{CUI}"})
		[row] = search_link("Customer", "alfa")
		self.assertEqual((row["value"], row["label"]), ("CUST-1", "Alfa SRL"))
		self.assertEqual(row["description"], f"CUST-1, RO{CUI}")


class TestShown(LinkedCase):
	def test_the_filters_of_the_field_hold(self):
		group = self.group("Zz linked group")
		inside = self.customer("Alfa Inside SRL", customer_group=group)
		self.customer("Alfa Outside SRL", customer_group=self.group("Zz other group"))
		for filters in (
			{"customer_group": group},
			{"customer_group": ["in", [group]]},
			[["Customer", "customer_group", "=", group]],
			[["customer_group", "=", group]],
			{"customer_group": group, "customer_name": ["like", "%Ins%"]},
			frappe.as_json({"customer_group": group}),
		):
			with self.subTest(filters=filters):
				self.assertEqual(self.shown("alfa", filters=filters), [inside])

	def test_they_find_the_few_among_very_many(self):
		"""More than the search goes through have the word, and none of those fits."""
		self.many(candidates.PER_LANE + 60, "Comun")
		group = self.group("Zz linked group")
		few = self.many(3, "Zz Comun", customer_group=group)
		self.assertEqual(self.shown("comun", filters={"customer_group": group}), few)
		self.assertEqual(
			self.shown("comun", filters={"customer_group": group, "customer_name": ["like", "%0001%"]}),
			few[1:2],
		)

	def test_also_among_those_that_only_their_clients_say(self):
		group = self.group("Zz linked group")
		names = self.many(140, "Zz Firma")
		few = self.many(10, "Zz Firma Noua", customer_group=group)
		clients(
			*(
				{"name": f"Zz {name}", "client_name": f"Comun {at}", "customer": name}
				for at, name in enumerate([*names, *few])
			)
		)
		self.assertEqual(set(self.shown("comun", filters={"customer_group": group})), set(few))

	def test_also_before_anything_is_typed(self):
		self.many(candidates.PER_LANE + 60, "Comun")
		group = self.group("Zz linked group")
		few = self.many(3, "Zz Comun", customer_group=group)
		self.assertEqual(self.shown("", filters={"customer_group": group}), few)

	def test_what_a_filter_says_is_a_value_and_no_sql(self):
		self.many(candidates.PER_LANE + 60, "Comun")
		for number, name in enumerate(("Zz O'Neil\\", "Zz 100%% %s %(param1)s", "Zz \\' or 1=1) -- ")):
			group = self.group(name)
			few = self.many(3, f"Zz{number} Comun", customer_group=group)
			self.assertEqual(self.shown("comun", filters={"customer_group": group}), few)
			self.assertEqual(self.shown("comun", filters={"customer_group": group + "\\"}), [])

	def test_disabled_ones_only_where_the_field_wants_them(self):
		name = self.customer("Alfa SRL", disabled=1)
		self.assertEqual(self.shown("alfa"), [])
		self.assertEqual(self.shown("alfa", filters={"include_disabled": 1}) if IS_V16 else [name], [name])

	def test_pages_follow_each_other(self):
		names = self.many(25, "Comun")
		pages = [
			[row[0] for row in search_widget("Customer", "comun", start=start, page_length=10)]
			for start in (0, 10, 20, 30)
		]
		self.assertEqual([len(page) for page in pages], [10, 10, 5, 0])
		self.assertEqual({name for page in pages for name in page}, set(names))

	def test_dialogs_get_the_columns_that_frappe_gives(self):
		frappe.local.form_dict = frappe._dict(doctype="Customer", filter_fields='["customer_type"]')
		self.addCleanup(setattr, frappe.local, "form_dict", frappe._dict())
		names = [self.customer(title, tax_id=f"RO{CUI}") for title in ("Alfa", "Alfa Construct SRL")]
		rows = search_widget("Customer", "alfa", searchfield="tax_id", as_dict=True)
		self.assertEqual([row.name for row in rows], names)
		expected = {"name", "customer_name", "customer_group", "territory", "mobile_no", "primary_address"}
		self.assertEqual(set(rows[0]), expected | {"tax_id", "customer_type"})
		self.assertEqual(rows[0].tax_id, f"RO{CUI}")

	def test_a_user_sees_no_other_customers_than_in_a_list(self):
		group = self.group("Zz linked group")
		inside = self.customer("Alfa Inside SRL", customer_group=group)
		outside = self.customer("Alfa Outside SRL", customer_group=self.group("Zz other group"))
		user = factories.user("Sales User")
		self.allow(user, "Customer Group", group)
		with self.as_user(user):
			self.assertEqual(self.shown("alfa"), [inside])
			self.assertEqual(self.shown(""), [inside])
			self.assertEqual(self.shown("outside"), [])
			# nobody is believed who only says so
			field = linked.Linked(None, "Sales Order", ignores_user_permissions=True)
			self.assertEqual([row[0] for row in field.rows("alfa", None, 0, 10, as_dict=False)], [inside])
		self.set_property("Sales Order", "customer", "ignore_user_permissions", 1)
		with self.as_user(user):
			more = {"link_fieldname": "customer"} if IS_V16 else {}
			found = self.shown("alfa", reference_doctype="Sales Order", ignore_user_permissions=True, **more)
			self.assertEqual(set(found), {inside, outside})

	def test_a_permission_for_one_doctype_holds_in_its_fields(self):
		group = self.group("Zz linked group")
		inside = self.customer("Alfa Inside SRL", customer_group=group)
		outside = self.customer("Alfa Outside SRL", customer_group=self.group("Zz other group"))
		user = factories.user("Sales User")
		self.allow(user, "Customer Group", group, apply_to_all_doctypes=0, applicable_for="Customer")
		with self.as_user(user):
			self.assertEqual(self.shown("alfa"), [inside])
		user = factories.user("Sales User")
		self.allow(user, "Customer", inside, apply_to_all_doctypes=0, applicable_for="Sales Order")
		with self.as_user(user):
			self.assertEqual(set(self.shown("alfa", reference_doctype="Quotation")), {inside, outside})
			self.assertEqual(self.shown("alfa", reference_doctype="Sales Order"), [inside])

	def test_what_is_deleted_by_sql_is_not_shown(self):
		name = self.customer("Alfa SRL")
		frappe.db.delete("Customer", {"name": name})
		self.assertEqual(self.shown("alfa"), [])


class TestNative(LinkedCase):
	def setUp(self) -> None:
		super().setUp()
		self.native.side_effect = None
		self.native.return_value = [["natively"]]

	def assert_native(self, native_answers: bool, **options: Any) -> None:
		frappe.db.value_cache.clear()
		self.native.reset_mock()
		search_widget("Customer", "alfa", **options)
		self.assertEqual(self.native.called, native_answers)

	def test_frappe_answers_unless_both_switches_are_on_and_the_index_is_whole(self):
		self.assert_native(False)
		for switch in (SEARCH, LINK_SEARCH):
			frappe.db.set_single_value("B2B Settings", switch, 0)
			self.assert_native(True)
			frappe.db.set_single_value("B2B Settings", switch, 1)
		for name in (state.EMPTY, state.BUILDING, ""):
			frappe.db.set_single_value("Customer Search Index", "state", name)
			self.assert_native(True)

	def test_and_where_more_is_wanted_than_the_search_gives(self):
		self.assert_native(True, page_length=1000)
		self.assert_native(True, page_length=0)
		self.assert_native(True, start=search.DEEPEST - 5, page_length=10)

	def test_and_who_may_not_read_customers_is_told_by_frappe(self):
		with self.as_user(factories.user("B2B Sales")):
			self.assert_native(True)

	def test_a_search_that_fails_is_noted_and_frappe_answers(self):
		def broken(*_args: Any) -> None:
			frappe.msgprint("half done")
			raise RuntimeError("broken")

		frappe.clear_messages()
		with patch.object(search, "find", broken):
			self.assertEqual(search_widget("Customer", "alfa"), [["natively"]])
		self.assertEqual(frappe.local.message_log, [])
		logged = frappe.get_all("Error Log", ["method", "error"], order_by="creation desc", limit=1)
		self.assertIn("The customer search could not answer a link field", str(logged))

	def test_a_filter_that_frappe_refuses_is_refused_by_frappe(self):
		self.customer("Alfa SRL")
		self.assert_native(True, filters={"no_such_field": 1})

	def test_a_name_that_is_in_the_field_is_checked_by_frappe(self):
		if IS_V16:
			self.assert_native(True, page_length=native.FOR_VALIDATION, for_link_validation=True)
