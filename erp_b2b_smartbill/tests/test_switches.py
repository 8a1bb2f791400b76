"""Each switch of B2B Settings in both positions: what it adds is there with it and gone without it, and nothing else is
changed by it. What runs by itself while a switch is off is tried beside what runs, in the tests of each part."""

from collections.abc import Callable, Collection
from typing import Any
from unittest.mock import patch

import frappe
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from erp_b2b_smartbill import boot, features
from erp_b2b_smartbill.api import routes
from erp_b2b_smartbill.customers.credit_limits import guard
from erp_b2b_smartbill.customers.overview import sources
from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.customers.search import link_field, native, rights, state
from erp_b2b_smartbill.exceptions import MethodNotAllowed, NotFound, NotSignedIn
from erp_b2b_smartbill.overrides import connections, customer, quotation
from erp_b2b_smartbill.portal import website
from erp_b2b_smartbill.registration import tokens
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import MadeOnceTestCase
from erp_b2b_smartbill.tests.permitted_case import desk_user, plant
from erp_b2b_smartbill.www.b2b import account, confirm, register, status, welcome

SETTINGS = "B2B Settings"
PROFORMA, REGISTRATION, PORTAL, SYNC = (
	features.PROFORMA,
	features.REGISTRATION,
	features.PORTAL,
	features.SYNC,
)
SEARCH, LINK_SEARCH, OVERVIEW = features.SEARCH, features.LINK_SEARCH, features.OVERVIEW
SWITCHES = (PROFORMA, REGISTRATION, PORTAL, SYNC, SEARCH, LINK_SEARCH, OVERVIEW)

PAGES = {
	"/b2b/register": register,
	"/b2b/status": status,
	"/b2b/confirm": confirm,
	"/b2b/welcome": welcome,
	"/b2b/account": account,
}

# switch -> what of the desk and the website is there with it only; the routes have theirs in their table
ADDS: dict[str, set[str]] = {
	PROFORMA: {
		"desk: proforma",
		"Quotation: headline and buttons",
		"Quotation: connections with SmartBill",
		"Customer: connections with SmartBill",
		"Customer 360: proforma",
		"Customer 360: smartbill_invoice",
		"Customer 360: event:SmartBill Proforma",
		"Customer 360: event:SmartBill Invoice",
	},
	REGISTRATION: {
		*(f"page: /b2b/{page}" for page in ("register", "status", "confirm", "welcome")),
		"search: B2B Registration",
		"Customer 360: registration",
		"Customer 360: event:B2B Registration",
	},
	PORTAL: {
		"page: /b2b/account",
		"website: menu",
		"Quotation: buyer's answer",
		"Quotation: connections with Buyer's answers",
		"Customer: connections with Buyer's answers",
		"Customer 360: response",
	},
	SYNC: {
		"Customer: line about SmartBill",
		"Customer: connections with SmartBill's clients",
		"SmartBill Account: reads clients",
		"search: SmartBill Client",
		"Customer 360: event:Customer Sync Conflict",
	},
	SEARCH: {"desk: search"},
	LINK_SEARCH: set(),
	OVERVIEW: {"desk: overview", "desk: customer_360", "Customer: guarded credit limits", "tier: its price"},
}
# what needs another one, too
WITH_ANOTHER: dict[str, set[str]] = {
	SEARCH: {"Customer fields: our search"},
	LINK_SEARCH: {"Customer fields: our search"},
}


def routes_of(switch: str, *, also_shared: bool) -> set[str]:
	"""Those that the switch alone opens; `also_shared`, those that need another one, too."""
	return {
		f"route: {route.path}"
		for route in routes.ROUTES
		if switch in (route.switch, route.other_switch) and (also_shared or not route.other_switch)
	}


