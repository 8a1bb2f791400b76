"""Customers: names, contacts, addresses, credit; leads. With what was measured on a bench."""

import frappe
from erpnext.accounts.party import get_dashboard_info, get_party_account, get_party_details
from erpnext.controllers.website_list_for_contact import get_transaction_list
from erpnext.selling.doctype.customer.customer import (
	get_credit_limit,
	get_customer_outstanding,
	make_quotation,
	parse_full_name,
)
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from frappe.utils import add_days, nowdate
from standin import StandinTestCase


class TestName(StandinTestCase):
	def test_a_customer_is_named_by_its_name(self):
		self.assertEqual(self.customer(customer_name="Numele SRL").name, "Numele SRL")

	def test_another_of_that_name_gets_a_number_and_no_error(self):
		names = [self.customer(customer_name="Dublura SRL").name for _ in range(3)]
		self.assertEqual(names, ["Dublura SRL", "Dublura SRL - 1", "Dublura SRL - 2"])

	def test_names_can_follow_a_series(self):
		settings = frappe.get_doc("Selling Settings")
		settings.cust_master_name = "Naming Series"
		settings.save()
		self.addCleanup(frappe.clear_cache)
		self.assertRegex(self.customer().name, r"^CUST-\d{4}-\d{5}$")

	def test_a_customer_is_not_named_like_a_group(self):
		with self.assertRaises(frappe.NameError):
			self.customer(customer_name="Commercial")

	def test_a_name_may_hold_a_slash_and_letters_of_romanian(self):
		self.assertEqual(self.customer(customer_name="Țară / Șură SRL").name, "Țară / Șură SRL")

	def test_group_and_territory_are_not_needed(self):
		self.assertIsNone(self.insert("Customer", customer_name="Fara Grup SRL").territory or None)


