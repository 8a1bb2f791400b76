"""Removes what installing added to other doctypes. Frappe itself removes ours and keeps the columns of our fields."""

import frappe
from frappe.installer import update_site_config

from erp_b2b_smartbill import leaving, role_profiles, setup_steps
from erp_b2b_smartbill.audit import head, verify
from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS, MODULE
from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.customers.search import tables
from erp_b2b_smartbill.install import ROLES
from erp_b2b_smartbill.mail_texts import MAIL_TEXTS
from erp_b2b_smartbill.smartbill import high_water, modes
from erp_b2b_smartbill.smartbill.clients import rejected

APP = "erp_b2b_smartbill"


def before_uninstall() -> None:
	# first: databases commit when a table is dropped
	tables.drop()
	leaving.delete_files()
	remove_documents()
	forget_outside_the_database()


def remove_documents() -> None:
	rule.retire()
	leaving.clear()
	remove_custom_fields()
	role_profiles.remove()
	remove_roles()
	for text in MAIL_TEXTS:
		text.remove()
	setup_steps.remove()
	remove_from_desktop()
	# Frappe would forget them with the next migration, and try to run them until then
	frappe.db.delete("Scheduled Job Type", {"method": ["like", f"{APP}.%"]})
	kept = (verify.LAST_RESULT, verify.LAST_TOLD)
	frappe.db.delete("DefaultValue", {"parent": "__global", "defkey": ["in", kept]})


def forget_outside_the_database() -> None:
	head.forget()
	high_water.forget()
	rejected.forget_all()
	update_site_config(modes.SITE_ID, "None")


def remove_custom_fields() -> None:
	for doctype, fields in CUSTOM_FIELDS.items():
		for field in fields:
			filters = {"dt": doctype, "fieldname": field["fieldname"], "module": MODULE}
			for name in frappe.get_all("Custom Field", filters=filters, pluck="name"):
				frappe.delete_doc("Custom Field", name, ignore_permissions=True)
		frappe.clear_cache(doctype=doctype)


def remove_roles() -> None:
	for role in ROLES:
		frappe.db.delete("Has Role", {"role": role})
		frappe.db.delete("Custom DocPerm", {"role": role})
		# the roles' rights are on our doctypes only, and these go too
		frappe.delete_doc("Role", role, force=True, ignore_missing=True, ignore_permissions=True)
	# who has which roles is kept there, and Frappe 15 does not empty it when an app leaves
	frappe.clear_cache()


def remove_from_desktop() -> None:
	"""Frappe 16 makes an icon and a sidebar of the workspace and forgets whose they are."""
	if not frappe.db.exists("DocType", "Workspace Sidebar"):
		return
	sidebars = frappe.get_all("Workspace Sidebar", {"module": MODULE}, pluck="name")
	icons = frappe.get_all("Desktop Icon", {"app": APP}, pluck="name")
	icons += frappe.get_all(
		"Desktop Icon", {"link_type": "Workspace Sidebar", "link_to": ["in", sidebars]}, pluck="name"
	)
	for doctype, names in (("Desktop Icon", icons), ("Workspace Sidebar", sidebars)):
		for name in names:
			frappe.delete_doc(
				doctype, name, force=True, ignore_permissions=True, ignore_on_trash=True, ignore_missing=True
			)