class TestSwitches(MadeOnceTestCase):
	@classmethod
	def make_once(cls) -> None:
		cls.customer = factories.customer(address=None)
		cls.quotation = factories.quotation(party_name=cls.customer.name, submit=False)
		plant(
			"Quotation Response",
			quotation=cls.quotation.name,
			customer=cls.customer.name,
			response="Accepted",
			user="Administrator",
		)
		plant(
			"SmartBill Client",
			client_name="Client",
			status="Active",
			account=factories.COMPANY,
			customer=cls.customer.name,
		)
		tier = frappe.get_doc(
			{"doctype": "B2B Tier", "tier_name": frappe.generate_hash(length=8), "discount_percentage": 7}
		)
		cls.tier = tier.insert().name
		cls.buyer = desk_user("Customer", user_type="Website User")
		frappe.db.set_single_value(SETTINGS, dict.fromkeys(SWITCHES, 0))

	def turn(self, on: Collection[str]) -> None:
		"""As it is turned in the form. Its jobs are asked for, and not run."""
		settings = frappe.get_doc(SETTINGS)
		settings.update({switch: int(switch in on) for switch in SWITCHES})
		with patch("frappe.enqueue"):
			settings.save()

	def there(self, on: Collection[str]) -> set[str]:
		"""All that a person or a program finds of the app with these switches on."""
		self.turn(on)
		tried = {**self.of_routes(), **self.of_pages(), **self.of_desk(), **self.of_forms(), **self.of_data()}
		return {name for name, is_there in tried.items() if is_there()}

	def of_routes(self) -> dict[str, Callable[[], bool]]:
		return {f"route: {one.path}": lambda one=one: self.has_door(one) for one in routes.ROUTES}

	def has_door(self, route: routes.Route) -> bool:
		"""Asked by nobody in particular with a method that no route has, which tells of a route without using it; and not
		by its whole answer, which rolls back."""
		frappe.local.request = Request(EnvironBuilder(method="TRACE").get_environ())
		try:
			with self.as_user("Guest"):
				routes._operation(route)
		except NotFound:
			return False
		except (NotSignedIn, MethodNotAllowed):
			return True
		finally:
			del frappe.local.request
		raise AssertionError(route.path)

	def of_pages(self) -> dict[str, Callable[[], bool]]:
		return {f"page: {path}": lambda module=module: self.opens(module) for path, module in PAGES.items()}

	def opens(self, module: Any) -> bool:
		"""An unknown token leads to no page, either, so that none is looked for."""
		frappe.local.request = Request(EnvironBuilder().get_environ())
		frappe.local.form_dict = frappe._dict()
		language = frappe.local.lang
		try:
			with self.as_user("Guest"), patch.object(tokens, "find", lambda *_given: None):
				module.get_context(frappe._dict(boot={}))
		except frappe.PageDoesNotExistError:
			return False
		except (frappe.Redirect, AttributeError):
			# to the login; or it has gone on to what the token should have found
			pass
		finally:
			del frappe.local.request
			frappe.local.lang = language
			frappe.local.no_cache = 0
			frappe.local.flags.redirect_location = None
		return True

	def of_desk(self) -> dict[str, Callable[[], bool]]:
		info = frappe._dict()
		boot.extend(info)
		told = info.erp_b2b_smartbill
		return {
			f"desk: {key}": lambda key=key: bool(told[key])
			for key in ("proforma", "search", "overview", "customer_360")
		}

	def of_forms(self) -> dict[str, Callable[[], bool]]:
		offer = frappe.get_doc("Quotation", self.quotation.name)
		offer.b2b_response = "Accepted"
		buys = frappe.get_doc("Customer", self.customer.name)
		quotation.show_proforma(offer)
		quotation.show_response(offer)
		customer.show_smartbill(buys)
		sells = frappe.new_doc("SmartBill Account")
		sells.onload()
		groups = {
			"Quotation": connections.of_quotation({"transactions": []})["transactions"],
			"Customer": connections.of_customer({"transactions": []})["transactions"],
		}
		return {
			"Quotation: headline and buttons": lambda: self.sends(offer, "smartbill"),
			"Quotation: buyer's answer": lambda: self.sends(offer, "b2b_response"),
			"Customer: line about SmartBill": lambda: self.sends(buys, "smartbill_clients"),
			"SmartBill Account: reads clients": lambda: self.sends(sells, "reads_clients"),
			"website: menu": self.has_menu,
			**{
				f"{doctype}: connections with {group['label']}": lambda: True
				for doctype, found in groups.items()
				for group in found
			},
		}

	@staticmethod
	def sends(doc: Any, key: str) -> bool:
		return bool((doc.get("__onload") or {}).get(key))

	def has_menu(self) -> bool:
		with self.as_user(self.buyer), patch.object(website, "can_cache", lambda _no_cache: False):
			return bool(website.extend(frappe._dict(show_sidebar=1, sidebar_items=[])))

	def of_data(self) -> dict[str, Callable[[], bool]]:
		return {
			"Customer fields: our search": self.searches_fields,
			"Customer: guarded credit limits": guard._is_on,
			"tier: its price": lambda: bool(
				frappe.db.exists(rule.RULE, {"b2b_tier": self.tier, "disable": 0})
			),
			**{
				f"search: {doctype}": lambda: True
				for doctype in rights.of_session().conditions
				if doctype != "Customer"
			},
			**{
				f"Customer 360: {one.key}": lambda: True
				for one in sources.everything()
				if one.key in sources.FEATURES
			},
		}

	def searches_fields(self) -> bool:
		with (
			patch.object(state, "is_ready", lambda: True),
			patch.object(link_field.Linked, "rows", lambda *_args, **_options: ["ours"]),
			patch.object(native, "results", lambda *_args, **_options: ["theirs"]),
		):
			return link_field.customers("Customer", "alfa") == ["ours"]

	def test_every_switch_is_walked_and_is_off_after_installing(self):
		fields = {
			field.fieldname: field.default
			for field in frappe.get_meta(SETTINGS).fields
			if field.fieldname.startswith("enable_")
		}
		self.assertEqual(fields, dict.fromkeys(SWITCHES, "0"))
		used = {one for route in routes.ROUTES for one in (route.switch, route.other_switch) if one}
		self.assertLessEqual(used, set(SWITCHES))

	def test_alone_a_switch_adds_its_part_and_nothing_else(self):
		nothing = self.there(())
		self.assertEqual(nothing, {f"route: {one.path}" for one in routes.ROUTES if not one.switch})
		for switch in SWITCHES:
			with self.subTest(switch=switch):
				added = self.there((switch,)) - nothing
				self.assertEqual(added, ADDS[switch] | routes_of(switch, also_shared=False))
				self.assertEqual(self.there(()), nothing)

	def test_turned_off_alone_its_part_goes_and_nothing_else(self):
		everything = self.there(SWITCHES)
		for switch in SWITCHES:
			with self.subTest(switch=switch):
				gone = everything - self.there([one for one in SWITCHES if one != switch])
				shared = WITH_ANOTHER.get(switch, set())
				self.assertEqual(gone, ADDS[switch] | shared | routes_of(switch, also_shared=True))
		self.assertEqual(self.there(SWITCHES), everything)

	def test_what_was_stored_stays_and_is_there_again(self):
		self.turn(SWITCHES)
		before = self.stored()
		self.turn(())
		self.turn(SWITCHES)
		self.assertEqual(self.stored(), before)

	def stored(self) -> dict[str, Any]:
		doctypes = ("Quotation Response", "SmartBill Client", "B2B Tier", "Customer", "Quotation")
		kept = {
			doctype: frappe.get_all(doctype, fields=["name", "modified"], order_by="name")
			for doctype in doctypes
		}
		fields = ["name", "disable", "discount_percentage"]
		kept["rules"] = frappe.get_all(rule.RULE, {"b2b_tier": self.tier}, fields)
		return kept
