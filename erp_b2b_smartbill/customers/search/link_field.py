"""Every link field of the desk that wants a Customer asks here (hook `standard_queries`).

While both switches are on and the index is whole, the search answers (linked.py); otherwise, and whenever it fails,
Frappe's own search does, to the letter (native.py).
"""

from typing import Any

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.audit.errors import note_masked_error
from erp_b2b_smartbill.customers.search import native, state
from erp_b2b_smartbill.customers.search.linked import Linked
from erp_b2b_smartbill.customers.search.search import DEEPEST

QUERY = "erp_b2b_smartbill.customers.search.link_field.customers"


@frappe.whitelist()
def customers(
	doctype: str,
	txt: str,
	searchfield: str | None = None,
	start: int = 0,
	page_len: int = 10,
	filters: str | dict | list | None = None,
	as_dict: bool = False,
	reference_doctype: str | None = None,
	ignore_user_permissions: bool = False,
	link_fieldname: str | None = None,
) -> list[Any]:
	"""Hook `standard_queries`: what a link field shows for a text. Frappe checks the arguments by the annotations, which
	it reads only where they are no texts."""
	if isinstance(filters, str):
		filters = frappe.parse_json(filters)
	# what is deeper, or is to be all, is a list and no search
	within = 0 < page_len <= DEEPEST - start
	if within and features.is_on(features.SEARCH) and features.is_on(features.LINK_SEARCH):
		messages = len(frappe.local.message_log)
		try:
			field = Linked(filters, reference_doctype, bool(ignore_user_permissions), link_fieldname)
			if field.may_search and state.is_ready():
				return field.rows(txt, searchfield, max(start, 0), page_len, as_dict=as_dict)
		except Exception:
			del frappe.local.message_log[messages:]
			note_masked_error("The customer search could not answer a link field")
	return native.results(
		QUERY,
		txt,
		searchfield,
		start,
		page_len,
		filters,
		as_dict=as_dict,
		reference_doctype=reference_doctype,
		ignore_user_permissions=ignore_user_permissions,
		link_fieldname=link_fieldname,
	)
