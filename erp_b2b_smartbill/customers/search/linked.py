"""The customer search for one link field: Customers only, however they were found, those that the field would show.

What a field may show is for Frappe's own list to say, by its filters and the user's rights: it is asked about those that
were found. Where that leaves too few of what was cut off somewhere, the same list is what the search looks among.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.desk.search import get_std_fields_list
from frappe.utils import create_batch
from frappe.utils.data import make_filter_tuple

from erp_b2b_smartbill.customers.search import native, recent, rights, rows, search
from erp_b2b_smartbill.customers.search.groups import Group
from erp_b2b_smartbill.customers.search.native import CUSTOMER
from erp_b2b_smartbill.customers.search.rights import FEW_CUSTOMERS, OF_CUSTOMERS, Rights

try:
	from frappe.desk.search import validate_ignore_user_permissions
except ImportError:
	# v15
	validate_ignore_user_permissions = None

IS_V16 = native.FOR_VALIDATION is not None
# v15 puts a description into the page as it is
_AS_TEXT = str.maketrans({"<": "‹", ">": "›"})


@dataclass
class _OfCustomers(Rights):
	@property
	def lanes(self) -> tuple[str, ...]:
		return tuple(lane for lane in super().lanes if lane in OF_CUSTOMERS)


@dataclass
class _OfField(_OfCustomers):
	"""Limited to what the field's own list says, and to nothing else."""

	def few_customers(self, walk: bool = True) -> list[str] | None:
		if walk and not self._counted:
			self._counted = True
			names = frappe.db.sql(
				f"select `tabCustomer`.name from `tabCustomer` where {self.conditions[CUSTOMER]} limit %s",
				[FEW_CUSTOMERS + 1],
			)
			self._few_customers = sorted(name for (name,) in names) if len(names) <= FEW_CUSTOMERS else None
		return self._few_customers


@dataclass
class Linked:
	"""A link field, with the user's rights."""

	filters: Any
	reference_doctype: str | None
	ignores_user_permissions: bool
	link_fieldname: str | None = None

	def __post_init__(self) -> None:
		self.ignores_user_permissions &= _ignored_in(self.reference_doctype, self.link_fieldname)
		self.filters = _as_list(copy.deepcopy(self.filters))
		self.may = _OfCustomers(rights.of_session().conditions)

	@property
	def may_search(self) -> bool:
		return CUSTOMER in self.may.conditions

	def rows(
		self, txt: str, searchfield: str | None, start: int, page_len: int, *, as_dict: bool
	) -> list[Any]:
		end = min(start + page_len, search.DEEPEST)
		if self.ignores_user_permissions:
			self._look_among_its_own()
		found, page = self._found(txt, end)
		if len(page) < end and found.is_cut:
			self._look_among_its_own()
			found, page = self._found(txt, end)
		page = page[start:end]
		if as_dict:
			return self._dicts(page, searchfield or "name")
		titles = frappe.get_meta(CUSTOMER).show_title_field_in_link
		shown = {row["customer"]: row for row in rows.of(page, self.may, None, found.used_at)}
		return [_as_row(shown[group.customer], txt, titles) for group in page if group.customer in shown]

	def _found(self, txt: str, end: int) -> tuple[search.Found, list[Group]]:
		"""And the first of them that the field may show."""
		found = search.find(txt, self.may)
		page = self._page(found.groups, end)
		if len(page) < end and not txt.strip():
			page = self._page(_different([*found.groups, *recent.by_name(self.may)]), end)
		return found, page

	def _page(self, groups: Sequence[Group], end: int) -> list[Group]:
		"""The first that the field may show."""
		page: list[Group] = []
		for batch in create_batch(groups, 2 * end):
			page += self._may_be_shown(batch)
			if len(page) >= end:
				break
		return page[:end]

	def _may_be_shown(self, groups: Sequence[Group]) -> Iterator[Group]:
		names = [group.customer for group in groups]
		there = set(self._list([*self.filters, [CUSTOMER, "name", "in", names]], pluck="name"))
		return (group for group in groups if group.customer in there)

	def _list(self, filters: list[Any], **more: Any) -> Any:
		"""As the field's own search lists Customers."""
		if IS_V16:
			more["ignore_user_permissions"] = self.ignores_user_permissions
		elif self.ignores_user_permissions:
			more["ignore_permissions"] = True
		return frappe.get_list(CUSTOMER, filters=filters, reference_doctype=self.reference_doctype, **more)

	def _look_among_its_own(self) -> None:
		text = _with_values(self._list(self.filters, fields=["name"], run=False))
		self.may = _OfField({**self.may.conditions, CUSTOMER: f"`tabCustomer`.name in ({text})"})

	def _dicts(self, page: Sequence[Group], searchfield: str) -> list[Any]:
		"""With the columns that Frappe's own search gives."""
		meta = frappe.get_meta(CUSTOMER)
		fields = get_std_fields_list(meta, searchfield)
		fields += [one for one in frappe.parse_json(native.filter_fields() or "[]") if one not in fields]
		if meta.show_title_field_in_link and meta.title_field:
			fields.append(f"{meta.title_field} as label")
		names = [group.customer for group in page]
		found = (
			{row.name: row for row in self._list([[CUSTOMER, "name", "in", names]], fields=fields)}
			if names
			else {}
		)
		return [found[name] for name in names if name in found]


