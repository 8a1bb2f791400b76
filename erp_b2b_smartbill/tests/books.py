"""Known books of one customer, made by ordinary documents: they work on a bench and on the embedded site alike.

`make()` returns what was asked for, not what ERPNext made of it: quantities, prices, rates, days, payments. From that,
in Decimal, follows what every figure must be; `Books` has the sums that several tests need. Amounts are in the document's
currency; VAT is 21 % everywhere. A test adds its own documents with the same methods:

	books = Books()
	invoice = books.invoice([(3, "33.33")], posted=-5, due=25)
	books.pay(invoice, "20", posted=-1)
	books.open_amount(invoice)   # Decimal("100.99")
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import frappe
from frappe.utils import add_days, getdate, nowdate

from erp_b2b_smartbill.tests import factories

CENT = Decimal("0.01")
VAT = Decimal("0.21")
COMPANY_CURRENCY = "RON"
SECOND = "B2B Second SRL"
SECOND_ABBR = "B2BS"
# the oldest document of the books
DAYS_BACK = 420

Lines = list[tuple[int, str]]


def money(amount: Decimal | str) -> Decimal:
	return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def day(days: int) -> date:
	"""Counted from today."""
	return getdate(add_days(nowdate(), days))


@dataclass(frozen=True)
class Document:
	"""`total` with VAT, in `currency`; `rate` is what one unit of it is in the company's. `state` is draft, submitted or
	cancelled."""

	name: str
	customer: str
	company: str
	posted: date
	lines: Lines
	currency: str = COMPANY_CURRENCY
	rate: Decimal = Decimal(1)
	state: str = "submitted"

	@property
	def net(self) -> Decimal:
		return sum((money(qty * Decimal(price)) for qty, price in self.lines), Decimal(0))

	@property
	def total(self) -> Decimal:
		return self.net + money(self.net * VAT)

	@property
	def base_total(self) -> Decimal:
		return money(self.total * self.rate)


@dataclass(frozen=True)
class Invoice(Document):
	"""`due`: (day, percent of the total). `account_currency` is that of the account that the customer owes on. A credit
	note has negative quantities; `against` is its invoice, `reduces` whether it is settled with that one."""

	due: tuple[tuple[date, int], ...] = ()
	account_currency: str = COMPANY_CURRENCY
	is_return: bool = False
	against: str | None = None
	reduces: bool = False
	order: str | None = None
	amended_from: str | None = None

	@property
	def account_total(self) -> Decimal:
		return self.total if self.currency == self.account_currency else self.base_total


@dataclass(frozen=True)
class Payment:
	"""What was received, or paid back if negative, in the currency of the customer's account, and what of it settles
	which invoice. `rate` is what one unit of it is in the company's currency."""

	name: str
	customer: str
	company: str
	posted: date
	amount: Decimal
	settles: dict[str, Decimal] = field(default_factory=dict)
	rate: Decimal = Decimal(1)
	state: str = "submitted"

	@property
	def base_amount(self) -> Decimal:
		return money(self.amount * self.rate)


@dataclass(frozen=True)
class Order(Document):
	"""`billed` is the part of the total that was invoiced. `state` is closed, too."""

	billed: Decimal = Decimal(0)
	quotation: str | None = None