class TestContact(StandinTestCase):
	def test_an_email_and_a_phone_make_a_contact(self):
		customer = self.customer(email_id="office@example.com", mobile_no="0722000000")
		contact = frappe.get_doc("Contact", customer.customer_primary_contact)
		self.assertEqual(
			(contact.email_id, contact.mobile_no, contact.is_primary_contact),
			("office@example.com", "0722000000", 1),
		)
		self.assertEqual(contact.company_name, customer.customer_name)
		self.assertTrue(contact.has_link("Customer", customer.name))
		self.assertEqual(
			frappe.db.get_value("Customer", customer.name, ["email_id", "mobile_no"]),
			("office@example.com", "0722000000"),
		)

	def test_without_either_there_is_no_contact(self):
		self.assertIsNone(self.customer().customer_primary_contact)

	def test_a_person_is_called_by_first_and_last_name(self):
		customer = self.customer(
			customer_name="Ana Maria Pop", customer_type="Individual", email_id="ana@example.com"
		)
		contact = frappe.get_doc("Contact", customer.customer_primary_contact)
		self.assertEqual(
			(contact.first_name, contact.middle_name, contact.last_name), ("Ana", "Maria", "Pop")
		)

	def test_names_are_taken_apart(self):
		self.assertEqual(parse_full_name("Ana"), ("Ana", None, None))
		self.assertEqual(parse_full_name("Ana Pop"), ("Ana", None, "Pop"))
		self.assertEqual(parse_full_name("Ana Maria Ioana Pop"), ("Ana", "Maria Ioana", "Pop"))

	def test_address_lines_make_an_address_and_its_text_follows(self):
		customer = self.customer(address_line1="Str. Lunga 1", city="Cluj", country="Romania")
		address = frappe.get_doc("Address", customer.customer_primary_address)
		self.assertEqual((address.is_primary_address, address.is_shipping_address), (1, 1))
		address.address_line1 = "Str. Scurta 2"
		address.save()
		self.assertIn("Str. Scurta 2", frappe.db.get_value("Customer", customer.name, "primary_address"))

	def test_an_address_needs_city_and_country(self):
		with self.assertRaises(frappe.ValidationError):
			self.customer(address_line1="Str. Lunga 1")

	def test_the_companys_own_address_is_known_as_such(self):
		address = self.insert(
			"Address",
			address_title="Sediu",
			address_line1="Str. Firmei 3",
			city="Cluj",
			country="Romania",
			links=[{"link_doctype": "Company", "link_name": self.company}],
		)
		self.assertEqual(address.is_your_company_address, 1)
		self.assertEqual(self.quotation().company_address, address.name)

	def test_a_deleted_customer_takes_contact_and_address_along(self):
		customer = self.customer(
			email_id="x@example.com", address_line1="Str. 1", city="Cluj", country="Romania"
		)
		contact, address = customer.customer_primary_contact, customer.customer_primary_address
		customer.delete()
		self.assertFalse(frappe.db.exists("Contact", contact) or frappe.db.exists("Address", address))

	def test_a_portal_user_becomes_a_customer_of_the_website(self):
		user = self.user()
		self.customer(portal_users=[{"user": user}])
		self.assertIn("Customer", frappe.get_roles(user))
		self.assertEqual(frappe.db.get_value("Role", "Customer", "desk_access"), 0)

	def test_a_user_with_a_contacts_email_becomes_a_customer_of_the_website(self):
		self.customer(email_id="cumparator@example.com")
		user = {
			"doctype": "User",
			"email": "cumparator@example.com",
			"first_name": "Ion",
			"send_welcome_email": 0,
		}
		frappe.get_doc(user).insert()
		self.assertIn("Customer", frappe.get_roles("cumparator@example.com"))

	def test_a_portal_user_sees_his_own_offers_on_the_website(self):
		user, stranger = self.user(), self.user()
		customer = self.customer(portal_users=[{"user": user}])
		self.customer(portal_users=[{"user": stranger}])
		offer = self.quotation(party=customer)
		self.assertTrue(frappe.has_website_permission(offer, user=user))
		self.assertFalse(frappe.has_website_permission(offer, user=stranger))

	def test_the_websites_list_has_the_submitted_offers_of_the_users_customers(self):
		user, stranger = self.user(), self.user()
		customer = self.customer(portal_users=[{"user": user}])
		offer, draft = self.quotation(party=customer), self.quotation(party=customer)
		other = self.quotation(party=self.customer())
		offer.submit()
		other.submit()
		for who, sees in ((user, [offer.name]), (stranger, [])):
			with self.as_user(who):
				shown = get_transaction_list("Quotation")
				self.assertEqual([doc.name for doc in shown], sees)
		self.assertLessEqual(
			{offer.name, other.name}, {doc.name for doc in get_transaction_list("Quotation")}
		)
		self.assertNotIn(draft.name, {doc.name for doc in get_transaction_list("Quotation")})

	def test_the_portals_menu_leads_customers_to_quotations_and_orders(self):
		menu = {row.route: row.role for row in frappe.get_single("Portal Settings").menu if row.enabled}
		self.assertEqual((menu.get("/quotations"), menu.get("/orders")), ("Customer", "Customer"))


