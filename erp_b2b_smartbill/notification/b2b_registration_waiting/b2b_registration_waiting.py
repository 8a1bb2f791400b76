from typing import Any

from frappe import _

from erp_b2b_smartbill import features


def get_context(context: dict[str, Any]) -> dict[str, Any]:
	return {
		"is_on": features.is_on(features.REGISTRATION),
		"subject": _("{0} has waited for a decision for two days.").format(context["doc"].name),
		"text": _("The applicant was told how long it takes."),
		"advice": _("Approve it, reject it or ask."),
	}
