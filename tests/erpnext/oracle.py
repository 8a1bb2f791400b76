"""What ERPNext computes, measured: quotations made at random, and the numbers a real bench gave for them.

`cases()` makes the inputs, `measure()` turns one into numbers on whatever site is connected, the stand-in's or a
bench's. `measured_totals.json` holds inputs and numbers of a bench with ERPNext 15.71.1; to measure again:

    cd <bench>/sites && ../env/bin/python <here>/oracle.py <site> > measured_totals.json

Nothing stays on that site: everything happens in one transaction that is rolled back.
"""

import contextlib
import json
import random
import sys

SEED = 20261123
RANDOM_CASES = 60
# The abbreviation of the bench's company; on another site that company's takes its place.
ABBR = "DS"
DAY = "2026-11-20"
EUR_RATE = 4.9731
STANDARD, REDUCED = "TVA oracol 21% - DS", "TVA oracol 11% - DS"
TAX_TEMPLATE = "TVA oracol - DS"
TRANSPORT, ECO = "Transport oracol - DS", "Ecotaxa oracol - DS"
CUSTOMERS = {"Oracol Alfa": "Oracol Mici", "Oracol Beta": "Commercial"}
# code: (group, stock unit, price in RON or None, {other unit: stock units in it})
ITEMS = {
	"ORC-1": ("Oracol Copii", "Nos", 100, {}),
	"ORC-2": ("Oracol Copii", "Nos", 99.99, {"Box": 12}),
	"ORC-3": ("Oracol Parinti", "Kg", 7.335, {}),
	"ORC-4": ("Products", "Nos", 0.07, {"Box": 100}),
	"ORC-5": ("Products", "Meter", 1234.565, {}),
	"ORC-6": ("Services", "Nos", None, {}),
}
TEMPLATES = {"TVA 11 oracol": 11.0, "Scutit oracol": 0.0}
EUR_LIST, CATEGORY = "Oracol EUR", "Oracol categorie"
# What items and a group say about their own tax: (template, tax category, lowest and highest net rate, start)
ITEM_TAXES = {
	"ORC-5": [("TVA 11 oracol", None, 0, 0, None), ("Scutit oracol", CATEGORY, 0, 0, None)],
	"ORC-3": [("TVA 11 oracol", None, 0, 7, "2026-01-01"), ("Scutit oracol", None, 7, 100, "2026-02-01")],
}
GROUP_TAXES = {"Oracol Copii": [("TVA 11 oracol", CATEGORY, 0, 0, "2026-03-01")]}
TERMS = {
	"Oracol 30/70": [
		{"invoice_portion": 30, "due_date_based_on": "Day(s) after invoice date", "credit_days": 0},
		{"invoice_portion": 70, "due_date_based_on": "Day(s) after invoice date", "credit_days": 30},
	],
	"Oracol treimi": [
		{
			"invoice_portion": 33.333,
			"due_date_based_on": "Day(s) after the end of the invoice month",
			"credit_days": 10,
		},
		{
			"invoice_portion": 33.333,
			"due_date_based_on": "Month(s) after the end of the invoice month",
			"credit_months": 2,
		},
		{"invoice_portion": 33.334, "due_date_based_on": "Day(s) after invoice date", "credit_days": 5},
	],
}

DOC_FIELDS = """currency conversion_rate plc_conversion_rate total_qty total base_total net_total base_net_total
total_taxes_and_charges base_total_taxes_and_charges apply_discount_on additional_discount_percentage discount_amount
base_discount_amount grand_total base_grand_total rounded_total base_rounded_total rounding_adjustment
base_rounding_adjustment status customer_group territory payment_terms_template
selling_price_list price_list_currency tax_category""".split()
ROW_FIELDS = """item_code item_name uom stock_uom conversion_factor qty stock_qty price_list_rate base_price_list_rate
margin_type margin_rate_or_amount rate_with_margin base_rate_with_margin discount_percentage discount_amount
distributed_discount_amount rate base_rate net_rate base_net_rate amount base_amount net_amount base_net_amount
stock_uom_rate item_tax_template item_tax_rate is_alternative has_alternative_item warehouse""".split()
TAX_FIELDS = """charge_type account_head rate tax_amount base_tax_amount total base_total
tax_amount_after_discount_amount base_tax_amount_after_discount_amount item_wise_tax_detail""".split()
ORDER_FIELDS = """total net_total total_taxes_and_charges discount_amount grand_total base_grand_total rounded_total
status customer_group territory selling_price_list currency""".split()
ORDER_ROW_FIELDS = """item_code qty rate discount_percentage discount_amount distributed_discount_amount net_amount
base_net_amount item_tax_rate""".split()
SCHEDULE_FIELDS = (
	"""due_date invoice_portion payment_amount base_payment_amount outstanding base_outstanding""".split()
)