class Books:
	"""`customer` buys from both companies, and owes in euros to the second one; `child` belongs to its group; `stranger`
	is none of theirs."""

	def __init__(self) -> None:
		self.company = factories.company()
		self.second = second_company()
		ensure_fiscal_years()
		self.customer = self.new_customer()
		self.child = self.new_customer(b2b_parent_customer=self.customer)
		self.stranger = self.new_customer()
		self.item = factories.item().name
		self.invoices: list[Invoice] = []
		self.payments: list[Payment] = []
		self.orders: list[Order] = []
		self.deliveries: list[Document] = []

	def new_customer(self, **values: Any) -> str:
		return factories.customer(tax_id=None, address=None, **values).name

	# What the figures must be

	def invoice_named(self, name: str) -> Invoice:
		return next(one for one in self.invoices if one.name == name)

	def submitted(
		self, customers: tuple[str, ...] | None = None, company: str | None = None
	) -> list[Invoice]:
		"""What counts of a customer's invoices; the books' own customer and first company unless others are named."""
		customers, company = customers or (self.customer,), company or self.company
		return [
			one
			for one in self.invoices
			if one.state == "submitted" and one.customer in customers and one.company == company
		]

	def settled(self, invoice: Invoice) -> Decimal:
		"""By payments, in the account's currency."""
		return sum(
			(one.settles.get(invoice.name, Decimal(0)) for one in self.payments if one.state == "submitted"),
			Decimal(0),
		)

	def open_amount(self, invoice: Invoice) -> Decimal:
		"""In the account's currency; negative of a credit note that is not settled."""
		if invoice.reduces:
			return Decimal(0)
		credited = sum(
			(
				one.account_total
				for one in self.invoices
				if one.state == "submitted" and one.reduces and one.against == invoice.name
			),
			Decimal(0),
		)
		return invoice.account_total + credited - self.settled(invoice)

	def base_open_amount(self, invoice: Invoice) -> Decimal:
		"""In the company's currency, at the invoice's own rate."""
		amount = self.open_amount(invoice)
		return amount if invoice.account_currency == COMPANY_CURRENCY else money(amount * invoice.rate)

	def overdue_amount(self, invoice: Invoice) -> Decimal:
		"""What fell due until yesterday and is open, in the account's currency."""
		amount = self.open_amount(invoice)
		fell_due = sum(
			(money(invoice.account_total * percent / 100) for due, percent in invoice.due if due < day(0)),
			Decimal(0),
		)
		return max(Decimal(0), min(amount, fell_due - (invoice.account_total - amount)))

	# Documents

	def invoice(
		self,
		lines: Lines,
		*,
		posted: int,
		due: int | tuple[tuple[int, int], ...] = 0,
		customer: str | None = None,
		company: str | None = None,
		currency: str = COMPANY_CURRENCY,
		rate: str = "1",
		state: str = "submitted",
	) -> Invoice:
		"""`due` in days from today: of everything, or ((days, percent), ...)."""
		instalments = ((due, 100),) if isinstance(due, int) else due
		dates = tuple((day(days), percent) for days, percent in instalments)
		schedule = [{"due_date": str(on), "invoice_portion": percent} for on, percent in dates]
		doc = self._document(
			"Sales Invoice", lines, posted, customer, company, currency, rate, payment_schedule=schedule
		)
		doc.due_date = str(dates[-1][0])
		return self._keep(doc, Invoice(**self._described(doc, lines), due=dates), state)

	def credit_note(
		self,
		lines: Lines,
		*,
		posted: int,
		against: Invoice | None = None,
		reduces: bool = False,
		customer: str | None = None,
	) -> Invoice:
		"""Quantities are given as they stand there: negative. Without `against` it stands alone."""
		of = against or Invoice("", customer or self.customer, self.company, day(posted), [])
		doc = self._document(
			"Sales Invoice", lines, posted, of.customer, of.company, of.currency, str(of.rate), is_return=1
		)
		doc.due_date = doc.posting_date
		if against:
			doc.return_against = against.name
			doc.update_outstanding_for_self = 0 if reduces else 1
		note = Invoice(
			**self._described(doc, lines),
			is_return=True,
			against=of.name or None,
			reduces=reduces,
		)
		return self._keep(doc, note, "submitted")

	def order(
		self,
		lines: Lines,
		*,
		posted: int,
		state: str = "submitted",
		customer: str | None = None,
		company: str | None = None,
		quotation: str | None = None,
	) -> Order:
		doc = self._document("Sales Order", lines, posted, customer, company)
		doc.delivery_date = str(day(max(posted, 0) + 7))
		doc.insert()
		if state != "draft":
			doc.submit()
		if state == "cancelled":
			doc.cancel()
		if state == "closed":
			doc.update_status("Closed")
		order = Order(**{**self._described(doc, lines), "state": state}, quotation=quotation)
		self.orders.append(order)
		return order

	def bill(self, order: Order, qty: int, *, posted: int, due: int) -> Invoice:
		"""An invoice of a part of an order with one row."""
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		doc = make_sales_invoice(order.name)
		dates = {"posting_date": str(day(posted)), "due_date": str(day(due)), "set_posting_time": 1}
		doc.update({**dates, "payment_terms_template": None, "disable_rounded_total": 1})
		doc.set("payment_schedule", [{"due_date": str(day(due)), "invoice_portion": 100}])
		doc.items[0].qty = qty
		lines = [(qty, order.lines[0][1])]
		described = {**self._described(doc, lines), "order": order.name, "due": ((day(due), 100),)}
		invoice = self._keep(doc, Invoice(**described), "submitted")
		at = self.orders.index(order)
		self.orders[at] = replace(order, billed=order.billed + invoice.total)
		return invoice

	def delivery(self, lines: Lines, *, posted: int, customer: str | None = None) -> Document:
		"""Without an order, and not billed."""
		doc = self._document("Delivery Note", lines, posted, customer)
		doc.insert().submit()
		delivery = Document(**self._described(doc, lines))
		self.deliveries.append(delivery)
		return delivery

	def pay(self, invoice: Invoice, amount: str, *, posted: int, state: str = "submitted") -> Payment:
		"""A part or all of an invoice, in the account's currency; of a credit note, paid back and negative."""
		from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

		cash = _account(invoice.company, "Cash")
		doc = get_payment_entry("Sales Invoice", invoice.name, party_amount=float(amount), bank_account=cash)
		at_rate = invoice.account_currency != COMPANY_CURRENCY
		payment = Payment(
			"",
			invoice.customer,
			invoice.company,
			day(posted),
			Decimal(amount),
			{invoice.name: Decimal(amount)},
			invoice.rate if at_rate else Decimal(1),
		)
		return self._keep_payment(doc, payment, state)

	def advance(self, amount: str, *, posted: int, customer: str | None = None) -> Payment:
		"""Received in the first company, and not for an invoice yet."""
		doc = frappe.new_doc("Payment Entry")
		doc.update(
			{
				"payment_type": "Receive",
				"company": self.company,
				"party_type": "Customer",
				"party": customer or self.customer,
				"paid_from": frappe.get_cached_value("Company", self.company, "default_receivable_account"),
				"paid_to": _account(self.company, "Cash"),
				"paid_amount": float(amount),
				"received_amount": float(amount),
				"source_exchange_rate": 1,
				"target_exchange_rate": 1,
			}
		)
		payment = Payment("", doc.party, self.company, day(posted), Decimal(amount))
		return self._keep_payment(doc, payment, "submitted")

	def reduced(self, invoice: Invoice, amount: str, *, by: str) -> None:
		"""An `advance` or a `write_off` on the invoice itself, as ERPNext stores it: off what is open and off each row of
		the schedule. Not every site has the posting of it; the sums of these books do not know it."""
		doc = frappe.get_doc("Sales Invoice", invoice.name)
		left = Decimal(str(doc.outstanding_amount)) - Decimal(amount)
		stored = {"advance": "total_advance", "write_off": "write_off_amount"}[by]
		values = {stored: float(amount), "outstanding_amount": float(left)}
		known = {field: value for field, value in values.items() if doc.meta.has_field(field)}
		frappe.db.set_value(doc.doctype, doc.name, known)
		for row in doc.payment_schedule:
			part = float(money(left * Decimal(str(row.invoice_portion)) / 100))
			values = {"payment_amount": part, "base_payment_amount": part, "outstanding": part}
			frappe.db.set_value("Payment Schedule", row.name, values)

	def amend(self, invoice: Invoice, lines: Lines) -> Invoice:
		"""The invoice is cancelled, and another one stands in its place."""
		doc = frappe.get_doc("Sales Invoice", invoice.name)
		doc.cancel()
		self._replace(invoice, replace(invoice, state="cancelled"))
		new = frappe.copy_doc(doc)
		# Frappe 15 copies that it was cancelled
		new.docstatus, new.amended_from = 0, doc.name
		new.set("items", [self._row(qty, price) for qty, price in lines])
		new.set_posting_time = 1
		new.posting_date, new.due_date = doc.posting_date, doc.due_date
		return self._keep(new, replace(invoice, lines=lines, amended_from=doc.name), "submitted")

	def _document(
		self,
		doctype: str,
		lines: Lines,
		posted: int,
		customer: str | None = None,
		company: str | None = None,
		currency: str = COMPANY_CURRENCY,
		rate: str = "1",
		**values: Any,
	) -> Any:
		company = company or self.company
		if doctype == "Sales Invoice" and company == self.second:
			values["debit_to"] = _account(company, "Clients EUR")
		dated = "transaction_date" if doctype == "Sales Order" else "posting_date"
		return frappe.get_doc(
			{
				"doctype": doctype,
				"customer": customer or self.customer,
				"company": company,
				dated: str(day(posted)),
				"set_posting_time": 1,
				"posting_time": "10:00:00",
				"currency": currency,
				"conversion_rate": float(rate),
				"price_list_currency": COMPANY_CURRENCY,
				"plc_conversion_rate": 1,
				"selling_price_list": factories.PRICE_LIST,
				"ignore_pricing_rule": 1,
				"disable_rounded_total": 1,
				"items": [self._row(qty, price) for qty, price in lines],
				"taxes": [_vat_row(company)],
				**values,
			}
		)

	def _row(self, qty: int, price: str) -> dict[str, Any]:
		return {
			"item_code": self.item,
			"uom": "Nos",
			"qty": qty,
			"price_list_rate": float(price),
			"rate": float(price),
		}

	def _described(self, doc: Any, lines: Lines) -> dict[str, Any]:
		described = {
			"name": doc.name,
			"customer": doc.customer,
			"company": doc.company,
			"posted": getdate(doc.get("posting_date") or doc.get("transaction_date")),
			"lines": lines,
			"currency": doc.currency,
			"rate": Decimal(str(doc.conversion_rate)),
		}
		if doc.doctype == "Sales Invoice":
			in_euro = doc.company == self.second
			described["account_currency"] = "EUR" if in_euro else COMPANY_CURRENCY
		return described

	def _keep(self, doc: Any, invoice: Invoice, state: str) -> Invoice:
		doc.insert()
		if state != "draft":
			doc.submit()
		if state == "cancelled":
			doc.cancel()
		kept = replace(invoice, name=doc.name, state=state)
		self.invoices.append(kept)
		return kept

	def _keep_payment(self, doc: Any, payment: Payment, state: str) -> Payment:
		dates = {"posting_date": str(payment.posted), "reference_date": str(payment.posted)}
		doc.update({**dates, "reference_no": f"OP {len(self.payments) + 1}"})
		doc.insert().submit()
		if state == "cancelled":
			doc.cancel()
		kept = replace(payment, name=doc.name, state=state)
		self.payments.append(kept)
		return kept

	def _replace(self, before: Invoice, after: Invoice) -> None:
		self.invoices[self.invoices.index(before)] = after


