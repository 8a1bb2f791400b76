import json
import unittest
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.smartbill.mapping import (
	Account,
	Address,
	Contact,
	Line,
	Mapped,
	Offer,
	Party,
	RowKind,
	Tax,
	VatRate,
	map_offer,
)
from erp_b2b_smartbill.smartbill.payload import fingerprint, freeze
from erp_b2b_smartbill.smartbill.totals import Totals

TODAY = date(2026, 11, 23)
VAT = "TVA colectata - X"
D = Decimal


def rate(percentage: str, name: str, **more: Any) -> VatRate:
	return VatRate(D(percentage), name, D(percentage), **more)


ACCOUNT = Account(
	name="Demo SRL",
	cif="RO12345674",
	series="PRFB2B",
	language="RO",
	vat_rates=(rate("21", "Normala"), rate("11", "Redusa")),
	units={"Nos": "buc"},
)
CUSTOMER = Party("Atelier Demo SRL", "Atelier Demo SRL", True, "RO98765438", "Yes")
CLUJ = Address("Atelier-Billing", "Str. Exemplu 7", "", "Cluj-Napoca", "Cluj", "Romania", "ro")
LINE = Line(1, "CAB-1", "Cablu demo", "Nos", D("10"), D("25.5"), D("25.5"), D("255"))
OFFER = Offer(
	name="SAL-QTN-2026-00017",
	party=CUSTOMER,
	address=CLUJ,
	currency="RON",
	lines=(LINE,),
	taxes=(Tax(1, "On Net Total", VAT, D("21")),),
	totals=Totals(D("255"), D("53.55"), D("308.55")),
	due_dates=(date(2026, 12, 7),),
	contact=Contact(email="comenzi@example.ro"),
)


def mapped(offer: Offer = OFFER, account: Account = ACCOUNT, today: date = TODAY) -> Mapped:
	return map_offer(offer, account, today=today, reference="Ref. SAL-QTN-2026-00017/1")


def totals(net: str, vat: str) -> Totals:
	return Totals(D(net), D(vat), D(net) + D(vat))


def fields(result: Mapped) -> list[str]:
	return [problem.field for problem in result.problems]


