"""What ERPNext's installation leaves before any company exists. As ERPNext v15's `erpnext.setup.install`."""

import frappe
from frappe.desk.page.setup_wizard.setup_wizard import add_all_roles_to
from frappe.utils import cast

ROLES = (
	"Accounts Manager",
	"Accounts User",
	"Auditor",
	"Employee",
	"Item Manager",
	"Maintenance Manager",
	"Maintenance User",
	"Manufacturing Manager",
	"Manufacturing User",
	"Projects User",
	"Purchase Manager",
	"Purchase Master Manager",
	"Purchase User",
	"Sales Manager",
	"Sales Master Manager",
	"Sales User",
	"Stock Manager",
	"Stock User",
	"Analytics",
)
WEBSITE_ROLES = ("Customer", "Supplier")
ROLE_PROFILES = {
	"Inventory": ("Stock User", "Stock Manager", "Item Manager"),
	"Manufacturing": ("Stock User", "Manufacturing User", "Manufacturing Manager"),
	"Accounts": ("Accounts User", "Accounts Manager"),
	"Sales": ("Sales User", "Stock User", "Sales Manager"),
	"Purchase": ("Item Manager", "Stock User", "Purchase User", "Purchase Manager"),
}
SETTINGS = ("Accounts Settings", "Selling Settings", "Stock Settings")


def after_install() -> None:
	create_roles()
	set_single_defaults()
	add_all_roles_to("Administrator")
	add_company_to_session_defaults()


def create_roles() -> None:
	for role in (*ROLES, *WEBSITE_ROLES):
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role}).insert(ignore_permissions=True)
	for role in WEBSITE_ROLES:
		frappe.db.set_value("Role", role, "desk_access", 0)
	for name, roles in ROLE_PROFILES.items():
		if not frappe.db.exists("Role Profile", name):
			profile = frappe.get_doc({"doctype": "Role Profile", "role_profile": name})
			profile.extend("roles", [{"role": role} for role in roles])
			profile.insert(ignore_permissions=True)


def set_single_defaults() -> None:
	"""Settings start with the defaults of their fields, as if a person had saved them once."""
	for doctype in SETTINGS:
		settings = frappe.get_doc(doctype)
		for field in settings.meta.fields:
			if field.default:
				settings.set(field.fieldname, cast(field.fieldtype, field.default))
		settings.flags.ignore_mandatory = True
		settings.save(ignore_permissions=True)


def add_company_to_session_defaults() -> None:
	settings = frappe.get_single("Session Default Settings")
	if not any(row.ref_doctype == "Company" for row in settings.session_defaults):
		settings.append("session_defaults", {"ref_doctype": "Company"})
		settings.save(ignore_permissions=True)