def _as_list(filters: Any) -> list[Any]:
	"""As Frappe's own search does, which hides what is disabled; v16 shows it where the field says so."""
	is_shown = False
	if isinstance(filters, dict):
		if IS_V16:
			is_shown = filters.pop("include_disabled", None) == 1
		filters = [make_filter_tuple(CUSTOMER, key, value) for key, value in filters.items()]
	return [*(filters or []), *([] if is_shown else [[CUSTOMER, "disabled", "!=", 1]])]


def _with_values(query: Any) -> str:
	"""A query that was not run, as text with its values in it, for a query with parameters."""
	if isinstance(query, str):
		# v15 has escaped them; as it would be sent without parameters
		text = query
	else:
		# the builder's own text escapes for no database in particular
		text, values = query.walk()
		text %= {key: frappe.db.escape(str(value), percent=False) for key, value in values.items()}
	return text.replace("%", "%%")


def _ignored_in(doctype: str | None, fieldname: str | None) -> bool:
	"""Whether the doctype has a field that shows Customers whatever User Permissions say. v15 believes whoever asks; v16
	asks which field, and refuses."""
	if not doctype or not frappe.db.exists("DocType", doctype):
		return False
	if IS_V16:
		if fieldname:
			validate_ignore_user_permissions(doctype, fieldname, CUSTOMER)
		return bool(fieldname)
	fields = frappe.get_meta(doctype).get("fields", {"ignore_user_permissions": 1})
	return any(
		(field.fieldtype == "Link" and field.options == CUSTOMER)
		or field.fieldtype in ("Dynamic Link", "Table MultiSelect")
		for field in fields
	)


def _as_row(row: dict[str, Any], txt: str, titles: bool) -> list[str]:
	"""Name, title, and what tells it from others."""
	name, title = row["customer"], row["display_name"]
	description = " · ".join(
		part for part in (row["cui"], row["city"], _why(row), row["status_text"]) if part
	)
	if not IS_V16:
		description = description.translate(_AS_TEXT)
	# v16 takes by Enter only what has the typed text in it
	if IS_V16 and txt and not any(txt.casefold() in text.casefold() for text in (name, title, description)):
		description = " · ".join([*([description] if description else []), _("for {0}").format(txt)])
	return [name, *([title] if titles or title != name else []), description]


def _why(row: dict[str, Any]) -> str:
	"""What the name, the CUI and the city do not say by themselves."""
	match = row["match"] or {"field": "name", "text": "", "where": None}
	text = match["text"] if match["field"] in ("email", "phone", "reg_com") else ""
	return ", ".join(part for part in (text, match["where"]) if part)


def _different(groups: Sequence[Group]) -> list[Group]:
	found: dict[str | None, Group] = {}
	for group in groups:
		found.setdefault(group.customer, group)
	return list(found.values())