class TestMapping(unittest.TestCase):
	def test_maps_the_documented_sample(self):
		line = replace(LINE, price=D("22.95"), amount=D("229.5"), discount_percentage=D("10"))
		account = replace(ACCOUNT, vat_rounding="Per row")
		result = mapped(replace(OFFER, lines=(line,), totals=totals("229.50", "48.20")), account)
		self.assertEqual(result.problems, ())
		sent = json.loads(freeze(result.payload))
		self.assertEqual(
			sent,
			{
				"companyVatCode": "RO12345674",
				"seriesName": "PRFB2B",
				"isDraft": False,
				"issueDate": "2026-11-23",
				"dueDate": "2026-12-07",
				"currency": "RON",
				"language": "RO",
				"precision": 2,
				"sendEmail": False,
				"mentions": "Ref. SAL-QTN-2026-00017/1.",
				"client": {
					"name": "Atelier Demo SRL",
					"vatCode": "RO98765438",
					"isTaxPayer": True,
					"address": "Str. Exemplu 7",
					"city": "Cluj-Napoca",
					"county": "Cluj",
					"country": "Romania",
					"email": "comenzi@example.ro",
					"saveToDb": False,
				},
				"products": [
					{
						"name": "Cablu demo",
						"code": "CAB-1",
						"quantity": 10,
						"price": 25.5,
						"measuringUnitName": "buc",
						"currency": "RON",
						"isTaxIncluded": False,
						"taxName": "Normala",
						"taxPercentage": 21,
						"saveToDb": False,
					},
					{
						"name": "Discount 10% Cablu demo",
						"isDiscount": True,
						"numberOfItems": 1,
						"discountType": 2,
						"discountPercentage": 10,
						"measuringUnitName": "buc",
						"currency": "RON",
						"isTaxIncluded": False,
						"taxName": "Normala",
						"taxPercentage": 21,
					},
				],
			},
		)
		self.assertEqual(result.comparison.difference, D("0.01"))

	def test_freezes_plain_decimals_and_hashes_what_is_sent(self):
		frozen = freeze({"a": D("1E+2"), "b": D("0.00001"), "c": [D("25.50"), True, None, 'ș"']})
		self.assertEqual(frozen, '{"a": 100, "b": 0.00001, "c": [25.5, true, null, "ș\\""]}')
		self.assertEqual(json.loads(frozen)["c"][3], 'ș"')
		self.assertEqual(len(fingerprint(frozen)), 64)
		with self.assertRaises(TypeError):
			freeze({"a": 0.1})

	def test_a_percentage_that_is_not_exact_becomes_a_value(self):
		# ERPNext rounds 22.995 to 23.00 before multiplying by 100
		line = Line(1, "A", "Articol", "Nos", D("100"), D("25.55"), D("23"), D("2300"), D("10"))
		result = mapped(replace(OFFER, lines=(line,), totals=totals("2300", "483")))
		row = result.payload["products"][1]
		self.assertEqual((row["discountType"], row["discountValue"]), (1, D("-255")))
		self.assertEqual(result.comparison.difference, 0)

	def test_a_typed_price_below_the_list_price_is_a_discount_too(self):
		line = Line(1, "A", "Articol", "Nos", D("1"), D("100"), D("77.77"), D("77.77"), D("0"))
		result = mapped(replace(OFFER, lines=(line,), totals=totals("77.77", "16.33")))
		self.assertEqual(result.payload["products"][1]["discountPercentage"], D("22.23"))

	def test_a_price_above_the_list_price_is_sent_as_it_is(self):
		line = Line(1, "A", "Articol", "Nos", D("1"), D("100"), D("120"), D("120"))
		result = mapped(replace(OFFER, lines=(line,), totals=totals("120", "25.20")))
		self.assertEqual(len(result.payload["products"]), 1)
		self.assertEqual(result.payload["products"][0]["price"], D("120"))

	def test_prices_of_more_decimals_raise_the_precision(self):
		line = Line(1, "A", "Articol", "Nos", D("1000"), D("0.125"), D("0.125"), D("125"))
		result = mapped(replace(OFFER, lines=(line,), totals=totals("125", "26.25")))
		self.assertEqual(result.payload["precision"], 3)
		line = replace(line, price=D("0.00125"), list_price=D("0.00125"), amount=D("1.25"))
		self.assertEqual(fields(mapped(replace(OFFER, lines=(line,)))), ["items[1].rate"])

	def test_a_rows_own_tax_wins_over_the_tax_table(self):
		line = replace(LINE, item_taxes={VAT: D("11")}, item_tax_template="TVA 11%")
		result = mapped(replace(OFFER, lines=(line,), totals=totals("255", "28.05")))
		product = result.payload["products"][0]
		self.assertEqual((product["taxName"], product["taxPercentage"]), ("Redusa", D("11")))

	def test_the_most_particular_row_of_the_vat_map_wins(self):
		account = replace(
			ACCOUNT,
			vat_rates=(
				rate("0", "SDD"),
				rate("0", "Taxare inversa", item_tax_template="Invers"),
				rate("0", "SFDD", tax_account="Alt cont"),
			),
		)
		line = replace(LINE, item_taxes={VAT: D("0")}, item_tax_template="Invers")
		result = mapped(replace(OFFER, lines=(line,), totals=totals("255", "0")), account)
		self.assertEqual(result.payload["products"][0]["taxName"], "Taxare inversa")

	def test_an_ambiguous_or_missing_vat_rate_stops(self):
		twice = replace(ACCOUNT, vat_rates=(rate("21", "Normala"), rate("21", "Alta", tax_account="")))
		self.assertEqual(fields(mapped(account=twice)), ["items[1].item_tax_template"])
		none = replace(ACCOUNT, vat_rates=())
		self.assertEqual(fields(mapped(account=none)), ["items[1].item_tax_template"])

	def test_two_taxes_on_one_row_stop(self):
		offer = replace(OFFER, taxes=(*OFFER.taxes, Tax(2, "On Net Total", "Alt cont", D("5"))))
		self.assertEqual(fields(mapped(offer)), ["items[1].item_tax_template"])

	def test_alternative_rows_are_left_out(self):
		other = replace(LINE, row=2, is_alternative=True, uom="Unmapped")
		self.assertEqual(len(mapped(replace(OFFER, lines=(LINE, other))).payload["products"]), 1)
		self.assertEqual(fields(mapped(replace(OFFER, lines=(other,)))), ["items"])

	def test_bucharest_needs_a_sector(self):
		for city, line1, county, expected in (
			("București", "Bd. Unirii 1, Sectorul 3", "București", "Sector 3"),
			("Sector 5", "Str. X", "", "Sector 5"),
			("Bucuresti sect. 2", "Str. X", "B", "Sector 2"),
		):
			address = replace(CLUJ, city=city, line1=line1, county=county)
			client = mapped(replace(OFFER, address=address)).payload["client"]
			self.assertEqual((client["county"], client["city"]), ("Bucuresti", expected))
		address = replace(CLUJ, city="București", county="")
		self.assertEqual(fields(mapped(replace(OFFER, address=address))), ["customer_address"])

	def test_counties_are_found_by_any_spelling(self):
		for text in ("CLUJ", "jud. Cluj", "CJ", "Județul Cluj"):
			client = mapped(replace(OFFER, address=replace(CLUJ, county=text))).payload["client"]
			self.assertEqual(client["county"], "Cluj")
		self.assertEqual(
			fields(mapped(replace(OFFER, address=replace(CLUJ, county="Ardeal")))), ["customer_address"]
		)

	def test_says_explicitly_whether_the_client_pays_vat(self):
		for tax_id, stated, payer, code, notices in (
			("RO98765438", "", True, "RO98765438", 1),
			("98765438", "", False, "98765438", 1),
			("98765438", "Yes", True, "RO98765438", 0),
			("RO98765438", "No", False, "98765438", 0),
			("1800101400016", "No", False, "1800101400016", 0),
			("", "No", False, None, 1),
		):
			result = mapped(replace(OFFER, party=replace(CUSTOMER, tax_id=tax_id, vat_payer=stated)))
			client = result.payload["client"]
			self.assertIs(client["isTaxPayer"], payer)
			self.assertEqual(client.get("vatCode"), code)
			self.assertEqual(len(result.notices), notices, tax_id)

	def test_everything_that_is_wrong_is_named_at_once(self):
		offer = replace(
			OFFER,
			currency="BGN",
			party=None,
			lines=(replace(LINE, uom="Box"), replace(LINE, row=2, quantity=D("0"))),
			taxes=(
				*OFFER.taxes,
				Tax(2, "Actual", VAT, D("0"), amount=D("10")),
				Tax(3, "On Net Total", "Transport", D("5"), True, D("5"), account_type="Chargeable"),
			),
		)
		result = mapped(offer)
		self.assertIsNone(result.payload)
		self.assertEqual(
			fields(result),
			[
				"currency",
				"party_name",
				"taxes[2].charge_type",
				"taxes[3].included_in_print_rate",
				"items[1].uom",
				"items[2].qty",
			],
		)

	def test_every_problem_has_as_many_values_as_places(self):
		broken = replace(
			OFFER,
			currency="EUR",
			totals=totals("0", "0"),
			address=replace(CLUJ, city="", county="Ardeal", line1=""),
			lines=(replace(LINE, uom="Box", price=D("-1")),),
			taxes=(Tax(1, "Actual", "X", D("0")),),
		)
		result = mapped(broken)
		self.assertGreater(len(result.problems), 5)
		for finding in (*result.problems, *result.notices):
			finding.template.format(*finding.args)

	def test_no_vat_and_no_address_stop(self):
		self.assertEqual(fields(mapped(replace(OFFER, taxes=()))), ["taxes"])
		self.assertEqual(fields(mapped(replace(OFFER, address=None))), ["customer_address"])

	def test_totals_that_do_not_agree_stop_with_the_numbers(self):
		result = mapped(replace(OFFER, totals=totals("250", "52.50")))
		self.assertEqual(fields(result), ["grand_total"])
		text = result.problems[0].template.format(*result.problems[0].args)
		self.assertIn("308.55", text)
		self.assertIn("302.50", text)

	def test_more_rows_than_smartbill_takes_stop(self):
		lines = tuple(replace(LINE, row=number) for number in range(1, 402))
		offer = replace(OFFER, lines=lines, totals=totals("102255", "21473.55"))
		self.assertEqual(fields(mapped(offer)), ["items"])

	def test_a_past_due_date_becomes_today_with_a_notice(self):
		result = mapped(replace(OFFER, due_dates=(date(2026, 11, 1),)))
		self.assertEqual(result.payload["dueDate"], "2026-11-23")
		self.assertEqual([notice.field for notice in result.notices], ["payment_schedule"])

	def test_sends_one_e_mail_address(self):
		client = mapped(replace(OFFER, contact=Contact(email="a@x.ro; b@x.ro"))).payload["client"]
		self.assertEqual(client["email"], "a@x.ro")


