from typing import Any

from frappe import _

from erp_b2b_smartbill import features


def get_context(context: dict[str, Any]) -> dict[str, Any]:
	return {
		"is_on": features.is_on(features.PROFORMA),
		"subject": _(
			"{0} has waited for a person since yesterday: nobody knows whether SmartBill made it."
		).format(context["doc"].name),
		"text": _("While it is not settled nothing else is issued in its series."),
		"advice": _("Open it, look into SmartBill, and press one of its two buttons."),
	}
