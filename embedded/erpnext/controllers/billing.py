"""How far a document is delivered and billed: counted on the rows that later documents come from. The rules of ERPNext
v15's `erpnext.controllers.status_updater`.

Left out: allowances for more than was ordered, returned quantities, an invoice of an order spread over its deliveries."""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Sum
from frappe.utils import flt


@dataclass(frozen=True)
class Count:
	"""Rows of `source` that name a row of `target` in `join` add up there, in `counted`; the share of `whole` that this
	is stands on the target's document, which the rows name in `parent_join`."""

	source: str
	join: str
	parent_join: str
	summed: str
	target: str
	counted: str
	whole: str
	parent: str
	percent: str | None = None
	status: str | None = None
	keyword: str | None = None


ORDER_BILLED = Count(
	source="Sales Invoice Item",
	join="so_detail",
	parent_join="sales_order",
	summed="amount",
	target="Sales Order Item",
	counted="billed_amt",
	whole="amount",
	parent="Sales Order",
	percent="per_billed",
	status="billing_status",
	keyword="Billed",
)
DELIVERY_BILLED = Count(
	source="Sales Invoice Item",
	join="dn_detail",
	parent_join="delivery_note",
	summed="amount",
	target="Delivery Note Item",
	counted="billed_amt",
	whole="amount",
	parent="Delivery Note",
	percent="per_billed",
)
ORDER_DELIVERED = Count(
	source="Delivery Note Item",
	join="so_detail",
	parent_join="against_sales_order",
	summed="qty",
	target="Sales Order Item",
	counted="delivered_qty",
	whole="qty",
	parent="Sales Order",
	percent="per_delivered",
	status="delivery_status",
	keyword="Delivered",
)
INVOICE_DELIVERED = Count(
	source="Delivery Note Item",
	join="si_detail",
	parent_join="against_sales_invoice",
	summed="qty",
	target="Sales Invoice Item",
	counted="delivered_qty",
	whole="qty",
	parent="Sales Invoice",
)


def count(doc: Document, counts: Iterable[Count]) -> None:
	"""After `doc` was submitted or cancelled."""
	for one in counts:
		for name in {row.get(one.join) for row in doc.items if row.get(one.join)}:
			source = frappe.qb.DocType(one.source)
			total = (
				frappe.qb.from_(source)
				.select(Sum(source[one.summed]))
				.where((source[one.join] == name) & (source.docstatus == 1))
			).run()
			frappe.db.set_value(one.target, name, one.counted, flt(total[0][0]))
		if one.percent:
			for name in {row.get(one.parent_join) for row in doc.items if row.get(one.parent_join)}:
				set_percent(one, name)


def set_percent(one: Count, name: str) -> None:
	"""No row counts for more than its whole."""
	rows = frappe.get_all(
		one.target, {"parent": name, "parenttype": one.parent}, [one.counted, one.whole], limit=0
	)
	whole = sum(abs(flt(row[one.whole])) for row in rows)
	done = sum(min(abs(flt(row[one.counted])), abs(flt(row[one.whole]))) for row in rows)
	percent = flt(done / whole * 100, 6) if whole else 0.0
	values = {one.percent: percent}
	if one.status:
		extent = "Not" if percent < 0.001 else "Fully" if percent >= 99.999999 else "Partly"
		values[one.status] = f"{extent} {one.keyword}"
	frappe.db.set_value(one.parent, name, values)
	target = frappe.get_doc(one.parent, name)
	target.set_status(update=True)
	target.notify_update()