class TestCredit(StandinTestCase):
	def limited(self, limit=1000, **values):
		return self.customer(credit_limits=[{"company": self.company, "credit_limit": limit, **values}])

	def order(self, customer, qty=1):
		offer = self.quotation(party=customer, qty=qty)
		offer.submit()
		order = make_sales_order(offer.name)
		order.delivery_date = add_days(nowdate(), 7)
		return order.insert()

	def test_the_customers_limit_then_its_groups_then_the_companys(self):
		group = self.group()
		customer = self.customer(customer_group=group)
		self.assertEqual(get_credit_limit(customer.name, self.company), 0.0)
		frappe.db.set_value("Company", self.company, "credit_limit", 300)
		frappe.clear_document_cache("Company", self.company)
		self.assertEqual(get_credit_limit(customer.name, self.company), 300)
		doc = frappe.get_doc("Customer Group", group)
		doc.append("credit_limits", {"company": self.company, "credit_limit": 200})
		doc.save()
		self.assertEqual(get_credit_limit(customer.name, self.company), 200)
		customer.append("credit_limits", {"company": self.company, "credit_limit": 100})
		customer.save()
		self.assertEqual(get_credit_limit(customer.name, self.company), 100)

	def test_outstanding_is_what_is_ordered_and_not_billed(self):
		customer = self.customer()
		self.assertEqual(get_customer_outstanding(customer.name, self.company), 0.0)
		order = self.order(customer, qty=3)
		self.assertEqual(get_customer_outstanding(customer.name, self.company), 0.0)
		order.submit()
		self.assertEqual(get_customer_outstanding(customer.name, self.company), 300)
		order.db_set("per_billed", 40)
		self.assertEqual(get_customer_outstanding(customer.name, self.company), 180)
		ignoring = get_customer_outstanding(customer.name, self.company, ignore_outstanding_sales_order=True)
		self.assertEqual(ignoring, 0)

	def test_an_order_over_the_limit_is_refused_with_the_numbers(self):
		self.user("Sales Master Manager")
		customer = self.limited()
		order = self.order(customer, qty=26.0)
		with self.assertRaises(frappe.ValidationError) as refused:
			order.submit()
		message = f"Credit limit has been crossed for customer {customer.name} (2600.0/1000.0)"
		self.assertIn(message, str(refused.exception))
		self.assertIn("@example.com", str(refused.exception))

	def test_where_nobody_may_extend_the_limit_an_administrator_is_named(self):
		for user in frappe.get_all(
			"Has Role", {"role": "Sales Master Manager", "parenttype": "User"}, pluck="name"
		):
			frappe.db.delete("Has Role", user)
		order = self.order(self.limited(), qty=26)
		with self.assertRaisesRegex(frappe.ValidationError, "Please contact your administrator"):
			order.submit()

	def test_an_offer_does_not_count(self):
		self.quotation(party=self.limited(), qty=50).submit()

	def test_up_to_the_limit_is_not_over_it(self):
		self.order(self.limited(), qty=10).submit()

	def test_the_limit_can_be_bypassed_for_a_customer(self):
		self.order(self.limited(bypass_credit_limit_check=1), qty=50).submit()

	def test_a_role_may_exceed_it(self):
		frappe.db.set_single_value("Accounts Settings", "credit_controller", "System Manager")
		self.order(self.limited(), qty=50).submit()

	def test_a_limit_below_what_is_owed_is_refused(self):
		customer = self.limited()
		self.order(customer, qty=5).submit()
		customer.reload()
		customer.credit_limits[0].credit_limit = 400
		with self.assertRaises(frappe.ValidationError):
			customer.save()

	def test_a_company_has_one_limit(self):
		customer = self.limited()
		customer.append("credit_limits", {"company": self.company, "credit_limit": 1})
		with self.assertRaises(frappe.ValidationError):
			customer.save()


