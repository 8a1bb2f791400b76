from typing import Any

from frappe import _

from erp_b2b_smartbill import features


def get_context(context: dict[str, Any]) -> dict[str, Any]:
	account = context["doc"]
	return {
		"is_on": features.is_on(features.SYNC),
		"subject": _("SmartBill's clients of {0} were not read for two nights.").format(account.name),
		"text": _("A reading that failed was told of when it failed; here none came to its end."),
		"advice": _("The page B2B Health says what keeps it: the scheduler, a pause, a missing V3 token."),
	}
