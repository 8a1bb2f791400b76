"""What is known of the payment of invoices. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

UNPAID, PARTLY_PAID, PAID = "Unpaid", "Partly Paid", "Paid"
# a cent more or less is rounding
TOLERANCE = Decimal("0.01")


@dataclass(frozen=True)
class Payment:
	"""Of one invoice, in the document's currency with VAT."""

	total: Decimal
	paid: Decimal
	unpaid: Decimal

	@property
	def status(self) -> str:
		return payment_status(self.paid, self.unpaid)


def payment_status(paid: Decimal, unpaid: Decimal) -> str:
	if unpaid <= TOLERANCE:
		return PAID
	return PARTLY_PAID if paid > TOLERANCE else UNPAID


def read_payment(body: Any) -> Payment | None:
	"""The amounts of an answer of `payment_status`; None when they are not there."""
	total, paid = _amount(body.get("invoiceTotalAmount")), _amount(body.get("paidAmount"))
	if total is None or paid is None:
		return None
	unpaid = _amount(body.get("unpaidAmount"))
	return Payment(total, paid, total - paid if unpaid is None else unpaid)


def together(payments: Iterable[Payment]) -> Payment | None:
	"""Of all invoices of a proforma; None when it has none."""
	all_of_them = list(payments)
	if not all_of_them:
		return None
	return Payment(
		sum((one.total for one in all_of_them), Decimal(0)),
		sum((one.paid for one in all_of_them), Decimal(0)),
		# what is paid too much on one does not pay another
		sum((max(one.unpaid, Decimal(0)) for one in all_of_them), Decimal(0)),
	)


def _amount(value: Any) -> Decimal | None:
	if isinstance(value, bool) or not isinstance(value, int | float | str):
		return None
	try:
		amount = Decimal(str(value))
	except InvalidOperation:
		return None
	return amount.quantize(TOLERANCE) if amount.is_finite() else None