class TestParty(StandinTestCase):
	def test_everything_a_document_takes_over(self):
		group = self.group()
		price_list = self.insert(
			"Price List", price_list_name=self.unique("Lista"), currency="EUR", selling=1
		).name
		frappe.db.set_value("Customer Group", group, "default_price_list", price_list)
		party = self.customer(
			customer_group=group,
			default_currency="EUR",
			address_line1="Str. 1",
			city="Cluj",
			country="Romania",
		)
		details = get_party_details(party.name, company=self.company, doctype="Quotation")
		self.assertEqual(
			(details.customer_name, details.customer_group, details.territory), (party.name, group, "Romania")
		)
		self.assertEqual(
			(details.currency, details.selling_price_list, details.price_list_currency),
			("EUR", price_list, "EUR"),
		)
		self.assertEqual(details.customer_address, party.customer_primary_address)
		self.assertIsNone(details.contact_person)

	def test_an_addresss_tax_category_beats_the_customers(self):
		for title in ("UE", "Intern"):
			self.insert("Tax Category", title=title)
		party = self.customer(tax_category="Intern", address_line1="Str. 1", city="Cluj", country="Romania")
		frappe.db.set_value("Address", party.customer_primary_address, "tax_category", "UE")
		self.assertEqual(get_party_details(party.name, company=self.company).tax_category, "UE")

	def test_a_party_one_may_not_read_says_nothing(self):
		party = self.customer()
		with self.as_user(self.user("Purchase User")), self.assertRaises(frappe.PermissionError):
			get_party_details(party.name, company=self.company)

	def test_a_party_that_does_not_exist_is_an_error_and_none_is_nothing(self):
		self.assertEqual(get_party_details(), {})
		with self.assertRaises(frappe.ValidationError):
			get_party_details("Nimeni SRL")

	def test_the_account_is_the_customers_its_groups_or_the_companys(self):
		party = self.customer()
		self.assertEqual(get_party_account("Customer", party.name, self.company), f"Debtors - {self.abbr}")

	def test_without_invoices_there_are_no_figures(self):
		self.assertEqual(get_dashboard_info("Customer", self.customer().name), [])

	def test_an_offer_is_made_from_a_customer(self):
		party = self.customer(address_line1="Str. 1", city="Cluj", country="Romania")
		offer = make_quotation(party.name)
		self.assertEqual((offer.quotation_to, offer.party_name), ("Customer", party.name))
		self.assertEqual(offer.customer_address, party.customer_primary_address)

	def test_the_groups_terms_can_be_taken_over(self):
		group = self.group()
		doc = frappe.get_doc("Customer Group", group)
		doc.append("credit_limits", {"company": self.company, "credit_limit": 500})
		doc.save()
		party = self.customer(customer_group=group)
		party.get_customer_group_details()
		self.assertEqual(party.credit_limits[0].credit_limit, 500)

	def test_a_customer_in_another_group_takes_its_orders_along(self):
		group, party = self.group(), self.customer()
		offer = self.quotation(party=party)
		offer.submit()
		order = make_sales_order(offer.name)
		order.delivery_date = add_days(nowdate(), 7)
		order.insert()
		party.reload()
		party.customer_group = group
		party.save()
		self.assertEqual(order.db_get("customer_group"), group)


class TestRights(StandinTestCase):
	def test_who_may_do_what_with_a_customer(self):
		"""ERPNext's own: a Sales Manager alone only reads customers."""
		rights = {
			"Sales User": {"read", "write", "create"},
			"Sales Manager": {"read"},
			"Sales Master Manager": {"read", "write", "create", "delete"},
			"Stock User": {"read"},
		}
		for role, expected in rights.items():
			user = self.user(role)
			has = {
				r
				for r in ("read", "write", "create", "delete")
				if frappe.has_permission("Customer", r, user=user)
			}
			with self.subTest(role):
				self.assertEqual(has, expected)

	def test_a_sales_user_offers_and_submits(self):
		with self.as_user(self.user("Sales User")):
			self.assertTrue(frappe.has_permission("Quotation", "submit"))
			self.assertFalse(frappe.has_permission("Pricing Rule", "write"))


class TestLead(StandinTestCase):
	def test_a_lead_is_called_by_person_and_company(self):
		lead = self.insert(
			"Lead", first_name="Ion", last_name="Pop", company_name="Pop SRL", email_id="ion@example.com"
		)
		self.assertEqual((lead.lead_name, lead.title, lead.status), ("Ion Pop", "Pop SRL", "Lead"))
		self.assertRegex(lead.name, r"^CRM-LEAD-\d{4}-\d{5}$")

	def test_a_lead_brings_a_contact(self):
		lead = self.insert("Lead", first_name="Ion", email_id="ion@example.com", mobile_no="0722000000")
		contact = frappe.db.get_value(
			"Dynamic Link", {"link_doctype": "Lead", "link_name": lead.name}, "parent"
		)
		self.assertEqual(frappe.db.get_value("Contact", contact, "email_id"), "ion@example.com")

	def test_an_email_belongs_to_one_lead(self):
		self.insert("Lead", first_name="Ion", email_id="ion@example.com")
		with self.assertRaises(frappe.DuplicateEntryError):
			self.insert("Lead", first_name="Ana", email_id="ion@example.com")

	def test_a_lead_needs_a_name(self):
		with self.assertRaises(frappe.ValidationError):
			self.insert("Lead")

	def test_a_lead_has_no_tax_id(self):
		self.assertFalse(frappe.get_meta("Lead").has_field("tax_id"))