class TestForms(unittest.TestCase):
	"""Discounts as rows of their own, or inside the price."""

	def line(self, **values: Any) -> Line:
		return replace(LINE, price=D("22.95"), amount=D("229.5"), discount_percentage=D("10"), **values)

	def test_net_prices_are_taken_where_the_ways_of_rounding_vat_would_differ(self):
		offer = replace(OFFER, lines=(self.line(),), totals=totals("229.50", "48.20"))
		result = mapped(offer)
		self.assertEqual([row["price"] for row in result.payload["products"]], [D("22.95")])
		self.assertEqual(
			result.payload["products"][0]["productDescription"],
			"Preț înainte de discount: 25,50 RON. Discount: 10%.",
		)
		self.assertEqual(result.comparison.difference, 0)
		self.assertEqual([notice.field for notice in result.notices], ["items"])

	def test_a_known_way_of_rounding_keeps_the_accounts_form(self):
		offer = replace(OFFER, lines=(self.line(),), totals=totals("229.50", "48.20"))
		for known, difference in (("Per row", "0.01"), ("Per rate", "0")):
			result = mapped(offer, replace(ACCOUNT, vat_rounding=known))
			self.assertEqual(len(result.payload["products"]), 2)
			self.assertEqual(result.comparison.difference, D(difference))

	def test_net_prices_also_hold_the_documents_discount(self):
		line = self.line(net_amount=D("218.03"))
		offer = replace(
			OFFER,
			lines=(line,),
			totals=totals("218.03", "45.79"),
			header_discount=D("11.47"),
			header_percentage=D("5"),
		)
		result = mapped(offer, replace(ACCOUNT, discount_form="Net prices"))
		product = result.payload["products"][0]
		self.assertEqual((product["price"], result.payload["precision"]), (D("21.803"), 3))
		self.assertIn("Discount: 10% + 5%.", product["productDescription"])
		self.assertEqual(result.comparison.difference, 0)

	def test_an_amount_that_no_price_reaches_keeps_its_discount_row(self):
		line = replace(LINE, quantity=D("1000"), amount=D("25500"), net_amount=D("25234.56"))
		offer = replace(
			OFFER, lines=(line,), totals=totals("25234.56", "5299.26"), header_discount=D("265.44")
		)
		products = mapped(offer, replace(ACCOUNT, discount_form="Net prices")).payload["products"]
		self.assertEqual((products[0]["price"], products[1]["discountValue"]), (D("25.5"), D("-265.44")))

	def test_a_second_discount_covers_the_first_one_too(self):
		line = self.line(net_amount=D("206.55"))
		offer = replace(
			OFFER,
			lines=(line,),
			totals=totals("206.55", "43.38"),
			header_discount=D("22.95"),
			header_percentage=D("10"),
		)
		first, second = mapped(offer, replace(ACCOUNT, vat_rounding="Per rate")).payload["products"][1:]
		self.assertEqual((first["numberOfItems"], second["numberOfItems"]), (1, 2))
		self.assertEqual((second["discountType"], second["discountPercentage"]), (2, D("10")))
		self.assertEqual(second["name"], "Discount general 10% Cablu demo")

	def test_discount_rows_that_would_be_too_many_go_into_the_prices(self):
		lines = tuple(self.line(row=number) for number in range(1, 251))
		lines = tuple(replace(line, row=number) for number, line in enumerate(lines, start=1))
		offer = replace(OFFER, lines=lines, totals=totals("57375", "12048.75"))
		result = mapped(offer, replace(ACCOUNT, vat_rounding="Per rate"))
		self.assertEqual(len(result.payload["products"]), 250)
		self.assertIn("items", [notice.field for notice in result.notices])

	def line_of_half_a_cent(self, row: int = 1) -> Line:
		# 0.125 is 0.12 with ERPNext and 0.13 with SmartBill
		return Line(row, "A", "Articol", "Nos", D("0.25"), D("0.5"), D("0.5"), D("0.12"))

	def test_a_half_of_a_cent_is_a_difference_that_is_told(self):
		result = mapped(replace(OFFER, lines=(self.line_of_half_a_cent(),), totals=totals("0.12", "0.03")))
		self.assertEqual([notice.field for notice in result.notices], ["grand_total"])
		self.assertEqual(len(result.payload["products"]), 1)

	def test_many_of_them_get_a_row_each_rather_than_a_refusal(self):
		lines = tuple(map(self.line_of_half_a_cent, range(1, 101)))
		result = mapped(replace(OFFER, lines=lines, totals=totals("12", "2.52")))
		self.assertEqual(len(result.payload["products"]), 200)
		self.assertEqual(result.payload["products"][1]["name"], "Rotunjire Articol")
		self.assertEqual(result.payload["products"][1]["discountValue"], D("-0.01"))
		self.assertEqual(result.prediction.by_row.net, D("12"))

	def test_the_name_of_a_discount_row_always_fits(self):
		line = self.line(name="x" * 250)
		result = mapped(
			replace(OFFER, lines=(line,), totals=totals("229.50", "48.20")),
			replace(ACCOUNT, vat_rounding="Per rate"),
		)
		self.assertEqual(result.payload["products"][1]["name"], "Discount 10% CAB-1")

	def test_what_is_refused_of_amounts(self):
		for changes, field in (
			({"totals": totals("0", "0")}, "grand_total"),
			({"header_discount": D("-5")}, "discount_amount"),
			({"lines": (replace(LINE, net_amount=D("-1")),)}, "items[1].rate"),
			({"lines": (replace(LINE, price=D("-1")),)}, "items[1].rate"),
			({"lines": (replace(LINE, name=""),)}, "items[1].item_name"),
			({"lines": (replace(LINE, name="x" * 256),)}, "items[1].item_name"),
			({"currency": "BGN"}, "currency"),
			({"currency": "EUR", "exchange_rate": D(1)}, "conversion_rate"),
			({"currency": "EUR", "exchange_rate": D(5), "company_currency": "USD"}, "conversion_rate"),
			({"party": replace(CUSTOMER, title="x" * 256)}, "party_name"),
			({"party": replace(CUSTOMER, title=" ")}, "party_name"),
		):
			self.assertIn(field, fields(mapped(replace(OFFER, **changes))), changes)

	def test_a_discount_that_found_nothing_to_be_taken_off_is_refused(self):
		# as ERPNext has it where only freight is left: the parts do not add up to the total
		free = replace(LINE, price=D(0), list_price=D(0), amount=D(0), net_amount=D(0))
		freight = Tax(1, "Actual", "Transport", D(0), amount=D("100"), account_type="Chargeable")
		vat = Tax(2, "On Previous Row Total", VAT, D(21), amount=D("21"), base_row=1)
		offer = replace(
			OFFER,
			lines=(free,),
			taxes=(freight, vat),
			totals=Totals(D(0), D("121"), D("81")),
			header_discount=D("40"),
		)
		self.assertEqual(fields(mapped(offer)), ["apply_discount_on"])

	def test_with_a_row_missing_nothing_is_said_about_totals(self):
		lines = (self.line(), replace(LINE, row=2, uom="Box"))
		result = mapped(replace(OFFER, lines=lines, totals=totals("484.50", "101.75")))
		self.assertEqual(fields(result), ["items[2].uom"])
		self.assertEqual(result.notices, ())
		self.assertEqual((len(result.rows), result.prediction), (2, None))


