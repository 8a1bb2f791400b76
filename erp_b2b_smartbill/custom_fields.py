"""Every field that the app adds to a doctype of another app. Installing makes them, uninstalling removes them."""

from erp_b2b_smartbill.text import N_

MODULE = "ERP B2B SmartBill"

PROJECTED_ON_QUOTATION = (
	"smartbill_proforma",
	"smartbill_status",
	"smartbill_number",
	"smartbill_pdf",
	"smartbill_payment_status",
	"b2b_response",
)

# shown, never typed; an amended Quotation starts without them; they change after the submit
_PROJECTED = {"read_only": 1, "no_copy": 1, "allow_on_submit": 1, "print_hide": 1}

_KEY = {"read_only": 1, "no_copy": 1, "hidden": 1, "print_hide": 1}


def _tier_of_document(insert_after: str) -> dict:
	"""Set by overrides/selling.py. Copied from one document to the next: ERPNext asks for prices before that is saved."""
	return {
		"fieldname": "b2b_tier",
		"fieldtype": "Link",
		"options": "B2B Tier",
		"label": N_("B2B Tier"),
		"insert_after": insert_after,
		"depends_on": "eval:doc.b2b_tier",
		"read_only": 1,
		"print_hide": 1,
	}


# what of Customer 360 stands where: the tab's name in the routes, its label
OVERVIEW_TABS = {
	"commercial": N_("Commercial"),
	"credit": N_("Credit"),
	"invoices": N_("Invoices"),
	"preferences": N_("Preferences"),
	"history": N_("History"),
}


def _overview_tab(name: str, label: str, insert_after: str, depends_on: str) -> list[dict]:
	"""A tab of the form with a place for the desk's script to draw in; nothing is stored."""
	return [
		{
			"fieldname": f"b2b_{name}_tab",
			"fieldtype": "Tab Break",
			"label": label,
			"insert_after": insert_after,
			"depends_on": f"eval:frappe.boot.erp_b2b_smartbill?.customer_360 && {depends_on}",
		},
		{
			"fieldname": f"b2b_{name}_view",
			"fieldtype": "HTML",
			"insert_after": f"b2b_{name}_tab",
			"no_copy": 1,
			"print_hide": 1,
		},
	]


def _overview_tabs_of_customer() -> list[dict]:
	fields: list[dict] = []
	for name, label in OVERVIEW_TABS.items():
		after = fields[-1]["fieldname"] if fields else "portal_users"
		fields += _overview_tab(name, label, after, "!doc.__islocal")
	return fields


_FIELDS = {
	"Customer": [
		{
			"fieldname": "smartbill_vat_payer",
			"fieldtype": "Select",
			"label": N_("VAT Payer"),
			"options": "\nYes\nNo",
			"insert_after": "tax_id",
			"description": N_(
				"Sent to SmartBill. When empty, a Tax ID that begins with RO counts as a VAT payer."
			),
		},
		{
			"fieldname": "smartbill_reg_com",
			"fieldtype": "Data",
			"label": N_("Trade Register No."),
			"insert_after": "smartbill_vat_payer",
			"description": N_("Printed on SmartBill's documents, e.g. J12/345/2019."),
		},
		{
			"fieldname": "b2b_tier",
			"fieldtype": "Link",
			"options": "B2B Tier",
			"label": N_("B2B Tier"),
			"insert_after": "customer_group",
			"in_standard_filter": 1,
			"description": N_("Changed by a B2B Manager only."),
		},
		{
			"fieldname": "b2b_parent_customer",
			"fieldtype": "Link",
			"options": "Customer",
			"label": N_("Belongs to"),
			"insert_after": "b2b_tier",
			"search_index": 1,
			"no_copy": 1,
			"description": N_("The customer at the head of its group of companies."),
		},
		# kept by overrides/customer.py: what a company is recognised by
		{
			"fieldname": "b2b_cui",
			"fieldtype": "Data",
			"label": N_("CUI digits"),
			"insert_after": "smartbill_reg_com",
			"search_index": 1,
			**_KEY,
		},
		{
			"fieldname": "b2b_name_key",
			"fieldtype": "Data",
			"label": N_("Name key"),
			"insert_after": "b2b_cui",
			"search_index": 1,
			**_KEY,
		},
		*_overview_tabs_of_customer(),
	],
	"Quotation": [
		_tier_of_document("customer_name"),
		{
			"fieldname": "smartbill_tab",
			"fieldtype": "Tab Break",
			"label": N_("SmartBill"),
			"insert_after": "connections_tab",
			"depends_on": "eval:doc.smartbill_proforma",
		},
		{
			"fieldname": "smartbill_proforma",
			"fieldtype": "Link",
			"options": "SmartBill Proforma",
			"label": N_("SmartBill Proforma"),
			"insert_after": "smartbill_tab",
			**_PROJECTED,
		},
		{
			"fieldname": "smartbill_status",
			"fieldtype": "Select",
			"options": "\nQueued\nSending\nIssued\nDraft\nRejected\nUnknown\nCancelled\nInvoiced",
			"label": N_("SmartBill Status"),
			"insert_after": "smartbill_proforma",
			"in_standard_filter": 1,
			**_PROJECTED,
		},
		{
			"fieldname": "smartbill_column_break",
			"fieldtype": "Column Break",
			"insert_after": "smartbill_status",
		},
		{
			"fieldname": "smartbill_number",
			"fieldtype": "Data",
			"label": N_("Proforma Number"),
			"insert_after": "smartbill_column_break",
			**_PROJECTED,
		},
		{
			"fieldname": "smartbill_pdf",
			"fieldtype": "Attach",
			"label": N_("Proforma PDF"),
			"insert_after": "smartbill_number",
			**_PROJECTED,
		},
		{
			"fieldname": "smartbill_payment_status",
			"fieldtype": "Select",
			"options": "\nUnpaid\nPartly Paid\nPaid",
			"label": N_("Proforma Payment"),
			"insert_after": "smartbill_pdf",
			"in_standard_filter": 1,
			**_PROJECTED,
		},
		{
			"fieldname": "b2b_response",
			"fieldtype": "Select",
			"options": "\nAccepted\nDeclined",
			"label": N_("Buyer's Answer"),
			"insert_after": "order_type",
			"depends_on": "eval:doc.b2b_response",
			"in_standard_filter": 1,
			**_PROJECTED,
		},
		*_overview_tab(
			"customer",
			N_("Customer 360"),
			"smartbill_payment_status",
			"doc.quotation_to === 'Customer' && doc.party_name",
		),
	],
	"Sales Order": [_tier_of_document("customer_name")],
	"Delivery Note": [_tier_of_document("customer_name")],
	"Sales Invoice": [_tier_of_document("customer_name")],
	"Pricing Rule": [
		{
			"fieldname": "b2b_tier",
			"fieldtype": "Link",
			"options": "B2B Tier",
			"label": N_("B2B Tier"),
			"insert_after": "title",
			"depends_on": "eval:doc.b2b_tier",
			"in_standard_filter": 1,
			"read_only": 1,
			"search_index": 1,
			"no_copy": 1,
			"description": N_("The rule is kept by this tier."),
		}
	],
}

CUSTOM_FIELDS = {
	doctype: [{"module": MODULE, **field} for field in fields] for doctype, fields in _FIELDS.items()
}
