"""Money that a customer paid, or got back, and what it settles. As ERPNext v15's module of the same name.

Left out: suppliers, employees and transfers between own accounts, deductions, taxes, payment terms, payment requests,
advances in accounts of their own, and gains and losses by exchange: what is paid in another currency is paid at the
document's own rate."""

from typing import Any

import frappe
from erpnext.accounts.general_ledger import make_gl_entries
from erpnext.accounts.party import get_party_account
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate, nowdate

REFERENCES = ("Sales Invoice", "Sales Order")


class PaymentEntry(Document):
	def validate(self) -> None:
		self.set_missing_values()
		self.set_reference_details()
		self.set_exchange_rates()
		self.set_amounts()
		self.set("references", [row for row in self.references if row.allocated_amount])
		self.validate_references()
		self.validate_transaction_reference()
		self.title = self.party
		self.set_status()

	def on_submit(self) -> None:
		if self.difference_amount:
			frappe.throw(_("Difference Amount must be zero"))
		make_gl_entries(self.get_gl_entries())
		self.set_status(update=True)

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = ("GL Entry",)
		make_gl_entries(self.get_gl_entries(), cancel=True)
		self.set_status(update=True)

	def set_status(self, update: bool = False) -> None:
		self.status = ("Draft", "Submitted", "Cancelled")[self.docstatus]
		if update:
			self.db_set("status", self.status)

	@property
	def company_currency(self) -> str:
		return frappe.get_cached_value("Company", self.company, "default_currency")

	@property
	def party_field(self) -> str:
		"""The field with the account that the customer owes on."""
		return "paid_from" if self.payment_type == "Receive" else "paid_to"

	@property
	def party_rate(self) -> float:
		return flt(self.source_exchange_rate if self.payment_type == "Receive" else self.target_exchange_rate)

	# Filling in

	def set_missing_values(self) -> None:
		if self.payment_type not in ("Receive", "Pay") or self.party_type != "Customer":
			frappe.throw(_("Party Type is mandatory"))
		if not self.party:
			frappe.throw(_("Party is mandatory"))
		self.party_name = frappe.db.get_value("Customer", self.party, "customer_name")
		if not self.get(self.party_field):
			self.set(self.party_field, get_party_account("Customer", self.party, self.company))
		for field in ("paid_from", "paid_to"):
			if self.get(field):
				currency = frappe.get_cached_value("Account", self.get(field), "account_currency")
				self.set(f"{field}_account_currency", currency)

	def set_reference_details(self) -> None:
		"""What is open of each document, in the account's currency."""
		currency = self.get(f"{self.party_field}_account_currency")
		for row in self.references:
			row.update(get_reference_details(row.reference_doctype, row.reference_name, currency))

	def set_exchange_rates(self) -> None:
		"""Given ones stand; the account's own currency has none."""
		for side, field in (("source", "paid_from"), ("target", "paid_to")):
			rate, currency = f"{side}_exchange_rate", self.get(f"{field}_account_currency")
			if currency == self.company_currency:
				self.set(rate, 1)
			elif side == "target" and currency == self.paid_from_account_currency:
				self.target_exchange_rate = self.source_exchange_rate
			elif not self.get(rate):
				self.set(rate, get_exchange_rate(currency, self.company_currency, self.posting_date))

	def set_amounts(self) -> None:
		if self.paid_from_account_currency == self.paid_to_account_currency:
			self.received_amount = self.paid_amount
		self.base_paid_amount = flt(
			flt(self.paid_amount) * flt(self.source_exchange_rate), self.precision("base_paid_amount")
		)
		self.base_received_amount = flt(
			flt(self.received_amount) * flt(self.target_exchange_rate), self.precision("base_received_amount")
		)
		allocated = sum(flt(row.allocated_amount) for row in self.references)
		self.total_allocated_amount = abs(allocated)
		self.base_total_allocated_amount = abs(sum(self._base_allocated(row) for row in self.references))
		base_amount = self.base_paid_amount if self.payment_type == "Receive" else self.base_received_amount
		rest = flt(base_amount - self.base_total_allocated_amount, self.precision("base_paid_amount"))
		self.unallocated_amount = max(rest, 0) / self.party_rate if self.party_rate else 0
		settled = self.base_total_allocated_amount + self.unallocated_amount * self.party_rate
		other = self.base_received_amount if self.payment_type == "Receive" else self.base_paid_amount
		self.difference_amount = flt(
			settled - other if self.payment_type == "Receive" else other - settled,
			self.precision("difference_amount"),
		)

	def _base_allocated(self, row: Document) -> float:
		return flt(flt(row.allocated_amount) * self.party_rate, self.precision("base_paid_amount"))

	# Checks

	def validate_references(self) -> None:
		seen = set()
		for row in self.references:
			if row.reference_doctype not in REFERENCES:
				frappe.throw(_("Reference Doctype must be one of {0}").format(", ".join(REFERENCES)))
			key = (row.reference_doctype, row.reference_name)
			if key in seen:
				frappe.throw(_("Row #{0}: Duplicate entry in References {1} {2}").format(row.idx, *key))
			seen.add(key)
			customer, docstatus = frappe.db.get_value(*key, ["customer", "docstatus"])
			if customer != self.party:
				frappe.throw(_("{0} {1} is not associated with {2} {3}").format(*key, "Customer", self.party))
			if docstatus != 1:
				frappe.throw(_("{0} {1} must be submitted").format(*key))
			if not flt(row.outstanding_amount):
				frappe.throw(_("{0} {1} has already been fully paid.").format(_(key[0]), key[1]))
			if not _is_within(flt(row.allocated_amount), flt(row.outstanding_amount)):
				frappe.throw(
					_("Row #{0}: Allocated Amount cannot be greater than outstanding amount.").format(row.idx)
				)
		if self.payment_type == "Receive" and sum(flt(row.allocated_amount) for row in self.references) < 0:
			frappe.throw(_("Cannot receive from customer against negative outstanding"))

	def validate_transaction_reference(self) -> None:
		account = self.paid_to if self.payment_type == "Receive" else self.paid_from
		is_bank = frappe.get_cached_value("Account", account, "account_type") == "Bank"
		if is_bank and not (self.reference_no and self.reference_date):
			frappe.throw(_("Reference No and Reference Date is mandatory for Bank transaction"))

	# The ledger

	def get_gl_entries(self) -> list[dict[str, Any]]:
		"""The customer owes less (or, paid back, more) for each document, and the money stands against it."""
		received = self.payment_type == "Receive"
		side = 1 if received else -1
		entries = []
		for row in self.references:
			amount, base = flt(row.allocated_amount), self._base_allocated(row)
			if amount > 0 or received:
				amount, base = side * amount, side * base
			against = {"against_voucher_type": row.reference_doctype, "against_voucher": row.reference_name}
			entries.append(self._line(self.party_field, amount, base, **against))
		if self.unallocated_amount:
			amount = side * self.unallocated_amount
			entries.append(self._line(self.party_field, amount, amount * self.party_rate))
		if received:
			entries.append(self._line("paid_to", -self.received_amount, -self.base_received_amount))
		else:
			entries.append(self._line("paid_from", self.paid_amount, self.base_paid_amount))
		return entries

	def _line(self, field: str, credit: float, base_credit: float, **values: Any) -> dict[str, Any]:
		"""Amounts in the account's currency and in the company's; what is negative is debited."""
		is_party = field == self.party_field
		other = self.paid_to if self.party_field == "paid_from" else self.paid_from
		line = {
			"company": self.company,
			"posting_date": self.posting_date,
			"voucher_type": self.doctype,
			"voucher_no": self.name,
			"remarks": self.remarks or _("No Remarks"),
			"cost_center": self.cost_center
			or frappe.get_cached_value("Company", self.company, "cost_center"),
			"account": self.get(field),
			"account_currency": self.get(f"{field}_account_currency"),
			"against": other if is_party else self.party,
			"credit": base_credit,
			"credit_in_account_currency": credit,
			"credit_in_transaction_currency": credit,
			**values,
		}
		return {**line, "party_type": self.party_type, "party": self.party} if is_party else line