class TestClients(unittest.TestCase):
	def client(self, **changes: Any) -> tuple[dict[str, Any], Mapped]:
		result = mapped(replace(OFFER, **changes))
		self.assertEqual(result.problems, ())
		return result.payload["client"], result

	def test_a_wrong_check_digit_is_a_notice(self):
		client, result = self.client(party=replace(CUSTOMER, tax_id="RO98765437"))
		self.assertEqual(client["vatCode"], "RO98765437")
		self.assertEqual([notice.field for notice in result.notices], ["party_name"])

	def test_a_wrong_personal_code_is_a_notice_that_does_not_repeat_it(self):
		person = Party("Pop Ion", "Pop Ion", False, "1800101400017")
		client, result = self.client(party=person)
		self.assertEqual((client["vatCode"], client["isTaxPayer"]), ("1800101400017", False))
		text = result.notices[0].template.format(*result.notices[0].args)
		self.assertNotIn("1800101400017", text)

	def test_a_sole_trader_has_a_companys_code(self):
		client, _ = self.client(party=Party("Pop Ion PFA", "Pop Ion PFA", False, "RO98765438", "Yes"))
		self.assertEqual((client["vatCode"], client["isTaxPayer"]), ("RO98765438", True))

	def test_vat_numbers_of_the_eu_stay_as_they_are(self):
		for country, code, tax_id, payer, notices in (
			("Germany", "de", "DE136695976", True, 1),
			("Germany", "de", "DE 136695976", True, 1),
			("Germany", "de", "DE123", True, 2),
			("Germany", "de", "136695976", False, 1),
			("Greece", "gr", "EL094259216", True, 1),
			("Moldova", "md", "1002600012345", False, 0),
		):
			abroad = Address("X", "Str. 1", "", "Oraș", "", country, code)
			customer = replace(CUSTOMER, tax_id=tax_id, vat_payer="")
			client, result = self.client(address=abroad, party=customer)
			self.assertEqual((client["vatCode"], client["isTaxPayer"]), (tax_id, payer))
			self.assertEqual((client["country"], client["city"]), (country, "Oraș"))
			self.assertEqual(len(result.notices), notices, tax_id)

	def test_a_prospect_is_sent_by_name(self):
		client, result = self.client(party=Party("Prospect SRL", "Prospect SRL", doctype="Prospect"))
		self.assertEqual(client["name"], "Prospect SRL")
		self.assertEqual([notice.doctype for notice in result.notices], ["Prospect"])

	def test_all_forty_two_counties(self):
		for code, name in romania.COUNTIES.items():
			city = "Sector 1" if code == "B" else "Oraș"
			client, _ = self.client(address=replace(CLUJ, city=city, county=name.upper()))
			self.assertEqual(client["county"], name)
		self.assertEqual(len(romania.COUNTIES), 42)


