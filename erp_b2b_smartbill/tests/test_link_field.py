"""Every link field that wants a Customer: Frappe's own results to the letter while the search is off."""

import contextlib
import copy
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import frappe
from frappe.desk import search
from frappe.desk.search import search_link, search_widget

from erp_b2b_smartbill.customers.search import link_field, native
from erp_b2b_smartbill.features import LINK_SEARCH, SEARCH
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase

IS_V16 = native.FOR_VALIDATION is not None
others_asked: list[tuple[Any, ...]] = []


@frappe.whitelist()
def query_of_another_app(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int,
	page_len: int,
	filters: Any = None,
	as_dict: bool = False,
) -> list[Any]:
	others_asked.append((doctype, txt, searchfield, start, page_len, filters, as_dict))
	return [("theirs", "by their query")]


@contextlib.contextmanager
def queries(*paths: str) -> Iterator[None]:
	"""As if these were the queries of all apps for Customers, in this order."""
	real = frappe.get_hooks

	def hooks(hook: str | None = None, *args: Any, **kwargs: Any) -> Any:
		found = {**real(native.HOOK)}
		found.pop("Customer", None)
		if paths:
			found["Customer"] = list(paths)
		if hook == native.HOOK:
			return found
		return real(hook, *args, **kwargs) if hook else frappe._dict({**real(), native.HOOK: found})

	with patch.object(frappe, "get_hooks", hooks):
		yield


