"""What the forms ask of the server while a person fills them in (erpnext/controllers/form.py)."""

import unittest
from types import SimpleNamespace

import frappe
from erpnext.controllers.form import follow_edit
from standin import StandinTestCase


class TestRowEdits(unittest.TestCase):
	"""Without a site."""

	def edited(self, fieldname, **values):
		defaults = {"price_list_rate": 100, "rate": 100, "rate_with_margin": 0, "discount_percentage": 0}
		defaults |= {"discount_amount": 0, "margin_type": None, "margin_rate_or_amount": 0}
		row = SimpleNamespace(**{**defaults, **values})
		follow_edit(row, fieldname)
		return row

	def test_a_rate_by_hand_is_noted_as_a_discount(self):
		self.assertAlmostEqual(self.edited("rate", rate=85).discount_percentage, 15)

	def test_a_rate_above_the_price_is_no_discount(self):
		self.assertEqual(self.edited("rate", rate=130).discount_percentage, 0)

	def test_a_rate_without_a_price_stands_alone(self):
		row = self.edited("rate", rate=130, price_list_rate=0, discount_percentage=7)
		self.assertEqual((row.rate, row.discount_percentage), (130, 7))

	def test_a_percentage_leaves_the_rate_to_be_worked_out(self):
		row = self.edited("discount_percentage", discount_percentage=10, discount_amount=3)
		self.assertEqual((row.rate, row.discount_amount), (0, 0))

	def test_a_discount_amount_gives_the_rate(self):
		row = self.edited("discount_amount", discount_amount=12.5, discount_percentage=10)
		self.assertEqual((row.rate, row.discount_percentage), (87.5, 0))

	def test_a_margin_leaves_the_rate_to_be_worked_out(self):
		self.assertEqual(self.edited("margin_type", margin_type="Amount").rate, 0)

	def test_a_quantity_changes_no_price(self):
		self.assertEqual(self.edited("qty").rate, 100)


