from frappe import _


def get_data() -> dict:
	return {
		"fieldname": "lead",
		"non_standard_fieldnames": {"Quotation": "party_name", "Customer": "lead_name"},
		"dynamic_links": {"party_name": ["Lead", "quotation_to"]},
		"transactions": [{"label": _("Pre Sales"), "items": ["Quotation", "Customer"]}],
	}