def make() -> Books:
	"""Everything at once, and nothing round: paid in parts, partly paid, not due, instalments, credit notes of three
	kinds, euros on an account in lei and on one in euros, a cancelled and an amended invoice, drafts, an order billed in
	part, an advance, money paid back."""
	books = Books()
	paid = books.invoice([(10, "100")], posted=-200, due=-170)
	books.pay(paid, "500", posted=-180)
	books.pay(paid, "710", posted=-100)
	long_ago = books.invoice([(1, "70")], posted=-DAYS_BACK + 10, due=-DAYS_BACK + 20)
	books.pay(long_ago, "84.70", posted=-DAYS_BACK + 15)

	partly = books.invoice([(5, "80")], posted=-60, due=-30)
	books.pay(partly, "184", posted=-20)
	not_due = books.invoice([(3, "33.33")], posted=-5, due=25)
	books.pay(not_due, "20.99", posted=-2, state="cancelled")
	instalments = books.invoice([(8, "125")], posted=-40, due=((-10, 50), (20, 50)))
	books.pay(instalments, "100", posted=-8)

	reduced = books.invoice([(10, "50")], posted=-15, due=15)
	books.credit_note([(-2, "50")], posted=-12, against=reduced, reduces=True)
	returned = books.credit_note([(-1, "100")], posted=-90, against=paid)
	books.pay(returned, "-21", posted=-80)
	books.credit_note([(-1, "40")], posted=-30)

	euros = books.invoice([(4, "50")], posted=-33, due=-3, currency="EUR", rate="4.97")
	books.pay(euros, "500", posted=-1)
	abroad = books.invoice([(2, "50")], posted=-25, due=-5, currency="EUR", rate="5.05", company=books.second)
	books.pay(abroad, "21", posted=-4)
	books.invoice([(1, "30")], posted=-3, due=27, currency="EUR", rate="5.10", company=books.second)

	books.invoice([(3, "100")], posted=-50, due=-20, state="cancelled")
	books.amend(books.invoice([(2, "150")], posted=-45, due=-15), [(2, "160")])
	books.invoice([(9, "90")], posted=-7, due=23, state="draft")
	books.advance("150", posted=-6)

	order = books.order([(10, "60")], posted=-35)
	books.bill(order, 4, posted=-28, due=2)
	books.order([(1, "99")], posted=-4)
	for state in ("draft", "cancelled", "closed"):
		books.order([(7, "70")], posted=-9, state=state)
	books.delivery([(5, "10")], posted=-2)

	books.invoice([(1, "100")], posted=-70, due=-40, customer=books.child)
	books.invoice([(6, "66")], posted=-10, due=20, customer=books.stranger)
	return books


