"""When how much of a total is due.

ERPNext v15 has these functions and methods in `erpnext.controllers.accounts_controller`, where the functions can be
imported from too."""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, add_months, flt, get_last_day, getdate

# What the rows may differ from the document's total.
TOLERANCE = 0.1


class HasPaymentSchedule:
	"""The payment schedule of a document with totals and `payment_terms_template`; a Delivery Note has none."""

	def set_payment_schedule(self) -> None:
		"""Rows from the template, or one row for all; amounts always follow the total by each row's portion."""
		if not self.meta.has_field("payment_schedule") or self.get("is_return"):
			return
		total, base_total = self._total_to_pay()
		if not self.get("payment_schedule"):
			if self.get("payment_terms_template"):
				rows = get_payment_terms(self.payment_terms_template, self.day, total, base_total)
			else:
				rows = [{"due_date": self.get("due_date") or self.day, "invoice_portion": 100}]
			self.extend("payment_schedule", rows)
		for row in self.payment_schedule:
			if row.invoice_portion:
				share = flt(row.invoice_portion) / 100
				row.payment_amount = flt(total * share, row.precision("payment_amount"))
				row.base_payment_amount = flt(base_total * share, row.precision("base_payment_amount"))
				row.outstanding = row.payment_amount
			else:
				row.base_payment_amount = flt(
					flt(row.payment_amount) * flt(self.conversion_rate), row.precision("base_payment_amount")
				)
			row.base_outstanding = row.base_payment_amount

	def validate_payment_schedule_dates(self) -> None:
		"""No two rows fall due on the same day; a Sales Order's not before the order."""
		seen, repeated = set(), []
		for row in self.get("payment_schedule") or []:
			row.validate_from_to_dates("discount_date", "due_date")
			if self.doctype == "Sales Order" and getdate(row.due_date) < getdate(self.day):
				frappe.throw(
					_("Row {0}: Due Date in the Payment Terms table cannot be before Posting Date").format(
						row.idx
					)
				)
			due = getdate(row.due_date)
			if due in seen:
				repeated.append(_("{0} in row {1}").format(row.due_date, row.idx))
			seen.add(due)
		if repeated:
			frappe.throw(
				_("Rows with duplicate due dates in other rows were found: {0}").format(
					"<br>" + "<br>".join(repeated)
				)
			)

	def validate_payment_schedule_amount(self) -> None:
		if not self.get("payment_schedule"):
			return
		for fieldname, total, precision_of in zip(
			("payment_amount", "base_payment_amount"),
			self._total_to_pay(),
			("grand_total", "base_grand_total"),
			strict=True,
		):
			digits = self.precision(precision_of)
			rows = sum(flt(row.get(fieldname), row.precision(fieldname)) for row in self.payment_schedule)
			if abs(flt(rows, digits) - flt(total, digits)) > TOLERANCE:
				frappe.throw(
					_("Total Payment Amount in Payment Schedule must be equal to Grand / Rounded Total")
				)

	def _total_to_pay(self) -> tuple[float, float]:
		return (
			flt(self.rounded_total) or flt(self.grand_total),
			flt(self.base_rounded_total) or flt(self.base_grand_total),
		)


def get_payment_terms(
	terms_template: str | None,
	posting_date: str | date | None = None,
	grand_total: float | None = None,
	base_grand_total: float | None = None,
	bill_date: str | date | None = None,
) -> list[dict] | None:
	if not terms_template:
		return None
	return [
		get_payment_term_details(term, posting_date, grand_total, base_grand_total, bill_date)
		for term in frappe.get_doc("Payment Terms Template", terms_template).terms
	]


@frappe.whitelist()
def get_payment_term_details(
	term: Any,
	posting_date: str | date | None = None,
	grand_total: float | None = None,
	base_grand_total: float | None = None,
	bill_date: str | date | None = None,
) -> dict:
	"""One row of a payment schedule. `term` is the name of a Payment Term or a row of a template."""
	row = frappe._dict()
	if isinstance(term, str):
		term = frappe.get_doc("Payment Term", term)
	else:
		row.payment_term = term.payment_term
	for fieldname in ("description", "invoice_portion", "discount_type", "discount", "mode_of_payment"):
		row[fieldname] = term.get(fieldname)
	row.payment_amount = flt(term.invoice_portion) * flt(grand_total) / 100
	row.base_payment_amount = flt(term.invoice_portion) * flt(base_grand_total) / 100
	row.outstanding = row.payment_amount
	if start := bill_date or posting_date:
		row.due_date = get_due_date(term, start)
		row.discount_date = get_discount_date(term, start)
	if getdate(row.due_date) < getdate(posting_date):
		row.due_date = posting_date
	return row


def get_due_date(
	term: Any, posting_date: str | date | None = None, bill_date: str | date | None = None
) -> date | str | None:
	return _after(bill_date or posting_date, term.due_date_based_on, term.credit_days, term.credit_months)


def get_discount_date(
	term: Any, posting_date: str | date | None = None, bill_date: str | date | None = None
) -> date | str | None:
	validity = term.discount_validity
	return _after(bill_date or posting_date, term.discount_validity_based_on, validity, validity)


def _after(
	start: str | date, based_on: str | None, days: int | None, months: int | None
) -> date | str | None:
	match based_on:
		case "Day(s) after invoice date":
			return add_days(start, days)
		case "Day(s) after the end of the invoice month":
			return add_days(get_last_day(start), days)
		case "Month(s) after the end of the invoice month":
			return get_last_day(add_months(start, months))
	return None
