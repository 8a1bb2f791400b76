from frappe import _


def get_data() -> dict:
	return {
		"fieldname": "sales_order",
		"internal_links": {"Quotation": ["items", "prevdoc_docname"]},
		"transactions": [{"label": _("Reference"), "items": ["Quotation"]}],
	}