# Inputs


def cases() -> list[dict]:
	return [*named_cases(), *(random_case(random.Random(f"{SEED}/{n}"), n) for n in range(RANDOM_CASES))]


def named_cases() -> list[dict]:
	"""The traps and corners worth a name."""
	one = [{"item_code": "ORC-1", "qty": 3}]
	vat = [tax("On Net Total", STANDARD, 21)]
	included = [tax("On Net Total", STANDARD, 21, included=1)]
	percent = {"additional_discount_percentage": 10}
	many = [{"item_code": "ORC-4", "qty": n} for n in (1, 3, 7, 11, 13)]
	return [
		case("net-10-percent", {**percent, "apply_discount_on": "Net Total"}, one, vat),
		case("grand-50", {"discount_amount": 50, "apply_discount_on": "Grand Total"}, one, vat),
		case("included", {}, one, included),
		case("included-grand-50", {"discount_amount": 50, "apply_discount_on": "Grand Total"}, one, included),
		case("eur", {"currency": "EUR", "conversion_rate": 5.05}, one, vat),
		case("eur-by-exchange-record", {"currency": "EUR"}, one, vat),
		case("template-name-alone", {"taxes_and_charges": TAX_TEMPLATE}, one, []),
		case("explicit-rate", {}, [{"item_code": "ORC-1", "qty": 3, "rate": 77.77}], vat),
		case("rate-above-price", {}, [{"item_code": "ORC-1", "qty": 3, "rate": 130}], vat),
		case("row-discount-100", {}, [{"item_code": "ORC-1", "qty": 3, "discount_percentage": 100}], vat),
		case("row-discount-amount", {}, [{"item_code": "ORC-1", "qty": 3, "discount_amount": 12.5}], vat),
		case("without-price", {}, [{"item_code": "ORC-6", "qty": 2}], vat),
		case("rate-without-price", {}, [{"item_code": "ORC-6", "qty": 2, "rate": 33.335}], vat),
		case("small-rows", {"discount_amount": 0.5, "apply_discount_on": "Net Total"}, many, vat),
		case("small-rows-grand", {"discount_amount": 0.5, "apply_discount_on": "Grand Total"}, many, vat),
		case(
			"same-item-two-rates",
			{},
			[
				{"item_code": "ORC-1", "qty": 1},
				{"item_code": "ORC-1", "qty": 2, "item_tax_template": f"TVA 11 oracol - {ABBR}"},
			],
			vat,
		),
		case(
			"template-names-no-tax-row", {}, [{**one[0], "item_tax_template": f"TVA 11 oracol - {ABBR}"}], []
		),
		case(
			"discount-taken-back",
			{**percent, "apply_discount_on": "Net Total"},
			one,
			vat,
			edits=[{"additional_discount_percentage": 0, "discount_amount": 0}],
		),
		case(
			"rule-then-other-qty",
			{},
			one,
			vat,
			rules=[rule(discount_percentage=12)],
			edits=[{"items.0.qty": 7}],
		),
		case(
			"rule-conflict", {}, one, vat, rules=[rule(discount_percentage=12), rule(discount_percentage=9)]
		),
		case(
			"rule-priority",
			{},
			one,
			vat,
			rules=[rule(discount_percentage=12, priority="3"), rule(discount_percentage=9, priority="10")],
		),
		case("rule-min-amount", {}, one, vat, rules=[rule(discount_percentage=12, min_amt=200)]),
		case(
			"rule-min-amount-price-given",
			{},
			[{**one[0], "price_list_rate": 100}],
			vat,
			rules=[rule(discount_percentage=12, min_amt=200)],
		),
		case("rule-max-amount", {}, one, vat, rules=[rule(discount_percentage=12, max_amt=200)]),
		case("rule-ignored", {"ignore_pricing_rule": 1}, one, vat, rules=[rule(discount_percentage=12)]),
		case("negative", {"discount_amount": 500, "apply_discount_on": "Net Total"}, one, vat),
		case("no-discount-base", {**percent, "apply_discount_on": ""}, one, vat),
		case("quantity-zero", {}, [{"item_code": "ORC-1", "qty": 0}], vat),
		case("half-a-piece", {}, [{"item_code": "ORC-1", "qty": 1.5}], vat),
		case("previous-row-first", {}, one, [tax("On Previous Row Amount", STANDARD, 21, row_id=1)]),
		case("actual-included", {}, one, [tax("Actual", TRANSPORT, amount=10, included=1)]),
		case("valid-till-before", {"valid_till": "2026-11-01"}, one, vat),
	]


