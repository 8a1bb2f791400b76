"""Switching an account to its spare series while a document of unknown outcome holds the main one."""

from __future__ import annotations

import frappe
from frappe import _

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.permissions import require_role
from erp_b2b_smartbill.smartbill import states
from erp_b2b_smartbill.smartbill.actions import MANAGERS
from erp_b2b_smartbill.smartbill.kinds import PROFORMA

MIN_REASON = 5


def holder(account: str, series: str) -> str | None:
	"""The proforma in the air, or of unknown outcome, that holds a series."""
	return frappe.db.get_value(PROFORMA.doctype, {"series_key": states.series_key(account, series)}, "name")


def unknown_holder(account: str, series: str) -> str | None:
	"""The proforma of unknown outcome that holds a series: one in the air lets go of it by itself."""
	return frappe.db.get_value(
		PROFORMA.doctype,
		{"series_key": states.series_key(account, series), "status": states.UNKNOWN},
		"name",
	)


def switch(account_name: str, reason: str) -> tuple[str, str]:
	"""Swap the two series; returns (main, spare) as they are then. Raises PermissionError, ValidationError.

	B2B Managers may do this, who otherwise only read the account. The caller commits.
	"""
	require_role(*MANAGERS)
	if len((reason or "").strip()) < MIN_REASON:
		frappe.throw(_("Say in a few words why: it is kept for the audit."))
	account = frappe.get_doc("SmartBill Account", account_name, for_update=True)
	main, spare = account.proforma_series, account.spare_series
	if not spare:
		frappe.throw(_("The account has no spare series."))
	if not unknown_holder(account.name, main):
		frappe.throw(_("The series {0} is not blocked: there is nothing to switch from.").format(main))
	if other := holder(account.name, spare):
		frappe.throw(_("The spare series {0} is blocked too, by {1}.").format(spare, other))
	frappe.db.set_value("SmartBill Account", account.name, {"proforma_series": spare, "spare_series": main})
	audit.record(
		audit.ACCOUNT_SERIES_SWITCHED,
		account,
		before={"proforma_series": main, "spare_series": spare},
		after={"proforma_series": spare, "spare_series": main},
		reason=reason.strip(),
	)
	return spare, main
