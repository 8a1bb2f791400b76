"""Role profiles: each of our roles with those of ERPNext that its work needs, for ours carry no rights on ERPNext's
documents. They are made where they are missing and never changed: a site adapts them as it likes."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

PROFILE = "Role Profile"
PROFILES = {
	"B2B Sales": ("B2B Sales", "Sales User"),
	# Customers and their groups are changed by the last, Quotations followed and prices set by the one before it
	"B2B Manager": ("B2B Manager", "Sales User", "Sales Manager", "Sales Master Manager"),
	"B2B Auditor": ("B2B Auditor",),
}


def add_missing() -> None:
	for name, roles in PROFILES.items():
		if frappe.db.exists(PROFILE, name):
			continue
		there = frappe.get_all("Role", {"name": ["in", roles]}, pluck="name")
		profile = frappe.get_doc(
			{
				"doctype": PROFILE,
				"role_profile": name,
				"roles": [{"role": role} for role in roles if role in there],
			}
		)
		with without_job():
			profile.insert(ignore_permissions=True)


@contextmanager
def without_job() -> Iterator[None]:
	"""Frappe locks a profile that is saved, and queues a job for the users who have it. Of a new one there are none, and
	while it installs something it does the job at once."""
	before = frappe.flags.in_install
	frappe.flags.in_install = "erp_b2b_smartbill"
	try:
		yield
	finally:
		frappe.flags.in_install = before


def remove() -> None:
	"""Those that are as they were made and that no user has. The others lose our roles only, with the roles."""
	for name, roles in PROFILES.items():
		stored = frappe.get_all("Has Role", {"parenttype": PROFILE, "parent": name}, pluck="role")
		if set(stored) != set(roles):
			continue
		try:
			frappe.delete_doc(PROFILE, name, ignore_permissions=True, ignore_missing=True)
		except frappe.LinkExistsError:
			frappe.clear_last_message()