def random_case(rng: random.Random, number: int) -> dict:
	doc: dict = {"party_name": rng.choice(sorted(CUSTOMERS))}
	if rng.random() < 0.25:
		doc["currency"] = "EUR"
		if rng.random() < 0.8:
			doc["conversion_rate"] = rng.choice([EUR_RATE, 5.05, 4.99995])
	if rng.random() < 0.3:
		doc["disable_rounded_total"] = 1
	if rng.random() < 0.4:
		doc["payment_terms_template"] = rng.choice(sorted(TERMS))
	if rng.random() < 0.15:
		doc["ignore_pricing_rule"] = 1
	if rng.random() < 0.15:
		doc["selling_price_list"] = EUR_LIST
	if rng.random() < 0.15:
		doc["tax_category"] = CATEGORY
	if rng.random() < 0.65:
		doc["apply_discount_on"] = rng.choice(["Net Total", "Grand Total"])
		if rng.random() < 0.5:
			doc["additional_discount_percentage"] = rng.choice([1, 2.5, 7.77, 10, 33.333])
		else:
			doc["discount_amount"] = rng.choice([0.01, 0.5, 3.33, 17.29, 50])
	settings = {}
	if rng.random() < 0.25:
		settings["round_row_wise_tax"] = 1
	if rng.random() < 0.25:
		settings["rounding_method"] = rng.choice(["Commercial Rounding", "Banker's Rounding (legacy)"])
	edits = []
	if rng.random() < 0.3:
		edits.append(
			rng.choice(
				[
					{"items.0.qty": 9},
					{"discount_amount": 1.11, "additional_discount_percentage": 0},
					{"items.0.discount_percentage": 15, "items.0.rate": 0},
					{"disable_rounded_total": 1},
					{"items.0.rate": 12.34},
					{"currency": "EUR", "conversion_rate": 4.9},
					{"apply_discount_on": "Net Total", "discount_amount": 0.4},
				]
			)
		)
	return case(
		f"random-{number:02}",
		doc,
		[random_row(rng, first=n == 0) for n in range(rng.randint(1, 6))],
		random_taxes(rng),
		rules=random_rules(rng),
		edits=edits,
		settings=settings,
	)


def random_row(rng: random.Random, first: bool) -> dict:
	if not first and rng.random() < 0.1:
		row = {"item_name": "Manopera", "description": "Manopera", "uom": "Hour"}
		row.update(qty=rng.choice([1, 2.5, 7.25]), rate=rng.choice([85, 99.995, 120.335]))
		# Without a stock unit the row gets that of Stock Settings, which takes no fraction.
		return row if rng.random() < 0.2 else {**row, "stock_uom": "Hour"}
	code = rng.choice(sorted(ITEMS))
	_group, unit, _price, units = ITEMS[code]
	row: dict = {"item_code": code}
	row["qty"] = rng.choice([1, 2, 3, 7, 24]) if unit == "Nos" else rng.choice([0.5, 1.333, 2.75, 10, 0.007])
	if units and rng.random() < 0.5:
		row["uom"] = next(iter(units))
	if _price is None or rng.random() < 0.15:
		row["rate"] = rng.choice([10, 77.77, 0.335, 2000])
	elif rng.random() < 0.25:
		row["discount_percentage"] = rng.choice([5, 12.5, 33.333, 100])
	if "rate" not in row and rng.random() < 0.15:
		row.update(
			margin_type=rng.choice(["Percentage", "Amount"]),
			margin_rate_or_amount=rng.choice([5, 0.5, 12.345]),
		)
	if rng.random() < 0.05:
		row["discount_amount"] = 0.75
	if rng.random() < 0.25:
		row["item_tax_template"] = f"{rng.choice(sorted(TEMPLATES))} - {ABBR}"
	if not first and rng.random() < 0.12:
		row["is_alternative"] = 1
	return row


