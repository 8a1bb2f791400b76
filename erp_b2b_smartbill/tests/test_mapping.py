import json
import unittest
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from erp_b2b_smartbill.smartbill.mapping import (
	Account,
	Address,
	Contact,
	Line,
	Mapped,
	Offer,
	Party,
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
				"mentions": "Ref. SAL-QTN-2026-00017/1",
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
