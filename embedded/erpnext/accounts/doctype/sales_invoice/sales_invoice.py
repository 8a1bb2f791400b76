"""What a customer is billed: it stands in the ledger until it is paid. As ERPNext v15's module of the same name.

Left out: points of sale, advances, write-offs, stock that an invoice moves, deferred revenue, inter-company invoices,
and of returns whether the items were sold."""

from typing import Any

import erpnext
import frappe
from erpnext.accounts.general_ledger import make_gl_entries
from erpnext.accounts.party import get_party_account
from erpnext.controllers.billing import DELIVERY_BILLED, ORDER_BILLED, count
from erpnext.controllers.selling_controller import SellingController
from erpnext.selling.doctype.customer.customer import check_credit_limit, has_bypass
from frappe import _
from frappe.utils import flt, getdate, nowdate, nowtime

ALLOW_OTHER_CURRENCIES = "allow_multi_currency_invoices_against_single_party_account"


class SalesInvoice(SellingController):
	def validate(self) -> None:
		if not self.set_posting_time:
			self.posting_date, self.posting_time = nowdate(), nowtime()
		self.set_accounts()
		super().validate()
		self.set_due_date()
		self.validate_uom_is_integer("stock_uom", "stock_qty")
		self.validate_uom_is_integer("uom", "qty")
		self.validate_debit_to()
		self.validate_party_account_currency()
		self.validate_return()
		self.validate_with_previous_doc()
		if self.docstatus.is_draft():
			self.outstanding_amount = 0 if self.reduces_another else self.total_in_account_currency()
		self.set_status()

	@property
	def reduces_another(self) -> bool:
		"""A credit note that is settled with the invoice it is made against has nothing open itself."""
		return bool(self.is_return and self.return_against and not self.update_outstanding_for_self)

	def on_submit(self) -> None:
		self.count_billed()
		make_gl_entries(self.get_gl_entries())
		if not self.is_return:
			self.check_credit_limit()
		self.reload()

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = ("GL Entry",)
		self.count_billed()
		make_gl_entries(self.get_gl_entries(), cancel=True)
		self.db_set("status", "Cancelled")

	def count_billed(self) -> None:
		count_of_order = not self.is_return or self.update_billed_amount_in_sales_order
		count(self, (ORDER_BILLED, DELIVERY_BILLED) if count_of_order else (DELIVERY_BILLED,))

	def check_credit_limit(self) -> None:
		"""What was ordered or delivered was checked then, unless that check is bypassed."""
		bypass = has_bypass(self.customer, self.company)
		if bypass or any(not (row.sales_order or row.delivery_note) for row in self.items):
			check_credit_limit(self.customer, self.company, bypass)

	# Filling in

	def set_accounts(self) -> None:
		if not self.debit_to and self.customer:
			self.debit_to = get_party_account("Customer", self.customer, self.company)
		self.party_account_currency = (
			frappe.get_cached_value("Account", self.debit_to, "account_currency") if self.debit_to else None
		)

	def set_missing_values(self, for_validate: bool = False) -> None:
		self.set_accounts()
		super().set_missing_values(for_validate)
		income = frappe.get_cached_value("Company", self.company, "default_income_account")
		for row in self.items:
			row.income_account = row.income_account or _income_account(row.item_code, self.company) or income
			row.cost_center = row.cost_center or erpnext.get_default_cost_center(self.company)
		self.against_income_account = ",".join(
			dict.fromkeys(row.income_account for row in self.items if row.income_account)
		)

	def set_due_date(self) -> None:
		dates = [getdate(row.due_date) for row in self.payment_schedule if row.due_date]
		if dates:
			self.due_date = max(dates)
		if self.due_date and getdate(self.due_date) < getdate(self.posting_date):
			frappe.throw(_("Due Date cannot be before Posting Date"))

	def set_status(
		self, update: bool = False, status: str | None = None, update_modified: bool = True
	) -> None:
		"""By what is open of it, and since when."""
		if self.is_new():
			self.status = "Draft"
			return
		self.status = status or self._status()
		if update:
			self.db_set("status", self.status, update_modified=update_modified)

	def _status(self) -> str:
		if not self.docstatus.is_submitted():
			return "Cancelled" if self.docstatus.is_cancelled() else "Draft"
		open_amount = flt(self.outstanding_amount, self.precision("outstanding_amount"))
		total = self.total_in_account_currency()
		if open_amount > 0 and self._is_overdue(open_amount, total):
			return "Overdue"
		if 0 < open_amount < total:
			return "Partly Paid"
		if open_amount > 0:
			return "Unpaid"
		if self.is_return:
			return "Return"
		if frappe.db.exists("Sales Invoice", {"is_return": 1, "return_against": self.name, "docstatus": 1}):
			return "Credit Note Issued"
		return "Paid"

	def _is_overdue(self, open_amount: float, total: float) -> bool:
		"""Less is paid than fell due until yesterday."""
		today = getdate()
		if not self.payment_schedule:
			return getdate(self.due_date) < today
		field = "payment_amount" if self.party_account_currency == self.currency else "base_payment_amount"
		due = sum(flt(row.get(field)) for row in self.payment_schedule if getdate(row.due_date) < today)
		digits = self.precision("outstanding_amount")
		return flt(total - open_amount, digits) < flt(due, digits)

	def total_in_account_currency(self) -> float:
		field = (
			"grand_total" if self.is_rounded_total_disabled() or not self.rounded_total else "rounded_total"
		)
		if self.party_account_currency not in (None, self.currency):
			field = f"base_{field}"
		return flt(self.get(field), self.precision(field))

	# Checks

	def validate_debit_to(self) -> None:
		if not self.debit_to:
			return
		account = frappe.get_cached_value(
			"Account", self.debit_to, ["account_type", "report_type", "company"], as_dict=True
		)
		if account.report_type != "Balance Sheet" or account.account_type != "Receivable":
			frappe.throw(
				_("Please ensure that the {0} account {1} is a Receivable account.").format(
					_("Debit To"), frappe.bold(self.debit_to)
				)
			)

	def validate_party_account_currency(self) -> None:
		"""The first invoice of a customer is in its account's currency, unless Accounts Settings allow others."""
		if self.is_opening == "Yes" or self.party_account_currency in (None, self.currency):
			return
		is_known = frappe.db.exists(
			"GL Entry", {"party_type": "Customer", "party": self.customer, "company": self.company}
		)
		if not is_known and not frappe.db.get_single_value("Accounts Settings", ALLOW_OTHER_CURRENCIES):
			frappe.throw(
				_("Party Account {0} currency ({1}) and document currency ({2}) should be same").format(
					frappe.bold(self.debit_to), self.party_account_currency, self.currency
				)
			)

	def validate_return(self) -> None:
		if self.is_return and any(flt(row.qty) > 0 for row in self.items):
			frappe.throw(_("{0} must be negative in return document").format(_("Quantity")))
		if not (self.is_return and self.return_against):
			return
		against = frappe.db.get_value(
			"Sales Invoice",
			self.return_against,
			["customer", "conversion_rate", "posting_date", "outstanding_amount"],
			as_dict=True,
		)
		if against.customer != self.customer:
			frappe.throw(
				_("The {0} {1} does not match with the {0} {2} in the {3} {4}").format(
					_("Customer"), self.customer, against.customer, _("Sales Invoice"), self.return_against
				)
			)
		if flt(against.conversion_rate) != flt(self.conversion_rate):
			frappe.throw(
				_("Exchange Rate must be same as {0} {1} ({2})").format(
					self.doctype, self.return_against, against.conversion_rate
				)
			)
		if getdate(self.posting_date) < getdate(against.posting_date):
			frappe.throw(_("Posting timestamp must be after {0}").format(against.posting_date))
		# it cannot take more from an invoice than is open of it
		if abs(flt(self.rounded_total) or flt(self.grand_total)) > flt(against.outstanding_amount):
			self.update_outstanding_for_self = 1

	def validate_with_previous_doc(self) -> None:
		same = [["customer", "="], ["company", "="], ["currency", "="]]
		of_row = {"compare_fields": [["item_code", "="], ["uom", "="]], "is_child_table": True}
		super().validate_with_previous_doc(
			{
				"Sales Order": {"ref_dn_field": "sales_order", "compare_fields": same},
				"Sales Order Item": {"ref_dn_field": "so_detail", **of_row},
				"Delivery Note": {"ref_dn_field": "delivery_note", "compare_fields": same},
				"Delivery Note Item": {"ref_dn_field": "dn_detail", **of_row},
			}
		)

	# The ledger

	def get_gl_entries(self) -> list[dict[str, Any]]:
		"""The customer owes the total; income, taxes and what was rounded away stand against it."""
		rounded = bool(self.rounding_adjustment and self.rounded_total)
		total = self.rounded_total if rounded else self.grand_total
		base_total = self.base_rounded_total if rounded else self.base_grand_total
		entries = [
			self._line(
				self.debit_to,
				debit=(base_total, total),
				party_type="Customer",
				party=self.customer,
				against=self.against_income_account,
				against_voucher_type=self.doctype,
				against_voucher=self.return_against if self.reduces_another else self.name,
				due_date=self.due_date,
				cost_center=self.cost_center,
			)
		]
		for tax in self.taxes:
			amounts = (tax.base_tax_amount_after_discount_amount, tax.tax_amount_after_discount_amount)
			entries.append(self._line(tax.account_head, credit=amounts, cost_center=tax.cost_center))
		for row in self.items:
			amounts = (row.base_net_amount, row.net_amount)
			entries.append(self._line(row.income_account, credit=amounts, cost_center=row.cost_center))
		if rounded:
			account, cost_center = frappe.get_cached_value(
				"Company", self.company, ["round_off_account", "round_off_cost_center"]
			)
			amounts = (self.base_rounding_adjustment, self.rounding_adjustment)
			entries.append(self._line(account, credit=amounts, cost_center=cost_center))
		return entries

	def _line(
		self,
		account: str,
		*,
		debit: tuple[float, float] = (0, 0),
		credit: tuple[float, float] = (0, 0),
		**values: Any,
	) -> dict[str, Any]:
		"""Amounts are (in the company's currency, in the invoice's)."""
		currency = frappe.get_cached_value("Account", account, "account_currency")
		of_account = 0 if currency == self.company_currency else 1
		return {
			"company": self.company,
			"posting_date": self.posting_date,
			"voucher_type": self.doctype,
			"voucher_no": self.name,
			"remarks": self.remarks or _("No Remarks"),
			"is_opening": self.is_opening or "No",
			"against": self.customer,
			"account": account,
			"account_currency": currency,
			"transaction_currency": self.currency,
			"transaction_exchange_rate": self.conversion_rate,
			"debit": flt(debit[0]),
			"credit": flt(credit[0]),
			"debit_in_account_currency": flt(debit[of_account]),
			"credit_in_account_currency": flt(credit[of_account]),
			"debit_in_transaction_currency": flt(debit[1]),
			"credit_in_transaction_currency": flt(credit[1]),
			**values,
		}


def _income_account(item_code: str | None, company: str) -> str | None:
	if not item_code:
		return None
	return frappe.db.get_value("Item Default", {"parent": item_code, "company": company}, "income_account")
