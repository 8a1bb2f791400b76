"""The one map of what is wired into Frappe."""

app_name = "erp_b2b_smartbill"
app_title = "ERP B2B SmartBill"
app_publisher = "ERP B2B SmartBill contributors"
app_description = "From B2B customer to SmartBill proforma, inside ERPNext"
app_email = "erp-b2b-smartbill@example.com"
app_license = "gpl-3.0"

# with its organisation: a bare name makes bench ask GitHub
required_apps = ["frappe/erpnext"]

export_python_type_annotations = True
require_type_annotated_api_methods = True

add_to_apps_screen = [
	{
		"name": "erp_b2b_smartbill",
		"logo": "/assets/erp_b2b_smartbill/images/logo.svg",
		"title": "B2B & SmartBill",
		"route": "/app/b2b-&-smartbill",
		"has_permission": "erp_b2b_smartbill.permissions.may_see_app",
	}
]

before_install = "erp_b2b_smartbill.install.before_install"
after_install = "erp_b2b_smartbill.install.after_install"
before_migrate = "erp_b2b_smartbill.install.before_migrate"
after_migrate = "erp_b2b_smartbill.install.after_migrate"
before_uninstall = "erp_b2b_smartbill.uninstall.before_uninstall"

before_request = [
	"erp_b2b_smartbill.api.routes.register",
	"erp_b2b_smartbill.customers.pricing.admission.install",
]
before_job = ["erp_b2b_smartbill.customers.pricing.admission.install"]

app_include_js = ["erp_b2b_smartbill.bundle.js"]
doctype_js = {
	"Customer": "public/js/customer.js",
	"Quotation": "public/js/quotation.js",
	"Sales Order": "public/js/sales_order.js",
}
doctype_list_js = {"Quotation": "public/js/quotation_list.js"}
extend_bootinfo = ["erp_b2b_smartbill.boot.extend"]

