"""A customer with a long past, written by SQL: what ERPNext would have written for its documents, as far as it is read.

Of ten quotations four were ordered, one of them in part, one was lost and one expired. Of five invoices four are paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import frappe

CUSTOMER = "Benchmark 360 SRL"
PREFIX = "BM360-"
TODAY = date.today()
# of invoices and quotations
DAYS = 3 * 365
ITEMS = 60
REASON = f"{PREFIX}Price"
CHUNK = 5000
PARENTS = ("Sales Invoice", "Quotation", "Sales Order", "Payment Entry")
ROWS = (
	"Sales Invoice Item",
	"Payment Schedule",
	"Sales Order Item",
	"Quotation Item",
	"Quotation Lost Reason Detail",
)
LEDGERS = ("GL Entry", "Payment Ledger Entry")


def write(company: str, invoices: int, quotations: int) -> None:
	remove()
	doc = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": CUSTOMER,
			"customer_type": "Company",
			"customer_group": frappe.db.get_value("Customer Group", {"is_group": 0}),
			"territory": frappe.db.get_value("Territory", {"is_group": 0}),
		}
	).insert()
	doc.append("credit_limits", {"company": company, "credit_limit": 10**7})
	doc.save()
	for number in range(ITEMS):
		_item(number)
	_insert_all(_Past(company).documents(invoices, quotations))
	frappe.db.commit()


class _Past:
	def __init__(self, company: str):
		self.company = company
		self.receivable = frappe.db.get_value(
			"Account", {"company": company, "account_type": "Receivable", "is_group": 0}
		)

	def documents(self, invoices: int, quotations: int) -> Iterable[tuple[str, dict[str, Any]]]:
		"""(doctype, values), one row after the other."""
		yield "Quotation Lost Reason", {"name": REASON, "order_lost_reason": REASON}
		for number in range(invoices):
			yield from self.invoice(number, TODAY - timedelta(days=number * DAYS // invoices))
		for number in range(quotations):
			yield from self.quotation(number, TODAY - timedelta(days=number * DAYS // quotations))

	def common(self, name: str, day: date, net: float, **values: Any) -> dict[str, Any]:
		total = round(net * 1.21, 2)
		return {
			"name": name,
			"creation": datetime.combine(day, datetime.min.time()) + timedelta(hours=9),
			"docstatus": 1,
			"company": self.company,
			"customer_name": CUSTOMER,
			"currency": "RON",
			"conversion_rate": 1,
			"net_total": net,
			"base_net_total": net,
			"grand_total": total,
			"base_grand_total": total,
			"rounded_total": total,
			**values,
		}

	def lines(self, doctype: str, parent: str, number: int, net: float, **values: Any) -> Iterable[Any]:
		"""Two of the items, for half of the amount each."""
		for idx, item in enumerate((number % ITEMS, (number * 7 + 3) % ITEMS)):
			row = {
				"parent": parent,
				"parenttype": doctype,
				"parentfield": "items",
				"idx": idx + 1,
				"docstatus": 1,
			}
			half = round(net / 2, 2)
			amounts = {"amount": half, "base_amount": half, "net_amount": half, "base_net_amount": half}
			prices = {
				"rate": half / 5,
				"net_rate": half / 5,
				"base_rate": half / 5,
				"base_net_rate": half / 5,
			}
			quantity = {"qty": 5, "stock_qty": 5, "uom": "Nos", "stock_uom": "Nos", "conversion_factor": 1}
			its = {"item_code": item_name(item), "item_name": item_name(item)}
			name = {"name": f"{parent}-{idx}"}
			yield f"{doctype} Item", {**row, **amounts, **prices, **quantity, **its, **name, **values}

	def invoice(self, number: int, day: date) -> Iterable[tuple[str, dict[str, Any]]]:
		name, net, due = f"{PREFIX}SI-{number}", 100.0 + number % 900, day + timedelta(days=30)
		is_paid = number % 5 != 0
		values = self.common(name, day, net, customer=CUSTOMER, posting_date=day, due_date=due, is_return=0)
		total = values["grand_total"]
		open_ = 0 if is_paid else total
		status = "Paid" if is_paid else "Overdue" if due < TODAY else "Unpaid"
		account = {"debit_to": self.receivable, "party_account_currency": "RON", "posting_time": "09:00:00"}
		yield "Sales Invoice", {**values, **account, "outstanding_amount": open_, "status": status}
		yield from self.lines("Sales Invoice", name, number, net)
		schedule = {
			"parent": name,
			"parenttype": "Sales Invoice",
			"parentfield": "payment_schedule",
			"idx": 1,
		}
		amounts = {"payment_amount": total, "base_payment_amount": total, "outstanding": open_}
		yield (
			"Payment Schedule",
			{"name": f"{name}-p", "due_date": due, "invoice_portion": 100, **schedule, **amounts},
		)
		yield from self.ledger("Sales Invoice", name, name, day, due, total)
		if is_paid:
			paid = min(day + timedelta(days=20 + number % 30), TODAY)
			yield from self.ledger("Payment Entry", f"{PREFIX}PE-{number}", name, paid, None, -total)

	def ledger(
		self, voucher_type: str, voucher: str, against: str, day: date, due: date | None, amount: float
	) -> Iterable[tuple[str, dict[str, Any]]]:
		"""The entries of the customer's account: those of the others nobody reads here."""
		entry = {
			"name": f"{voucher}-e",
			"creation": datetime.combine(day, datetime.min.time()) + timedelta(hours=10),
			"docstatus": 1,
			"company": self.company,
			"account": self.receivable,
			"party_type": "Customer",
			"party": CUSTOMER,
			"posting_date": day,
			"due_date": due,
			"voucher_type": voucher_type,
			"voucher_no": voucher,
			"against_voucher_type": "Sales Invoice",
			"account_currency": "RON",
		}
		debit, credit = max(amount, 0), max(-amount, 0)
		sides = {"debit": debit, "credit": credit, "is_cancelled": 0}
		of_account = {"debit_in_account_currency": debit, "credit_in_account_currency": credit}
		yield "GL Entry", {**entry, **sides, **of_account, "against_voucher": against}
		amounts = {"amount": amount, "amount_in_account_currency": amount, "delinked": 0}
		of = {"account_type": "Receivable", "against_voucher_no": against}
		yield "Payment Ledger Entry", {**entry, **amounts, **of}

	def quotation(self, number: int, day: date) -> Iterable[tuple[str, dict[str, Any]]]:
		name, net, became = f"{PREFIX}QTN-{number}", 200.0 + number % 700, number % 10
		is_ordered, is_lost, is_expired = became < 4, became == 4, became == 5
		valid_till = day + timedelta(days=1 if is_expired else 10**4)
		status = "Ordered" if is_ordered else "Lost" if is_lost else "Open"
		party = {"quotation_to": "Customer", "party_name": CUSTOMER, "transaction_date": day}
		yield (
			"Quotation",
			{**self.common(name, day, net), **party, "valid_till": valid_till, "status": status},
		)
		yield from self.lines("Quotation", name, number, net)
		if is_lost:
			reason = {"parent": name, "parenttype": "Quotation", "parentfield": "lost_reasons", "idx": 1}
			yield "Quotation Lost Reason Detail", {"name": f"{name}-r", "lost_reason": REASON, **reason}
		if is_ordered:
			order, on = f"{PREFIX}SO-{number}", day + timedelta(days=number % 15)
			worth = net / 2 if became == 3 else net
			values = {"customer": CUSTOMER, "transaction_date": on, "delivery_date": on, "per_billed": 100}
			yield "Sales Order", {**self.common(order, on, worth), **values, "status": "Completed"}
			yield from self.lines("Sales Order", order, number, worth, prevdoc_docname=name)


