"""One row a company: what several sources know of it is shown once, and two Customers are never made one."""

from __future__ import annotations

import frappe

from erp_b2b_smartbill.customers.search import keep
from erp_b2b_smartbill.tests.found_case import FoundCase
from erp_b2b_smartbill.tests.search_case import CUI, OTHER_CUI, client, contact, registration


class TestOneCompany(FoundCase):
	def test_a_client_that_is_linked_is_its_customer(self):
		name = self.customer("Alfa Construct SRL")
		client(client_name="ALFA CONSTRUCT", customer=name, email="facturi@alfa.example")
		row = self.row("alfa")
		self.assertEqual((row["id"], row["source"], row["customer"]), (f"erp:{name}", "erp", name))
		self.assertEqual(row["sources"], ["erp", "smartbill"])
		self.assertEqual(self.search("alfa")["counts"], {"b2b": 0, "erp": 1, "smartbill": 1, "all": 1})
		# only the client says so
		row = self.row("facturi@alfa.example")
		self.assertEqual((row["id"], row["sources"]), (f"erp:{name}", ["smartbill"]))
		self.assertEqual(
			self.match("facturi@alfa.example"), ("email", "facturi@alfa.example", "client in SmartBill")
		)

	def test_whoever_has_the_customer_s_cui_is_the_customer(self):
		name = self.customer("Alfa Construct SRL", tax_id=f"RO{CUI}")
		client(client_name="Alta Denumire SRL", vat_code=CUI)
		request = registration(company_name="A Treia SRL", cui=CUI, status="Pending").name
		row = self.row(CUI)
		self.assertEqual((row["id"], row["sources"]), (f"erp:{name}", ["b2b", "erp", "smartbill"]))
		self.assertEqual(row["registration"], {"name": request, "status": "Pending"})
		self.assertEqual((row["status"], row["selectable"]), ("pending_registration", True))
		self.assertEqual(self.row("alta denumire")["id"], f"erp:{name}")

	def test_of_two_customers_of_one_cui_neither_is_hidden_and_a_client_is_the_oldest_s(self):
		oldest = self.customer("Alfa Unu SRL", tax_id=CUI)
		frappe.db.set_value("Customer", oldest, "creation", "2020-01-01 00:00:00")
		second = self.customer("Alfa Doi SRL", tax_id=CUI)
		client(client_name="Alfa Trei SRL", vat_code=CUI)
		rows = {row["customer"]: row["sources"] for row in self.rows("alfa")}
		self.assertEqual(rows, {oldest: ["erp", "smartbill"], second: ["erp"]})

	def test_without_a_customer_the_same_valid_cui_is_one_company(self):
		one = client(client_name="Alfa SRL", vat_code=f"RO{CUI}")
		client(client_name="Alfa S.R.L.", vat_code=CUI)
		request = registration(company_name="Alfa", cui=CUI).name
		row = self.row("alfa")
		self.assertIn(row["id"].removeprefix("smartbill:"), frappe.get_all("SmartBill Client", pluck="name"))
		self.assertEqual((row["sources"], row["customer"]), (["b2b", "smartbill"], None))
		self.assertEqual(row["registration"]["name"], request)
		self.assertEqual((row["status"], row["selectable"]), ("pending_registration", True))
		self.assertTrue(one)

	def test_a_wrong_cui_makes_nobody_one(self):
		client(client_name="Alfa Unu SRL", vat_code="12345675")
		client(client_name="Alfa Doi SRL", vat_code="12345675")
		self.assertEqual(len(self.rows("alfa")), 2)

	def test_an_email_address_of_one_company_makes_it_one(self):
		name = self.customer("Alfa Construct SRL")
		contact(name, email_ids=[{"email_id": "ana@alfa.example", "is_primary": 1}])
		client(client_name="Alfa Constr SRL", email="ANA@alfa.example")
		row = self.row("alfa con")
		self.assertEqual((row["customer"], row["sources"]), (name, ["erp", "smartbill"]))

	def test_an_email_address_of_several_companies_does_not(self):
		name = self.customer("Alfa Construct SRL")
		contact(name, email_ids=[{"email_id": "conta@birou.example", "is_primary": 1}])
		contact(self.customer("Zeta SRL"), email_ids=[{"email_id": "conta@birou.example", "is_primary": 1}])
		client(client_name="Alfa Constr SRL", email="conta@birou.example")
		self.assertEqual(len(self.rows("alfa con")), 2)

	def test_the_same_name_and_phone_is_one_company_and_the_same_name_alone_is_not(self):
		client(client_name="Alfa SRL", phone="0722 123 456")
		client(client_name="Alfa SRL", phone="0733 123 456")
		registration(company_name="SC Alfa SRL", phone="+40722123456", email="alt@alfa.example")
		rows = self.rows("alfa")
		self.assertEqual(sorted(row["sources"] for row in rows), [["b2b", "smartbill"], ["smartbill"]])

	def test_the_owner_s_pfa_is_not_his_srl(self):
		client(client_name="Ion Alfa SRL", phone="0722 123 456")
		client(client_name="Ion Alfa PFA", phone="0722 123 456")
		self.assertEqual(len(self.rows("ion alfa")), 2)

	def test_two_different_cuis_are_two_companies_whatever_else_agrees(self):
		client(client_name="Alfa SRL", vat_code=CUI, email="ana@alfa.example", phone="0722123456")
		client(client_name="Alfa SRL", vat_code=OTHER_CUI, email="ana@alfa.example", phone="0722123456")
		self.assertEqual(len(self.rows("alfa")), 2)

	def test_nor_are_they_one_through_a_third_that_may_be_either(self):
		for cui in (CUI, "", OTHER_CUI):
			client(client_name="Alfa SRL", vat_code=cui, phone="0722 123 456")
		self.assertEqual(sorted(row["cui"] or "" for row in self.rows("alfa")), ["", CUI, OTHER_CUI])

	def test_nor_when_one_of_them_is_a_customer(self):
		name = self.customer("Alfa SRL", tax_id=f"RO{CUI}")
		contact(name, phone_nos=[{"phone": "0722 123 456", "is_primary_mobile_no": 1}])
		client(client_name="Alfa SRL", phone="0722 123 456")
		client(client_name="Alfa SRL", vat_code=OTHER_CUI, phone="0722 123 456")
		rows = {(row["customer"], row["cui"]) for row in self.rows("alfa")}
		self.assertEqual(rows, {(name, f"RO{CUI}"), (None, None), (None, OTHER_CUI)})

	def test_nor_through_a_customer_that_may_be_either(self):
		name = self.customer("Alfa SRL")
		contact(name, phone_nos=[{"phone": "0722 123 456", "is_primary_mobile_no": 1}])
		for cui in (CUI, OTHER_CUI):
			client(client_name="Alfa SRL", vat_code=cui, phone="0722 123 456")
		rows = {(row["customer"], row["cui"]) for row in self.rows("alfa")}
		self.assertEqual(rows, {(name, None), (None, CUI), (None, OTHER_CUI)})

	def test_nor_through_a_chain_of_them(self):
		client(client_name="Alfa SRL", vat_code=CUI, email="unu@alfa.example")
		registration(company_name="Alfa SRL", email="unu@alfa.example", phone="0722 123 456")
		client(client_name="Alfa SRL", email="doi@alfa.example", phone="0722 123 456")
		registration(company_name="Alfa SRL", cui=OTHER_CUI, email="doi@alfa.example")
		self.assertEqual(len(self.rows("alfa")), 2)

	def test_a_client_that_a_person_left_without_a_customer_stays_apart(self):
		name = self.customer("Alfa SRL")
		contact(name, email_ids=[{"email_id": "ana@alfa.example", "is_primary": 1}])
		client(client_name="Alfa SRL", email="ana@alfa.example", keep_unlinked=1)
		self.assertEqual(len(self.rows("alfa")), 2)

	def test_which_of_two_customers_a_client_is_nobody_guesses(self):
		for title, email in (("Alfa Unu SRL", "unu@alfa.example"), ("Alfa Doi SRL", "doi@alfa.example")):
			contact(self.customer(title), email_ids=[{"email_id": email, "is_primary": 1}])
		client(client_name="Alfa SRL", emails="unu@alfa.example\ndoi@alfa.example")
		self.assertEqual(len(self.rows("alfa")), 3)