class LinkFieldTestCase(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.switch(False)
		others_asked.clear()

	def switch(self, on: bool) -> None:
		frappe.db.set_single_value("B2B Settings", {SEARCH: int(on), LINK_SEARCH: int(on)})

	def natively(self, work: Callable[[], Any]) -> Any:
		"""What comes of it on a site without our query."""
		with queries():
			return work()

	def title_links(self) -> None:
		frappe.make_property_setter(
			{
				"doctype": "Customer",
				"doctype_or_field": "DocType",
				"property": "show_title_field_in_link",
				"property_type": "Check",
				"value": 1,
			},
			is_system_generated=False,
		)
		frappe.clear_cache(doctype="Customer")
		self.addCleanup(frappe.clear_cache, doctype="Customer")


class TestOff(LinkFieldTestCase):
	def setUp(self) -> None:
		super().setUp()
		group = frappe.get_doc(
			{"doctype": "Customer Group", "customer_group_name": "Zz link group", "is_group": 0}
		).insert()
		self.group = group.name
		for number, values in enumerate(
			(
				{"customer_name": "Zzlink Alfa SRL"},
				{"customer_name": "Alfa Zzlink SA", "customer_group": self.group},
				{"customer_name": "Brutăria Zzlink"},
				{"customer_name": "ZZLINK BETA", "disabled": 1},
				{"customer_name": "Gamma 100%_zzlink", "customer_group": self.group},
				{"customer_name": 'O\'Neil "zzlink" & Fiii'},
			)
		):
			name = factories.customer(address=None, **values).name
			frappe.db.set_value("Customer", name, "idx", number % 3, update_modified=False)

	def assert_same(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
		expected = self.natively(lambda: work(*args, **copy.deepcopy(kwargs)))
		self.assertEqual(work(*args, **copy.deepcopy(kwargs)), expected)
		return expected

	def test_the_field_shows_what_frappe_itself_would_show(self):
		self.assertEqual(frappe.get_hooks("standard_queries")["Customer"], [link_field.QUERY])
		texts = (
			"zzlink",
			"ZZLINK alfa",
			"alfa",
			"",
			" zzlink ",
			"%",
			"_zz",
			"o'neil",
			'"zzlink"',
			"brutaria",
			"nobody at all",
		)
		filters = (
			None,
			{},
			{"customer_group": self.group},
			[["Customer", "customer_group", "=", self.group]],
		)
		found = 0
		for txt, given, length in itertools.product(texts, filters, (10, 2)):
			with self.subTest(txt=txt, filters=given, page_length=length):
				text = json.dumps(given) if given else None
				found += len(self.assert_same(search_link, "Customer", txt, filters=text, page_length=length))
		self.assertGreater(found, 20)

	def test_so_do_dialogs_that_page_and_ask_for_columns(self):
		frappe.local.form_dict = frappe._dict(doctype="Customer", filter_fields='["tax_id", "customer_type"]')
		self.addCleanup(setattr, frappe.local, "form_dict", frappe._dict())
		for start, as_dict, field in itertools.product(
			(0, 1, 3), (False, True), (None, "name", "customer_type")
		):
			with self.subTest(start=start, as_dict=as_dict, searchfield=field):
				rows = self.assert_same(
					search_widget,
					"Customer",
					"zzlink",
					start=start,
					page_length=2,
					searchfield=field,
					as_dict=as_dict,
					filter_fields=frappe.form_dict.filter_fields,
				)
				self.assertTrue(rows)
				if as_dict:
					self.assertIn("tax_id", rows[0])

	def test_so_do_fields_that_show_titles(self):
		self.title_links()
		rows = self.assert_same(search_link, "Customer", "zzlink")
		self.assertIn("label", rows[0])
		self.assert_same(search_widget, "Customer", "zzlink", as_dict=True)

	def test_so_do_fields_of_a_document_with_their_rights(self):
		user = factories.user("Sales User")
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Customer Group", "for_value": self.group}
		).insert()
		with self.as_user(user):
			for reference, ignored in itertools.product((None, "Quotation", "Sales Order"), (False, True)):
				with self.subTest(reference=reference, ignored=ignored):
					rows = self.assert_same(
						search_link,
						"Customer",
						"zzlink",
						reference_doctype=reference,
						ignore_user_permissions=ignored,
					)
					self.assertTrue(rows)

	def test_who_may_not_read_customers_is_refused_as_ever(self):
		with self.as_user(factories.user("B2B Sales")):
			self.assertFalse(frappe.has_permission("Customer"))
			self.assert_fails_alike(search_link, "Customer", "zzlink")

	def test_what_is_wrong_natively_is_wrong_in_the_same_way(self):
		for arguments in ({"searchfield": "1=1; drop"}, {"filters": {"no_such_field": 1}}):
			with self.subTest(**arguments):
				self.assert_fails_alike(search_widget, "Customer", "zzlink", **arguments)

	def assert_fails_alike(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
		"""As whoever waits for the answer sees it: kind, status, text and messages."""

		def failed() -> tuple[Any, ...]:
			frappe.clear_messages()
			with self.assertRaises(Exception) as caught:
				work(*args, **copy.deepcopy(kwargs))
			error = caught.exception
			status = getattr(error, "http_status_code", 500)
			messages = [dict(message) for message in frappe.local.message_log]
			# by this the answer knows which message is the error's
			ids = [message.pop("__frappe_exc_id", None) for message in messages]
			self.assertIn(getattr(error, "__frappe_exc_id", None), [*ids, None])
			return type(error).__name__, status, str(error), messages

		expected = self.natively(failed)
		self.assertEqual(failed(), expected)
		self.assertNotEqual(frappe.local.response.get("type"), "page")

	def test_a_name_that_is_in_the_field_is_checked_as_frappe_does(self):
		if not IS_V16:
			self.skipTest("this Frappe checks names without a search")
		for txt in ("Zzlink Alfa SRL", "zzlink", "ZZLINK BETA", "nobody"):
			for filters in ({}, {"customer_group": self.group}, {"include_disabled": 1}):
				with self.subTest(txt=txt, filters=filters):
					self.assert_same(
						search_widget,
						"Customer",
						txt,
						page_length=search.PAGE_LENGTH_FOR_LINK_VALIDATION,
						filters=filters,
						for_link_validation=True,
					)

	def test_disabled_ones_are_shown_where_frappe_shows_them(self):
		def names() -> list[str]:
			return [row[0] for row in search_widget("Customer", "zzlink", filters={"include_disabled": 1})]

		if IS_V16:
			self.assertIn("ZZLINK BETA", self.assert_same(names))
		self.assertNotIn("ZZLINK BETA", [row[0] for row in search_widget("Customer", "zzlink")])


class TestOtherApps(LinkFieldTestCase):
	THEIRS = f"{__name__}.query_of_another_app"

	def test_while_the_search_is_off_the_query_of_another_app_answers(self):
		with queries(self.THEIRS, link_field.QUERY):
			rows = search_widget("Customer", "zz", start=2, page_length=7, filters={"territory": "X"})
		self.assertEqual(rows, [("theirs", "by their query")])
		self.assertEqual(others_asked, [("Customer", "zz", "name", 2, 7, {"territory": "X"}, False)])

	def test_an_app_that_comes_after_ours_is_asked_by_frappe_itself(self):
		with queries(link_field.QUERY, self.THEIRS):
			self.assertEqual(search_widget("Customer", "zz"), [("theirs", "by their query")])

	def test_one_that_nobody_may_call_is_not_called(self):
		path = f"{__name__}.LinkFieldTestCase"
		with queries(path, link_field.QUERY):
			search_widget("Customer", "zz")
		self.assertEqual(frappe.local.response.get("http_status_code"), 404)
