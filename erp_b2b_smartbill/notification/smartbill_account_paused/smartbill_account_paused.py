from typing import Any

from frappe import _

from erp_b2b_smartbill import features


def get_context(context: dict[str, Any]) -> dict[str, Any]:
	account = context["doc"]
	return {
		"is_on": features.is_on(features.PROFORMA),
		"subject": _("The SmartBill Account {0} is paused: {1}").format(
			account.name, account.pause_reason or ""
		),
		"text": _("SmartBill refused its credentials or its settings, so nothing more is sent for it."),
		"advice": _("Put right what the reason names and press Test in the account: that lifts the pause."),
	}
