"""What a customer prefers, as sales or its own buyers say: one row a customer and an item, with a mark of each side.
Who may mark, the callers check; which items may be marked, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import frappe
from frappe import _
from frappe.query_builder import DocType

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.exceptions import invalid
from erp_b2b_smartbill.text import plain_text

if TYPE_CHECKING:
	from frappe.model.document import Document

PREFERENCE = "Customer Item Preference"
Side = Literal["sales", "buyer"]
SALES: Side = "sales"
BUYER: Side = "buyer"
MAX_NOTE = 500


def mark(customer: str, item_code: str, side: Side, note: str | None = None) -> Document:
	"""The session's user marks it, once; a later mark of the same side keeps the day and changes the note, which is
	sales' own. Raises NotReady for a note that is too long."""
	note = plain_text(note or "")
	if len(note) > MAX_NOTE:
		raise invalid("note", _("At most {0} characters.").format(MAX_NOTE))
	doc = _locked(customer, item_code) or frappe.get_doc(
		{"doctype": PREFERENCE, "customer": customer, "item_code": item_code}
	)
	if not doc.get(f"marked_by_{side}"):
		doc.update(
			{
				f"marked_by_{side}": 1,
				f"{side}_user": frappe.session.user,
				f"{side}_marked_at": clock.now(),
			}
		)
	if side == SALES:
		doc.note = note or None
	doc.flags.written_by_app = True
	return doc.save(ignore_permissions=True)


def unmark(customer: str, item_code: str, side: Side) -> Document | None:
	"""Takes the mark of this side away, with what is stored of it. Returns what the other side's mark is kept in."""
	doc = _locked(customer, item_code)
	if not doc:
		return None
	doc.update({f"marked_by_{side}": 0, f"{side}_user": None, f"{side}_marked_at": None})
	if side == SALES:
		doc.note = None
	doc.flags.written_by_app = True
	if doc.marked_by_sales or doc.marked_by_buyer:
		return doc.save(ignore_permissions=True)
	doc.delete(ignore_permissions=True)
	return None


def _locked(customer: str, item_code: str) -> Document | None:
	"""The row as it is now. Whoever marks for a customer stands in line by the Customer: a lock of a row that is not
	there keeps nobody out."""
	frappe.db.get_value("Customer", customer, "name", for_update=True)
	name = frappe.db.get_value(
		PREFERENCE, {"customer": customer, "item_code": item_code}, "name", for_update=True
	)
	return frappe.get_doc(PREFERENCE, name, for_update=True) if name else None


def names_of(users: Iterable[str]) -> dict[str, str]:
	"""Full names, for `marks`; a query, whoever may read the users: what they marked, everybody here reads."""
	wanted = sorted(users)
	rows = frappe.get_all("User", {"name": ["in", wanted]}, ["name", "full_name"]) if wanted else []
	return {row.name: row.full_name for row in rows}


def marks(row: Mapping[str, Any], name_of: Mapping[str, str]) -> dict[str, Any]:
	"""{sales, buyer, note}: of each side {user, name, at}, or None. `name_of` are users' full names."""
	return {
		**{
			side: {
				"user": row[f"{side}_user"],
				"name": name_of.get(row[f"{side}_user"]) or row[f"{side}_user"],
				"at": row[f"{side}_marked_at"],
			}
			if row[f"marked_by_{side}"]
			else None
			for side in (SALES, BUYER)
		},
		"note": row["note"] or None,
	}


def join(field: str, old: str, new: str) -> None:
	"""Two customers, or two items, become one: where both have a row, the one that stays keeps its own."""
	other = "item_code" if field == "customer" else "customer"
	table = DocType(PREFERENCE)
	stays = frappe.qb.from_(table).select(table[other]).where(table[field] == new).run(pluck=True)
	if stays:
		frappe.db.delete(PREFERENCE, {field: old, other: ["in", stays]})
