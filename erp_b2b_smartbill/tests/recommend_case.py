"""What tests of preferences and recommendations share: customers who bought, by ordinary documents."""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.customers.on_sale import items_on_sale
from erp_b2b_smartbill.customers.recommend import run, store
from erp_b2b_smartbill.customers.recommend.together import Neighbour
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase

# an item, a quantity, and what else is to stand in the row
Row = Any


class RecommendCase(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 1)

	def customer(self, **values: Any) -> str:
		return factories.customer(address=None, **values).name

	def item(self, **values: Any) -> str:
		return factories.item(**values).name

	def order(self, customer: str, days_ago: int, *rows: Row, **values: Any) -> Any:
		return self.document(
			"Sales Order", customer, rows, days_ago, delivery_date=add_days(nowdate(), 7), **values
		)

	def invoice(self, customer: str, days_ago: int, *rows: Row, **values: Any) -> Any:
		return self.document("Sales Invoice", customer, rows, days_ago, set_posting_time=1, **values)

	def document(
		self, doctype: str, customer: str, rows: tuple[Row, ...], days_ago: int, **values: Any
	) -> Any:
		day = add_days(nowdate(), -days_ago)
		submit = values.pop("submit", True)
		doc = frappe.get_doc(
			{
				"doctype": doctype,
				"customer": customer,
				"company": self.company,
				"transaction_date": day,
				"posting_date": day,
				"due_date": nowdate(),
				"currency": "RON",
				"conversion_rate": 1,
				"selling_price_list": factories.PRICE_LIST,
				"price_list_currency": "RON",
				"plc_conversion_rate": 1,
				"ignore_pricing_rule": 1,
				"disable_rounded_total": 1,
				"items": [
					{
						"item_code": item,
						"qty": qty,
						"rate": 10,
						"price_list_rate": 10,
						**(more[0] if more else {}),
					}
					for item, qty, *more in rows
				],
				**values,
			}
		).insert()
		if submit:
			doc.submit()
		return doc

	def credit_note(self, invoice: Any, days_ago: int, item: str, qty: float) -> Any:
		"""Takes so many of the item back."""
		row = next(row for row in invoice.items if row.item_code == item)
		link = {"sales_invoice_item": row.name, "sales_order": row.sales_order, "so_detail": row.so_detail}
		return self.invoice(
			invoice.customer, days_ago, (item, -qty, link), is_return=1, return_against=invoice.name
		)

	def renew(self, *customers: str) -> None:
		"""As a run does."""
		run.renew(customers, store.Neighbours(), items_on_sale())

	def associate(self, item: str, other: str, customers: int = 5, score: float = 0.5) -> None:
		store.add_associations([(item, [Neighbour(other, customers, score)])])

	def recommended(self, customer: str, kind: str | None = None) -> dict[str, Any]:
		filters = {"customer": customer} | ({"kind": kind} if kind else {})
		rows = frappe.get_all(store.RECOMMENDATION, filters, ["*"], order_by="kind, place")
		return {row.item_code: row for row in rows}