doc_events = {
	"*": {"after_rename": ["erp_b2b_smartbill.audit.renaming.follow"]},
	"User": {"after_rename": ["erp_b2b_smartbill.overrides.user.erase_after_deletion"]},
	"Customer": {
		"onload": ["erp_b2b_smartbill.overrides.customer.show_smartbill"],
		"validate": [
			"erp_b2b_smartbill.overrides.customer.keep_keys",
			"erp_b2b_smartbill.overrides.customer.guard_parent",
			"erp_b2b_smartbill.overrides.customer.guard_tier",
			"erp_b2b_smartbill.overrides.customer.guard_credit_limits",
		],
		"on_update": [
			"erp_b2b_smartbill.overrides.customer.record_tier",
			"erp_b2b_smartbill.overrides.customer.record_credit_limits",
			# everybody locks a client first, then what the index holds of it
			"erp_b2b_smartbill.smartbill.clients.follow.customer_saved",
			"erp_b2b_smartbill.customers.search.keep.customer_saved",
		],
		"before_rename": [
			"erp_b2b_smartbill.customers.credit_limits.asking.customer_merged",
			"erp_b2b_smartbill.customers.recommend.follow.customer_merged",
		],
		"after_rename": [
			"erp_b2b_smartbill.smartbill.clients.follow.customer_renamed",
			"erp_b2b_smartbill.customers.search.keep.customer_renamed",
		],
		"on_trash": [
			"erp_b2b_smartbill.smartbill.clients.follow.customer_deleted",
			"erp_b2b_smartbill.customers.credit_limits.asking.customer_deleted",
			"erp_b2b_smartbill.customers.recommend.follow.customer_deleted",
		],
		"after_delete": ["erp_b2b_smartbill.customers.search.keep.customer_deleted"],
	},
	"Customer Credit Limit": {
		"validate": ["erp_b2b_smartbill.overrides.customer_credit_limit.guard_row"],
		"on_update": ["erp_b2b_smartbill.overrides.customer_credit_limit.record_row"],
		"on_trash": ["erp_b2b_smartbill.overrides.customer_credit_limit.guard_removal"],
	},
	"Company": {
		"validate": ["erp_b2b_smartbill.overrides.limits_of_others.guard_company"],
		"on_update": ["erp_b2b_smartbill.overrides.limits_of_others.record_company"],
		"before_rename": ["erp_b2b_smartbill.overrides.limits_of_others.company_merged"],
	},
	"Item": {
		"before_rename": ["erp_b2b_smartbill.customers.recommend.follow.item_merged"],
		"on_trash": ["erp_b2b_smartbill.customers.recommend.follow.item_deleted"],
	},
	"Contact": {
		"on_update": ["erp_b2b_smartbill.customers.search.keep.contact_saved"],
		"after_rename": ["erp_b2b_smartbill.customers.search.keep.contact_or_address_renamed"],
		"on_trash": ["erp_b2b_smartbill.customers.search.keep.contact_or_address_deleted"],
	},
	"Address": {
		"on_update": ["erp_b2b_smartbill.customers.search.keep.address_saved"],
		"after_rename": ["erp_b2b_smartbill.customers.search.keep.contact_or_address_renamed"],
		"on_trash": ["erp_b2b_smartbill.customers.search.keep.contact_or_address_deleted"],
	},
	"B2B Registration": {
		"on_update": ["erp_b2b_smartbill.customers.search.keep.registration_saved"],
		"after_delete": ["erp_b2b_smartbill.customers.search.keep.other_deleted"],
	},
	# they are written many at once, without events: see smartbill/clients/store.py and links.py
	"SmartBill Client": {
		"after_delete": ["erp_b2b_smartbill.customers.search.keep.other_deleted"],
	},
	("B2B Settings", "SmartBill Account", "B2B Tier"): {"on_update": ["erp_b2b_smartbill.setup_steps.look"]},
	"Territory": {"after_rename": ["erp_b2b_smartbill.customers.search.keep.place_renamed"]},
	"Customer Group": {
		"validate": ["erp_b2b_smartbill.overrides.limits_of_others.guard_group"],
		"on_update": ["erp_b2b_smartbill.overrides.limits_of_others.record_group"],
		"before_rename": ["erp_b2b_smartbill.overrides.limits_of_others.group_merged"],
		"after_rename": [
			"erp_b2b_smartbill.overrides.limits_of_others.record_merged_group",
			"erp_b2b_smartbill.customers.search.keep.place_renamed",
		],
	},
	"Sales Order": {
		"after_insert": ["erp_b2b_smartbill.customers.search.keep.offered"],
		"on_submit": ["erp_b2b_smartbill.customers.search.keep.offered"],
	},
	("Quotation", "Sales Order", "Delivery Note", "Sales Invoice"): {
		"before_validate": ["erp_b2b_smartbill.overrides.selling.set_tier"],
		"set_missing_values": ["erp_b2b_smartbill.overrides.selling.keep_what_was_quoted"],
	},
	"Pricing Rule": {
		"validate": ["erp_b2b_smartbill.overrides.pricing_rule.keep_of_tier"],
		"on_update": ["erp_b2b_smartbill.overrides.pricing_rule.tell_of_ties"],
		"before_rename": ["erp_b2b_smartbill.overrides.pricing_rule.keep_name"],
		"on_trash": ["erp_b2b_smartbill.overrides.pricing_rule.keep_with_tier"],
	},
	"Quotation": {
		"after_insert": ["erp_b2b_smartbill.customers.search.keep.offered"],
		"on_submit": ["erp_b2b_smartbill.customers.search.keep.offered"],
		"onload": [
			"erp_b2b_smartbill.overrides.quotation.show_proforma",
			"erp_b2b_smartbill.overrides.quotation.show_response",
		],
		"validate": ["erp_b2b_smartbill.overrides.quotation.keep_projection"],
		"before_update_after_submit": ["erp_b2b_smartbill.overrides.quotation.keep_projection"],
		"before_cancel": [
			"erp_b2b_smartbill.overrides.quotation.keep_projection",
			"erp_b2b_smartbill.overrides.quotation.tell_of_living_proforma",
		],
		"on_trash": [
			"erp_b2b_smartbill.overrides.quotation.forget_proforma_of_nothing",
			"erp_b2b_smartbill.portal.responses.forget_with_quotation",
		],
	},
}

scheduler_events = {
	"cron": {
		"* * * * *": [
			"erp_b2b_smartbill.smartbill.schedule.settle_due",
			"erp_b2b_smartbill.smartbill.bulk.resume_abandoned",
			"erp_b2b_smartbill.smartbill.clients.job.resume_abandoned",
			"erp_b2b_smartbill.audit.sealing.seal_due",
		],
		"*/5 * * * *": ["erp_b2b_smartbill.registration.decide.take_up_undecided"],
		"*/10 * * * *": [
			"erp_b2b_smartbill.smartbill.schedule.survey_counters",
			"erp_b2b_smartbill.smartbill.clients.job.start_nightly",
			"erp_b2b_smartbill.customers.search.rebuild.resume_abandoned",
			"erp_b2b_smartbill.customers.recommend.run.resume_abandoned",
			"erp_b2b_smartbill.setup_steps.look",
		],
		# after the nightly syncs, which link
		"20 4 * * *": ["erp_b2b_smartbill.smartbill.clients.enrich.start_nightly"],
		"50 2 * * *": ["erp_b2b_smartbill.customers.search.rebuild.start_nightly"],
		"35 3 * * *": ["erp_b2b_smartbill.customers.recommend.run.start_nightly"],
		"10 3 * * *": ["erp_b2b_smartbill.audit.verify.nightly"],
	},
	"daily_maintenance": [
		"erp_b2b_smartbill.registration.retention.delete_old_documents",
		"erp_b2b_smartbill.smartbill.clients.site_files.delete_looked_at",
		"erp_b2b_smartbill.customers.pricing.rule.keep_all",
	],
	"hourly_long": ["erp_b2b_smartbill.smartbill.life.following.follow_due"],
}

