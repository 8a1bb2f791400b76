"""What the stand-in wires into Frappe."""

app_name = "erpnext"
app_title = "ERPNext"
app_publisher = "erp_b2b_smartbill"
app_description = "A stand-in for ERPNext, for tests and the demo"
app_email = "dev@example.com"
app_license = "GPL-3.0"

after_install = "erpnext.setup.install.after_install"

boot_session = "erpnext.startup.boot.boot_session"

override_doctype_class = {"Address": "erpnext.accounts.custom.address.ERPNextAddress"}

treeviews = ["Account", "Cost Center", "Warehouse", "Item Group", "Customer Group", "Territory"]

doc_events = {"User": {"on_update": "erpnext.portal.utils.set_default_role"}}

PORTAL_PAGES = (("quotations", "Quotation", "Quotations"), ("orders", "Sales Order", "Orders"))

website_route_rules = [
	*({"from_route": f"/{route}", "to_route": doctype} for route, doctype, _label in PORTAL_PAGES),
	*(
		{
			"from_route": f"/{route}/<path:name>",
			"to_route": "order",
			"defaults": {"doctype": doctype, "parents": [{"label": label, "route": route}]},
		}
		for route, doctype, label in PORTAL_PAGES
	),
]

standard_portal_menu_items = [
	{"title": label, "route": f"/{route}", "reference_doctype": doctype, "role": "Customer"}
	for route, doctype, label in PORTAL_PAGES
]

has_website_permission = {
	doctype: "erpnext.controllers.website_list_for_contact.has_website_permission"
	for doctype in ("Quotation", "Sales Order")
}

naming_series_variables = {"FY": "erpnext.accounts.utils.parse_naming_series_variable"}

scheduler_events = {
	"daily_maintenance": [
		"erpnext.selling.doctype.quotation.quotation.set_expired_status",
		"erpnext.controllers.accounts_controller.update_invoice_status",
	],
}
