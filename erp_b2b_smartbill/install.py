"""What installing and migrating do to a site. Everything here may run again."""

import frappe
from frappe import _
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS, MODULE
from erp_b2b_smartbill.smartbill.life import mail_template

ROLES = ("B2B Manager", "B2B Sales")


def before_install() -> None:
	refuse_foreign_fields()


def after_install() -> None:
	add_roles()
	create_custom_fields(CUSTOM_FIELDS, update=True)
	mail_template.add_missing()


def after_migrate() -> None:
	add_roles()
	create_custom_fields(CUSTOM_FIELDS, update=True)
	mail_template.add_missing()


def refuse_foreign_fields() -> None:
	"""A field of the same name that is not ours would be taken over by installing and lost by uninstalling."""
	for doctype, fields in CUSTOM_FIELDS.items():
		names = [field["fieldname"] for field in fields]
		foreign = frappe.get_all(
			"Custom Field",
			filters={"dt": doctype, "fieldname": ["in", names], "module": ["is", "not set"]},
			pluck="fieldname",
		)
		foreign += frappe.get_all(
			"Custom Field",
			filters=[
				["dt", "=", doctype],
				["fieldname", "in", names],
				["module", "!=", MODULE],
				["module", "is", "set"],
			],
			pluck="fieldname",
		)
		foreign += frappe.get_all(
			"DocField", filters={"parent": doctype, "fieldname": ["in", names]}, pluck="fieldname"
		)
		if foreign:
			frappe.throw(
				_(
					"{0} already has the field {1}, which this app would use. Remove or rename it first."
				).format(doctype, foreign[0])
			)


def add_roles() -> None:
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)
