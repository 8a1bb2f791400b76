from typing import Any

from frappe import _

from erp_b2b_smartbill import features


def get_context(context: dict[str, Any]) -> dict[str, Any]:
	return {
		"is_on": features.is_on(features.OVERVIEW),
		# who may not read the request learns nothing of it
		"subject": _("{0} has waited for a decision for two days.").format(context["doc"].name),
		"text": _("A salesperson asked for another credit limit."),
		"advice": _("Open the request and decide."),
	}
