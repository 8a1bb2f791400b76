"""What installing and migrating do to a site. Everything here may run again."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields
from frappe.model import no_value_fields
from pypika.terms import Criterion

from erp_b2b_smartbill import audit, foreign, role_profiles
from erp_b2b_smartbill.audit import sealing
from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS, MODULE
from erp_b2b_smartbill.customers import keys
from erp_b2b_smartbill.customers.pricing import rule
from erp_b2b_smartbill.customers.search import tables
from erp_b2b_smartbill.mail_texts import MAIL_TEXTS

ROLES = ("B2B Manager", "B2B Sales", "B2B Auditor")
SETTINGS = "B2B Settings"
SORTED_BY_CREATION = {"module": MODULE, "issingle": 0, "istable": 0, "sort_field": "creation"}


def before_install() -> None:
	foreign.refuse(ROLES)


def before_migrate() -> None:
	"""An update may bring names that the shop has used meanwhile."""
	foreign.refuse(ROLES)


def after_install() -> None:
	add_names()
	forget_what_was_left()
	complete()


def after_migrate() -> None:
	add_names()
	complete()
	rule.keep_all()


def add_names() -> None:
	"""What the rest is about: roles and fields."""
	add_roles()
	role_profiles.add_missing()
	add_fields()


def complete() -> None:
	"""What is stored of them, and beside them."""
	for text in MAIL_TEXTS:
		text.add_missing()
	keys.fill_missing()
	tables.create()
	fill_settings()
	know_key()
	index_creation()


def index_creation() -> None:
	"""By it most of our lists are sorted. Frappe 15 gives a new table an index on `modified` only, and this one when the
	doctype changes; SQLite comes with Frappe 16, which gives it at once. Of PostgreSQL Frappe cannot be asked."""
	if frappe.db.db_type != "mariadb":
		return
	for doctype in frappe.get_all("DocType", SORTED_BY_CREATION, pluck="name"):
		if not frappe.db.get_column_index(f"tab{doctype}", "creation", unique=False):
			frappe.db.add_index(doctype, ["creation"], "creation")


def know_key() -> None:
	"""The key of the seals is made by whoever asks first, and of two at once each would sign with its own; the site's
	folder knows it before anything waits for a seal."""
	sealing.know(audit.current_key(), sealing.last())


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


def add_fields() -> None:
	"""Frappe names a Custom Field by its fieldname, leaves it that name when the fieldname is changed, and passes over a
	field whose name is taken."""
	create_custom_fields(CUSTOM_FIELDS, update=True)
	there = {
		(field.dt, field.fieldname)
		for field in frappe.get_all("Custom Field", {"module": MODULE}, ["dt", "fieldname"])
	}
	for doctype, fields in CUSTOM_FIELDS.items():
		for field in fields:
			if (doctype, field["fieldname"]) not in there:
				frappe.get_doc({"doctype": "Custom Field", "dt": doctype, **field}).insert(
					ignore_permissions=True, set_name=f"{doctype}-{field['fieldname']}-{MODULE}"
				)


def forget_what_was_left() -> None:
	"""Columns outlive the app, and when it comes back they tell of tiers and proformas that are gone: an earlier
	installation's, or those of a field that the shop once had. What a person typed of a Customer stays."""
	ours = set(frappe.get_all("DocType", {"module": MODULE}, pluck="name"))
	for doctype, fields in CUSTOM_FIELDS.items():
		table = frappe.qb.DocType(doctype)
		kept_by_us = [
			field["fieldname"]
			for field in fields
			if field["fieldtype"] not in no_value_fields
			and (field.get("read_only") or field.get("options") in ours)
		]
		query = frappe.qb.update(table).where(Criterion.any(table[name].isnotnull() for name in kept_by_us))
		for name in kept_by_us:
			query = query.set(table[name], None)
		query.run()
	# while nobody followed the renaming of Customers
	customer, there = frappe.qb.DocType("Customer"), frappe.qb.DocType("Customer").as_("there")
	names = frappe.qb.from_(there).select(there.name)
	frappe.qb.update(customer).set(customer.b2b_parent_customer, None).where(
		customer.b2b_parent_customer.isnotnull() & customer.b2b_parent_customer.notin(names)
	).run()


def add_roles() -> None:
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)