class TestRows(FoundCase):
	def test_a_customer_s_row(self):
		name = self.customer("Alfa SRL", tax_id=f"RO{CUI}", address={"city": "Cluj-Napoca"})
		contact(name)
		row = self.row("alfa")
		self.assertEqual(row["display_name"], "Alfa SRL")
		self.assertEqual((row["cui"], row["city"]), (f"RO{CUI}", "Cluj-Napoca"))
		self.assertEqual((row["email"], row["phone"]), ("ioana@depozit.example", "+40722123456"))
		self.assertEqual((row["status"], row["status_text"], row["selectable"]), (None, None, True))
		self.assertEqual(row["match"], {"field": "name", "text": "alfa", "where": None, "ranges": [[0, 4]]})
		self.assertIsNone(row["registration"])

	def test_a_client_s_row(self):
		name = client(
			client_name="Alfa SRL",
			vat_code="RO12345674",
			city="Cluj",
			email="a@alfa.example",
			phone="0722123456",
		)
		row = self.row("alfa")
		self.assertEqual(
			(row["id"], row["source"], row["sources"]), (f"smartbill:{name}", "smartbill", ["smartbill"])
		)
		self.assertEqual(
			(row["cui"], row["city"], row["email"], row["phone"]),
			("RO12345674", "Cluj", "a@alfa.example", "0722123456"),
		)
		self.assertEqual(
			(row["customer"], row["credit"], row["discount"], row["tier"], row["selectable"]),
			(None, None, None, None, True),
		)

	def test_a_registration_may_be_selected_when_it_is_approved(self):
		for status, selectable, shown in (
			("Awaiting Confirmation", False, "pending_registration"),
			("Pending", False, "pending_registration"),
			("Information Requested", False, "pending_registration"),
			("Approved", True, None),
		):
			with self.subTest(status=status):
				name = registration(company_name=f"Alfa {status} SRL", status=status).name
				row = self.row(f"alfa {status}")
				self.assertEqual((row["id"], row["source"]), (f"b2b:{name}", "b2b"))
				self.assertEqual((row["status"], row["selectable"]), (shown, selectable))
				self.assertEqual(row["registration"], {"name": name, "status": status})

	def test_what_came_to_nothing_is_not_found(self):
		for status in ("Rejected", "Withdrawn"):
			registration(company_name="Alfa Respins SRL", status=status)
		client(client_name="Alfa Disparut SRL", status="Gone")
		self.assertEqual(self.rows("alfa"), [])

	def test_a_disabled_customer_is_shown_and_not_selectable_a_blocked_one_is(self):
		self.customer("Alfa Oprit SRL", disabled=1)
		self.customer("Alfa Blocat SRL", is_frozen=1)
		shown = {row["display_name"]: (row["status"], row["selectable"]) for row in self.rows("alfa")}
		self.assertEqual(shown, {"Alfa Oprit SRL": ("disabled", False), "Alfa Blocat SRL": ("blocked", True)})

	def test_the_tier_and_its_discount_are_shown(self):
		tier = frappe.get_doc(
			{"doctype": "B2B Tier", "tier_name": frappe.generate_hash(length=8), "discount_percentage": 12}
		).insert()
		name = self.customer("Alfa SRL")
		frappe.db.set_value("Customer", name, "b2b_tier", tier.name)
		row = self.row("alfa")
		self.assertEqual((row["tier"], row["discount"]), (tier.name, 12.0))

	def test_a_source_filters_by_where_the_match_is(self):
		name = self.customer("Alfa Unu SRL")
		client(client_name="Alfa Doi SRL", customer=name)
		other = client(client_name="Alfa Trei SRL")
		request = registration(company_name="Alfa Patru SRL").name
		for sources, expected in (
			(["erp"], [f"erp:{name}"]),
			(["smartbill"], [f"erp:{name}", f"smartbill:{other}"]),
			(["b2b"], [f"b2b:{request}"]),
			(["b2b", "erp"], [f"b2b:{request}", f"erp:{name}"]),
		):
			with self.subTest(sources=sources):
				ids = [row["id"] for row in self.rows("alfa", sources=sources)]
				self.assertEqual(sorted(ids), expected)

	def test_what_changes_is_found_as_it_is_now(self):
		name = client(client_name="Alfa SRL")
		frappe.db.set_value("SmartBill Client", name, "client_name", "Beta SRL")
		keep.refresh("SmartBill Client", [name])
		self.assertEqual((self.names("alfa"), self.names("beta")), ([], ["Beta SRL"]))
