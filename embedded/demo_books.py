"""What the demo's best customers bought in the last year: regular orders, invoices, payments that come late, offers that
were lost. It makes the figures of Customer 360."""

import datetime
import random
from typing import Any

from embedded import demo_documents as documents
from embedded.demo_documents import SampleItem
from embedded.romania import COMPANIES

# they buy every few weeks
REGULARS = 2
CYCLES = 11
BASKET = 6
DAYS_TO_PAY = 30
BILLED_OF_OTHERS = 12
LOST = (
	("Preț prea mare", "Au cumpărat de la un importator, cu 6 % mai ieftin."),
	("Termen de livrare", "Aveau nevoie de marfă în trei zile."),
	("Proiect amânat", ""),
)


def fill(customers: list[str], items: list[SampleItem], chance: random.Random) -> None:
	"""Of the customers who buy most, the best first. The caller commits."""
	import frappe

	today = frappe.utils.getdate()
	for year in (today.year - 2, today.year - 1):
		make_fiscal_year(year)
	for name, _detail in LOST:
		if not frappe.db.exists("Quotation Lost Reason", name):
			frappe.get_doc({"doctype": "Quotation Lost Reason", "order_lost_reason": name}).insert()
	for place, name in enumerate(customers[:REGULARS]):
		customer = frappe.get_doc("Customer", name)
		buy_regularly(customer, items, today - datetime.timedelta(days=5 * place), chance)
	bill_others(customers[REGULARS:], today, chance)


def make_fiscal_year(year: int) -> None:
	import frappe

	if not frappe.db.exists("Fiscal Year", str(year)):
		frappe.get_doc(
			{
				"doctype": "Fiscal Year",
				"year": str(year),
				"year_start_date": f"{year}-01-01",
				"year_end_date": f"{year}-12-31",
			}
		).insert()


def buy_regularly(
	customer: Any, items: list[SampleItem], until: datetime.date, chance: random.Random
) -> None:
	"""The same few things about every month, a bit more of them each time; now and then an offer comes to nothing."""
	company = COMPANIES[0]
	basket = chance.sample(items, BASKET)
	for cycle in range(CYCLES, 0, -1):
		day = until - datetime.timedelta(days=31 * cycle - chance.randint(0, 6))
		usual = [item for place, item in enumerate(basket) if place < 2 or chance.random() < 0.75]
		rows = [documents.row_of(item, chance.choice((5, 10, 10, 20)), company) for item in usual]
		quotation = documents.quote(company, customer, rows, day)
		if cycle in (9, 6, 3):
			lose(quotation, LOST[cycle // 3 - 1])
			continue
		ordered = day + datetime.timedelta(days=chance.randint(0, 6))
		order = documents.order(quotation.name, ordered)
		if cycle == 1:
			continue
		billed = ordered + datetime.timedelta(days=3)
		invoice = documents.invoice(order.name, billed, DAYS_TO_PAY)
		settle(invoice, billed, cycle, chance)


def settle(invoice: Any, billed: datetime.date, cycle: int, chance: random.Random) -> None:
	"""The older ones are paid, some days late; of a newer one a part; the newest not at all."""
	if cycle == 8:
		documents.credit_note(invoice, billed + datetime.timedelta(days=9), 2)
	if cycle > 5:
		documents.pay(invoice.name, billed + datetime.timedelta(days=DAYS_TO_PAY + chance.randint(-8, 21)))
	elif cycle == 5:
		documents.pay(invoice.name, billed + datetime.timedelta(days=40), 0.4)


def lose(quotation: Any, reason: tuple[str, str]) -> None:
	name, detail = reason
	quotation.declare_enquiry_lost([{"lost_reason": name}], [], detail or None)


def bill_others(customers: list[str], today: datetime.date, chance: random.Random) -> None:
	"""Of the others' orders the newest are billed, half of them paid."""
	import frappe

	orders = frappe.get_all(
		"Sales Order",
		{
			"customer": ["in", customers],
			"docstatus": 1,
			"transaction_date": [">", today.replace(year=today.year - 1)],
		},
		["name", "transaction_date"],
		order_by="transaction_date desc, name",
		limit=BILLED_OF_OTHERS,
	)
	for order in orders:
		billed = min(order.transaction_date + datetime.timedelta(days=5), today)
		invoice = documents.invoice(order.name, billed, DAYS_TO_PAY)
		if chance.random() < 0.5:
			documents.pay(invoice.name, min(billed + datetime.timedelta(days=chance.randint(5, 45)), today))
