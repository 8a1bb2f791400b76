"""The workspace, its figures, the onboarding and the tours: everything leads somewhere, to what each role may open."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import frappe
from frappe.desk import desktop
from frappe.desk.doctype.number_card import number_card
from frappe.utils import add_days

import erp_b2b_smartbill
from erp_b2b_smartbill import charts, clock, features, setup_steps, uninstall
from erp_b2b_smartbill.custom_fields import MODULE
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import MadeOnceTestCase, ServerTestCase, number_of_queries
from erp_b2b_smartbill.tests.permitted_case import account_values, desk_user, plant
from erp_b2b_smartbill.tests.rights import DOCTYPES

APP = Path(erp_b2b_smartbill.__file__).parent
NAME = "B2B & SmartBill"
PROFORMA = "SmartBill Proforma"
SELLER = ("B2B Sales", "Sales User")
MANAGER = ("B2B Manager", "Sales Manager")

# whom a figure of the first page is for
WAITING = {"Registrations waiting", "Credit requests waiting"}
OWED = {
	"Proformas to settle",
	"Invoices to settle",
	"Proformas this month",
	"Unpaid proformas",
	"Proformas overdue",
}
CHARTS = {"Proformas by week", "Quotations converted", "Registrations by outcome"}
FIGURES = {
	SELLER: (WAITING | OWED, CHARTS),
	MANAGER: (WAITING | OWED | {"Conflicts open"}, CHARTS),
	("System Manager",): (WAITING | OWED | {"Conflicts open"}, CHARTS),
	("B2B Auditor",): ({"Credit requests waiting"}, set()),
}
PAGES_OF_MANAGERS = {"b2b-health", "B2B Settings"}


def workspace() -> Any:
	return frappe.get_doc("Workspace", NAME)


def blocks(kind: str) -> list[str]:
	"""What the page shows of a kind, by the name that it is looked up with."""
	key = f"{kind}_name"
	return [block["data"][key] for block in json.loads(workspace().content) if block["type"] == kind]


class TestWorkspace(ServerTestCase):
	def of(self, *roles: str) -> dict[str, Any]:
		"""What the desk builds the page of for a user, and checks that he may open all of it."""
		with self.as_user(desk_user(*roles)):
			page = desktop.get_desktop_page(json.dumps({"name": NAME, "title": NAME, "public": 1}))
			self.opens_all(page)
		return {kind: page[kind]["items"] for kind in page}

	def opens_all(self, page: dict[str, Any]) -> None:
		for card in page["cards"]["items"]:
			for link in card["links"]:
				self.opens(link.link_type, link.link_to)
		for shortcut in page["shortcuts"]["items"]:
			self.opens(shortcut["type"], shortcut["link_to"])
			if shortcut.get("stats_filter"):
				frappe.get_list(
					shortcut["link_to"], frappe.parse_json(shortcut["stats_filter"]), pluck="name", limit=1
				)
		for card in page["number_cards"]["items"]:
			self.counts(frappe.get_doc("Number Card", card.number_card_name))
		for chart in page["charts"]["items"]:
			self.draws(frappe.get_doc("Dashboard Chart", chart.chart_name))

	def opens(self, kind: str, name: str) -> None:
		if kind == "DocType":
			self.assertTrue(frappe.has_permission(name, "read"), name)
		else:
			self.assertTrue(frappe.get_doc(kind, name).is_permitted(), name)

	def counts(self, card: Any) -> None:
		if card.type == "Custom":
			number = frappe.get_attr(card.method)()["value"]
		else:
			number = number_card.get_result(card.as_dict(), card.filters_json)
		self.assertGreaterEqual(number, 0, card.name)

	def draws(self, chart: Any) -> None:
		source = (APP / "dashboard_chart_source" / frappe.scrub(chart.source)).with_suffix("")
		script = (source / f"{source.name}.js").read_text("utf-8")
		self.assertIn(f'chart_sources["{chart.source}"]', script)
		(method,) = re.findall(r'method: "([\w.]+)"', script)
		self.assertIn(frappe.get_attr(method), frappe.whitelisted)
		frappe.get_attr(method)()

	def test_everything_on_it_exists_and_is_shown(self):
		doc = workspace()
		for kind, rows in (
			("number_card", doc.number_cards),
			("shortcut", doc.shortcuts),
			("chart", doc.charts),
			("card", [row for row in doc.links if row.type == "Card Break"]),
		):
			# the page finds them by their labels
			self.assertCountEqual(blocks(kind), [row.label for row in rows], kind)
		self.assertEqual(blocks("onboarding"), [setup_steps.ONBOARDING])
		headings = re.findall(r"<b>(.*?)</b>", doc.content)
		self.assertEqual(tuple(headings), charts.HEADINGS)
		for row in doc.links:
			if row.type == "Link":
				self.assertTrue(frappe.db.exists(row.link_type, row.link_to), row.link_to)
		for row in doc.shortcuts:
			self.assertTrue(frappe.db.exists(row.type, row.link_to), row.link_to)
		for doctype, rows, field in (
			("Number Card", doc.number_cards, "number_card_name"),
			("Dashboard Chart", doc.charts, "chart_name"),
		):
			ours = frappe.get_all(doctype, {"module": MODULE}, pluck="name")
			self.assertCountEqual([row.get(field) for row in rows], ours)

	def test_every_doctype_of_ours_that_has_a_list_is_linked(self):
		linked = {row.link_to for row in workspace().links if row.link_type == "DocType"}
		# made by the nightly run, told of on Item Recommendation
		self.assertEqual(set(DOCTYPES) - linked, {"Item Association"})

	def test_each_role_finds_its_figures_and_opens_whatever_it_is_shown(self):
		for roles, (cards, drawn) in FIGURES.items():
			with self.subTest(roles=roles):
				page = self.of(*roles)
				self.assertEqual({card.number_card_name for card in page["number_cards"]}, cards)
				self.assertEqual({chart.chart_name for chart in page["charts"]}, drawn)
				shortcuts = {shortcut["link_to"] for shortcut in page["shortcuts"]}
				managing = roles in (MANAGER, ("System Manager",))
				self.assertEqual(PAGES_OF_MANAGERS <= shortcuts, managing)
				self.assertEqual(bool(PAGES_OF_MANAGERS & shortcuts), managing)

	def test_who_has_none_of_the_roles_does_not_get_it(self):
		with self.assertRaises(frappe.PermissionError):
			self.of("Stock User")

	def test_the_way_in_is_shown_to_who_may_go_it_until_it_was_gone(self):
		setting = frappe.get_system_settings
		onboarding_is_on = mock.patch.object(
			frappe, "get_system_settings", lambda key: key == "enable_onboarding" or setting(key)
		)
		self.enterContext(onboarding_is_on)
		frappe.db.set_value("Module Onboarding", setup_steps.ONBOARDING, "is_complete", 0)
		frappe.db.set_value(setup_steps.STEP, setup_steps.TOUR, "is_complete", 0)
		(shown,) = self.of("System Manager")["onboardings"]
		self.assertEqual([step.name for step in shown["items"]], [*self.steps()])
		self.assertEqual(self.of(*MANAGER)["onboardings"], [])
		frappe.db.set_value("Module Onboarding", setup_steps.ONBOARDING, "is_complete", 1)
		self.assertEqual(self.of("System Manager")["onboardings"], [])

	def steps(self) -> list[str]:
		return [row.step for row in frappe.get_doc("Module Onboarding", setup_steps.ONBOARDING).steps]


class TestFigures(MadeOnceTestCase):
	@classmethod
	def make_once(cls) -> None:
		cls.company = factories.company()
		cls.today = clock.now().date()
		# what stood before
		frappe.db.delete(PROFORMA)
		frappe.db.delete("B2B Registration")
		frappe.db.set_value("Quotation", {"docstatus": 1}, "transaction_date", add_days(cls.today, -700))

	def proforma(self, days: int, net: float, **values: Any) -> str:
		"""Issued so many days ago."""
		return plant(
			PROFORMA,
			**{
				"quotation": "-",
				"company": self.company,
				"status": "Issued",
				"issue_date": add_days(self.today, -days),
				"currency": "RON",
				"net_total": net,
				**values,
			},
		)

	def test_proformas_are_summed_by_week_and_currency(self):
		self.assertIsNone(charts.proformas_by_week())
		monday = self.today - timedelta(days=self.today.weekday())
		this_week = (self.today - monday).days
		self.proforma(this_week, 100.1, status="Invoiced")
		self.proforma(this_week, 50.2)
		self.proforma(this_week + 1, 7)
		self.proforma(this_week, 9, currency="EUR")
		self.proforma(this_week, 1000, status="Unknown")
		self.proforma(this_week, 1000, status="Draft")
		self.proforma(this_week + 7 * charts.WEEKS, 1000)
		shown = charts.proformas_by_week()
		self.assertEqual(len(shown["labels"]), charts.WEEKS)
		lei, euro = shown["datasets"]
		self.assertEqual((lei["name"], euro["name"]), ("RON", "EUR"))
		self.assertEqual(lei["values"], [0.0] * (charts.WEEKS - 2) + [7.0, 150.3])
		self.assertEqual(euro["values"], [0.0] * (charts.WEEKS - 1) + [9.0])

	def test_quotations_are_counted_by_what_came_of_them(self):
		ordered, sent, alone = (factories.quotation().name for _ in range(3))
		factories.quotation(submit=False)
		frappe.db.set_value(
			"Quotation", ordered, {"status": "Partially Ordered", "smartbill_status": "Issued"}
		)
		frappe.db.set_value("Quotation", sent, "smartbill_status", "Invoiced")
		frappe.db.set_value("Quotation", alone, "smartbill_status", "Rejected")
		shown = charts.quotations_converted()
		self.assertEqual(
			{one["name"]: one["values"][-1] for one in shown["datasets"]},
			{"Converted": 2, "Not converted": 1},
		)
		self.assertEqual(sum(sum(one["values"]) for one in shown["datasets"]), 3)

	def test_registrations_are_counted_by_outcome_and_old_ones_are_not(self):
		self.assertIsNone(charts.registrations_by_outcome())
		for status, days in (
			("Approved", 1),
			("Approved", 20),
			("Pending", 0),
			("Rejected", 200),
			("Awaiting Confirmation", 1),
		):
			plant(
				"B2B Registration",
				status=status,
				submitted_at=add_days(self.today, -days),
				access_id=frappe.generate_hash(length=12),
			)
		shown = charts.registrations_by_outcome()
		counts = dict(zip(shown["labels"], shown["datasets"][0]["values"], strict=True))
		self.assertEqual(
			{label: count for label, count in counts.items() if count}, {"Approved": 2, "Waiting": 1}
		)
		self.assertEqual(len(counts), 5)

	def test_what_is_overdue_is_counted_and_its_list_proves_it(self):
		due = {"due_date": add_days(self.today, -1)}
		expected = {
			self.proforma(40, 1, **due),
			self.proforma(40, 1, payment_status="Partly Paid", **due),
			self.proforma(40, 1, payment_status="", status="Invoiced", **due),
		}
		self.proforma(40, 1, payment_status="Paid", **due)
		self.proforma(40, 1, status="Cancelled", **due)
		self.proforma(40, 1, due_date=self.today)
		told = charts.overdue_proformas()
		self.assertEqual(told["value"], 3)
		self.assertEqual(set(frappe.get_all(PROFORMA, told["route_options"], pluck="name")), expected)

	def test_each_sees_the_figures_of_what_he_may_read(self):
		offers = [factories.quotation() for _ in range(2)]
		for offer in offers:
			self.proforma(0, 100, quotation=offer.name, due_date=add_days(self.today, -1))
		frappe.db.set_value("Quotation", offers[1].name, "territory", "Elsewhere")
		limited = desk_user(*SELLER)
		frappe.get_doc(
			{
				"doctype": "User Permission",
				"user": limited,
				"allow": "Territory",
				"for_value": offers[0].territory,
			}
		).insert()
		with self.as_user(limited):
			self.assertEqual(sum(charts.proformas_by_week()["datasets"][0]["values"]), 100)
			self.assertEqual(charts.overdue_proformas()["value"], 1)
			drawn = charts.quotations_converted()["datasets"]
			self.assertEqual(sum(sum(one["values"]) for one in drawn), 1)
		with self.as_user(desk_user(*SELLER)):
			self.assertEqual(charts.overdue_proformas()["value"], 2)

	def test_nobody_else_gets_any_and_each_is_one_query(self):
		figures = (
			charts.proformas_by_week,
			charts.quotations_converted,
			charts.registrations_by_outcome,
			charts.overdue_proformas,
		)
		for user in (desk_user("Stock User"), "Guest"):
			with self.as_user(user):
				for figure in figures:
					with self.subTest(user=user, figure=figure.__name__):
						self.assertRaises(frappe.PermissionError, figure)
		for figure in figures:
			figure()
			self.assertEqual(number_of_queries(figure), 1, figure.__name__)


class TestSteps(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		for doctype in ("SmartBill Account", PROFORMA, "B2B Tier"):
			frappe.db.delete(doctype)
		frappe.db.delete("Has Role", {"role": "B2B Sales", "parenttype": "User"})
		frappe.db.set_single_value("B2B Settings", {features.PROFORMA: 0, features.REGISTRATION: 0})
		frappe.db.set_value("Module Onboarding", setup_steps.ONBOARDING, "is_complete", 0)
		self.mark(*setup_steps.STEPS, value=0)

	def mark(self, *steps: str, value: int) -> None:
		frappe.db.set_value(setup_steps.STEP, {"name": ["in", steps]}, "is_complete", value)

	def done(self) -> set[str]:
		return set(
			frappe.get_all(
				setup_steps.STEP, {"name": ["in", setup_steps.STEPS], "is_complete": 1}, pluck="name"
			)
		)

	def test_saving_what_a_step_is_about_completes_it(self):
		settings = frappe.get_doc("B2B Settings")
		with mock.patch("frappe.enqueue"):
			settings.update({features.PROFORMA: 1})
			settings.save()
			self.assertEqual(self.done(), {"B2B Switch Proformas On"})
			settings.update({features.REGISTRATION: 1})
			settings.save()
		frappe.get_doc({"doctype": "B2B Tier", "tier_name": "Primul"}).insert()
		frappe.get_doc({"doctype": "SmartBill Account", **account_values(factories.company())}).insert()
		self.assertEqual(
			self.done(),
			{
				"B2B Switch Proformas On",
				"B2B Open Registration",
				"B2B First Tier",
				"B2B Connect SmartBill",
			},
		)

	def test_the_others_are_found_by_the_job(self):
		plant("SmartBill Account", **account_values("Somebody"), last_test_passed=1)
		plant(PROFORMA, quotation="-", status="Draft")
		desk_user("B2B Sales")
		setup_steps.look()
		self.assertEqual(
			self.done(), {"B2B Connect SmartBill", "B2B Test SmartBill", "B2B First Draft", "B2B Give Roles"}
		)

	def test_what_was_only_looked_at_is_open_again_and_the_tour_is_frappes(self):
		plant(PROFORMA, quotation="-", status="Unknown")
		plant("SmartBill Account", **account_values("Somebody"), last_test_passed=0)
		self.mark(*setup_steps.STEPS, value=1)
		setup_steps.look()
		self.assertEqual(self.done(), {"B2B Connect SmartBill", setup_steps.TOUR})

	def test_a_complete_onboarding_is_left_alone(self):
		frappe.db.set_value("Module Onboarding", setup_steps.ONBOARDING, "is_complete", 1)
		plant("B2B Tier", tier_name="Primul")
		self.assertEqual(number_of_queries(setup_steps.look), 1)
		self.assertEqual(self.done(), set())

	def test_every_step_leads_somewhere(self):
		onboarding = frappe.get_doc("Module Onboarding", setup_steps.ONBOARDING)
		self.assertCountEqual([row.step for row in onboarding.steps], setup_steps.STEPS)
		slugs = {frappe.scrub(name).replace("_", "-") for name in frappe.get_all("DocType", pluck="name")}
		for row in onboarding.steps:
			step = frappe.get_doc(setup_steps.STEP, row.step)
			with self.subTest(step=step.name):
				if step.action == "Go to Page":
					self.assertIn(step.path, slugs)
					continue
				meta = frappe.get_meta(step.reference_document)
				self.assertEqual(bool(step.is_single), bool(meta.issingle))
				if step.form_tour:
					tour = frappe.db.get_value("Form Tour", step.form_tour, "reference_doctype")
					self.assertEqual(tour, step.reference_document)
				if step.action == "Update Settings":
					self.assertEqual(
						(meta.get_field(step.field).fieldtype, step.value_to_validate), ("Check", "1")
					)

	def test_uninstalling_takes_the_steps_away(self):
		theirs = frappe.get_all(setup_steps.STEP, {"name": ["not in", setup_steps.STEPS]}, pluck="name")
		with mock.patch.object(uninstall.tables, "drop"):
			uninstall.before_uninstall()
		self.assertCountEqual(frappe.get_all(setup_steps.STEP, pluck="name"), theirs)


class TestTours(ServerTestCase):
	def test_every_step_is_at_a_field_that_is_always_there(self):
		tours = frappe.get_all("Form Tour", {"module": MODULE}, pluck="name")
		self.assertCountEqual(tours, ["B2B Settings", "SmartBill Account"])
		for name in tours:
			tour = frappe.get_doc("Form Tour", name)
			meta = frappe.get_meta(tour.reference_doctype)
			for step in tour.steps:
				field = meta.get_field(step.fieldname)
				with self.subTest(tour=name, field=step.fieldname):
					self.assertEqual((step.label, step.fieldtype), (field.label, field.fieldtype))
					self.assertFalse(field.hidden or field.depends_on or field.permlevel)
					self.assertTrue(step.title and step.description)


class TestSettings(ServerTestCase):
	"""What a person may set says what it does."""

	def test_every_setting_says_what_it_does_and_what_it_is_by_default(self):
		for doctype in ("B2B Settings", "SmartBill Account"):
			for field in frappe.get_meta(doctype).fields:
				if (
					field.hidden
					or field.read_only
					or field.fieldtype in ("HTML", *frappe.model.no_value_fields)
				):
					continue
				with self.subTest(doctype=doctype, field=field.fieldname):
					self.assertTrue(field.description)
					if field.fieldtype == "Check":
						self.assertRegex(field.description, r"^On: .+ Off: .+")
					if field.default:
						self.assertTrue(field.description.endswith(self.told(field)), field.description)

	@staticmethod
	def told(field: Any) -> str:
		"""How the default ends a description."""
		if field.fieldname == "api_url":
			return "Another host must be allowed in site_config.json."
		value = (
			{"0": "Off", "1": "On"}.get(field.default, field.default)
			if field.fieldtype == "Check"
			else field.default
		)
		if field.fieldname == "sync_time":
			value = "2:00"
		if field.fieldname == "new_clients":
			value = "Keep"
		return f"{value} by default."