def random_taxes(rng: random.Random) -> list[dict]:
	vat = tax("On Net Total", STANDARD, 21)
	vat_in_price = tax("On Net Total", STANDARD, 21, included=1)
	return rng.choice(
		[
			[],
			[vat],
			[vat],
			[vat_in_price],
			[vat, tax("On Net Total", REDUCED, 11)],
			[tax("Actual", TRANSPORT, amount=19.99), tax("On Previous Row Total", STANDARD, 21, row_id=1)],
			[
				tax("Actual", TRANSPORT, amount=19.99),
				tax("On Previous Row Amount", STANDARD, 21, row_id=1),
				vat,
			],
			[tax("On Item Quantity", ECO, 0.35), tax("On Previous Row Total", STANDARD, 21, row_id=1)],
			[vat_in_price, tax("On Previous Row Amount", REDUCED, 11, row_id=1, included=1)],
			[vat_in_price, tax("On Previous Row Total", REDUCED, 11, row_id=1, included=1)],
			[tax("On Item Quantity", ECO, 0.05, included=1), vat_in_price],
			[vat_in_price, tax("Actual", TRANSPORT, amount=7.5)],
		]
	)


def random_rules(rng: random.Random) -> list[dict]:
	if rng.random() < 0.5:
		return []
	rules = [
		rule(discount_percentage=12, priority="2"),
		rule(
			discount_percentage=7.5,
			applicable_for="Customer Group",
			customer_group="Oracol Clienti",
			priority="5",
		),
		rule(
			discount_amount=1.25,
			rate_or_discount="Discount Amount",
			applicable_for="Customer",
			customer="Oracol Alfa",
		),
		rule(rate=64.99, rate_or_discount="Rate", item_code="ORC-2", priority="9"),
		rule(discount_percentage=20, min_qty=5, priority="7"),
		rule(discount_percentage=25, condition="customer_group == 'Commercial'", priority="8"),
		rule(discount_percentage=50, valid_from="2099-12-01", priority="12"),
		rule(discount_percentage=3, margin_type="Percentage", margin_rate_or_amount=10, priority="4"),
		rule(discount_percentage=40, apply_on="Item Code", item_code="ORC-5", max_amt=1000, priority="11"),
		rule(discount_percentage=5, apply_multiple_pricing_rules=1, priority="1"),
		rule(discount_percentage=10, apply_multiple_pricing_rules=1, apply_discount_on_rate=1, priority="2"),
		rule(apply_on="Transaction", discount_percentage=4, apply_discount_on="Net Total", min_amt=200),
	]
	return rng.sample(rules, rng.choice([1, 1, 2, 3]))


def case(name: str, doc: dict, rows: list[dict], taxes: list[dict], **more) -> dict:
	doc = {"party_name": "Oracol Alfa", **doc, "items": rows, "taxes": taxes}
	return {"name": name, "doc": doc, "rules": [], "edits": [], "settings": {}, **more}


def tax(
	charge_type: str,
	account: str,
	rate: float = 0,
	*,
	amount: float | None = None,
	row_id: int | None = None,
	included: int = 0,
) -> dict:
	row = {"charge_type": charge_type, "account_head": account, "description": account, "rate": rate}
	if amount is not None:
		row["tax_amount"] = amount
	if row_id:
		row["row_id"] = str(row_id)
	if included:
		row["included_in_print_rate"] = 1
	return row


def rule(**values) -> dict:
	"""A pricing rule; for all items below "Oracol Parinti", unless it names an item or the transaction."""
	return {"rate_or_discount": "Discount Percentage", **values}


# Measuring


