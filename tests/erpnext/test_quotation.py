"""Quotations and the orders made from them, with the numbers measured on a bench."""

import json

import frappe
from erpnext.controllers.accounts_controller import InvalidQtyError, get_payment_terms, get_taxes_and_charges
from erpnext.exceptions import PartyDisabled, PartyFrozen
from erpnext.selling.doctype.quotation.quotation import make_sales_order, set_expired_status
from erpnext.utilities.transaction_base import UOMMustBeIntegerError
from frappe.utils import add_days, getdate, nowdate
from standin import StandinTestCase


class TestTotals(StandinTestCase):
	def test_a_net_discount_of_ten_percent(self):
		discount = {"additional_discount_percentage": 10, "apply_discount_on": "Net Total"}
		offer = self.quotation(taxes=[self.vat()], **discount)
		row = offer.items[0]
		self.assertEqual((offer.total, offer.net_total, offer.discount_amount), (300, 270, 30))
		self.assertEqual((offer.total_taxes_and_charges, offer.grand_total), (56.70, 326.70))
		self.assertEqual(
			(row.net_rate, row.distributed_discount_amount, row.rate, row.amount), (90, 30, 100, 300)
		)

	def test_fifty_off_the_grand_total(self):
		offer = self.quotation(taxes=[self.vat()], discount_amount=50, apply_discount_on="Grand Total")
		tax = offer.taxes[0]
		self.assertEqual((offer.net_total, offer.grand_total), (258.68, 313.00))
		self.assertEqual((tax.tax_amount, tax.tax_amount_after_discount_amount), (63.00, 54.32))
		self.assertEqual(offer.items[0].distributed_discount_amount, 41.32)

	def test_tax_included_in_the_price(self):
		offer = self.quotation(taxes=[self.vat(included_in_print_rate=1)])
		row = offer.items[0]
		self.assertEqual((row.rate, row.net_rate, row.net_amount), (100, 82.64, 247.93))
		self.assertEqual((offer.total_taxes_and_charges, offer.grand_total), (52.07, 300.00))

	def test_the_total_is_rounded_to_whole_lei(self):
		self.rule()
		offer = self.quotation(taxes=[self.vat()])
		self.assertEqual(
			(offer.grand_total, offer.rounded_total, offer.rounding_adjustment), (319.44, 319, -0.44)
		)
		self.assertEqual(offer.in_words, "RON Three Hundred And Nineteen only.")

	def test_without_rounding_the_rounded_total_is_nothing(self):
		offer = self.quotation(disable_rounded_total=1)
		self.assertEqual((offer.rounded_total, offer.base_rounded_total), (0, 0))

	def test_euros_at_5_05(self):
		offer = self.quotation(qty=1, currency="EUR", conversion_rate=5.05)
		row = offer.items[0]
		self.assertEqual((row.price_list_rate, row.rate, row.base_rate), (19.8, 19.8, 99.99))
		self.assertEqual((offer.price_list_currency, offer.plc_conversion_rate), ("RON", 1))

	def test_the_rate_of_exchange_comes_from_its_record(self):
		key = {"from_currency": "EUR", "to_currency": "RON"}
		self.insert("Currency Exchange", date=add_days(nowdate(), -3), exchange_rate=4.9, **key)
		self.insert("Currency Exchange", date=add_days(nowdate(), 3), exchange_rate=6, **key)
		self.assertEqual(self.quotation(currency="EUR").conversion_rate, 4.9)

	def test_without_a_rate_of_exchange_a_foreign_currency_is_refused(self):
		with self.assertRaises(frappe.ValidationError):
			self.quotation(currency="HUF")

	def test_an_explicit_rate_leaves_the_percentage_at_nothing(self):
		row = self.quotation(rows=[{"item_code": self.item().name, "qty": 1, "rate": 77.77}]).items[0]
		self.assertEqual((row.price_list_rate, row.discount_percentage), (100, 0))
		self.assertAlmostEqual(row.discount_amount, 22.23)

	def test_without_a_discount_its_fields_were_never_zero_until_saved(self):
		offer = frappe.new_doc("Quotation")
		self.assertIsNone(offer.additional_discount_percentage)
		self.assertIsNone(offer.discount_amount)

	def test_a_negative_total_is_refused(self):
		with self.assertRaises(frappe.ValidationError):
			self.quotation(discount_amount=500, apply_discount_on="Net Total")

	def test_alternatives_are_left_out_of_the_totals(self):
		item = self.item().name
		rows = [{"item_code": item, "qty": 1}, {"item_code": item, "qty": 5, "is_alternative": 1}]
		offer = self.quotation(rows=rows)
		self.assertEqual((offer.total, offer.total_qty, offer.items[1].amount), (100, 1, 500))

	def test_a_row_needs_no_item(self):
		row = {"item_name": "Manopera", "description": "Montaj", "qty": 2, "rate": 85, "uom": "Nos"}
		offer = self.quotation(rows=[row])
		self.assertEqual(
			(offer.grand_total, offer.items[0].stock_uom, offer.items[0].conversion_factor), (170, "Nos", 1)
		)


