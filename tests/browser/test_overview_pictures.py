"""What Customer 360 looks like, with a past as the demo has it: for the documentation, when it is asked for."""

import os
import random

import pytest
from desk_helpers import COMPANY, MANAGER, PHONE, cleaned, make_customer, shot
from overview_helpers import TABS, card, open_customer, open_tab, overview_is_on, warning

from embedded import demo_books, demo_documents, demo_overview, demo_site

pytestmark = pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="SCREENSHOTS is not set")


@pytest.fixture(scope="module")
def customer(connected, running):
	frappe = connected
	with cleaned(frappe, running.sandbox), overview_is_on(frappe):
		chance = random.Random(7)
		name = make_customer("Electro Distribution SRL", tax_id="RO98765438")[0]
		# enough to show every kind of thing
		items = [demo_site.make_item(item, chance) for item in demo_site.sample_items(chance)[:24]]
		demo_overview.make_terms()
		demo_overview.make_tiers()
		demo_overview.give_tiers([name], chance)
		with demo_documents.expired_offers_are_ordered():
			demo_books.fill([name], items, chance)
		demo_overview.set_credit_limits([name], chance)
		demo_overview.make_shop_rules(name)
		demo_overview.make_special_prices([name], chance)
		demo_overview.make_sales_team([name], chance)
		demo_overview.make_group(name, [make_customer("Electro Instal SRL")[0]])
		demo_overview.mark_favourites([name])
		demo_overview.recommend()
		frappe.get_doc("User", MANAGER).add_roles("Accounts User")
		frappe.db.commit()
		yield name
		frappe.get_doc("User", MANAGER).remove_roles("Accounts User")
		frappe.db.commit()


@pytest.mark.parametrize("where", ("", "-dark", "-phone"))
def test_every_tab(where, customer, open_page):
	options = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if where == "-phone" else {}
	page = open_page(MANAGER, **options)
	open_customer(page, customer)
	if where == "-dark":
		page.evaluate("() => document.documentElement.setAttribute('data-theme', 'dark')")
	for tab in TABS:
		open_tab(page, tab)
		page.evaluate("() => window.scrollTo(0, 0)")
		shot(page, f"overview-{tab.lower()}{where}", height=1250)


def test_a_quotation(customer, open_page):
	page = open_page(MANAGER)
	page.goto(f"/desk/quotation/new?company={COMPANY.name}")
	page.wait_for_selector("[data-fieldname=party_name] input:visible")
	page.evaluate("(customer) => cur_frm.set_value('party_name', customer)", customer)
	card(page).locator("[data-sb=add]").first.click()
	page.wait_for_function("() => cur_frm.doc.items?.[0]?.rate > 0 && cur_frm.doc.items[0].qty > 1")
	page.wait_for_timeout(500)
	page.evaluate(
		"""async () => {
			const [row] = cur_frm.doc.items;
			await frappe.model.set_value(row.doctype, row.name, "qty", Math.ceil(9000 / row.rate));
		}"""
	)
	warning(page).wait_for()
	shot(page, "overview-quotation", height=1100)