def _is_within(allocated: float, outstanding: float) -> bool:
	return 0 <= allocated <= outstanding if outstanding > 0 else outstanding <= allocated <= 0


@frappe.whitelist()
def get_reference_details(
	reference_doctype: str,
	reference_name: str,
	party_account_currency: str,
	party_type: str | None = None,
	party: str | None = None,
) -> dict[str, Any]:
	"""Total and open amount of a document, in the account's currency, and the rate of that."""
	doc = frappe.get_doc(reference_doctype, reference_name)
	of_company = party_account_currency == frappe.get_cached_value("Company", doc.company, "default_currency")
	total = doc.get("base_rounded_total" if of_company else "rounded_total") or doc.get(
		"base_grand_total" if of_company else "grand_total"
	)
	return {
		"due_date": doc.get("due_date"),
		"total_amount": flt(total),
		"outstanding_amount": flt(doc.outstanding_amount if doc.doctype == "Sales Invoice" else total),
		"exchange_rate": 1.0 if of_company else flt(doc.conversion_rate),
		"account": doc.get("debit_to") or get_party_account("Customer", doc.customer, doc.company),
	}


@frappe.whitelist()
def get_payment_entry(
	dt: str,
	dn: str,
	party_amount: float | None = None,
	bank_account: str | None = None,
	bank_amount: float | None = None,
	party_type: str | None = None,
	payment_type: str | None = None,
	reference_date: str | None = None,
	ignore_permissions: bool = False,
	created_from_payment_request: bool = False,
) -> Document:
	"""A payment of a document, or of `party_amount` of it, through an account (the company's bank or cash)."""
	doc = frappe.get_doc(dt, dn)
	account = doc.get("debit_to") or get_party_account("Customer", doc.customer, doc.company)
	currency = frappe.get_cached_value("Account", account, "account_currency")
	details = get_reference_details(dt, dn, currency)
	amount = flt(party_amount) or details["outstanding_amount"]
	kind = payment_type or ("Receive" if details["outstanding_amount"] > 0 else "Pay")
	bank = bank_account or next(
		filter(
			None,
			frappe.get_cached_value("Company", doc.company, ["default_bank_account", "default_cash_account"]),
		),
		None,
	)
	same_currency = frappe.get_cached_value("Account", bank, "account_currency") == currency
	at_bank = abs(amount) if same_currency else flt(bank_amount) or abs(amount) * flt(doc.conversion_rate)
	entry = frappe.new_doc("Payment Entry")
	entry.update(
		{
			"payment_type": kind,
			"company": doc.company,
			"cost_center": doc.get("cost_center"),
			"posting_date": nowdate(),
			"reference_date": getdate(reference_date),
			"party_type": "Customer",
			"party": doc.customer,
			"paid_from": account if kind == "Receive" else bank,
			"paid_to": bank if kind == "Receive" else account,
			"paid_amount": abs(amount) if kind == "Receive" else at_bank,
			"received_amount": at_bank if kind == "Receive" else abs(amount),
			"source_exchange_rate": details["exchange_rate"] if kind == "Receive" else None,
			"target_exchange_rate": details["exchange_rate"] if kind == "Pay" else None,
			"references": [
				{"reference_doctype": dt, "reference_name": dn, "allocated_amount": amount, **details}
			],
		}
	)
	entry.set_missing_values()
	entry.set_exchange_rates()
	entry.set_amounts()
	return entry