def make_what_stays() -> None:
	"""The companies and fiscal years. They are committed, and with them whatever was written before: a test begins when
	they are there."""
	factories.company()
	second_company()
	ensure_fiscal_years()


def second_company() -> str:
	"""Romanian too, with an account in euros that a customer may owe on; committed, like the first."""
	if not frappe.db.exists("Company", SECOND):
		frappe.get_doc(
			{
				"doctype": "Company",
				"company_name": SECOND,
				"abbr": SECOND_ABBR,
				"country": "Romania",
				"default_currency": COMPANY_CURRENCY,
				"create_chart_of_accounts_based_on": "Standard Template",
				"chart_of_accounts": "Standard",
			}
		).insert()
		receivable = frappe.db.get_value(
			"Account", {"company": SECOND, "account_name": "Accounts Receivable", "is_group": 1}
		)
		_new_account("Clients EUR", receivable, account_type="Receivable", account_currency="EUR")
		duties = frappe.db.get_value(
			"Account", {"company": SECOND, "account_name": "Duties and Taxes", "is_group": 1}
		)
		_new_account("TVA test 21%", duties, account_type="Tax", tax_rate=21)
		frappe.db.commit()
	return SECOND


def ensure_fiscal_years() -> None:
	"""Of every day of the books; those that the site has stay, new ones are committed."""
	made = False
	for year in range(day(-DAYS_BACK).year, day(0).year + 1):
		for on in (f"{year}-01-01", f"{year}-12-31"):
			within = {"year_start_date": ["<=", on], "year_end_date": [">=", on], "disabled": 0}
			if frappe.db.exists("Fiscal Year", within):
				break
		else:
			frappe.get_doc(
				{
					"doctype": "Fiscal Year",
					"year": f"{year}",
					"year_start_date": f"{year}-01-01",
					"year_end_date": f"{year}-12-31",
				}
			).insert()
			made = True
	if made:
		frappe.db.commit()


def _new_account(name: str, parent: str, **values: Any) -> None:
	frappe.get_doc(
		{"doctype": "Account", "account_name": name, "parent_account": parent, "company": SECOND, **values}
	).insert()


def _account(company: str, name: str) -> str:
	return frappe.db.get_value("Account", {"company": company, "account_name": name, "is_group": 0})


def _vat_row(company: str) -> dict[str, Any]:
	return factories.tax_row(account=_account(company, "TVA test 21%"))
