"""The role profiles that installing makes: our roles joined with ERPNext's, a site's own business afterwards."""

import frappe

from erp_b2b_smartbill import install, role_profiles, uninstall
from erp_b2b_smartbill.role_profiles import PROFILE, PROFILES
from erp_b2b_smartbill.tests.compat import ServerTestCase
from erp_b2b_smartbill.tests.permitted_case import desk_user


def roles_of(profile: str) -> set[str]:
	return set(frappe.get_all("Has Role", {"parenttype": PROFILE, "parent": profile}, pluck="role"))


def user_with(profile: str) -> str:
	return desk_user(role_profile_name=profile)


class TestRoleProfiles(ServerTestCase):
	def test_each_has_one_of_our_roles_and_whatever_of_erpnext_the_work_needs(self):
		for name, roles in PROFILES.items():
			self.assertEqual(roles_of(name), set(roles))
			self.assertEqual(set(roles) & set(install.ROLES), {name})

	def test_a_user_gets_its_roles_and_can_do_the_work(self):
		for profile, may, may_not in (
			(
				"B2B Sales",
				(
					("Quotation", "create"),
					("Quotation", "submit"),
					("Customer", "write"),
					("Company", "read"),
					("Item", "read"),
					("SmartBill Proforma", "read"),
					("B2B Registration", "read"),
				),
				(("B2B Registration", "write"), ("B2B Tier", "write"), ("Business Event", "read")),
			),
			(
				"B2B Manager",
				(
					("Quotation", "create"),
					("Customer", "write"),
					("Customer Group", "write"),
					("Company", "read"),
					("Pricing Rule", "write"),
					("B2B Registration", "write"),
					("B2B Tier", "write"),
					("Business Event", "read"),
				),
				(("Sales Invoice", "create"), ("SmartBill Account", "write"), ("B2B Settings", "write")),
			),
			(
				"B2B Auditor",
				(("Credit Limit Request", "read"),),
				(
					("Customer", "read"),
					("Quotation", "read"),
					("SmartBill Proforma", "read"),
					("B2B Tier", "read"),
				),
			),
		):
			user = user_with(profile)
			self.assertLessEqual(set(PROFILES[profile]), set(frappe.get_roles(user)))
			self.assertEqual(frappe.db.get_value("User", user, "user_type"), "System User")
			for rights, expected in ((may, True), (may_not, False)):
				for doctype, right in rights:
					with self.subTest(profile, doctype=doctype, right=right):
						self.assertEqual(bool(frappe.has_permission(doctype, right, user=user)), expected)

	def change(self, profile: str) -> None:
		doc = frappe.get_doc(PROFILE, profile)
		doc.append("roles", {"role": "Accounts User"})
		with role_profiles.without_job():
			doc.save()

	def test_one_that_is_missing_is_made_again_and_one_that_was_changed_stays(self):
		frappe.delete_doc(PROFILE, "B2B Auditor")
		self.change("B2B Manager")
		install.after_migrate()
		self.assertEqual(roles_of("B2B Auditor"), set(PROFILES["B2B Auditor"]))
		self.assertEqual(roles_of("B2B Manager"), {*PROFILES["B2B Manager"], "Accounts User"})

	def test_a_role_that_the_site_has_not_is_left_out(self):
		frappe.delete_doc(PROFILE, "B2B Sales")
		frappe.db.delete("Role", {"name": "Sales User"})
		role_profiles.add_missing()
		self.assertEqual(roles_of("B2B Sales"), {"B2B Sales"})

	def test_uninstalling_takes_away_those_that_nobody_has_and_nobody_changed(self):
		user = user_with("B2B Sales")
		self.change("B2B Manager")
		theirs = frappe.get_all(PROFILE, {"name": ["not in", list(PROFILES)]}, pluck="name")
		role_profiles.remove()
		uninstall.remove_roles()
		left = set(frappe.get_all(PROFILE, pluck="name"))
		self.assertEqual(left, {*theirs, "B2B Sales", "B2B Manager"})
		# of what stays only our role went
		self.assertEqual(roles_of("B2B Sales"), {"Sales User"})
		self.assertEqual(
			roles_of("B2B Manager"), {*PROFILES["B2B Manager"], "Accounts User"} - {"B2B Manager"}
		)
		self.assertIn("Sales User", frappe.get_roles(user))
		self.assertNotIn("B2B Sales", frappe.get_roles(user))
		self.assertEqual(frappe.local.message_log, [])