class TestTaxes(StandinTestCase):
	def template(self):
		taxes = [self.vat(), self.vat(11)]
		return self.insert(
			"Sales Taxes and Charges Template", title="Doua", company=self.company, taxes=taxes
		).name

	def test_the_name_of_a_template_alone_fills_no_rows(self):
		offer = self.quotation(taxes_and_charges=self.template())
		self.assertEqual((offer.taxes, offer.grand_total), ([], 300))

	def test_accounts_settings_can_have_it_fill_the_rows(self):
		settings = frappe.get_doc("Accounts Settings")
		settings.update(
			{"add_taxes_from_item_tax_template": 0, "add_taxes_from_taxes_and_charges_template": 1}
		)
		settings.save()
		self.assertEqual(len(self.quotation(taxes_and_charges=self.template()).taxes), 2)

	def test_the_rows_of_a_template_are_ready_to_be_appended(self):
		rows = get_taxes_and_charges("Sales Taxes and Charges Template", self.template())
		self.assertEqual([row.rate for row in rows], [21, 11])
		self.assertEqual({"name", "parent", "idx", "owner"} & rows[0].keys(), set())
		self.assertEqual(self.quotation(taxes=rows).total_taxes_and_charges, 96)

	def test_two_rates_of_one_item_fall_together_in_the_detail_but_not_in_the_rows(self):
		"""So the rate of a line is read from `item_tax_rate`."""
		item, account = self.item().name, self.tax_account()
		reduced = self.insert(
			"Item Tax Template",
			title="Redus",
			company=self.company,
			taxes=[{"tax_type": account, "tax_rate": 11}],
		)
		rows = [
			{"item_code": item, "qty": 1},
			{"item_code": item, "qty": 2, "item_tax_template": reduced.name},
		]
		offer = self.quotation(rows=rows, taxes=[self.vat()])
		self.assertEqual(json.loads(offer.taxes[0].item_wise_tax_detail), {item: [11, 43]})
		self.assertEqual([json.loads(row.item_tax_rate) for row in offer.items], [{}, {account: 11}])
		self.assertEqual(offer.grand_total, 343)

	def test_another_companys_account_is_refused(self):
		other = frappe.db.get_value(
			"Account", {"company": ["!=", self.company], "account_type": "Tax", "is_group": 0}
		)
		with self.assertRaises(frappe.ValidationError):
			self.quotation(taxes=[{**self.vat(), "account_head": other}])

	def test_a_disabled_template_is_refused(self):
		name = self.template()
		frappe.get_doc("Sales Taxes and Charges Template", name).db_set("disabled", 1)
		frappe.clear_document_cache("Sales Taxes and Charges Template", name)
		with self.assertRaises(frappe.ValidationError):
			self.quotation(taxes_and_charges=name)

	def test_a_company_has_one_default_template(self):
		first = self.insert(
			"Sales Taxes and Charges Template",
			title="A",
			company=self.company,
			is_default=1,
			taxes=[self.vat()],
		)
		self.insert(
			"Sales Taxes and Charges Template",
			title="B",
			company=self.company,
			is_default=1,
			taxes=[self.vat()],
		)
		self.assertEqual(first.db_get("is_default"), 0)