class TestVat(unittest.TestCase):
	EXPORT = replace(LINE, item_taxes={VAT: D(0)})

	def names(self, *rates: VatRate, **changes: Any) -> list[str]:
		offer = replace(OFFER, lines=(self.EXPORT,), totals=totals("255", "0"), **changes)
		result = mapped(offer, replace(ACCOUNT, vat_rates=rates))
		return fields(result) or [row["taxName"] for row in result.payload["products"]]

	def test_the_tax_category_tells_rates_of_nothing_apart(self):
		rates = (
			rate("0", "SFDD"),
			rate("0", "SDD", tax_category="UE"),
			rate("0", "Taxare inversa", tax_category="TI"),
		)
		self.assertEqual(self.names(*rates, tax_category="UE"), ["SDD"])
		self.assertEqual(self.names(*rates, tax_category="TI"), ["Taxare inversa"])
		self.assertEqual(self.names(*rates), ["SFDD"])

	def test_two_rows_that_state_equally_much_are_ambiguous(self):
		rates = (rate("0", "SDD", tax_category="UE"), rate("0", "SFDD", tax_account=VAT))
		self.assertEqual(self.names(*rates, tax_category="UE"), ["items[1].item_tax_template"])
		both = rate("0", "Taxare inversa", tax_category="UE", tax_account=VAT)
		self.assertEqual(self.names(*rates, both, tax_category="UE"), ["Taxare inversa"])

	def test_without_a_tax_row_only_the_tax_category_speaks(self):
		rates = (rate("0", "SFDD"), rate("0", "SDD", tax_category="UE"))
		self.assertEqual(self.names(*rates, taxes=(), tax_category="UE"), ["SDD"])
		self.assertEqual(self.names(*rates, taxes=()), ["taxes"])

	def test_freight_follows_the_rows_it_is_spread_over(self):
		freight = Tax(1, "Actual", "Transport", D(0), amount=D("40"), account_type="Chargeable")
		vat = Tax(2, "On Previous Row Total", VAT, D(21), base_row=1)
		reduced = replace(LINE, row=2, item_taxes={VAT: D(11)})
		offer = replace(
			OFFER,
			lines=(LINE, reduced),
			taxes=(freight, vat),
			totals=Totals(D("510"), D("128"), D("638")),
		)
		result = mapped(offer)
		self.assertEqual(result.problems, ())
		charges = [row.values for row in result.rows if row.kind is RowKind.CHARGE]
		self.assertEqual([(row["price"], row["taxPercentage"]) for row in charges], [(20, 21), (20, 11)])
		self.assertEqual(result.erp, Totals(D("550"), D("88"), D("638")))

	def test_a_charge_needs_a_unit(self):
		freight = Tax(2, "Actual", "Transport", D(0), amount=D("40"), account_type="Chargeable")
		vat = Tax(3, "On Previous Row Amount", VAT, D(21), base_row=2)
		offer = replace(
			OFFER, taxes=(*OFFER.taxes, freight, vat), totals=Totals(D(255), D("101.95"), D("356.95"))
		)
		self.assertEqual(mapped(offer).problems, ())
		self.assertEqual(fields(mapped(offer, replace(ACCOUNT, charge_uom="Unit"))), ["taxes[2].charge_type"])