def item_name(number: int) -> str:
	return f"{PREFIX}ITEM-{number}"


def _item(number: int) -> None:
	values = {
		"item_code": item_name(number),
		"item_name": item_name(number),
		"stock_uom": "Nos",
		"is_stock_item": 0,
	}
	group = frappe.db.get_value("Item Group", {"is_group": 0})
	frappe.get_doc({"doctype": "Item", "item_group": group, **values}).insert()


def _insert_all(rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
	"""By doctype in chunks; a site without a table, or a column of it, goes without."""
	waiting: dict[str, list[dict[str, Any]]] = {}
	for doctype, row in rows:
		waiting.setdefault(doctype, []).append(row)
		if len(waiting[doctype]) == CHUNK:
			_insert(doctype, waiting.pop(doctype))
	for doctype, some in waiting.items():
		_insert(doctype, some)


def _insert(doctype: str, rows: list[dict[str, Any]]) -> None:
	if not frappe.db.table_exists(doctype):
		return
	there = set(frappe.db.get_table_columns(doctype))
	columns = [column for column in rows[0] if column in there]
	more = {"owner": "Administrator", "modified_by": "Administrator"}
	moments = [row.get("creation") or datetime.now() for row in rows]
	fields = [*(column for column in columns if column != "creation"), "creation", "modified", *more]
	values = [
		(*(row[column] for column in columns if column != "creation"), moment, moment, *more.values())
		for row, moment in zip(rows, moments, strict=True)
	]
	frappe.db.bulk_insert(doctype, fields, values)


def remove() -> None:
	own = {"name": ["like", f"{PREFIX}%"]}
	for doctype in (*PARENTS, *ROWS, *LEDGERS, "Quotation Lost Reason", "Item Price", "Item"):
		if frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, own)
	frappe.db.delete("UOM Conversion Detail", {"parent": ["like", f"{PREFIX}%"]})
	if frappe.db.exists("Customer", CUSTOMER):
		frappe.delete_doc("Customer", CUSTOMER, force=True, ignore_permissions=True)
	frappe.db.commit()
