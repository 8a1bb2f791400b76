"""What the demo shows of Customer 360: tiers and who has which, rules and prices of the shop's own, credit, a group of
companies; most of it of those who buy most."""

import math
import random
from typing import Any

from embedded import demo_books, demo_documents
from embedded.demo_documents import SampleItem
from embedded.romania import COMPANIES

MANAGER = "manager@demo.local"
# who buys most
BEST = 40
TIERS = (
	("Bronz", 3, "Clienți noi, cu plata la termen.", "30 zile", 10_000),
	("Argint", 7, "Clienți cu comenzi lunare.", "30 zile", 40_000),
	("Aur", 12, "Parteneri: reducere la tot, termen de plată de 45 de zile.", "45 zile", 120_000),
)
REASONS = (
	"Comenzi lunare peste 10.000 lei",
	"Negociat la târgul din martie",
	"Partener din 2019, plătește la timp",
)


def fill(items: list[SampleItem], chance: random.Random) -> None:
	"""The caller commits."""
	import frappe

	frappe.db.set_single_value("B2B Settings", "enable_customer_360", 1)
	# ERPNext's own: without it figures lead to no invoice
	frappe.get_doc("User", MANAGER).add_roles("Accounts User")
	make_terms()
	make_tiers()
	best = best_customers()
	give_tiers(best, chance)
	with demo_documents.expired_offers_are_ordered():
		demo_books.fill(best, items, chance)
	set_credit_limits(best, chance)
	make_shop_rules(best[0])
	make_special_prices(best[:5], chance)
	make_sales_team(best[:10], chance)
	make_group(best[0], best[20:22])
	mark_favourites(best[:3])
	recommend()


def best_customers() -> list[str]:
	"""Those with the most offers first."""
	import frappe
	from frappe.query_builder.functions import Count

	quotation = frappe.qb.DocType("Quotation")
	return (
		frappe.qb.from_(quotation)
		.select(quotation.party_name)
		.where((quotation.quotation_to == "Customer") & (quotation.docstatus == 1))
		.groupby(quotation.party_name)
		.orderby(Count("*"), order=frappe.qb.desc)
		.orderby(quotation.party_name)
		.limit(BEST)
		.run(pluck=True)
	)


def make_terms() -> None:
	import frappe

	for days in (30, 45):
		term = {"due_date_based_on": "Day(s) after invoice date", "credit_days": days, "invoice_portion": 100}
		name = f"{days} zile"
		frappe.get_doc(
			{"doctype": "Payment Term", "payment_term_name": name, "description": f"Plata la {name}", **term}
		).insert()
		frappe.get_doc(
			{
				"doctype": "Payment Terms Template",
				"template_name": name,
				"terms": [{"payment_term": name, "description": f"Plata la {name}", **term}],
			}
		).insert()


def make_tiers() -> None:
	import frappe

	for place, (name, discount, description, terms, limit) in enumerate(TIERS):
		frappe.get_doc(
			{
				"doctype": "B2B Tier",
				"tier_name": name,
				"description": description,
				"discount_percentage": discount,
				"priority": place + 1,
				"payment_terms": terms,
				"company": COMPANIES[0].name,
				"default_credit_limit": limit,
			}
		).insert()


def give_tiers(customers: list[str], chance: random.Random) -> None:
	import frappe

	from erp_b2b_smartbill.customers.pricing.change import change_tier

	frappe.set_user(MANAGER)
	for place, customer in enumerate(customers):
		tier = TIERS[2 if place < 6 else 1 if place < 18 else 0]
		change_tier(customer, tier[0], chance.choice(REASONS))
	frappe.set_user("Administrator")
	for place, customer in enumerate(customers):
		frappe.db.set_value("Customer", customer, "payment_terms", "45 zile" if place < 6 else "30 zile")


