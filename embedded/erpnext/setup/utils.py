"""Exchange rates and small helpers of set-up. As ERPNext v15's `erpnext.setup.utils`."""

import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, getdate, nowdate
from frappe.utils.nestedset import get_root_of


@frappe.whitelist()
def get_exchange_rate(
	from_currency: str | None,
	to_currency: str | None,
	transaction_date: str | None = None,
	args: str | None = None,
) -> float | None:
	"""The latest Currency Exchange record up to the date, for the purpose `args` (for_buying, for_selling).

	ERPNext asks a service on the internet when there is no record. The stand-in never leaves the machine: it answers
	what ERPNext answers when that service fails, a message and 0."""
	if not (from_currency and to_currency):
		return None
	if from_currency == to_currency:
		return 1
	transaction_date = getdate(transaction_date or nowdate())
	settings = frappe.get_cached_doc("Accounts Settings")
	filters = [
		["date", "<=", transaction_date],
		["from_currency", "=", from_currency],
		["to_currency", "=", to_currency],
	]
	if args in ("for_buying", "for_selling"):
		filters.append([args, "=", 1])
	if not settings.allow_stale:
		filters.append(["date", ">", add_days(transaction_date, -cint(settings.stale_days))])
	rates = frappe.get_all(
		"Currency Exchange", filters=filters, pluck="exchange_rate", order_by="date desc", limit=1
	)
	if rates:
		return flt(rates[0])
	frappe.msgprint(
		_(
			"Unable to find exchange rate for {0} to {1} for key date {2}. "
			"Please create a Currency Exchange record manually"
		).format(from_currency, to_currency, transaction_date)
	)
	return 0.0


def set_defaults_for_tests() -> None:
	"""What ERPNext's own test set-up leaves: the roots of the trees as every document's default group."""
	defaults = {"customer_group": get_root_of("Customer Group"), "territory": get_root_of("Territory")}
	frappe.db.set_single_value("Selling Settings", defaults)
	for key, value in defaults.items():
		frappe.db.set_default(key, value)
	frappe.db.set_single_value("Stock Settings", "auto_insert_price_list_rate_if_missing", 0)
