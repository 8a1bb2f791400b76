"""The tab History: its figures are those of the documents; its timeline shows each thing once, to whom may read it."""

import json
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from unittest import mock

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from frappe.utils import add_days, add_months, get_first_day, getdate, nowdate

from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.api import customer_overview
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.overview import history
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.customers.overview.cursor import parse
from erp_b2b_smartbill.exceptions import NotReady
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase, number_of_queries

SELLER = ("B2B Sales", "Sales User")
SWITCHES = (features.PROFORMA, features.REGISTRATION, features.PORTAL, features.SYNC)


def name_of(entry: dict[str, Any]) -> str:
	"""Of what the entry was made from: that of a comment is about the Customer."""
	return entry["id"].split(":")[-1]


class HistoryCase(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		self.customer = factories.customer(address=None).name
		self.switch(1, *SWITCHES)

	def switch(self, on: int, *names: str) -> None:
		frappe.db.set_single_value("B2B Settings", dict.fromkeys(names, on))

	def show(self, **values: Any) -> dict[str, Any]:
		return history.show(scopes.of(self.customer, **values))

	def conversion(self, **values: Any) -> dict[str, Any]:
		return self.show(**{"company": self.company, **values})["conversion"]

	def page(self, **given: Any) -> dict[str, Any]:
		"""As REST answers it."""
		frappe.local.form_dict = frappe._dict(given)
		try:
			return customer_overview.history(self.customer)[0]
		finally:
			frappe.local.form_dict = frappe._dict()

	def pages(self, **given: Any) -> list[dict[str, Any]]:
		entries, cursor = [], None
		while True:
			page = self.page(**given, **({"before": cursor} if cursor else {}))
			entries += page["entries"]
			cursor = page["next"]
			if not cursor:
				return entries

	def kinds(self, **given: Any) -> list[str]:
		return [entry["kind"] for entry in self.pages(**given)]

	# Documents

	def quotation(self, **values: Any) -> Any:
		days_ago = values.pop("days_ago", 0)
		day = add_days(nowdate(), -days_ago)
		values = {"transaction_date": day, "valid_till": add_days(day, 10**4), **values}
		return factories.quotation(**{"party_name": self.customer, **values})

	def order(self, quotation: Any, *, qty: float | None = None, submit: bool = True, **values: Any) -> Any:
		order = make_sales_order(quotation.name)
		for row in order.items:
			row.delivery_date = add_days(nowdate(), 5)
			row.qty = qty or row.qty
		order.delivery_date = add_days(nowdate(), 5)
		# made anew by the order's own date
		order.update({"payment_schedule": [], **values})
		order.insert()
		if submit:
			order.submit()
		return order

	def row(self, doctype: str, **values: Any) -> str:
		"""A document as it stands in the database, whatever a form would say of it."""
		name = values.pop("name", None) or frappe.generate_hash(length=12)
		doc = frappe.get_doc({"doctype": doctype, **values})
		doc.name = name
		for field in ("creation", "modified"):
			doc.set(field, values.get("creation") or datetime.now())
		doc.owner = values.get("owner") or "Administrator"
		doc.db_insert()
		return name

	def row_of(self, doctype: str, **values: Any) -> str:
		return self.row(
			doctype,
			**{
				"docstatus": 1,
				"company": self.company,
				"currency": "RON",
				"customer": self.customer,
				**values,
			},
		)

	def quoted(self, **values: Any) -> str:
		party = {"quotation_to": "Customer", "party_name": self.customer}
		return self.row_of(
			"Quotation",
			**{**party, "status": "Open", "transaction_date": nowdate(), "base_net_total": 100, **values},
		)

	def ordered(self, quotation: str | None, amount: float, **values: Any) -> str:
		order = self.row_of(
			"Sales Order",
			**{"status": "To Bill", "transaction_date": nowdate(), "base_net_total": amount, **values},
		)
		self.row(
			"Sales Order Item",
			parent=order,
			parenttype="Sales Order",
			parentfield="items",
			docstatus=values.get("docstatus", 1),
			prevdoc_docname=quotation,
			base_net_amount=amount,
		)
		return order


class TestConversion(HistoryCase):
	"""Over ordinary documents, against what walking over them gives."""

	def setUp(self) -> None:
		super().setUp()
		self.lead = factories.lead(address=None).name
		frappe.db.set_value("Customer", self.customer, "lead_name", self.lead)
		won = self.quotation(days_ago=9)
		self.order(won, transaction_date=add_days(nowdate(), -2))
		partly = self.quotation(days_ago=40)
		self.order(partly, qty=4, transaction_date=add_days(nowdate(), -39))
		in_euro = self.quotation(days_ago=5, currency="EUR", conversion_rate=5, price_list_currency="EUR")
		self.order(in_euro)
		of_lead = self.quotation(days_ago=100, quotation_to="Lead", party_name=self.lead)
		self.order(of_lead)
		unordered = self.quotation(days_ago=70)
		self.order(unordered).cancel()
		drafted = self.quotation(days_ago=3)
		self.order(drafted, submit=False)
		self.quotation(submit=False)
		self.quotation(days_ago=4).cancel()
		self.amended = self.quotation(days_ago=8)
		self.amended.cancel()
		again = frappe.copy_doc(self.amended)
		again.amended_from = self.amended.name
		again.docstatus = 0
		again.insert()
		again.submit()
		expired = self.quotation(days_ago=20)
		expired.db_set("valid_till", add_days(nowdate(), -1))
		self.lost = self.quotation(days_ago=15)
		self.lost.db_set("status", "Lost")
		# of the twelve months before
		self.quotation(days_ago=500)
		self.order(self.quotation(days_ago=480))
		# too long ago, and somebody else's
		self.quotation(days_ago=900)
		factories.quotation()

	def walked(self, first: date, last: date) -> dict[str, Any]:
		"""The same by opening one document after the other."""
		found: dict[str, Any] = {"won": [], "lost": [], "expired": [], "open": [], "ordered": 0, "days": []}
		parties = {self.customer: "Customer", self.lead: "Lead"}
		for name in frappe.get_all("Quotation", {"party_name": ["in", list(parties)]}, pluck="name"):
			doc = frappe.get_doc("Quotation", name)
			self.assertEqual(doc.quotation_to, parties[doc.party_name])
			if doc.docstatus != 1 or not first <= getdate(doc.transaction_date) <= last:
				continue
			made = frappe.get_all("Sales Order Item", {"prevdoc_docname": name}, pluck="parent")
			orders = [frappe.get_doc("Sales Order", order) for order in sorted(set(made))]
			orders = [order for order in orders if order.docstatus == 1]
			if orders:
				found["won"].append(doc)
				found["days"].append(
					(
						min(getdate(order.transaction_date) for order in orders)
						- getdate(doc.transaction_date)
					).days
				)
				for order in orders:
					found["ordered"] += sum(
						row.base_net_amount for row in order.items if row.prevdoc_docname == name
					)
			elif doc.status == "Lost":
				found["lost"].append(doc)
			elif getdate(doc.valid_till) < getdate():
				found["expired"].append(doc)
			else:
				found["open"].append(doc)
		return found

	def assert_as_walked(self, shown: dict[str, Any], first: date, last: date) -> None:
		found = self.walked(first, last)
		outcomes = ("won", "lost", "expired", "open")
		quoted = [doc for outcome in outcomes for doc in found[outcome]]
		self.assertEqual(shown["number"]["quoted"], len(quoted))
		for outcome in outcomes:
			self.assertEqual(shown["number"][outcome], len(found[outcome]), outcome)
			self.assertAlmostEqual(
				shown["value"][outcome]["value"],
				sum(doc.base_net_total for doc in found[outcome]),
				2,
				outcome,
			)
		value = sum(doc.base_net_total for doc in quoted)
		self.assertAlmostEqual(shown["value"]["quoted"]["value"], value, 2)
		self.assertAlmostEqual(shown["value"]["ordered"]["value"], found["ordered"], 2)
		if quoted:
			self.assertEqual(shown["rate"]["by_number"], round(100 * len(found["won"]) / len(quoted), 1))
			self.assertEqual(shown["rate"]["by_value"], round(100 * found["ordered"] / value, 1))
		else:
			self.assertEqual(shown["rate"], {"by_number": None, "by_value": None})
		self.assertEqual(shown["median_days_to_order"], median(found["days"]) if found["days"] else None)

	def test_the_figures_are_those_of_the_documents(self):
		shown = self.conversion()
		first, last = getdate(shown["period"]["from"]), getdate(shown["period"]["to"])
		self.assertEqual(first, getdate(get_first_day(add_months(nowdate(), -11))))
		self.assert_as_walked(shown["total"], first, last)
		total = shown["total"]["number"]
		self.assertEqual(
			(total["quoted"], total["won"], total["lost"], total["expired"], total["open"], total["partly"]),
			(9, 4, 1, 1, 3, 1),
		)
		before = shown["before"]
		self.assert_as_walked(before, getdate(before["from"]), getdate(before["to"]))
		self.assertEqual(
			shown["trend"]["by_number"],
			round(shown["total"]["rate"]["by_number"] - before["rate"]["by_number"], 1),
		)

	def test_the_months_are_those_of_the_documents_and_add_up(self):
		shown = self.conversion()
		self.assertEqual(len(shown["months"]), 12)
		for month in shown["months"]:
			first = getdate(f"{month['month']}-01")
			self.assert_as_walked(month, first, getdate(frappe.utils.get_last_day(first)))
		for outcome, number in shown["total"]["number"].items():
			self.assertEqual(sum(month["number"][outcome] for month in shown["months"]), number)

	def test_every_list_shows_what_was_counted(self):
		with mock.patch.object(history, "MAX_NAMES", 0):
			by_filters = self.conversion()["total"]
		by_names = self.conversion()["total"]
		for lists in (by_names["lists"], by_filters["lists"]):
			for outcome, of_outcome in lists.items():
				listed = frappe.get_list(of_outcome["doctype"], of_outcome["filters"], pluck="name", limit=0)
				self.assertEqual(len(listed), by_names["number"][outcome], outcome)

	def test_quotations_to_the_lead_count_and_are_in_the_timeline(self):
		entries = [entry for entry in self.pages(kinds="quotation") if entry["party"]]
		self.assertEqual([entry["party"] for entry in entries], [{"doctype": "Lead", "name": self.lead}])

	def test_an_amended_quotation_is_there_once_and_a_cancelled_one_never(self):
		numbers = [entry["number"] for entry in self.pages(kinds="quotation,order")]
		self.assertNotIn(self.amended.name, numbers)
		self.assertEqual(len(numbers), len(set(numbers)))
		for entry in self.pages(kinds="quotation,order"):
			self.assertEqual(frappe.db.get_value(entry["doctype"], entry["name"], "docstatus"), 1)

	def test_amounts_are_in_the_documents_currency_and_figures_in_the_companys(self):
		amounts = {entry["amount"]["currency"] for entry in self.pages(kinds="quotation")}
		self.assertEqual(amounts, {"RON", "EUR"})
		self.assertEqual(self.conversion()["total"]["value"]["quoted"]["currency"], "RON")

	def test_another_companys_quotations_are_not_counted(self):
		before = self.conversion()["total"]["number"]["quoted"]
		self.quoted(company=self.other_company())
		self.assertEqual(self.conversion()["total"]["number"]["quoted"], before)
		self.assertEqual(self.conversion(company=self.other)["total"]["number"]["quoted"], 1)

	def other_company(self) -> str:
		self.other = self.row(
			"Company", name=f"Alta {frappe.generate_hash(length=6)}", default_currency="EUR"
		)
		frappe.db.set_value("Company", self.other, "company_name", self.other)
		return self.other


class TestLostAndUnquoted(HistoryCase):
	def lost(self, *reasons: str, **values: Any) -> str:
		name = self.quoted(status="Lost", **values)
		for idx, reason in enumerate(reasons):
			if not frappe.db.exists("Quotation Lost Reason", reason):
				self.row("Quotation Lost Reason", name=reason, order_lost_reason=reason)
			row = {"parent": name, "parenttype": "Quotation", "parentfield": "lost_reasons", "idx": idx}
			self.row("Quotation Lost Reason Detail", lost_reason=reason, **row)
		return name

	def test_lost_reasons_are_counted_the_most_frequent_first(self):
		price, late, both = self.lost("Preț"), self.lost("Termen"), self.lost("Preț", "Termen", "Marcă")
		self.lost("Preț", base_net_total=50, order_lost_reason="Au luat de la altul")
		self.lost()
		self.lost("Preț", docstatus=2)
		self.lost("Preț", transaction_date=add_days(nowdate(), -500))
		shown = self.conversion()["lost"]
		self.assertEqual(
			[(row["reason"], row["number"], row["value"]["value"]) for row in shown["reasons"]],
			[("Preț", 3, 250), ("Termen", 2, 200), ("Marcă", 1, 100)],
		)
		self.assertEqual((shown["number"], shown["without_reason"]), (5, 1))
		self.assertEqual(
			shown["reasons"][1]["list"]["filters"], {"name": ["in", sorted([late, both], reverse=True)]}
		)
		self.assertIn("Au luat de la altul", [row["detail"] for row in shown["latest"]])
		self.assertIn(["Preț", "Termen", "Marcă"], [row["reasons"] for row in shown["latest"]])
		self.assertIn(price, [row["name"] for row in shown["latest"]])

	def test_what_a_seller_says_of_a_lost_quotation_is_shown(self):
		for reason in ("Preț", "Termen"):
			if not frappe.db.exists("Quotation Lost Reason", reason):
				frappe.get_doc({"doctype": "Quotation Lost Reason", "order_lost_reason": reason}).insert()
		quotation = self.quotation()
		reasons = [{"lost_reason": "Preț"}, {"lost_reason": "Termen"}]
		quotation.declare_enquiry_lost(reasons, [], "Au luat de la altul")
		shown = self.conversion()["lost"]
		self.assertEqual(
			[(row["reason"], row["number"], row["value"]["value"]) for row in shown["reasons"]],
			[("Preț", 1, quotation.base_net_total), ("Termen", 1, quotation.base_net_total)],
		)
		latest = shown["latest"][0]
		self.assertEqual((latest["name"], latest["detail"]), (quotation.name, "Au luat de la altul"))

	def test_a_lost_quotation_that_was_ordered_after_all_is_not_lost(self):
		self.ordered(self.lost("Preț"), 100)
		shown = self.conversion()
		self.assertEqual((shown["lost"]["number"], shown["lost"]["reasons"]), (0, []))
		self.assertEqual(shown["total"]["number"]["won"], 1)

	def test_orders_without_a_quotation_are_apart(self):
		self.ordered(self.quoted(), 70)
		alone = self.ordered(None, 30)
		self.ordered(None, 40, docstatus=2)
		self.ordered(None, 40, transaction_date=add_days(nowdate(), -500))
		shown = self.conversion()
		self.assertEqual(shown["orders_without_quotation"]["number"], 1)
		self.assertEqual(shown["orders_without_quotation"]["value"], {"value": 30, "currency": "RON"})
		self.assertEqual(
			shown["orders_without_quotation"]["list"],
			{"doctype": "Sales Order", "filters": {"name": ["in", [alone]]}},
		)
		self.assertEqual(shown["total"]["number"]["quoted"], 1)

	def test_a_customer_without_a_past_has_empty_figures(self):
		shown = self.conversion()
		self.assertEqual(shown["total"]["number"]["quoted"], 0)
		self.assertEqual((shown["total"]["rate"]["by_number"], shown["trend"]["by_value"]), (None, None))
		self.assertEqual(shown["total"]["lists"]["quoted"], None)
		self.assertEqual(self.show()["timeline"]["entries"], [])


class TimelineCase(HistoryCase):
	def setUp(self) -> None:
		super().setUp()
		self.day = datetime(2026, 3, 10, 12)

	def everything(self) -> list[str]:
		"""One entry of each kind, the oldest first; returns their kinds so."""
		at = [self.day + timedelta(days=number) for number in range(10)]
		common = {"grand_total": 121, "company": self.company}
		self.row(
			"B2B Registration",
			customer=self.customer,
			company_name="Client",
			status="Approved",
			submitted_at=at[0],
		)
		quotation = self.quoted(transaction_date=at[1].date(), creation=at[1], **common)
		self.row_of(
			"Quotation Response",
			quotation=quotation,
			response="Accepted",
			responded_at=at[2],
			user="x@example.com",
		)
		self.ordered(quotation, 100, transaction_date=at[3].date(), creation=at[3], **common)
		ours = {"party_type": "Customer", "party": self.customer, "quotation": quotation, "docstatus": 0}
		for doctype, number in (("SmartBill Proforma", 4), ("SmartBill Invoice", 5)):
			values = {"status": "Issued", "full_number": f"B2B {number}", "issue_date": at[number].date()}
			self.row_of(doctype, creation=at[number], **ours, **values, **common)
		self.row_of(
			"Sales Invoice", posting_date=at[6].date(), creation=at[6], status="Unpaid", is_return=0, **common
		)
		self.event(at[7])
		self.comment(at[8])
		self.email(at[9])
		return [
			"registration",
			"quotation",
			"response",
			"order",
			"proforma",
			"smartbill_invoice",
			"invoice",
			"event",
			"comment",
			"email",
		]

	def event(self, at: datetime, doctype: str = "Customer", name: str | None = None, **given: Any) -> str:
		values = {"reference_doctype": doctype, "reference_name": name or self.customer}
		doc = frappe.get_doc(
			{
				"doctype": "Business Event",
				"event": audit.CUSTOMER_TIER_CHANGED,
				"occurred_at": at,
				"user": "Administrator",
				"reason": "Volum",
				"after": '{"secret": 1}',
				**values,
				**given,
			}
		)
		audit.being_recorded.add(doc)
		return doc.insert(ignore_permissions=True, ignore_links=True).name

	def comment(self, at: datetime, **values: Any) -> str:
		about = {"reference_doctype": "Customer", "reference_name": self.customer}
		return self.row(
			"Comment",
			**{"comment_type": "Comment", "content": "<p>Vineri</p>", "creation": at, **about, **values},
		)

	def email(self, at: datetime, **values: Any) -> str:
		about = {"reference_doctype": "Customer", "reference_name": self.customer}
		kind = {"communication_type": "Communication", "communication_medium": "Email", "subject": "Oferta"}
		return self.row("Communication", **{"communication_date": at, **kind, **about, **values})


class TestTimeline(TimelineCase):
	def test_a_document_is_told_with_the_total_that_is_paid(self):
		self.quoted(grand_total=120.6, rounded_total=121)
		self.quoted(grand_total=40.4, rounded_total=40, disable_rounded_total=1)
		amounts = [entry["amount"]["value"] for entry in self.pages(kinds="quotation")]
		self.assertEqual(sorted(amounts), [40.4, 121])

	def test_everything_is_there_newest_first(self):
		kinds = self.everything()
		entries = self.pages()
		self.assertEqual([entry["kind"] for entry in entries], kinds[::-1])
		self.assertEqual(
			[entry["date"] for entry in entries], sorted((e["date"] for e in entries), reverse=True)
		)
		by_kind = {entry["kind"]: entry for entry in entries}
		self.assertEqual(by_kind["quotation"]["amount"], {"value": 121, "currency": "RON"})
		self.assertEqual(by_kind["smartbill_invoice"]["number"], "B2B 5")
		self.assertEqual(by_kind["response"]["status"], "Accepted")
		self.assertEqual(by_kind["comment"]["title"], "Vineri")
		self.assertEqual(by_kind["event"]["detail"], "Volum")
		self.assertNotIn("secret", frappe.as_json(entries))
		self.assertEqual(by_kind["order"]["link"]["doctype"], "Sales Order")

	def test_what_is_switched_off_is_neither_there_nor_withheld(self):
		kinds = self.everything()
		self.switch(0, *SWITCHES)
		gone = {"proforma", "smartbill_invoice", "registration", "response"}
		with self.as_user(factories.user("Sales User")):
			shown = self.show()["timeline"]
		self.assertEqual(shown["withheld"], ["invoice"])
		self.assertEqual({one["kind"] for one in shown["kinds"]} & gone, set())
		self.assertEqual(set(self.kinds()), set(kinds) - gone)

	def test_the_label_counts_the_quotations_of_the_company_that_was_asked_for(self):
		other = self.row("Company", name=f"Alta {frappe.generate_hash(length=6)}", default_currency="EUR")
		for company in (self.company, other, other):
			self.quoted(company=company)
		for company, number in ((None, 3), (self.company, 1), (other, 2)):
			self.assertEqual(history.count(scopes.of(self.customer, company)), number)

	def test_kinds_and_days_are_chosen(self):
		self.everything()
		self.assertEqual(self.kinds(kinds="order, quotation"), ["order", "quotation"])
		self.assertEqual(self.kinds(**{"from": "2026-03-12", "to": "2026-03-13"}), ["order", "response"])
		self.assertEqual(self.kinds(kinds="email", to="2026-03-18"), [])

	def test_what_cannot_be_understood_is_refused(self):
		for given in ({"kinds": "x"}, {"before": "x"}, {"from": "12.03.2026"}, {"company": "Nu e"}):
			with self.assertRaises(NotReady) as refused:
				self.page(**given)
			self.assertEqual(refused.exception.problems[0]["field"], next(iter(given)))

	def test_a_back_dated_document_stands_at_its_date(self):
		late = self.quoted(transaction_date="2026-03-01", creation=datetime(2026, 3, 20, 9))
		early = self.quoted(transaction_date="2026-03-05", creation=datetime(2026, 3, 5, 9))
		self.comment(datetime(2026, 3, 3, 9))
		self.assertEqual([entry["name"] for entry in self.pages(kinds="quotation")], [early, late])
		self.assertEqual(self.kinds(), ["quotation", "comment", "quotation"])

	def test_what_does_not_stand_is_not_there(self):
		for docstatus in (0, 2):
			self.quoted(docstatus=docstatus)
			self.ordered(None, 1, docstatus=docstatus)
		for status in ("Rejected", "Cancelled"):
			self.row_of(
				"SmartBill Proforma", party_type="Customer", party=self.customer, status=status, docstatus=0
			)
		self.comment(self.day, comment_type="Like")
		self.email(self.day, communication_type="Automated Message")
		self.assertEqual(self.pages(), [])

	def test_an_email_that_is_linked_is_there_once(self):
		own, linked = self.email(self.day), self.email(self.day, reference_doctype=None, reference_name=None)
		for name in (own, linked, linked):
			link = {"link_doctype": "Customer", "link_name": self.customer}
			self.row("Communication Link", parent=name, parenttype="Communication", **link)
		self.assertEqual(sorted(entry["name"] for entry in self.pages()), sorted([own, linked]))

	def test_events_of_the_customers_documents_are_there_and_no_others(self):
		own, other = self.quoted(), self.quoted(party_name=factories.customer(address=None).name)
		self.event(self.day, "Quotation", own)
		self.event(self.day, "Quotation", other)
		# of the same name, but another thing
		self.event(self.day, "Item", own)
		entries = self.pages(kinds="event")
		self.assertEqual([(entry["doctype"], entry["name"]) for entry in entries], [("Quotation", own)])

	def test_children_are_there_when_asked_for(self):
		child = factories.customer(address=None, b2b_parent_customer=self.customer).name
		self.quoted(party_name=child)
		self.assertEqual(self.pages(), [])
		entries = self.pages(include_children="1")
		self.assertEqual(entries[0]["party"], {"doctype": "Customer", "name": child})


class TestPages(TimelineCase):
	def many(self, number: int = 45) -> list[str]:
		"""Documents and moments of few days, most of them entered together."""
		names = []
		for place in range(number):
			moment = self.day - timedelta(days=place % 4)
			if place % 3 == 0:
				names.append(self.comment(moment))
			elif place % 3 == 1:
				names.append(self.quoted(transaction_date=moment.date(), creation=self.day))
			else:
				names.append(self.ordered(None, 1, transaction_date=moment.date(), creation=moment))
		return names

	def test_pages_show_each_entry_once_and_in_order(self):
		names = self.many()
		self.assertEqual([len(self.page()["entries"])], [20])
		entries = self.pages()
		self.assertEqual(sorted(map(name_of, entries)), sorted(names))
		keys = [(entry["date"], entry["at"]) for entry in entries]
		self.assertEqual(keys, sorted(keys, reverse=True))

	def test_names_that_a_database_orders_otherwise_are_shown_once(self):
		names = [
			self.quoted(
				name=f"{letter}{mark}{self.customer[-12:]}", transaction_date="2026-03-01", creation=self.day
			)
			for letter in "aBcDeFgH"
			for mark in "-_.ZȘ"
		]
		self.assertEqual(sorted(entry["name"] for entry in self.pages()), sorted(names))

	def test_what_comes_in_between_pages_neither_repeats_nor_hides_anything(self):
		names = self.many()
		seen, cursor = [], None
		while True:
			page = self.page(**({"before": cursor} if cursor else {}))
			seen += map(name_of, page["entries"])
			cursor = page["next"]
			if not cursor:
				break
			self.comment(self.day + timedelta(minutes=len(seen)))
			self.quoted(transaction_date=self.day.date(), creation=self.day + timedelta(minutes=len(seen)))
		self.assertEqual(sorted(seen), sorted(names))

	def test_the_cursor_is_where_the_page_ends(self):
		self.many()
		page = self.page()
		cursor, last = parse(page["next"]), page["entries"][-1]
		self.assertEqual((cursor.day, cursor.moment, cursor.name), (last["date"], last["at"], name_of(last)))

	def test_the_number_of_queries_is_the_same_whatever_is_on_the_page(self):
		# invoices are shown to whoever may see credit: without the right on them, a look at his rights is a query
		user = factories.user("Sales User", "B2B Sales")

		def queries() -> int:
			with self.as_user(user):
				self.page()
				frappe.local.request_cache.clear()
				return number_of_queries(self.page)

		self.quoted()
		without = queries()
		self.row_of("Sales Invoice", posting_date=nowdate(), status="Unpaid", is_return=0, grand_total=1)
		self.assertEqual(queries(), without)

	def test_the_number_of_queries_does_not_depend_on_how_much_there_is(self):
		def queries() -> tuple[int, int]:
			counted = []
			for read in (lambda: self.show(company=self.company), self.page):
				read()
				counted.append(number_of_queries(read))
			return tuple(counted)

		self.everything()
		few = queries()
		self.many(90)
		for number in range(30):
			user = factories.user("Sales User")
			quotation = self.quoted(
				owner=user, base_net_total=number, creation=datetime(2026, 11, number % 28 + 1)
			)
			self.ordered(quotation, number, transaction_date=nowdate())
		self.assertEqual(queries(), few)


class TestWhoSeesWhat(TimelineCase):
	def seen_by(self, *roles: str) -> dict[str, Any]:
		with self.as_user(factories.user(*roles)):
			return self.show(company=self.company)

	def test_a_seller_sees_all_but_erpnexts_invoices_that_credit_opens(self):
		self.everything()
		shown = self.seen_by("Sales User")["timeline"]
		self.assertEqual(shown["withheld"], ["invoice", "registration"])
		amounts = {entry["kind"]: entry["amount"] for entry in shown["entries"]}
		self.assertNotIn("invoice", amounts)
		self.assertIsNone(amounts["smartbill_invoice"])
		self.assertEqual(amounts["proforma"]["value"], 121)
		shown = self.seen_by(*SELLER)["timeline"]
		self.assertEqual(shown["withheld"], [])
		entries = {entry["kind"]: entry for entry in shown["entries"]}
		self.assertEqual(entries["invoice"]["amount"]["value"], 121)
		self.assertIsNone(entries["invoice"]["link"])

	def test_an_accountant_has_no_figures_of_quotations(self):
		self.everything()
		shown = self.seen_by("Accounts User")
		self.assertIsNone(shown["conversion"])
		self.assertEqual(shown["withheld"], ["Quotation"])
		kinds = {entry["kind"] for entry in shown["timeline"]["entries"]}
		self.assertEqual(kinds, {"order", "invoice", "event", "comment", "email"})
		self.assertIn("quotation", shown["timeline"]["withheld"])
		with self.as_user(factories.user("Accounts User")):
			self.assertIsNone(history.count(scopes.of(self.customer)))

	def test_a_kind_that_is_withheld_stays_so_when_it_is_asked_for(self):
		self.everything()
		with self.as_user(factories.user("Accounts User")):
			page = self.page(kinds="quotation,proforma")
		self.assertEqual(page["entries"], [])

	def test_user_permissions_on_a_company_hold_for_figures_and_entries(self):
		self.everything()
		other = self.row("Company", name=f"Alta {frappe.generate_hash(length=6)}", default_currency="EUR")
		self.quoted(company=other, transaction_date="2026-03-25", grand_total=1)
		self.assertEqual(self.kinds().count("quotation"), 2)
		self.assertEqual(self.kinds(company=other, kinds="quotation,order"), ["quotation"])
		user = factories.user(*SELLER)
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Company", "for_value": self.company}
		).insert()
		with self.as_user(user):
			entries = self.pages()
			self.assertEqual(history.count(scopes.of(self.customer)), 1)
			with self.assertRaises(NotReady):
				self.page(company=other)
		self.assertEqual({entry["company"] for entry in entries if entry["company"]}, {self.company})

	def test_quotations_that_the_user_may_not_list_are_in_no_figure(self):
		lists = [
			frappe.get_doc(
				{
					"doctype": "Price List",
					"price_list_name": f"Lista {frappe.generate_hash(length=6)}",
					"currency": "RON",
					"selling": 1,
				}
			)
			.insert()
			.name
			for _place in range(2)
		]
		names = [self.quoted(selling_price_list=price_list) for price_list in lists]
		user = factories.user(*SELLER)
		permission = {
			"doctype": "User Permission",
			"user": user,
			"allow": "Price List",
			"for_value": lists[0],
		}
		frappe.get_doc(permission).insert()
		with self.as_user(user):
			self.assertEqual(
				self.conversion()["total"]["lists"]["quoted"]["filters"], {"name": ["in", names[:1]]}
			)
			self.assertEqual([entry["name"] for entry in self.pages(kinds="quotation")], names[:1])
			self.assertEqual(history.count(scopes.of(self.customer)), 1)

	def limit_changed(self, company: str) -> str:
		after = json.dumps({"credit_limits": [{"company": company, "credit_limit": 5}]}, indent=1)
		return self.event(self.day, event=audit.CREDIT_LIMIT_CHANGED, after=after)

	def only(self, user: str, company: str) -> None:
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Company", "for_value": company}
		).insert()

	def test_user_permissions_on_a_company_hold_without_a_right_on_companies(self):
		self.everything()
		name = f"Alta_100% {frappe.generate_hash(length=6)}"
		other = self.row("Company", name=name, default_currency="EUR")
		# who sees credit, and may read no Company
		user = factories.user("Sales Manager")
		self.only(user, other)
		with self.as_user(user):
			self.assertEqual(scopes.of(self.customer).companies, (other,))
			with self.assertRaises(NotReady):
				scopes.of(self.customer, self.company)
			self.assertEqual({entry["company"] for entry in self.pages()} - {None}, set())

	def test_the_timeline_has_credit_of_those_companies_only_whose_credit_is_shown(self):
		self.everything()
		other = self.row("Company", name=f"Alta {frappe.generate_hash(length=6)}", default_currency="EUR")
		changed, elsewhere = self.limit_changed(self.company), self.limit_changed(other)
		request = self.row_of("Credit Limit Request", status="Open", docstatus=0, company=other)
		asked = self.event(self.day, "Credit Limit Request", request, event=audit.CREDIT_LIMIT_REQUESTED)
		invoice = self.row_of("Sales Invoice", posting_date="2026-03-02", grand_total=7, company=other)
		# no right on companies at all: their credit is not shown
		with self.as_user(factories.user("Sales Manager")):
			self.assertFalse(credit.may_see(self.company))
			entries = {name_of(entry): entry for entry in self.pages()}
			self.assertEqual({changed, elsewhere, asked, invoice} & set(entries), set())
			kinds = {entry["kind"]: entry for entry in entries.values()}
			self.assertNotIn("invoice", kinds)
			self.assertIsNone(kinds["smartbill_invoice"]["amount"])
		user = factories.user(*SELLER)
		with self.as_user(user):
			self.assertLessEqual({changed, elsewhere, asked, invoice}, set(map(name_of, self.pages())))
		self.only(user, self.company)
		with self.as_user(user):
			names = set(map(name_of, self.pages()))
		self.assertIn(changed, names)
		self.assertEqual({elsewhere, asked, invoice} & names, set())

	def test_what_was_done_about_credit_is_told_to_those_who_see_credit(self):
		changed = self.limit_changed(self.company)
		request = self.row_of("Credit Limit Request", status="Open", docstatus=0)
		asked = self.event(self.day, "Credit Limit Request", request, event=audit.CREDIT_LIMIT_REQUESTED)
		tier = self.event(self.day)
		for roles, seen in (((*SELLER,), {changed, asked, tier}), (("Sales User",), {tier})):
			with self.as_user(factories.user(*roles)):
				self.assertEqual(set(map(name_of, self.pages(kinds="event"))), seen)

	def test_the_label_counts_the_quotations_that_may_be_read(self):
		self.everything()
		self.quoted(docstatus=2)
		self.assertEqual(history.count(scopes.of(self.customer)), 1)
