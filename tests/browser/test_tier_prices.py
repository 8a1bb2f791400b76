"""A customer's tier in the form of a Quotation: the price is there as soon as the item is, and follows the customer."""

from typing import Any

import pytest
from desk_helpers import COMPANY, make_customer, make_item, pick

from erp_b2b_smartbill.features import OVERVIEW

SETTLE = "async () => { await cur_frm.erpnext_questions; await frappe.after_ajax(); }"


@pytest.fixture
def shop(clean, connected) -> dict[str, str]:
	frappe = connected
	frappe.db.set_single_value("B2B Settings", OVERVIEW, 1)
	tier = frappe.get_doc({"doctype": "B2B Tier", "tier_name": "Aur", "discount_percentage": 12}).insert()
	gold = make_customer("Aurarul SRL", b2b_tier=tier.name)[0]
	plain = make_customer("Oarecare SRL")[0]
	item = make_item(standard_rate=100)
	frappe.db.commit()
	yield {"tier": tier.name, "gold": gold, "plain": plain, "item": item}
	frappe.db.rollback()
	frappe.db.set_single_value("B2B Settings", OVERVIEW, 0)
	frappe.db.commit()


def choose(page: Any, customer: str) -> None:
	pick(page.locator("[data-fieldname=party_name] input:visible").first, customer, customer)
	page.evaluate(SETTLE)
	page.wait_for_timeout(300)
	page.evaluate(SETTLE)


def shown(page: Any) -> tuple[str | None, float | None]:
	return tuple(
		page.evaluate("() => [cur_frm.doc.b2b_tier || null, (cur_frm.doc.items || [])[0]?.rate ?? null]")
	)


def test_the_price_follows_the_customer_and_is_saved_as_shown(shop, seller):
	seller.goto(f"/desk/quotation/new?company={COMPANY.name}")
	seller.wait_for_selector("[data-fieldname=party_name] input:visible")
	choose(seller, shop["gold"])
	seller.evaluate(
		"""(item) => {
			const row = cur_frm.doc.items?.[0] || cur_frm.add_child("items");
			return frappe.model.set_value(row.doctype, row.name, "item_code", item);
		}""",
		shop["item"],
	)
	seller.evaluate(SETTLE)
	assert shown(seller) == (shop["tier"], 88)

	choose(seller, shop["plain"])
	assert shown(seller) == (None, 100)

	choose(seller, shop["gold"])
	assert shown(seller) == (shop["tier"], 88)
	assert seller.locator("[data-fieldname=b2b_tier]:visible", has_text=shop["tier"]).count()
	seller.evaluate("() => cur_frm.save()")
	seller.wait_for_function("() => !cur_frm.is_new()")
	assert shown(seller) == (shop["tier"], 88)