def set_credit_limits(customers: list[str], chance: random.Random) -> None:
	"""With room for what they owe: the best has little left."""
	import frappe

	from erp_b2b_smartbill.customers import credit

	limits: dict[str, list[dict[str, Any]]] = {}
	for company in COMPANIES:
		for customer, known in credit.of(customers, company.name).items():
			share = 0.9 if customer == customers[0] else chance.uniform(0.2, 0.8)
			limit = max(math.ceil(known.used / share / 1000) * 1000, 10_000)
			limits.setdefault(customer, []).append({"company": company.name, "credit_limit": limit})
	for place, customer in enumerate(customers):
		# some have the limit of their group or of the company, which is none
		if place % 7 == 6:
			continue
		doc = frappe.get_doc("Customer", customer)
		doc.set("credit_limits", limits[customer])
		doc.save()


def make_shop_rules(customer: str) -> None:
	"""What the shop has beside the tiers: an action on some goods, something for one customer alone."""
	import frappe

	items = frappe.get_all("Item", {"item_code": ["like", "CAB-%"]}, pluck="name", order_by="name", limit=5)
	shared: dict[str, Any] = {
		"doctype": "Pricing Rule",
		"price_or_product_discount": "Price",
		"rate_or_discount": "Discount Percentage",
		"selling": 1,
		"company": "",
		"currency": "RON",
		"apply_on": "Item Code",
	}
	frappe.get_doc(
		{
			**shared,
			"title": "Acțiune cabluri",
			"discount_percentage": 15,
			"min_qty": 100,
			"priority": "10",
			"items": [{"item_code": item} for item in items],
			"valid_from": frappe.utils.nowdate(),
			"valid_upto": frappe.utils.add_days(None, 45),
		}
	).insert()
	frappe.get_doc(
		{
			**shared,
			"title": "Contract cadru",
			"applicable_for": "Customer",
			"customer": customer,
			"discount_percentage": 20,
			"priority": "12",
			"items": [{"item_code": item} for item in items[:2]],
		}
	).insert()


def make_special_prices(customers: list[str], chance: random.Random) -> None:
	import frappe

	prices = frappe.get_all(
		"Item Price",
		{"price_list": "Standard Selling"},
		["item_code", "price_list_rate"],
		order_by="item_code",
	)
	for customer in customers:
		for price in chance.sample(prices, 4):
			frappe.get_doc(
				{
					"doctype": "Item Price",
					"item_code": price.item_code,
					"price_list": "Standard Selling",
					"customer": customer,
					"price_list_rate": round(price.price_list_rate * chance.uniform(0.75, 0.92), 2),
					"valid_upto": frappe.utils.add_days(None, chance.choice((30, 90, 180))),
				}
			).insert()


def make_sales_team(customers: list[str], chance: random.Random) -> None:
	import frappe

	people = ("Ana Vânzări", "Radu Mureșan")
	root = frappe.db.get_value("Sales Person", {"is_group": 1, "parent_sales_person": ["is", "not set"]})
	for person in people:
		frappe.get_doc(
			{"doctype": "Sales Person", "sales_person_name": person, "parent_sales_person": root}
		).insert()
	for customer in customers:
		doc = frappe.get_doc("Customer", customer)
		doc.append("sales_team", {"sales_person": chance.choice(people), "allocated_percentage": 100})
		doc.save()


def make_group(head: str, members: list[str]) -> None:
	import frappe

	for member in members:
		frappe.db.set_value("Customer", member, "b2b_parent_customer", head)


def mark_favourites(customers: list[str]) -> None:
	"""What they bought most often."""
	import frappe

	from erp_b2b_smartbill.customers import favourites
	from erp_b2b_smartbill.customers.overview import preferences, scope

	for customer in customers:
		usual = preferences.show(scope.of(customer))["usual"]["rows"]
		for row in usual[:3]:
			favourites.mark(customer, row["item_code"], favourites.SALES)
	frappe.db.commit()


def recommend() -> None:
	"""As every night."""
	from erp_b2b_smartbill.customers.recommend import run

	run.recommend()
