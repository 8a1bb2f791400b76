from frappe import _


def get_data() -> dict:
	return {
		"fieldname": "sales_order",
		"internal_links": {"Quotation": ["items", "prevdoc_docname"]},
		"non_standard_fieldnames": {"Delivery Note": "against_sales_order"},
		"transactions": [
			{"label": _("Fulfillment"), "items": ["Sales Invoice", "Delivery Note"]},
			{"label": _("Reference"), "items": ["Quotation"]},
		],
	}
