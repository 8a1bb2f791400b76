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

has_website_permission = {
	doctype: "erpnext.controllers.website_list_for_contact.has_website_permission"
	for doctype in ("Quotation", "Sales Order")
}

naming_series_variables = {"FY": "erpnext.accounts.utils.parse_naming_series_variable"}

scheduler_events = {
	"daily_maintenance": ["erpnext.selling.doctype.quotation.quotation.set_expired_status"],
}
