"""What an earlier document quoted for a document's rows. A row may say of itself whatever it likes, over REST too: it is
believed where the document that it names exists, is of the same customer, and has that item.

Earlier documents are: of a submit, the draft that is stored; of an amendment, the cancelled document; of a row, the one
that it was made from; of a return, what is returned.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.utils import get_applied_pricing_rules
from frappe.utils import cstr

# what a row's price is made of
PRICE = (
	"price_list_rate",
	"discount_percentage",
	"discount_amount",
	"rate",
	"margin_type",
	"margin_rate_or_amount",
	"pricing_rules",
)
# what tells one row of an item from another
WHICH = ("name", "parent", "idx", "item_code", "uom", "qty", "is_free_item")
# a row's field that names an earlier document -> what that is, and the field that names its row; the nearest first
EARLIER = {
	"Sales Order": {"prevdoc_docname": ("Quotation", "quotation_item")},
	"Delivery Note": {
		"against_sales_invoice": ("Sales Invoice", "si_detail"),
		"against_sales_order": ("Sales Order", "so_detail"),
	},
	"Sales Invoice": {
		"delivery_note": ("Delivery Note", "dn_detail"),
		"sales_order": ("Sales Order", "so_detail"),
	},
}
SUBMITTED, CANCELLED = 1, 2
# a Quotation's: it is no offer any more
OVER = ("Lost", "Expired")


@dataclass(frozen=True)
class Quoted:
	"""A row of an earlier document, with that document's tier and currency."""

	tier: str | None
	currency: str | None
	row: Any


@dataclass(frozen=True)
class _Claim:
	doctype: str
	name: str
	docstatus: int
	row_name: str | None = None


def of(doc: Any) -> dict[int, Quoted]:
	"""By `id(row)`, as a new row has no name. At most two queries for each kind of earlier document."""
	customer = customer_of(doc.doctype, doc)
	if not customer:
		return {}
	found = _of_draft(doc)
	claims = {id(row): _claims(doc, row) for row in priced(doc) if id(row) not in found}
	documents = _documents({claim for of_row in claims.values() for claim in of_row}, customer)
	rows = _rows(documents, {row.item_code for row in priced(doc)})
	for row in priced(doc):
		for claim in claims.get(id(row), ()):
			if earlier := _matching(rows.get((claim.doctype, claim.name), ()), claim, row):
				document = documents[claim.doctype, claim.name]
				found[id(row)] = Quoted(document.b2b_tier or None, document.currency, earlier)
				break
	return found


def priced(doc: Any) -> list[Any]:
	"""The rows that have a price: what is free for another row's sake has none."""
	return [row for row in doc.items if row.get("item_code") and not row.get("is_free_item")]


def names(row: Any) -> list[str]:
	"""Of the rules that a row has, by what it says."""
	return [name for name in get_applied_pricing_rules(row.get("pricing_rules")) if isinstance(name, str)]


def draft_of(doc: Any) -> Any:
	"""Of a submit: the draft, if it was for the same customer."""
	stored = doc.get_doc_before_save()
	if not stored or doc.docstatus.is_draft() or not stored.docstatus.is_draft():
		return None
	return stored if customer_of(doc.doctype, stored) == customer_of(doc.doctype, doc) else None


def customer_of(doctype: str, values: Any) -> str | None:
	if doctype != "Quotation":
		return values.get("customer") or None
	return (values.get("party_name") or None) if values.get("quotation_to") == "Customer" else None


def _of_draft(doc: Any) -> dict[int, Quoted]:
	draft = draft_of(doc)
	if not draft:
		return {}
	stored = {row.name: row for row in priced(draft)}
	return {
		id(row): Quoted(draft.get("b2b_tier") or None, draft.currency, stored[row.name])
		for row in priced(doc)
		if row.name in stored and stored[row.name].item_code == row.item_code
	}


def _claims(doc: Any, row: Any) -> list[_Claim]:
	"""The nearest first."""
	claims = []
	if doc.get("amended_from"):
		claims.append(_Claim(doc.doctype, cstr(doc.amended_from), CANCELLED))
	for field, (doctype, its_row) in EARLIER.get(doc.doctype, {}).items():
		if row.get(field):
			claims.append(_Claim(doctype, cstr(row.get(field)), SUBMITTED, cstr(row.get(its_row))))
	if doc.get("return_against"):
		claims.append(_Claim(doc.doctype, cstr(doc.return_against), SUBMITTED))
	return claims


def _documents(claims: set[_Claim], customer: str) -> dict[tuple[str, str], Any]:
	"""Those that exist, in the state that they are claimed in, of this customer. A Lead's quotation is of whom the Lead
	became: it had no tier."""
	by_doctype: dict[str, dict[str, int]] = defaultdict(dict)
	for claim in claims:
		by_doctype[claim.doctype][claim.name] = claim.docstatus
	found = {}
	for doctype, states in by_doctype.items():
		party = ["quotation_to", "party_name"] if doctype == "Quotation" else ["customer"]
		fields = ["name", "docstatus", "status", "b2b_tier", "currency", *party]
		for row in frappe.get_all(doctype, {"name": ["in", sorted(states)]}, fields):
			# a database may find a name in other letters
			is_as_claimed = row.docstatus == states.get(row.name) and row.status not in OVER
			if is_as_claimed and customer_of(doctype, row) in (customer, None):
				found[doctype, row.name] = row
	return found


def _rows(documents: dict[tuple[str, str], Any], items: set[str]) -> dict[tuple[str, str], list[Any]]:
	if not items:
		return {}
	parents: dict[str, list[str]] = defaultdict(list)
	for doctype, name in documents:
		parents[doctype].append(name)
	found: dict[tuple[str, str], list[Any]] = defaultdict(list)
	for doctype, of_doctype in parents.items():
		filters = {"parenttype": doctype, "parent": ["in", of_doctype], "item_code": ["in", sorted(items)]}
		for row in frappe.get_all(f"{doctype} Item", filters, [*WHICH, *PRICE], order_by="parent, idx"):
			if not row.is_free_item:
				found[doctype, row.parent].append(row)
	return found


def _matching(rows: Any, claim: _Claim, row: Any) -> Any:
	"""Of the item's rows the one that is named, else one with the same rules, at the same place, in the same unit. An
	amendment names none; a program's row often has no rules yet."""
	its_names = names(row)

	def distance(earlier: Any) -> tuple[bool, ...]:
		return (
			earlier.name != claim.row_name,
			bool(its_names) and names(earlier) != its_names,
			earlier.idx != row.get("idx"),
			earlier.uom != row.get("uom"),
		)

	return min(
		(earlier for earlier in rows if earlier.item_code == row.item_code), key=distance, default=None
	)
