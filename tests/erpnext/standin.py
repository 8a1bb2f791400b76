"""The base of the stand-in's tests: masters with as little as a test needs to say, in the site's own company."""

from typing import Any

import frappe
from frappe.utils import nowdate

from erp_b2b_smartbill.tests.compat import ServerTestCase

PRICE_LIST = "Standard Selling"


class StandinTestCase(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = frappe.db.get_single_value("Global Defaults", "default_company")
		self.abbr = frappe.db.get_value("Company", self.company, "abbr")
		self.count = 0

	def unique(self, text: str) -> str:
		self.count += 1
		return f"{text} {self.id().rsplit('.', 1)[-1]} {self.count}"

	def insert(self, doctype: str, **values: Any) -> Any:
		return frappe.get_doc({"doctype": doctype, **values}).insert()

	def customer(self, **values: Any) -> Any:
		values = {"customer_name": self.unique("Client"), "customer_group": "Commercial", **values}
		return self.insert("Customer", **{"territory": "Romania", **values})

	def group(self, parent: str = "All Customer Groups", is_group: int = 0) -> str:
		name = self.unique("Grup")
		values = {"customer_group_name": name, "parent_customer_group": parent, "is_group": is_group}
		return self.insert("Customer Group", **values).name

	def item(self, price: float = 100, **values: Any) -> Any:
		values = {"item_code": self.unique("ART"), "item_group": "Products", "stock_uom": "Nos", **values}
		return self.insert("Item", **{"is_stock_item": 0, "standard_rate": price, **values})

	def tax_account(self, rate: float = 21) -> str:
		name = f"TVA stand-in {rate:g}% - {self.abbr}"
		if not frappe.db.exists("Account", name):
			self.insert(
				"Account",
				account_name=f"TVA stand-in {rate:g}%",
				company=self.company,
				parent_account=f"Duties and Taxes - {self.abbr}",
				account_type="Tax",
				tax_rate=rate,
			)
		return name

	def vat(self, rate: float = 21, **values: Any) -> dict:
		account = self.tax_account(rate)
		return {
			"charge_type": "On Net Total",
			"account_head": account,
			"rate": rate,
			"description": account,
			**values,
		}

	def quotation(self, *, rows: list[dict] | None = None, qty: float = 3, **values: Any) -> Any:
		"""Inserted, to a customer of its own group and territory; three pieces of an item at 100, no tax."""
		values.setdefault("quotation_to", "Customer")
		if values["quotation_to"] == "Customer":
			party = values.pop("party", None) or self.customer()
			values.setdefault("party_name", party.name)
			values.setdefault("customer_group", party.customer_group)
			values.setdefault("territory", party.territory)
		values.setdefault("company", self.company)
		rows = rows or [{"item_code": self.item().name, "qty": qty}]
		return self.insert("Quotation", items=rows, transaction_date=nowdate(), **values)

	def rule(self, **values: Any) -> Any:
		"""A pricing rule for all products: 12 % off, unless the test says otherwise."""
		return self.insert(
			"Pricing Rule",
			**{
				"title": self.unique("Regula"),
				"apply_on": "Item Group",
				"item_groups": [{"item_group": "Products"}],
				"price_or_product_discount": "Price",
				"rate_or_discount": "Discount Percentage",
				"discount_percentage": 12,
				"selling": 1,
				"company": self.company,
				"currency": "RON",
				**values,
			},
		)

	def user(self, *roles: str) -> str:
		email = f"{frappe.generate_hash(length=10)}@example.com"
		user = frappe.get_doc(
			{"doctype": "User", "email": email, "first_name": "Test", "send_welcome_email": 0}
		)
		user.append_roles(*roles)
		return user.insert(ignore_permissions=True).name
