"""What installing and migrating do to a site. Everything here may run again."""

import frappe
from frappe import _
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from erp_b2b_smartbill import audit, role_profiles
from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS, MODULE
from erp_b2b_smartbill.customers import keys
from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.customers.search import tables
from erp_b2b_smartbill.mail_texts import MAIL_TEXTS

ROLES = ("B2B Manager", "B2B Sales", "B2B Auditor")
SETTINGS = "B2B Settings"


def before_install() -> None:
	refuse_foreign_fields()


def after_install() -> None:
	add_roles()
	role_profiles.add_missing()
	create_custom_fields(CUSTOM_FIELDS, update=True)
	for text in MAIL_TEXTS:
		text.add_missing()
	keys.fill_missing()
	tables.create()
	fill_settings()
	# made by whoever asks first; of two at once, each would sign with its own
	audit.current_key()


def after_migrate() -> None:
	add_roles()
	role_profiles.add_missing()
	create_custom_fields(CUSTOM_FIELDS, update=True)
	for text in MAIL_TEXTS:
		text.add_missing()
	keys.fill_missing()
	tables.create()
	fill_settings()
	# made by whoever asks first; of two at once, each would sign with its own
	audit.current_key()
	rule.keep_all()


def fill_settings() -> None:
	"""Frappe gives a settings document its defaults while nothing of it is stored: a field that comes with an update
	would stay empty, and with it every limit and the confirmation of e-mail addresses. What was saved stays."""
	table = frappe.qb.DocType("Singles")
	stored = {
		row[0] for row in frappe.qb.from_(table).select(table.field).where(table.doctype == SETTINGS).run()
	}
	for field in frappe.get_meta(SETTINGS).fields:
		if field.default and field.fieldname not in stored:
			frappe.db.set_single_value(SETTINGS, field.fieldname, field.default, update_modified=False)


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