class TestWhatIsFilledIn(StandinTestCase):
	def test_the_partys_address_contact_and_terms(self):
		terms = self.insert(
			"Payment Terms Template",
			template_name="30 de zile",
			terms=[
				{"invoice_portion": 100, "due_date_based_on": "Day(s) after invoice date", "credit_days": 30}
			],
		)
		party = self.customer(
			email_id="ana@example.com",
			mobile_no="0722000000",
			address_line1="Str. Lunga 1",
			city="Cluj",
			country="Romania",
			payment_terms=terms.name,
		)
		offer = self.quotation(party=party)
		self.assertIn("Str. Lunga 1", offer.address_display)
		self.assertEqual((offer.contact_email, offer.contact_mobile), ("ana@example.com", "0722000000"))
		self.assertEqual(offer.shipping_address_name, offer.customer_address)
		self.assertEqual(offer.payment_terms_template, terms.name)
		self.assertEqual(getdate(offer.payment_schedule[0].due_date), getdate(add_days(nowdate(), 30)))

	def test_items_say_name_description_unit_group_and_warehouse(self):
		item = self.item(item_name="Surub", description="Surub M8")
		row = self.quotation(rows=[{"item_code": item.name, "qty": 1}]).items[0]
		self.assertEqual(
			(row.item_name, row.description, row.uom, row.item_group),
			("Surub", "Surub M8", "Nos", "Products"),
		)
		self.assertEqual(row.warehouse, f"Stores - {self.abbr}")

	def test_names_follow_the_series(self):
		self.assertRegex(self.quotation().name, r"^SAL-QTN-\d{4}-\d{5}$")

	def test_a_lead_is_offered_to_under_its_companys_name(self):
		lead = self.insert("Lead", first_name="Ion", last_name="Pop", company_name="Lead SRL")
		offer = self.quotation(quotation_to="Lead", party_name=lead.name)
		self.assertEqual((offer.customer_name, offer.title), ("Lead SRL", "Lead SRL"))
		self.assertIsNone(offer.customer_group or None)
		offer.submit()
		self.assertEqual(lead.db_get("status"), "Quotation")

	def test_one_payment_of_everything_on_the_day_of_the_offer(self):
		(row,) = self.quotation(taxes=[self.vat()]).payment_schedule
		self.assertEqual((row.invoice_portion, row.payment_amount, row.outstanding), (100, 363, 363))
		self.assertEqual(getdate(row.due_date), getdate(nowdate()))

	def test_terms_split_the_rounded_total(self):
		days = {"due_date_based_on": "Day(s) after invoice date"}
		terms = [
			{"invoice_portion": 30, "credit_days": 0, **days},
			{"invoice_portion": 70, "credit_days": 30, **days},
		]
		name = self.insert("Payment Terms Template", template_name="30/70", terms=terms).name
		schedule = self.quotation(taxes=[self.vat()], payment_terms_template=name).payment_schedule
		self.assertEqual([row.payment_amount for row in schedule], [108.9, 254.1])
		self.assertEqual(len(get_payment_terms(name, nowdate(), 363, 363)), 2)

	def test_terms_must_make_a_whole(self):
		terms = [{"invoice_portion": 30, "due_date_based_on": "Day(s) after invoice date"}]
		with self.assertRaises(frappe.ValidationError):
			self.insert("Payment Terms Template", template_name="30", terms=terms)

	def test_the_email_of_a_customer_is_not_needed(self):
		self.assertIsNone(self.quotation().contact_person)


class TestChecks(StandinTestCase):
	def row(self, **values):
		return [{"item_code": self.item().name, "qty": 1, **values}]

	def test_a_quantity_of_nothing_is_refused_unless_settings_allow_it(self):
		with self.assertRaises(InvalidQtyError):
			self.quotation(rows=self.row(qty=0))
		frappe.db.set_single_value("Selling Settings", "allow_zero_qty_in_quotation", 1)
		self.assertEqual(self.quotation(rows=self.row(qty=0)).has_unit_price_items, 1)

	def test_whole_units_take_no_fraction(self):
		with self.assertRaises(UOMMustBeIntegerError):
			self.quotation(rows=self.row(qty=1.5))

	def test_validity_does_not_end_before_the_offer(self):
		with self.assertRaises(frappe.ValidationError):
			self.quotation(valid_till=add_days(nowdate(), -1))

	def test_an_item_that_is_not_sold_is_not_offered(self):
		rows = [{"item_code": self.item(is_sales_item=0).name, "qty": 1}]
		with self.assertRaises(frappe.ValidationError):
			self.quotation(rows=rows)

	def test_a_disabled_item_is_not_offered(self):
		with self.assertRaises(frappe.ValidationError):
			self.quotation(rows=[{"item_code": self.item(disabled=1).name, "qty": 1}])

	def test_the_items_highest_discount_holds(self):
		rows = [{"item_code": self.item(max_discount=10).name, "qty": 1, "discount_percentage": 12}]
		with self.assertRaises(frappe.ValidationError):
			self.quotation(rows=rows)

	def test_an_item_twice_is_refused_where_settings_say_so(self):
		item = self.item().name
		rows = [{"item_code": item, "qty": 1}, {"item_code": item, "qty": 2}]
		self.assertEqual(len(self.quotation(rows=rows).items), 2)
		frappe.db.set_single_value("Selling Settings", "allow_multiple_items", 0)
		with self.assertRaises(frappe.ValidationError):
			self.quotation(rows=rows)

	def test_rows_are_needed(self):
		with self.assertRaises(frappe.ValidationError):
			self.insert("Quotation", party_name=self.customer().name, company=self.company, items=[])

	def test_the_party_must_be_readable(self):
		party = self.customer()
		user = self.user("Sales User")
		other = self.customer()
		frappe.permissions.add_user_permission("Customer", other.name, user)
		with self.as_user(user), self.assertRaises(frappe.PermissionError):
			self.quotation(party=party)


