"""Real Quotations, from the desk's fields to what the sandbox stores: its totals are the predicted ones, under both
ways of rounding VAT, and ERPNext's within the tolerance."""

import json
from decimal import Decimal
from typing import Any

import frappe
import requests
from frappe.utils import add_days, getdate, nowdate

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill.collect import decimal, read_account, read_offer
from erp_b2b_smartbill.smartbill.mapping import Mapped, map_offer
from erp_b2b_smartbill.smartbill.payload import freeze
from erp_b2b_smartbill.smartbill.preview import preview_of
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase

REFERENCE = "Ref. QTN/1"
D = Decimal


class QuotationTestCase(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()

	def mapped(self, quotation: Any, **account: Any) -> Mapped:
		"""Mapped with an account made for this case."""
		if not hasattr(self, "account") or account:
			self.account = factories.smartbill_account(self.sandbox.api_url, **account)
		# as it is stored, not as it was made
		stored = frappe.get_doc("Quotation", quotation.name)
		return map_offer(
			read_offer(stored),
			read_account(self.account),
			today=clock.today_in_romania(),
			reference=REFERENCE,
		)

	def sent(self, quotation: Any, **account: Any) -> dict[str, Any]:
		"""The document as the sandbox stores it, once for each way of rounding VAT, compared with the prediction and
		with ERPNext."""
		mapped = self.mapped(quotation, **account)
		self.assertEqual([one.template.format(*one.args) for one in mapped.problems], [])
		quotation.reload()
		self.assertEqual(mapped.erp.total, decimal(quotation.grand_total))
		for way, predicted in (("rate", mapped.prediction.by_rate), ("row", mapped.prediction.by_row)):
			self.sandbox.knobs(vat_rounding=way)
			answer = requests.post(
				f"{self.sandbox.api_url}/estimate/v2",
				data=freeze(mapped.payload).encode(),
				headers={"Content-Type": "application/json"},
				auth=("demo@example.ro", "demo-token"),
				timeout=10,
			)
			self.assertEqual(answer.status_code, 200, answer.text)
			document = self.sandbox.documents()[-1]
			stored = {key: D(value) for key, value in document["totals"].items()}
			self.assertEqual(
				stored, {"net": predicted.net, "vat": predicted.vat, "gross": predicted.total}, way
			)
		self.assertTrue(mapped.comparison.agrees)
		self.assertEqual({row.values["currency"] for row in mapped.rows}, {quotation.currency})
		self.last = mapped
		return document["request"]

	def problems(self, quotation: Any, **account: Any) -> list[str]:
		mapped = self.mapped(quotation, **account)
		self.assertIsNone(mapped.payload)
		return [problem.field for problem in mapped.problems]

	def notices(self) -> list[str]:
		return [notice.field for notice in self.last.notices]


class TestAmounts(QuotationTestCase):
	def test_quantities_with_decimals(self):
		rows = [{"qty": 2.5, "uom": "Kg", "price": 3.33}, {"qty": 0.125, "uom": "Kg", "price": 99.99}]
		units = [{"uom": "Kg", "measuring_unit_name": "kg"}]
		item = factories.item(stock_uom="Kg")
		request = self.sent(
			factories.quotation(items=[{**row, "item_code": item.name} for row in rows]), units=units
		)
		self.assertEqual([row["quantity"] for row in request["products"]], [2.5, 0.125])
		self.assertEqual({row["measuringUnitName"] for row in request["products"]}, {"kg"})

	def test_line_discounts_as_rows_and_inside_the_price(self):
		rows = [{"discount_percentage": 10}, {"price": 100, "rate": 77.77, "qty": 3}]
		quotation = factories.quotation(items=rows)
		self.assertEqual(len(self.sent(quotation, vat_rounding="Per rate")["products"]), 4)
		self.account.delete()
		products = self.sent(quotation, discount_form="Net prices")["products"]
		self.assertEqual([row["price"] for row in products], [22.95, 77.77])
		self.assertIn("25,50 RON. Discount: 10%", products[0]["productDescription"])

	def test_a_free_row_is_sent(self):
		products = self.sent(factories.quotation(items=[{}, {"price": 0, "rate": 0}]))["products"]
		self.assertEqual([row["price"] for row in products], [25.5, 0])

	def test_a_row_that_is_given_away_keeps_its_price_with_a_full_discount(self):
		quotation = factories.quotation(items=[{}, {"discount_percentage": 100}])
		products = self.sent(quotation, vat_rounding="Per row")["products"]
		self.assertEqual(products[2]["discountPercentage"], 100)

	def test_a_discount_on_the_net_total_follows_each_product(self):
		quotation = factories.quotation(
			items=[{"discount_percentage": 10}, {"price": 7.77, "qty": 3}],
			apply_discount_on="Net Total",
			additional_discount_percentage=5,
		)
		products = self.sent(quotation, vat_rounding="Per row")["products"]
		self.assertEqual([row.get("numberOfItems") for row in products], [None, 1, 2, None, 1])
		self.assertIn("Discount general", products[2]["name"])
		self.assertEqual(self.last.prediction.by_row.net, decimal(quotation.net_total))

	def test_discounts_on_net_and_grand_total_of_mixed_rates(self):
		rows = [
			{"qty": 7, "price": 13.37},
			{"qty": 3, "price": 99.99, "item_tax_template": factories.item_tax_template(11)},
			{"qty": 1, "price": 10, "item_tax_template": factories.item_tax_template(0)},
		]
		for given in (
			{"apply_discount_on": "Net Total", "discount_amount": 33.33},
			{"apply_discount_on": "Grand Total", "discount_amount": 50},
			{"apply_discount_on": "Grand Total", "additional_discount_percentage": 7.5},
		):
			for form in ("Discount rows", "Net prices"):
				with self.subTest(given, form=form):
					quotation = factories.quotation(items=[dict(row) for row in rows], **given)
					if hasattr(self, "account"):
						self.account.delete()
					request = self.sent(quotation, discount_form=form)
					self.assertEqual(self.last.prediction.by_row.net, decimal(quotation.net_total))
					names = {(row["taxName"], row["taxPercentage"]) for row in request["products"]}
					self.assertEqual(names, {("Normala", 21), ("Redusa", 11), ("SDD", 0)})

	def test_prices_with_vat_included(self):
		rows = [{"qty": 3, "price": 100}, {"qty": 7, "price": 9.99, "discount_percentage": 10}]
		for given in ({}, {"apply_discount_on": "Grand Total", "discount_amount": 50}):
			with self.subTest(given):
				quotation = factories.quotation(
					items=[dict(row) for row in rows],
					taxes=[factories.tax_row(included_in_print_rate=1)],
					**given,
				)
				request = self.sent(quotation)
				self.assertEqual({row["isTaxIncluded"] for row in request["products"]}, {True})

	def test_euro_with_its_exchange_rate(self):
		request = self.sent(
			factories.quotation(
				currency="EUR", conversion_rate=4.9731, plc_conversion_rate=1, items=[{"price": 19.8}]
			)
		)
		self.assertEqual((request["currency"], request["exchangeRate"]), ("EUR", 4.9731))

	def test_lei_have_no_exchange_rate(self):
		self.assertNotIn("exchangeRate", self.sent(factories.quotation()))

	def test_freight_is_taxed_as_erpnext_taxes_it(self):
		rows = [{"qty": 1, "price": 100}, {"qty": 1, "price": 300}]
		taxes = [factories.freight(40), factories.tax_row("On Previous Row Total", row_id=1)]
		products = self.sent(factories.quotation(items=rows, taxes=taxes))["products"]
		freight = products[-1]
		self.assertEqual((freight["name"], freight["quantity"], freight["price"]), ("Transport", 1, 40))
		self.assertEqual(self.last.comparison.difference, 0)

	def test_freight_over_two_rates_becomes_two_rows(self):
		rows = [
			{"qty": 1, "price": 100},
			{"qty": 1, "price": 300, "item_tax_template": factories.item_tax_template(11)},
		]
		taxes = [factories.freight(40), factories.tax_row("On Previous Row Total", row_id=1)]
		products = self.sent(factories.quotation(items=rows, taxes=taxes))["products"]
		self.assertEqual([(row["price"], row["taxPercentage"]) for row in products[2:]], [(10, 21), (30, 11)])
		self.assertEqual(self.last.comparison.difference, 0)

	def test_freight_that_is_not_taxed_needs_a_rate_of_its_own(self):
		taxes = [factories.tax_row(), factories.freight(40)]
		quotation = factories.quotation(taxes=taxes)
		self.assertEqual(self.problems(quotation), ["taxes[2].charge_type"])
		self.account.append(
			"vat_rates",
			{"tax_account": factories.charge_account(), "tax_name": "SFDD", "erpnext_rate": 0},
		)
		self.account.save()
		products = self.sent(quotation)["products"]
		self.assertEqual((products[1]["taxName"], products[1]["taxPercentage"]), ("SFDD", 0))

	def test_vat_on_freight_alone_and_a_charge_by_quantity(self):
		eco = factories.tax_row(
			"On Item Quantity", 0.35, account=factories.charge_account(), description="Ecotaxa"
		)
		for taxes in (
			[
				factories.tax_row(),
				factories.freight(40),
				factories.tax_row("On Previous Row Amount", row_id=2),
			],
			[eco, factories.tax_row("On Previous Row Total", row_id=1)],
		):
			quotation = factories.quotation(items=[{"qty": 3}, {"qty": 7}], taxes=taxes)
			products = self.sent(quotation)["products"]
		self.assertEqual((products[2]["quantity"], products[2]["price"]), (10, 0.35))

	def test_a_percentage_on_an_account_for_charges_is_a_charge(self):
		taxes = [
			factories.tax_row(rate=2, account=factories.charge_account(), description="Manipulare"),
			factories.tax_row("On Previous Row Total", row_id=1),
		]
		products = self.sent(factories.quotation(taxes=taxes))["products"]
		self.assertEqual((products[1]["name"], products[1]["price"]), ("Manipulare", 5.1))

	def test_what_cannot_be_charged_truthfully_is_refused(self):
		for taxes, field in (
			([factories.tax_row("Actual", 0, tax_amount=50)], "taxes[1].charge_type"),
			([factories.freight(-5), factories.tax_row()], "taxes[1].charge_type"),
			(
				[factories.tax_row(), factories.tax_row(rate=5, account=factories.second_vat_account())],
				"items[1].item_tax_template",
			),
		):
			with self.subTest(field):
				self.assertIn(field, self.problems(factories.quotation(taxes=taxes)))

	def test_alternatives_are_left_out_and_rows_without_an_item_go(self):
		rows = [{}, {"is_alternative": 1, "uom": "Nos"}, {"item_name": "Montaj", "description": "La client"}]
		products = self.sent(factories.quotation(items=rows))["products"]
		self.assertEqual(len(products), 2)
		self.assertNotIn("code", products[1])
		self.assertEqual((products[1]["name"], products[1]["productDescription"]), ("Montaj", "La client"))

	def test_totals_of_a_company_that_is_not_a_vat_payer(self):
		request = self.sent_by_non_payer(factories.quotation(vat=False))
		self.assertNotIn("taxPercentage", request["products"][0])
		self.assertNotIn("taxName", request["products"][0])

	def sent_by_non_payer(self, quotation: Any) -> dict[str, Any]:
		mapped = self.mapped(quotation, vat_payer=0, vat_rates=[])
		self.assertEqual(mapped.problems, ())
		self.assertEqual(mapped.comparison.difference, 0)
		return json.loads(freeze(mapped.payload))

	def test_vat_of_a_company_that_is_not_a_payer_is_refused(self):
		self.assertEqual(self.problems(factories.quotation(), vat_payer=0), ["taxes[1].rate"])

	def test_the_rounded_total_is_told(self):
		self.sent(factories.quotation(disable_rounded_total=0, items=[{"qty": 1}]))
		self.assertIn("rounded_total", self.notices())


class TestParties(QuotationTestCase):
	def client(self, quotation: Any, **account: Any) -> dict[str, Any]:
		return self.sent(quotation, **account)["client"]

	def test_a_lead_with_its_linked_address_and_contact_data(self):
		lead = factories.lead(email_id="ana@example.com", mobile_no="0722000000")
		quotation = factories.quotation(quotation_to="Lead", party_name=lead.name)
		client = self.client(quotation)
		self.assertEqual((client["name"], client["city"]), (lead.company_name, "Cluj-Napoca"))
		self.assertEqual((client["email"], client["phone"]), ("ana@example.com", "0722000000"))
		self.assertIs(client["isTaxPayer"], False)
		self.assertNotIn("vatCode", client)
		self.assertIn("party_name", self.notices())

	def test_a_person_who_is_a_lead_needs_an_address(self):
		lead = factories.lead(company_name=None, address=None)
		quotation = factories.quotation(quotation_to="Lead", party_name=lead.name)
		self.assertEqual(self.problems(quotation), ["customer_address"])

	def test_a_private_person_with_and_without_a_personal_code(self):
		for code, expected in (("1800101400016", "1800101400016"), ("", None), ("-", None)):
			person = factories.customer(customer_type="Individual", customer_name="Pop Ion", tax_id=code)
			client = self.client(factories.quotation(party_name=person.name))
			self.assertEqual(client.get("vatCode"), expected)
			self.assertIs(client["isTaxPayer"], False)
			self.assertEqual([n for n in self.notices() if n == "party_name"], [])

	def test_reverse_charge_and_export_are_told_apart_by_the_tax_category(self):
		rates = [
			{"erpnext_rate": 21, "tax_percentage": 21, "tax_name": "Normala"},
			{"tax_category": factories.tax_category("UE"), "tax_name": "SDD"},
			{"tax_category": factories.tax_category("Invers"), "tax_name": "Taxare inversa"},
		]
		abroad = {"country": "Germany", "city": "Köln", "county": "NRW"}
		customer = factories.customer(tax_id="DE136695976", address=abroad)
		for category, taxes, name in (
			("UE", [factories.tax_row(rate=0)], "SDD"),
			("Invers", [factories.tax_row(rate=0)], "Taxare inversa"),
			("UE", [], "SDD"),
		):
			quotation = factories.quotation(party_name=customer.name, tax_category=category, taxes=taxes)
			request = self.sent(quotation, **({} if hasattr(self, "account") else {"vat_rates": rates}))
			self.assertEqual(
				(request["products"][0]["taxName"], request["products"][0]["taxPercentage"]), (name, 0)
			)
			self.assertEqual(
				{key: request["client"][key] for key in ("vatCode", "city", "county", "country")},
				{"vatCode": "DE136695976", "city": "Köln", "county": "NRW", "country": "Germany"},
			)
			self.assertIs(request["client"]["isTaxPayer"], True)

	def test_a_third_country(self):
		abroad = {"country": "Serbia", "city": "Beograd", "county": ""}
		customer = factories.customer(tax_id="1002600012345", address=abroad)
		client = self.client(factories.quotation(party_name=customer.name))
		self.assertEqual((client["country"], client["vatCode"]), ("Serbia", "1002600012345"))
		self.assertNotIn("county", client)
		self.assertIs(client["isTaxPayer"], False)

	def test_every_problem_of_a_quotation_is_found_at_once(self):
		customer = factories.customer(address=None)
		quotation = factories.quotation(
			party_name=customer.name,
			items=[{"uom": "Box"}, {"item_tax_template": factories.item_tax_template(11)}],
		)
		rates = [{"erpnext_rate": 21, "tax_percentage": 21, "tax_name": "Normala"}]
		self.assertEqual(
			self.problems(quotation, vat_rates=rates),
			["customer_address", "items[1].uom", "items[2].item_tax_template"],
		)


class TestTexts(QuotationTestCase):
	def test_the_clients_trade_register_number_is_printed(self):
		customer = factories.customer(smartbill_reg_com="J12/345/2019")
		sent = self.sent(factories.quotation(party_name=customer.name))
		self.assertEqual(sent["client"]["regCom"], "J12/345/2019")
		self.assertNotIn("regCom", self.sent(factories.quotation())["client"])

	def test_reference_validity_and_terms_are_printed(self):
		until = add_days(nowdate(), 10)
		quotation = factories.quotation(
			valid_till=until, terms="<p>Livrare în <b>3 zile</b>.</p><p>Plata OP</p>"
		)
		self.assertEqual(
			self.sent(quotation)["mentions"].split("\n"),
			[
				f"{REFERENCE}.",
				f"Oferta este valabilă până la {getdate(until):%d.%m.%Y}.",
				"Livrare în 3 zile.",
				"Plata OP",
			],
		)

	def test_terms_that_do_not_fit_are_left_out_and_that_is_told(self):
		request = self.sent(factories.quotation(terms="Foarte lung. " * 100), validity_in_mentions=0)
		self.assertEqual(request["mentions"], f"{REFERENCE}.")
		self.assertIn("terms", self.notices())

	def test_a_description_is_printed_unless_it_is_too_long(self):
		rows = [
			{"item_name": "Unu", "description": "<div>Linia 1<br>Linia 2</div>"},
			{"item_name": "Doi", "description": "x" * 2001},
			{"item_name": "Trei", "description": "<p>r</p>" * 31},
			{"item_name": "Patru", "description": "Patru"},
		]
		products = self.sent(factories.quotation(items=rows))["products"]
		self.assertEqual(
			[row.get("productDescription") for row in products], ["Linia 1\nLinia 2", None, None, None]
		)
		self.assertEqual(
			[field for field in self.notices() if field.startswith("items")],
			["items[2].description", "items[3].description"],
		)

	def test_the_language_that_somebody_chose_wins_over_the_accounts(self):
		self.assertEqual(self.sent(factories.quotation())["language"], "RO")
		request = self.sent(factories.quotation(language="de"))
		self.assertEqual(request["language"], "DE")
		self.assertIn("Das Angebot gilt bis", request["mentions"])

	def test_the_issuer_is_printed_as_the_account_says(self):
		self.assertNotIn("issuerName", self.sent(factories.quotation()))
		self.account.update({"issuer": "Fixed name", "issuer_name": "Ana Pop"})
		self.assertEqual(self.sent(factories.quotation())["issuerName"], "Ana Pop")
		self.account.issuer = "Who issues"
		quotation = factories.quotation()
		with self.as_user(factories.user("Sales User")):
			self.assertEqual(self.mapped(quotation).payload["issuerName"], "Test")

	def test_a_draft_is_sent_in_draft_mode(self):
		self.assertIs(self.mapped(factories.quotation(), mode="Draft").payload["isDraft"], True)

	def test_the_last_of_several_payments_is_the_due_date(self):
		today = clock.today_in_romania().isoformat()
		schedule = [
			{"due_date": add_days(today, days), "invoice_portion": 50, "payment_amount": 154.28}
			for days in (5, 30)
		]
		request = self.sent(factories.quotation(payment_schedule=schedule))
		self.assertEqual(request["dueDate"], add_days(today, 30))
		self.assertIn("payment_schedule", self.notices())


class TestPreview(QuotationTestCase):
	def test_shows_what_will_be_printed(self):
		self.mapped(
			quotation := factories.quotation(
				items=[{"discount_percentage": 10}],
				taxes=[factories.freight(40), factories.tax_row("On Previous Row Total", row_id=1)],
			),
			vat_rounding="Per rate",
		)
		shown = preview_of(frappe.get_doc("Quotation", quotation.name))
		self.assertTrue(shown["ready"])
		self.assertEqual(shown["mode"], "Live")
		self.assertEqual(
			[(row["net"], row["is_discount"], row["is_charge"]) for row in shown["rows"]],
			[(255, False, False), (-25.5, True, False), (40, False, True)],
		)
		self.assertEqual(shown["erpnext"]["net"], 269.5)
		self.assertEqual(shown["erpnext"]["total"], quotation.grand_total)
		self.assertEqual(
			shown["vat"], [{"name": "Normala", "rate": 21, "base": 269.5, "by_row": 56.59, "by_rate": 56.6}]
		)
		self.assertEqual(shown["smartbill"]["by_rate"]["total"], quotation.grand_total)
		self.assertEqual((shown["difference"], shown["tolerance"]), (0, 0.05))
		self.assertIn("grand_total", [check["field"] for check in shown["checks"] if check["level"] == "ok"])
		json.dumps(shown)

	def test_shows_the_rows_that_can_be_made_beside_the_problems(self):
		self.mapped(quotation := factories.quotation(items=[{}, {"uom": "Box"}]))
		shown = preview_of(frappe.get_doc("Quotation", quotation.name))
		self.assertFalse(shown["ready"])
		self.assertEqual(len(shown["rows"]), 1)
		self.assertEqual((shown["smartbill"], shown["difference"], shown["vat"]), (None, None, []))
		problem = next(check for check in shown["checks"] if check["level"] == "problem")
		self.assertEqual((problem["field"], problem["doctype"]), ("items[2].uom", "SmartBill Account"))
		json.dumps(shown)

	def test_writes_nothing_and_calls_nobody(self):
		self.mapped(quotation := factories.quotation())
		before = frappe.db.count("SmartBill Call"), frappe.db.count("SmartBill Proforma")
		preview_of(frappe.get_doc("Quotation", quotation.name))
		self.assertEqual((frappe.db.count("SmartBill Call"), frappe.db.count("SmartBill Proforma")), before)
		self.assertEqual(self.sandbox.creates(), [])

	def test_an_expired_quotation_is_told(self):
		self.mapped(quotation := factories.quotation())
		frappe.db.set_value("Quotation", quotation.name, "valid_till", add_days(nowdate(), -3))
		shown = preview_of(frappe.get_doc("Quotation", quotation.name))
		self.assertTrue(shown["ready"])
		self.assertIn(
			"valid_till", [check["field"] for check in shown["checks"] if check["level"] == "notice"]
		)