def prepare(frappe) -> None:
	"""The masters that all cases use, beside the company that is there."""
	company = company_of(frappe)

	def add(doctype: str, **values) -> None:
		frappe.get_doc({"doctype": doctype, **with_abbr(frappe, values)}).insert()

	def add_price(code: str, price_list: str, uom: str, rate: float, **values) -> None:
		key = {"item_code": code, "price_list": price_list, "uom": uom, "valid_from": "2026-01-01"}
		add("Item Price", price_list_rate=rate, **key, **values)

	for name, kind, parent in (
		(STANDARD, "Tax", "Duties and Taxes"),
		(REDUCED, "Tax", "Duties and Taxes"),
		(TRANSPORT, "Chargeable", "Indirect Expenses"),
		(ECO, "Tax", "Duties and Taxes"),
	):
		add(
			"Account",
			account_name=name.removesuffix(f" - {ABBR}"),
			company=company,
			parent_account=f"{parent} - {ABBR}",
			account_type=kind,
		)
	add(
		"Sales Taxes and Charges Template",
		title="TVA oracol",
		company=company,
		taxes=[tax("On Net Total", STANDARD, 21)],
	)
	for title, rate in TEMPLATES.items():
		add(
			"Item Tax Template",
			title=title,
			company=company,
			taxes=[{"tax_type": STANDARD, "tax_rate": rate}],
		)
	add("Item Group", item_group_name="Oracol Parinti", is_group=1, parent_item_group="All Item Groups")
	add("Item Group", item_group_name="Oracol Copii", parent_item_group="Oracol Parinti")
	add(
		"Customer Group",
		customer_group_name="Oracol Clienti",
		is_group=1,
		parent_customer_group="All Customer Groups",
	)
	add("Customer Group", customer_group_name="Oracol Mici", parent_customer_group="Oracol Clienti")
	add("Tax Category", title=CATEGORY)
	add("Price List", price_list_name=EUR_LIST, currency="EUR", selling=1)
	for name, group in CUSTOMERS.items():
		add("Customer", customer_name=name, customer_group=group, territory="Romania")
	for code, (group, unit, price, units) in ITEMS.items():
		add(
			"Item",
			item_code=code,
			item_group=group,
			stock_uom=unit,
			is_stock_item=0,
			uoms=[{"uom": uom, "conversion_factor": factor} for uom, factor in units.items()],
			taxes=item_taxes(ITEM_TAXES.get(code, [])),
		)
		if price:
			add_price(code, "Standard Selling", unit, price)
			add_price(code, EUR_LIST, unit, round(price / 4.5, 2))
	add_price("ORC-2", "Standard Selling", "Box", 1111)
	add_price("ORC-4", "Standard Selling", "Nos", 0.05, customer="Oracol Alfa", packing_unit=3)
	for group, taxes in GROUP_TAXES.items():
		doc = frappe.get_doc("Item Group", group)
		doc.extend("taxes", with_abbr(frappe, item_taxes(taxes)))
		doc.save()
	for name, terms in TERMS.items():
		add("Payment Terms Template", template_name=name, terms=terms)
	add(
		"Currency Exchange", date="2026-01-01", from_currency="EUR", to_currency="RON", exchange_rate=EUR_RATE
	)


def item_taxes(taxes: list[tuple]) -> list[dict]:
	fields = ("item_tax_template", "tax_category", "minimum_net_rate", "maximum_net_rate", "valid_from")
	return [dict(zip(fields, (f"{template} - {ABBR}", *rest), strict=True)) for template, *rest in taxes]


def company_of(frappe) -> str:
	return frappe.db.get_single_value("Global Defaults", "default_company")


def with_abbr(frappe, value, back: bool = False):
	"""Names of the bench's company as names of this site's, or back again."""
	own = frappe.db.get_value("Company", company_of(frappe), "abbr")
	there, here = f" - {ABBR}", f" - {own}"
	return json.loads(json.dumps(value).replace(*((here, there) if back else (there, here))))


def measure(frappe, given: dict) -> dict:
	"""The numbers of one case; nothing of it stays. An input that is refused gives the name of the error."""
	return with_abbr(frappe, measure_here(frappe, with_abbr(frappe, given)), back=True)


def measure_here(frappe, given: dict) -> dict:
	frappe.db.savepoint("oracle_case")
	restore = change_settings(frappe, given["settings"])
	names = []
	try:
		for number, values in enumerate(given["rules"]):
			names.append(insert_rule(frappe, number, values))
		doc = frappe.get_doc(
			{
				"doctype": "Quotation",
				"quotation_to": "Customer",
				"company": company_of(frappe),
				"transaction_date": DAY,
				"customer_group": CUSTOMERS[given["doc"]["party_name"]],
				"territory": "Romania",
				**given["doc"],
			}
		)
		doc.insert()
		for edit in given["edits"]:
			for path, value in edit.items():
				assign(doc, path, value)
			doc.save()
		doc.submit()
		return {**numbers(doc), "order": measure_order(frappe, doc)}
	except Exception as error:
		if not isinstance(error, frappe.ValidationError):
			raise
		return {"error": type(error).__name__}
	finally:
		frappe.db.rollback(save_point="oracle_case")
		restore()
		for name in names:
			frappe.clear_document_cache("Pricing Rule", name)
		frappe.local.message_log = []