class TestLife(StandinTestCase):
	def status(self, doc):
		return frappe.db.get_value(doc.doctype, doc.name, "status")

	def order(self, offer, **values):
		order = make_sales_order(offer.name)
		order.update({"delivery_date": add_days(nowdate(), 7), **values})
		return order.insert()

	def test_draft_open_ordered_and_open_again(self):
		offer = self.quotation()
		self.assertEqual(offer.status, "Draft")
		offer.submit()
		self.assertEqual(self.status(offer), "Open")
		order = self.order(offer)
		order.submit()
		self.assertEqual((self.status(offer), order.status), ("Ordered", "To Deliver and Bill"))
		order.cancel()
		self.assertEqual((self.status(offer), self.status(order)), ("Open", "Cancelled"))

	def test_a_part_ordered_leaves_the_rest_to_order(self):
		offer = self.quotation(qty=5)
		offer.submit()
		order = make_sales_order(offer.name)
		order.items[0].qty = 2
		order.delivery_date = add_days(nowdate(), 7)
		order.insert().submit()
		self.assertEqual(self.status(offer), "Partially Ordered")
		self.assertEqual(make_sales_order(offer.name).items[0].qty, 3)

	def test_an_order_takes_rows_prices_and_reference_over(self):
		offer = self.quotation(
			rows=[{"item_code": self.item().name, "qty": 3, "rate": 90}], taxes=[self.vat()]
		)
		offer.submit()
		order = self.order(offer)
		self.assertEqual((order.customer, order.grand_total), (offer.party_name, offer.grand_total))
		self.assertEqual((order.items[0].prevdoc_docname, order.items[0].rate), (offer.name, 90))
		self.assertRegex(order.name, r"^SAL-ORD-\d{4}-\d{5}$")

	def test_an_order_is_taxed_by_the_template_that_its_offer_only_named(self):
		"""A trap of ERPNext, measured: the offer says 300, its order 363."""
		title = {"title": "Numit", "company": self.company, "taxes": [self.vat()]}
		template = self.insert("Sales Taxes and Charges Template", **title)
		offer = self.quotation(taxes_and_charges=template.name)
		offer.submit()
		self.assertEqual((offer.grand_total, self.order(offer).grand_total), (300, 363))

	def test_alternatives_are_ordered_only_if_chosen(self):
		item = self.item().name
		rows = [{"item_code": item, "qty": 1}, {"item_code": item, "qty": 1, "is_alternative": 1, "rate": 90}]
		offer = self.quotation(rows=rows)
		offer.submit()
		self.assertEqual(offer.items[0].has_alternative_item, 1)
		self.assertEqual(len(make_sales_order(offer.name).items), 1)
		frappe.flags.args = {"selected_items": [{"name": offer.items[1].name}]}
		self.addCleanup(frappe.flags.pop, "args")
		(chosen,) = make_sales_order(offer.name).items
		self.assertEqual(chosen.rate, 90)

	def test_an_expired_offer_is_not_ordered(self):
		offer = self.quotation(valid_till=nowdate())
		offer.submit()
		offer.db_set("valid_till", add_days(nowdate(), -1))
		with self.assertRaises(frappe.ValidationError):
			make_sales_order(offer.name)

	def test_offers_expire_unless_ordered(self):
		expired, ordered, lasting = (self.quotation(valid_till=nowdate()) for _ in range(3))
		for offer in (expired, ordered, lasting):
			offer.submit()
		self.order(ordered).submit()
		for offer in (expired, ordered):
			offer.db_set("valid_till", add_days(nowdate(), -1))
		set_expired_status()
		self.assertEqual(
			[self.status(offer) for offer in (expired, ordered, lasting)], ["Expired", "Ordered", "Open"]
		)

	def test_offers_expire_every_day(self):
		jobs = frappe.get_all(
			"Scheduled Job Type", {"method": ["like", "%quotation.set_expired_status"]}, pluck="frequency"
		)
		self.assertEqual(jobs, ["Daily Maintenance"])

	def test_a_cancelled_offer_can_be_amended(self):
		offer = self.quotation()
		offer.submit()
		offer.cancel()
		self.assertEqual(self.status(offer), "Cancelled")
		amended = frappe.copy_doc(offer)
		amended.update({"amended_from": offer.name, "docstatus": 0})
		amended.insert()
		self.assertEqual((amended.name, amended.status), (f"{offer.name}-1", "Draft"))

	def test_an_ordered_offer_cannot_be_cancelled(self):
		offer = self.quotation()
		offer.submit()
		self.order(offer).submit()
		with self.assertRaises(frappe.LinkExistsError):
			frappe.get_doc("Quotation", offer.name).cancel()

	def test_an_offer_is_lost_for_reasons_unless_it_was_ordered(self):
		reason = self.insert("Quotation Lost Reason", order_lost_reason=self.unique("Pret")).name
		offer = self.quotation()
		offer.submit()
		offer.declare_enquiry_lost([{"lost_reason": reason}], [], "Au cumparat de la altii")
		offer.reload()
		self.assertEqual((offer.status, offer.order_lost_reason), ("Lost", "Au cumparat de la altii"))
		self.assertEqual([row.lost_reason for row in offer.lost_reasons], [reason])
		with self.assertRaisesRegex(frappe.ValidationError, "Invalid lost reason"):
			offer.declare_enquiry_lost([{"lost_reason": "Alt motiv"}], [])
		ordered = self.quotation()
		ordered.submit()
		self.order(ordered).submit()
		with self.assertRaisesRegex(frappe.ValidationError, "Cannot set as Lost"):
			ordered.reload().declare_enquiry_lost([], [])

	def test_an_order_needs_a_delivery_date(self):
		offer = self.quotation()
		offer.submit()
		with self.assertRaises(frappe.ValidationError):
			self.order(offer, delivery_date=None)

	def test_nothing_is_offered_to_a_disabled_customer(self):
		offer = self.quotation()
		frappe.get_doc("Customer", offer.party_name).update({"disabled": 1}).save()
		with self.assertRaises(PartyDisabled):
			frappe.get_doc("Quotation", offer.name).submit()

	def test_nothing_is_offered_to_a_frozen_customer(self):
		with self.assertRaises(PartyFrozen):
			self.quotation(party=self.customer(is_frozen=1))

	def test_anothers_address_is_refused(self):
		other = self.customer(address_line1="Str. 2", city="Cluj", country="Romania")
		with self.assertRaises(frappe.ValidationError):
			self.quotation(customer_address=other.customer_primary_address)

	def test_an_order_of_a_lead_makes_it_a_customer(self):
		lead = self.insert("Lead", company_name=self.unique("Lead SRL"))
		offer = self.quotation(quotation_to="Lead", party_name=lead.name)
		offer.submit()
		order = self.order(offer)
		self.assertEqual(frappe.db.get_value("Customer", order.customer, "lead_name"), lead.name)
		self.assertEqual(lead.db_get("status"), "Converted")

	def test_an_order_closed_and_opened_again(self):
		offer = self.quotation()
		offer.submit()
		order = self.order(offer)
		order.submit()
		order.update_status("Closed")
		self.assertEqual(self.status(order), "Closed")
		with self.assertRaises(frappe.ValidationError):
			order.cancel()

	def test_a_customers_order_number_is_used_once(self):
		customer = self.customer()
		offers = [self.quotation(party=customer) for _ in range(2)]
		for offer in offers:
			offer.submit()
		self.order(offers[0], po_no="PO-1")
		with self.assertRaises(frappe.ValidationError):
			self.order(offers[1], po_no="PO-1")


class TestCost(StandinTestCase):
	def test_five_rows_inserted_and_submitted_ask_the_database_little(self):
		"""Some 30 ms on the embedded site; counted in queries, which do not depend on the machine."""
		rows = [{"item_code": self.item().name, "qty": 2} for _ in range(5)]
		party, vat = self.customer(), self.vat()
		self.quotation(rows=rows, party=party, taxes=[vat]).submit()
		queries, ask = [], frappe.db.sql

		def counted(query, *args, **kwargs):
			queries.append(query)
			return ask(query, *args, **kwargs)

		frappe.db.sql = counted
		self.addCleanup(frappe.db.__dict__.pop, "sql", None)
		self.quotation(rows=rows, party=party, taxes=[vat]).submit()
		self.assertLess(len(queries), 150)
