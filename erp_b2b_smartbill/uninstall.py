"""Removes what installing added to other doctypes. Frappe itself removes ours and keeps the columns of our fields."""

import frappe

from erp_b2b_smartbill import hooks, role_profiles, setup_steps
from erp_b2b_smartbill.audit import head, verify
from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS, MODULE
from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.customers.search import tables
from erp_b2b_smartbill.install import ROLES
from erp_b2b_smartbill.mail_texts import MAIL_TEXTS


def before_uninstall() -> None:
	# first: databases commit when a table is dropped
	tables.drop()
	rule.retire()
	remove_custom_fields()
	role_profiles.remove()
	remove_roles()
	for text in MAIL_TEXTS:
		text.remove()
	setup_steps.remove()
	frappe.db.delete("Logs To Clear", {"ref_doctype": ["in", list(hooks.default_log_clearing_doctypes)]})
	head.forget()
	frappe.db.delete("DefaultValue", {"parent": "__global", "defkey": verify.LAST_RESULT})


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
		# the roles' rights are on our doctypes only, and these go too
		frappe.delete_doc("Role", role, force=True, ignore_missing=True, ignore_permissions=True)
