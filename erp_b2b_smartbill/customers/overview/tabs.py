"""Which tabs a customer has, who sees each, and what stands on its label. A tab that fails takes no other along."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from erp_b2b_smartbill.audit.errors import note_masked_error
from erp_b2b_smartbill.customers import credit
from erp_b2b_smartbill.customers.overview import commercial, credit_tab, history, invoices, preferences
from erp_b2b_smartbill.customers.overview.scope import Scope, has_children

FAILED, NOT_ALLOWED = "failed", "not_allowed"


@dataclass(frozen=True)
class Tab:
	"""`count` is what the label says; None where a number says nothing."""

	show: Callable[[Scope], dict[str, Any]]
	count: Callable[[Scope], int | None]
	may_see: Callable[[Scope], bool]


TABS: dict[str, Tab] = {
	"commercial": Tab(commercial.show, commercial.count, lambda scope: True),
	"credit": Tab(credit_tab.show, credit_tab.count, credit_tab.may_see),
	"invoices": Tab(invoices.show, invoices.count, lambda scope: credit.may_see(scope.company)),
	"preferences": Tab(preferences.show, preferences.count, preferences.may_see),
	"history": Tab(history.show, history.count, lambda scope: True),
}


def of(scope: Scope, names: Iterable[str]) -> dict[str, Any]:
	"""{customer, customers, has_children, company, companies, currency, as_of, counts, tabs}. `tabs` are those of
	`names`, each its data or {error: {code, message}}; `counts` is of the same, or of every tab without names."""
	shown = {name: show(scope, name) for name in names}
	title, disabled = frappe.db.get_value("Customer", scope.customer, ["customer_name", "disabled"])
	return {
		"customer": {"name": scope.customer, "customer_name": title, "disabled": bool(disabled)},
		"customers": list(scope.customers),
		"has_children": has_children(scope.customer),
		"company": scope.company,
		"companies": list(scope.companies),
		"currency": scope.currency,
		"as_of": now_datetime(),
		"counts": {
			name: _count(TABS[name], scope, shown.get(name, {})) if TABS[name].may_see(scope) else None
			for name in shown or TABS
		},
		"tabs": shown,
	}


def _count(tab: Tab, scope: Scope, shown: dict[str, Any]) -> int | None:
	"""What was shown may know it already: {count}."""
	return shown["count"] if "count" in shown else safely(tab.count, scope)


def show(scope: Scope, name: str) -> dict[str, Any]:
	"""A tab's data, or why there is none: {error: {code, message}}."""
	tab = TABS[name]
	if not tab.may_see(scope):
		return _error(NOT_ALLOWED, _("You may not see this."))
	shown = safely(tab.show, scope)
	return _error(FAILED, _("This could not be read. The error was recorded.")) if shown is None else shown


def safely(work: Callable[[Scope], Any], scope: Scope) -> Any:
	"""What `work` returns; None when it failed, which is recorded."""
	messages = len(frappe.local.message_log)
	try:
		return work(scope)
	except Exception:
		del frappe.local.message_log[messages:]
		note_masked_error("A tab of Customer 360 could not be read")
		return None


def _error(code: str, message: str) -> dict[str, Any]:
	return {"error": {"code": code, "message": message}}