def measure_order(frappe, quotation) -> dict:
	"""The order of all that is offered, and what the quotation then says of itself."""
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	try:
		order = make_sales_order(quotation.name)
		order.transaction_date = DAY
		order.delivery_date = "2026-12-15"
		order.insert()
		order.submit()
	except frappe.ValidationError as error:
		return {"error": type(error).__name__}
	return {
		"doc": pick(order, ORDER_FIELDS),
		"items": [pick(row, ORDER_ROW_FIELDS) for row in order.items],
		"taxes": [pick(row, TAX_FIELDS) for row in order.taxes],
		"schedule": [pick(row, SCHEDULE_FIELDS) for row in order.payment_schedule],
		"quotation": frappe.db.get_value("Quotation", quotation.name, "status"),
	}


def insert_rule(frappe, number: int, values: dict) -> str:
	values = dict(values)
	code = values.pop("item_code", None)
	apply_on = values.pop("apply_on", "Item Code" if code else "Item Group")
	doc = frappe.get_doc(
		{
			"doctype": "Pricing Rule",
			"title": f"Oracol {number}",
			"apply_on": apply_on,
			"items": [{"item_code": code}] if apply_on == "Item Code" else [],
			"item_groups": [{"item_group": "Oracol Parinti"}] if apply_on == "Item Group" else [],
			"price_or_product_discount": "Price",
			"selling": 1,
			"company": company_of(frappe),
			"currency": "RON",
			"valid_from": "2026-01-01",
			**values,
		}
	)
	return doc.insert().name


def change_settings(frappe, settings: dict):
	"""Set what a case asks for; returns the function that puts it back."""
	where = {"round_row_wise_tax": "Accounts Settings", "rounding_method": "System Settings"}
	values = {"round_row_wise_tax": 0, "rounding_method": "Banker's Rounding", **settings}

	def put(values: dict) -> None:
		for field, value in values.items():
			frappe.db.set_single_value(where[field], field, value)
			frappe.clear_document_cache(where[field], where[field])
			if hasattr(frappe, "client_cache"):
				frappe.client_cache.delete_value(frappe.get_document_cache_key(where[field], where[field]))
		with contextlib.suppress(AttributeError):
			del frappe.local.system_settings

	before = {field: frappe.db.get_single_value(doctype, field) for field, doctype in where.items()}
	put(values)
	return lambda: put(before)


def assign(doc, path: str, value) -> None:
	*table, field = path.split(".")
	(doc.get(table[0])[int(table[1])] if table else doc).set(field, value)


def numbers(doc) -> dict:
	return {
		"doc": pick(doc, DOC_FIELDS),
		"items": [
			{**pick(row, ROW_FIELDS), "rules": len(json.loads(row.pricing_rules or "[]"))}
			for row in doc.items
		],
		"taxes": [pick(row, TAX_FIELDS) for row in doc.taxes],
		"schedule": [pick(row, SCHEDULE_FIELDS) for row in doc.payment_schedule],
	}


def pick(row, fields: list[str]) -> dict:
	"""The fields that say something: what is empty or 0 is left out."""
	values = {field: plain(row.get(field)) for field in fields}
	return {field: value for field, value in values.items() if value not in ("", 0.0, {})}


def plain(value):
	"""As JSON keeps it; numbers without the noise of binary fractions, nothing and empty alike."""
	if isinstance(value, str) and value.startswith("{"):
		return plain(json.loads(value))
	if isinstance(value, dict):
		return {key: plain(inner) for key, inner in value.items()}
	if isinstance(value, (list, tuple)):
		return [plain(inner) for inner in value]
	if isinstance(value, (int, float)):
		return round(float(value), 6)
	return "" if value is None else str(value)


def main(site: str) -> None:
	import frappe

	frappe.init(site)
	frappe.connect()
	try:
		prepare(frappe)
		measured = [{**given, "measured": measure(frappe, given)} for given in cases()]
	finally:
		frappe.db.rollback()
		frappe.clear_cache()
		frappe.destroy()
	lines = (json.dumps(entry, sort_keys=True, separators=(",", ":")) for entry in measured)
	print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
	main(sys.argv[1])
