"""What tests of tiers and their prices share: a shop without rules of its own, and documents as a program makes them."""

import json
from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase

RULE = "Pricing Rule"


class TierCase(ServerTestCase):
	"""A shop that has no rules but those of the test, items at 100 lei, the switch on."""

	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		frappe.db.set_single_value("B2B Settings", OVERVIEW, 1)
		frappe.db.set_value(RULE, {"disable": 0}, "disable", 1)
		# a tree that no test of another module has filled
		self.item_group = self.group("Item Group", "All Item Groups")
		self.brand = self.insert("Brand", brand=self.unique("Marca")).name

	def unique(self, text: str) -> str:
		return f"{text} {frappe.generate_hash(length=8)}"

	def insert(self, doctype: str, **values: Any) -> Any:
		return frappe.get_doc({"doctype": doctype, **values}).insert()

	def group(self, doctype: str, parent: str) -> str:
		field = frappe.scrub(doctype)
		values = {f"{field}_name": self.unique("Grupa"), f"parent_{field}": parent, "is_group": 0}
		return self.insert(doctype, **values).name

	def tier(self, discount: float = 12, **values: Any) -> Any:
		return self.insert(
			"B2B Tier", **{"tier_name": self.unique("Aur"), "discount_percentage": discount, **values}
		)

	def customer(self, tier: Any = None, **values: Any) -> Any:
		return factories.customer(b2b_tier=tier.name if tier else None, address=None, **values)

	def item(self, **values: Any) -> Any:
		item = factories.item(**{"item_group": self.item_group, "brand": self.brand, **values})
		price = {"item_code": item.name, "price_list": factories.PRICE_LIST, "price_list_rate": 100}
		self.insert("Item Price", valid_from=add_days(nowdate(), -9), **price)
		return item

	def shop_rule(self, discount: float = 5, **values: Any) -> Any:
		"""A rule of the shop's own on the test's group of items, unless it says otherwise."""
		scope = values.pop("on", "Item Group")
		table = {
			"Item Group": {"item_groups": [{"item_group": self.item_group}]},
			"Brand": {"brands": [{"brand": self.brand}]},
			"Item Code": {"items": [{"item_code": values.pop("item", None)}]},
			"Transaction": {},
		}[scope]
		return self.insert(
			RULE,
			**{
				"title": self.unique("Regula"),
				"apply_on": scope,
				"price_or_product_discount": "Price",
				"rate_or_discount": "Discount Percentage",
				"discount_percentage": discount,
				"selling": 1,
				# not the user's default one
				"company": "",
				"currency": rule.currency(),
				**table,
				**values,
			},
		)

	def quotation(self, customer: Any, item: Any, **values: Any) -> Any:
		"""As a program makes it: nothing but who, what and how many."""
		return self.unsaved(customer, item, **values).insert()

	def unsaved(self, customer: Any, item: Any, **values: Any) -> Any:
		return frappe.get_doc(
			{
				"doctype": "Quotation",
				"quotation_to": "Customer",
				"party_name": customer.name,
				"company": self.company,
				"currency": "RON",
				"selling_price_list": factories.PRICE_LIST,
				"transaction_date": nowdate(),
				"items": [{"item_code": item.name, "qty": 2}],
				**values,
			}
		)

	def rule_of(self, tier: Any) -> Any:
		return frappe.get_doc(RULE, {"b2b_tier": tier.name, "disable": 0})

	def price(self, doc: Any) -> tuple[float, list[str]]:
		row = doc.items[0]
		return row.rate, json.loads(row.pricing_rules or "[]")
