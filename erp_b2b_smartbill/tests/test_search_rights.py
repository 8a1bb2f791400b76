"""Nobody finds or counts what he may not read, in whatever source it stands, and finds all that he may."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import frappe
from frappe.permissions import add_permission

from erp_b2b_smartbill import features
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.customers.search import candidates, keep, rebuild, rights, search
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.found_case import FoundCase
from erp_b2b_smartbill.tests.search_case import CUI, OTHER_CUI, client, clients, contact, registration

SELLER = ("Sales User", "B2B Sales")


class RightsCase(FoundCase):
	def user(self, *roles: str, **limits: str) -> str:
		"""A user; `limits` are his User Permissions: doctype and value."""
		user = factories.user(*roles)
		for doctype, value in limits.items():
			frappe.get_doc(
				{
					"doctype": "User Permission",
					"user": user,
					"allow": doctype.replace("_", " "),
					"for_value": value,
				}
			).insert()
		return user

	def territory(self) -> str:
		return (
			frappe.get_doc(
				{
					"doctype": "Territory",
					"territory_name": f"Judet {frappe.generate_hash(length=6)}",
					"parent_territory": frappe.get_all("Territory", {"is_group": 1}, pluck="name")[0],
				}
			)
			.insert()
			.name
		)

	def seen(self, user: str, q: str, **options: Any) -> tuple[list[str], dict[str, Any]]:
		with self.as_user(user):
			answer = self.search(q, **options)
		return sorted(row["display_name"] for row in answer["customers"]), answer["counts"]


class TestTerritory(RightsCase):
	def setUp(self) -> None:
		super().setUp()
		self.mine, self.others = self.territory(), self.territory()
		self.own = self.customer("Alfa Meu SRL", territory=self.mine, tax_id=CUI)
		self.other = self.customer("Alfa Altul SRL", territory=self.others, tax_id=OTHER_CUI)
		self.seller = self.user(*SELLER, Territory=self.mine)

	def test_another_territory_s_customer_is_neither_seen_nor_counted(self):
		contact(self.other)
		self.assertEqual(self.seen(self.seller, "alfa"), (["Alfa Meu SRL"], self.counts(erp=1)))
		for q in (OTHER_CUI, f"RO{OTHER_CUI}", "0722123456", "ioana@depozit.example", "muresan", "altul"):
			with self.subTest(q=q):
				self.assertEqual(self.seen(self.seller, q), ([], self.counts()))

	def test_nor_is_what_smartbill_and_the_registrations_know_of_it(self):
		client(client_name="Alfa Legat SRL", customer=self.other)
		client(client_name="Alfa Cui SRL", vat_code=OTHER_CUI)
		registration(company_name="Alfa Cerere SRL", cui=OTHER_CUI)
		registration(company_name="Alfa Aprobat SRL", customer=self.other, status="Approved")
		client(client_name="Alfa Nimanui SRL")
		self.assertEqual(
			self.seen(self.seller, "alfa"),
			(["Alfa Meu SRL", "Alfa Nimanui SRL"], self.counts(erp=1, smartbill=1, all=2)),
		)
		self.assertEqual(self.seen(self.seller, OTHER_CUI)[1], self.counts())

	def test_what_is_known_of_his_own_is_seen(self):
		client(client_name="Alfa Legat SRL", customer=self.own)
		registration(company_name="Alfa Cerere SRL", cui=CUI)
		self.assertEqual(
			self.seen(self.seller, "alfa"), (["Alfa Meu SRL"], self.counts(erp=1, smartbill=1, b2b=1))
		)

	def test_before_anything_is_typed_too(self):
		with self.as_user(self.seller):
			for name in (self.own, self.other):
				keep.used(name)
		frappe.db.sql("update b2b_search_party set active_on = '2026-01-01' where lane = 'C'")
		self.assertEqual(self.seen(self.seller, ""), (["Alfa Meu SRL"], self.counts(erp=1)))

	def test_a_customer_that_moves_is_seen_at_once_by_who_may(self):
		doc = frappe.get_doc("Customer", self.other)
		doc.territory = self.mine
		doc.save()
		self.assertEqual(self.seen(self.seller, "alfa")[0], ["Alfa Altul SRL", "Alfa Meu SRL"])

	def test_when_a_territory_is_renamed_the_index_is_looked_through(self):
		# the framework keeps for a request what is linked with what
		self.addCleanup(setattr, frappe.local, "dynamic_link_map", None)
		with patch.object(rebuild, "ask") as asked:
			frappe.rename_doc("Territory", self.mine, f"{self.mine} Nou", show_alert=False)
		asked.assert_called_once_with()

	def test_one_that_is_shared_with_him_is_seen(self):
		frappe.share.add("Customer", self.other, self.seller, read=1, notify=0)
		self.assertEqual(self.seen(self.seller, "alfa")[0], ["Alfa Altul SRL", "Alfa Meu SRL"])

	def test_his_few_are_found_by_words_that_everybody_s_have(self):
		for number in range(60):
			self.customer(f"Com {number} SRL", territory=self.others)
		expected = [self.customer(f"Com Zz {number} SRL", territory=self.mine) for number in range(3)]
		client(client_name="Com Zz Client SRL", customer=expected[0])
		limits = {
			"TRIED": 5,
			"RARE": 5,
			"AT_FIRST": 10,
			"COMPARED": 20,
			"MANY": 20,
			"MOST": 20,
			"LOOKED_UP": 5,
		}
		for names in (True, False):
			# by the index, and by a walk through the table
			with patch.multiple(candidates, **limits), self.few(by_index=names):
				with self.as_user(self.seller):
					answer = self.search("com srl")
				self.assertEqual(sorted(row["customer"] for row in answer["customers"]), expected)
				self.assertEqual(answer["counts"], self.counts(erp=3, smartbill=1))

	def test_what_he_made_himself_is_seen_outside_his_territory_too(self):
		role = frappe.get_doc(
			{"doctype": "Role", "role_name": f"Own {frappe.generate_hash(length=6)}"}
		).insert()
		add_permission("Customer", role.name, 0)
		frappe.db.set_value("Custom DocPerm", {"parent": "Customer", "role": role.name}, "if_owner", 1)
		frappe.clear_cache(doctype="Customer")
		self.addCleanup(frappe.clear_cache, doctype="Customer")
		owner = self.user(role.name, "B2B Sales", Territory=self.mine)
		frappe.db.set_value("Customer", self.other, "owner", owner)
		with patch.multiple(candidates, TRIED=1, RARE=1, AT_FIRST=1, COMPARED=1, MANY=1, MOST=1, LOOKED_UP=0):
			self.assertEqual(self.seen(owner, "alfa srl")[0], ["Alfa Altul SRL"])

	def test_what_the_index_says_of_territories_is_only_where_to_look(self):
		# a territory that was changed by SQL: the index still says the old one
		frappe.db.set_value("Customer", self.own, "territory", self.others)
		with patch.multiple(candidates, TRIED=1, RARE=1, AT_FIRST=1, COMPARED=1, MANY=1, MOST=1, LOOKED_UP=0):
			self.assertEqual(self.seen(self.seller, "alfa srl"), ([], self.counts()))

	def test_a_customer_without_a_territory_is_everybody_s_unless_the_site_is_strict(self):
		name = self.customer("Alfa Nicaieri SRL")
		frappe.db.set_value("Customer", name, "territory", "")
		keep.refresh("Customer", [name])
		with patch.multiple(candidates, TRIED=1, RARE=1, AT_FIRST=1, COMPARED=1, MANY=1, MOST=1, LOOKED_UP=0):
			self.assertEqual(self.seen(self.seller, "alfa srl")[0], ["Alfa Meu SRL", "Alfa Nicaieri SRL"])
			with patch.object(frappe, "get_system_settings", self.strictly(frappe.get_system_settings)):
				self.assertEqual(self.seen(self.seller, "alfa srl")[0], ["Alfa Meu SRL"])

	def strictly(self, settings: Any) -> Any:
		return lambda key: 1 if key == "apply_strict_user_permissions" else settings(key)

	def few(self, by_index: bool) -> Any:
		within = rights._within_user_permissions if by_index else lambda: None
		return patch.object(rights, "_within_user_permissions", within)

	def counts(self, **of: int) -> dict[str, int]:
		"""Everything in one row, unless `all` is given."""
		return {"b2b": 0, "erp": 0, "smartbill": 0, "all": max(of.values(), default=0), **of}


class TestAccounts(RightsCase):
	def test_all_clients_of_his_account_are_found_and_counted_among_any_number_of_others(self):
		insert_rows("SmartBill Account", [{"name": "Zz A"}, {"name": "Zz B"}])
		clients(
			*(
				{"name": f"Zz {account} {number}", "account": account, "client_name": f"Com {number} SRL"}
				for account in ("Zz A", "Zz B")
				for number in range(300)
			)
		)
		user = self.user(*SELLER, SmartBill_Account="Zz A")
		with self.as_user(user):
			found = [group.main.record for group in search.find("com srl", rights.of_session()).groups]
			self.assertEqual(self.search("com srl")["counts"]["smartbill"], "100+")
		self.assertGreater(len(set(found)), 100)
		self.assertTrue(all(name.startswith("Zz Zz A ") for name in found))


class TestRoles(RightsCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer("Alfa Unu SRL")
		client(client_name="Alfa Doi SRL")
		registration(company_name="Alfa Trei SRL")

	def test_who_may_not_read_a_source_does_not_find_it(self):
		# ERPNext's Sales User reads Customers only, a B2B Manager none of them
		self.assertEqual(self.seen(self.user("Sales User"), "alfa")[0], ["Alfa Unu SRL"])
		self.assertEqual(self.seen(self.user("B2B Manager"), "alfa")[0], ["Alfa Doi SRL", "Alfa Trei SRL"])
		everything = ["Alfa Doi SRL", "Alfa Trei SRL", "Alfa Unu SRL"]
		self.assertEqual(self.seen(self.user(*SELLER), "alfa")[0], everything)

	def test_whom_one_customer_was_shared_with_finds_that_one_only(self):
		other = self.customer("Alfa Patru SRL")
		user = self.user("B2B Manager")
		frappe.share.add("Customer", other, user, read=1, notify=0)
		self.assertEqual(self.seen(user, "alfa")[0], ["Alfa Doi SRL", "Alfa Patru SRL", "Alfa Trei SRL"])

	def test_a_source_whose_feature_is_off_is_not_searched(self):
		for switch, hidden in ((features.SYNC, "Alfa Doi SRL"), (features.REGISTRATION, "Alfa Trei SRL")):
			with self.subTest(switch=switch):
				frappe.db.set_single_value("B2B Settings", switch, 0)
				self.assertNotIn(hidden, self.names("alfa"))
				frappe.db.set_single_value("B2B Settings", switch, 1)

	def test_only_who_may_create_customers_is_offered_to(self):
		self.assertEqual(self.created(self.user("Sales User")), {"cui": f"RO{CUI}"})
		self.assertIsNone(self.created(self.user("B2B Sales")))

	def created(self, user: str) -> dict[str, str] | None:
		with self.as_user(user):
			return self.search(CUI)["create"]

	def test_who_said_it_is_told_only_to_who_may_read_contacts(self):
		name = self.customer("Zeta SRL")
		contact(name, last_name="Secret")
		reader = self.user(*SELLER)
		hidden = self.user(*SELLER)
		with self.as_user(reader):
			self.assertEqual(self.match("secret")[2], "contact Ioana Secret")
			self.assertEqual(self.match("0722123456")[2], "contact Ioana Secret")
		permitted = frappe.has_permission

		def without_contacts(doctype: str, *args: Any, **kwargs: Any) -> bool:
			return False if doctype in ("Contact", "Address") else permitted(doctype, *args, **kwargs)

		with self.as_user(hidden), patch.object(frappe, "has_permission", without_contacts):
			row = self.row("0722123456")
			self.assertEqual((row["match"]["text"], row["match"]["where"]), ("", None))
			self.assertEqual((row["email"], row["phone"], row["city"]), (None, None, None))
			self.assertEqual(self.row("secret")["match"]["text"], "")


class TestCredit(RightsCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		self.name = self.customer("Alfa SRL", credit_limits=[{"company": self.company, "credit_limit": 1000}])

	def test_it_is_shown_to_who_may_see_it(self):
		with self.as_user(self.user(*SELLER)):
			row = self.row("alfa", company=self.company)
		self.assertEqual(
			row["credit"], {"limit": 1000.0, "used": 0.0, "available": 1000.0, "currency": "RON"}
		)

	def test_and_to_nobody_else_nor_that_it_is_used_up(self):
		factories.quotation(party_name=self.name)
		with patch.object(search.rows.credit, "of", side_effect=AssertionError):
			with self.as_user(self.user("Sales User")):
				row = self.row("alfa", company=self.company)
		self.assertEqual((row["credit"], row["status"]), (None, None))

	def test_a_customer_over_the_limit_is_marked(self):
		used = search.rows.credit.Credit(1000.0, 1500.0, -500.0, "RON")
		with patch.object(search.rows.credit, "of", lambda names, *_of: dict.fromkeys(names, used)):
			with self.as_user(self.user(*SELLER)):
				row = self.row("alfa", company=self.company)
		self.assertEqual((row["status"], row["selectable"]), ("over_limit", True))
		self.assertEqual(row["credit"]["available"], -500.0)

	def test_without_a_limit_nothing_is_available_or_missing(self):
		other = self.customer("Beta SRL")
		frappe.db.set_value("Company", self.company, "credit_limit", 0)
		self.addCleanup(frappe.clear_document_cache, "Company", self.company)
		frappe.clear_document_cache("Company", self.company)
		with self.as_user(self.user(*SELLER)):
			row = self.row("beta", company=self.company)
		self.assertEqual(
			(row["customer"], row["credit"]["limit"], row["credit"]["available"]), (other, None, None)
		)
