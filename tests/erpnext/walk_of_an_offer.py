"""A person makes an offer on the desk, in a real browser: prints what the form said on the way, as JSON.

Run by test_forms_in_browser.py in a process of its own: the browser tests of the app hold Playwright in theirs."""

import json
import sys

from playwright.sync_api import Page, sync_playwright

from embedded.browser import LAUNCH_ARGUMENTS, find_chromium

# What the form shows, once the server has answered.
STATE = """
() => {
	const { doc } = cur_frm;
	const row = (doc.items || [])[0] || {};
	return {
		doctype: cur_frm.doctype, name: doc.name, status: doc.status, currency: doc.currency,
		customer_group: doc.customer_group || null, address: doc.customer_address || null,
		taxes: (doc.taxes || []).map((tax) => tax.rate),
		row: [row.item_code || null, row.qty, row.rate, row.amount, row.uom],
		net_total: doc.net_total, grand_total: doc.grand_total,
		due: (doc.payment_schedule || []).map((due) => due.payment_amount),
		base_total_shown: cur_frm.fields_dict.base_total.$wrapper.is(":visible"),
		buttons: [...document.querySelectorAll(".page-actions button")].map((b) => b.innerText.trim()),
	};
}
"""


class Desk:
	def __init__(self, page: Page):
		self.page = page
		self.said: dict[str, dict] = {}

	def note(self, moment: str) -> None:
		self.settle()
		self.said[moment] = self.page.evaluate(STATE)

	def settle(self) -> None:
		"""Wait until every question to the server is answered."""
		self.page.wait_for_timeout(150)
		self.page.evaluate("async () => { await cur_frm.erpnext_questions; await frappe.after_ajax(); }")

	def choose(self, field: str, value: str) -> None:
		"""Type into a link field and take the first suggestion."""
		self.page.locator(f"[data-fieldname={field}] input:visible").first.fill(value)
		self.page.locator("[role=option]:visible", has_text=value).first.click()
		self.settle()

	def set(self, fieldname: str, value: object) -> None:
		self.page.evaluate("([field, value]) => cur_frm.set_value(field, value)", [fieldname, value])

	def set_row(self, fieldname: str, value: object) -> None:
		self.page.evaluate(
			"""([field, value]) => {
				const row = cur_frm.doc.items[0];
				return frappe.model.set_value(row.doctype, row.name, field, value);
			}""",
			[fieldname, value],
		)


def walk(page: Page, customer: str, item: str) -> dict[str, dict]:
	page.goto("/login")
	page.fill("#login_email", "Administrator")
	page.fill("#login_password", "admin")
	page.click(".btn-login")
	page.wait_for_url("**/desk**")
	page.goto("/desk/quotation/new")
	page.wait_for_selector("[data-fieldname=party_name] input:visible")
	desk = Desk(page)
	desk.choose("party_name", customer)
	desk.note("party chosen")
	desk.set_row("item_code", item)
	desk.note("item chosen")
	desk.set_row("qty", 3)
	desk.settle()
	desk.set_row("discount_percentage", 10)
	desk.note("row edited")
	desk.set("additional_discount_percentage", 5)
	desk.note("discount given")
	page.evaluate("() => cur_frm.save()")
	page.wait_for_function("() => !cur_frm.is_new()")
	desk.note("saved")
	page.evaluate(
		"() => frappe.xcall('frappe.client.submit', { doc: cur_frm.doc }).then(() => cur_frm.reload_doc())"
	)
	page.wait_for_function("() => cur_frm.doc.docstatus === 1")
	desk.note("submitted")
	page.evaluate("() => cur_frm.events.make_sales_order(cur_frm)")
	page.wait_for_function("() => cur_frm.doctype === 'Sales Order'")
	desk.note("order made")
	return desk.said


def main(url: str, customer: str, item: str) -> None:
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
		page = browser.new_page(base_url=url, viewport={"width": 1400, "height": 950})
		errors: list[str] = []
		page.on("pageerror", lambda error: errors.append(str(error)))
		said = walk(page, customer, item)
		browser.close()
	print(json.dumps({"said": said, "errors": errors}))


if __name__ == "__main__":
	main(*sys.argv[1:])