class TestUnsavedOffer(StandinTestCase):
	def form(self, **values):
		"""An offer as the desk sends it: never saved, rows named by the browser."""
		offer = frappe.new_doc("Quotation")
		offer.update({"name": "new-quotation-1", "company": self.company, **values})
		return offer

	def row(self, offer, **values):
		row = offer.append("items", values)
		row.name = f"new-quotation-item-{row.idx}"
		return row

	def test_a_party_brings_group_territory_address_and_the_default_taxes(self):
		template = self.insert(
			"Sales Taxes and Charges Template",
			title="Implicit",
			company=self.company,
			is_default=1,
			taxes=[self.vat()],
		)
		party = self.customer(address_line1="Str. 1", city="Cluj", country="Romania")
		offer = self.form(party_name=party.name)
		offer.fill_party()
		self.assertEqual((offer.customer_group, offer.territory), ("Commercial", "Romania"))
		self.assertIn("Str. 1", offer.address_display)
		self.assertEqual((offer.taxes_and_charges, len(offer.taxes)), (template.name, 1))
		self.assertEqual((offer.currency, offer.selling_price_list), ("RON", "Standard Selling"))

	def test_another_party_leaves_nothing_of_the_first(self):
		first = self.customer(address_line1="Str. 1", city="Cluj", country="Romania")
		offer = self.form(party_name=first.name)
		offer.fill_party()
		offer.party_name = self.customer(customer_group="Government").name
		offer.fill_party()
		self.assertEqual(
			(offer.customer_group, offer.customer_address, offer.address_display), ("Government", None, None)
		)

	def test_another_party_means_other_prices(self):
		rule_group = self.group()
		self.rule(applicable_for="Customer Group", customer_group=rule_group)
		offer = self.form(party_name=self.customer(customer_group=rule_group).name)
		row = self.row(offer, item_code=self.item().name, qty=2)
		offer.fill_party()
		self.assertEqual((row.rate, offer.net_total), (88, 176))
		offer.party_name = self.customer().name
		offer.fill_party()
		self.assertEqual((row.rate, offer.net_total), (100, 200))

	def test_an_item_brings_name_price_unit_and_totals(self):
		offer = self.form(party_name=self.customer().name)
		row = self.row(offer, item_code=self.item(40, item_name="Surub").name, qty=0)
		offer.fill_row(row.name)
		self.assertEqual((row.item_name, row.rate, row.uom, row.qty), ("Surub", 40, "Nos", 1))
		self.assertEqual((offer.grand_total, offer.payment_schedule[0].payment_amount), (40, 40))

	def test_another_item_leaves_the_quantity_and_nothing_else_of_the_first(self):
		offer = self.form(party_name=self.customer().name)
		row = self.row(offer, item_code=self.item(40).name, qty=3, discount_percentage=50)
		offer.fill_row(row.name)
		row.item_code = self.item(70).name
		offer.fill_row(row.name)
		self.assertEqual((row.qty, row.rate, row.discount_percentage, row.amount), (3, 70, 0, 210))

	def test_edits_of_a_row_are_followed(self):
		offer = self.form(party_name=self.customer().name)
		row = self.row(offer, item_code=self.item(uoms=[{"uom": "Box", "conversion_factor": 12}]).name, qty=2)
		offer.fill_row(row.name)
		for fieldname, value, rate, amount in (
			("qty", 3, 100, 300),
			("discount_percentage", 10, 90, 270),
			("rate", 80, 80, 240),
			("discount_amount", 5, 95, 285),
			("discount_percentage", 0, 100, 300),
			("uom", "Box", 1200, 3600),
		):
			with self.subTest(fieldname=fieldname, value=value):
				row.set(fieldname, value)
				offer.change_row(row.name, fieldname)
				self.assertEqual((row.rate, row.amount, offer.net_total), (rate, amount, amount))

	def test_another_currency_means_other_prices(self):
		offer = self.form(party_name=self.customer().name)
		row = self.row(offer, item_code=self.item().name, qty=1)
		offer.fill_row(row.name)
		offer.update({"currency": "EUR", "conversion_rate": 5})
		offer.fill_prices()
		self.assertEqual((row.rate, offer.base_grand_total), (20, 100))

	def test_a_template_replaces_the_taxes(self):
		template = self.insert(
			"Sales Taxes and Charges Template", title="T", company=self.company, taxes=[self.vat(11)]
		)
		offer = self.form(party_name=self.customer().name, taxes=[self.vat()])
		self.row(offer, item_code=self.item().name, qty=1)
		offer.taxes_and_charges = template.name
		offer.fill_taxes()
		self.assertEqual(([tax.rate for tax in offer.taxes], offer.grand_total), ([11], 111))

	def test_nothing_is_saved(self):
		offer = self.form(party_name=self.customer().name)
		row = self.row(offer, item_code=self.item().name)
		offer.fill_row(row.name)
		self.assertFalse(frappe.db.exists("Quotation", "new-quotation-1"))

	def test_what_the_form_shows_is_what_is_saved(self):
		offer = self.form(party_name=self.customer().name)
		row = self.row(offer, item_code=self.item(99.99).name, qty=7, discount_percentage=12.5)
		offer.update({"additional_discount_percentage": 3, "taxes": [self.vat()]})
		offer.fill_row(row.name)
		shown = (offer.net_total, offer.grand_total, row.net_rate, offer.payment_schedule[0].payment_amount)
		offer.insert()
		saved = (offer.net_total, offer.grand_total, row.net_rate, offer.payment_schedule[0].payment_amount)
		self.assertEqual(shown, saved)

	def test_the_methods_are_for_the_form(self):
		for name in ("fill_party", "fill_row", "change_row", "fill_prices", "fill_taxes", "recalculate"):
			with self.subTest(name):
				frappe.is_whitelisted(getattr(frappe.new_doc("Quotation"), name).__func__)