# events of a document in its form, for those who may read Business Events
additional_timeline_content = {
	doctype: ["erp_b2b_smartbill.audit.timeline.of_document"]
	for doctype in (
		"B2B Registration",
		"B2B Tier",
		"Company",
		"Credit Limit Request",
		"Customer",
		"Customer Group",
		"Customer Sync Conflict",
		"Quotation",
		"SmartBill Account",
		"SmartBill Client",
		"SmartBill Invoice",
		"SmartBill Proforma",
		"SmartBill Sync Run",
	)
}

standard_queries = {"Customer": "erp_b2b_smartbill.customers.search.link_field.customers"}

update_website_context = ["erp_b2b_smartbill.portal.website.extend"]

permission_query_conditions = {
	"Business Event": "erp_b2b_smartbill.permissions.event_query_conditions",
	"Credit Limit Request": "erp_b2b_smartbill.permissions.credit_request_query_conditions",
	"Customer External Link": "erp_b2b_smartbill.permissions.external_link_query_conditions",
	"Customer Item Preference": "erp_b2b_smartbill.permissions.preference_query_conditions",
	"Customer Sync Conflict": "erp_b2b_smartbill.permissions.conflict_query_conditions",
	"Item Recommendation": "erp_b2b_smartbill.permissions.recommendation_query_conditions",
	"Quotation Response": "erp_b2b_smartbill.permissions.response_query_conditions",
	"SmartBill Call": "erp_b2b_smartbill.permissions.call_query_conditions",
	"SmartBill Client": "erp_b2b_smartbill.permissions.client_query_conditions",
	"SmartBill Sync Run": "erp_b2b_smartbill.permissions.sync_run_query_conditions",
	"SmartBill Proforma": "erp_b2b_smartbill.permissions.proforma_query_conditions",
	"SmartBill Invoice": "erp_b2b_smartbill.permissions.invoice_query_conditions",
	"SmartBill Issue Run": "erp_b2b_smartbill.permissions.run_query_conditions",
}
has_permission = {
	"Business Event": "erp_b2b_smartbill.permissions.has_event_permission",
	"Credit Limit Request": "erp_b2b_smartbill.permissions.has_credit_request_permission",
	"Customer External Link": "erp_b2b_smartbill.permissions.has_customer_permission",
	"Customer Item Preference": "erp_b2b_smartbill.permissions.has_customer_permission",
	"Customer Sync Conflict": "erp_b2b_smartbill.permissions.has_customer_permission",
	"Item Recommendation": "erp_b2b_smartbill.permissions.has_recommendation_permission",
	"Quotation Response": "erp_b2b_smartbill.permissions.has_document_permission",
	"SmartBill Call": "erp_b2b_smartbill.permissions.has_account_permission",
	"SmartBill Client": "erp_b2b_smartbill.permissions.has_customer_permission",
	"SmartBill Sync Run": "erp_b2b_smartbill.permissions.has_account_permission",
	"SmartBill Proforma": "erp_b2b_smartbill.permissions.has_document_permission",
	"SmartBill Invoice": "erp_b2b_smartbill.permissions.has_document_permission",
	"SmartBill Issue Run": "erp_b2b_smartbill.permissions.has_run_permission",
}

# the "Connections" of a form
override_doctype_dashboards = {
	"Quotation": ["erp_b2b_smartbill.overrides.connections.of_quotation"],
	"Customer": ["erp_b2b_smartbill.overrides.connections.of_customer"],
}

# evidence must not keep a document from being deleted
ignore_links_on_delete = [
	"Business Event",
	"Customer Item Preference",
	"Customer Sync Conflict",
	"Item Association",
	"Item Recommendation",
	"Quotation Response",
	"SmartBill Call",
	"SmartBill Issue Run",
	"SmartBill Sync Run",
]

# days; what failed is kept, see clear_old_logs of the two
default_log_clearing_doctypes = {"SmartBill Call": 90, "SmartBill Sync Run": 180}
