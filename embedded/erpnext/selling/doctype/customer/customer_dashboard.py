from frappe import _


def get_data() -> dict:
	return {
		"fieldname": "customer",
		"non_standard_fieldnames": {"Quotation": "party_name"},
		"dynamic_links": {"party_name": ["Customer", "quotation_to"]},
		"transactions": [
			{"label": _("Pre Sales"), "items": ["Quotation"]},
			{"label": _("Orders"), "items": ["Sales Order", "Delivery Note", "Sales Invoice"]},
			{"label": _("Pricing"), "items": ["Pricing Rule"]},
		],
	}
