"""Frappe's own search of a link field for Customers, as it would be if we had no query for them.

`search_widget` asks the hook `standard_queries` before it searches by itself, and there it finds us. It has no argument
that says otherwise, and a copy of it would differ from the next release. So its own code is run, with a `frappe` beside
it that does not list our query.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any

import frappe
from frappe.desk import search

CUSTOMER = "Customer"
HOOK = "standard_queries"
# what v16 asks for when it checks a name that is in a link field
FOR_VALIDATION = getattr(search, "PAGE_LENGTH_FOR_LINK_VALIDATION", None)


class Refused(Exception):
	"""Frappe's PermissionError for whoever waits for the answer, and another one for `search_widget`, which takes the
	PermissionError of a query for a query that does not exist."""

	http_status_code = 403


Refused.__name__ = frappe.PermissionError.__name__


def results(
	own_query: str,
	txt: str,
	searchfield: str | None,
	start: int,
	page_len: int,
	filters: Any,
	*,
	as_dict: bool,
	**rest: Any,
) -> list[Any]:
	"""What the field would show without `own_query`: what the query of another app finds, or else Frappe itself."""
	others = [query for query in frappe.get_hooks(HOOK, {}).get(CUSTOMER, []) if query != own_query]
	if others:
		frappe.is_whitelisted(frappe.get_attr(others[-1]))
		place = (CUSTOMER, txt, searchfield, start, page_len, filters)
		return frappe.call(others[-1], *place, as_dict=as_dict, **rest)
	widget = _search_widget()
	taken = inspect.signature(widget).parameters
	known = {name: value for name, value in rest.items() if name in taken}
	if FOR_VALIDATION and page_len == FOR_VALIDATION:
		known["for_link_validation"] = True
	try:
		return widget(
			CUSTOMER,
			txt,
			searchfield=searchfield,
			start=start,
			page_length=page_len,
			filters=filters,
			filter_fields=filter_fields(),
			as_dict=as_dict,
			**known,
		)
	except frappe.PermissionError as refused:
		ours = Refused(*refused.args)
		# Frappe knows by these which message is the error's
		ours.__dict__.update(refused.__dict__)
		raise ours from refused


def filter_fields() -> str | None:
	"""The columns that a dialog of many Customers asks for; a query of the hook is not told of them."""
	form = frappe.form_dict or {}
	return form.get("filter_fields") if form.get("doctype") == CUSTOMER else None


def _search_widget() -> FunctionType:
	own = inspect.unwrap(search.search_widget)
	copy = FunctionType(
		own.__code__,
		{**own.__globals__, "frappe": _FrappeWithoutOurQuery()},
		own.__name__,
		own.__defaults__,
		own.__closure__,
	)
	copy.__kwdefaults__ = own.__kwdefaults__
	return copy


class _FrappeWithoutOurQuery:
	def __getattr__(self, name: str) -> Any:
		return getattr(frappe, name)

	@staticmethod
	def get_hooks(*args: Any, **kwargs: Any) -> Any:
		hooks = frappe.get_hooks(*args, **kwargs)
		if args or kwargs:
			return hooks
		queries = {doctype: query for doctype, query in hooks[HOOK].items() if doctype != CUSTOMER}
		return frappe._dict({**hooks, HOOK: queries})
