"""Credit limits of a Customer: whoever changes one past the requests is somebody who may, and it is recorded."""

import json
from typing import Any

import frappe

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import personal
from erp_b2b_smartbill.customers import onboard
from erp_b2b_smartbill.customers.credit_limits import changes
from erp_b2b_smartbill.features import OVERVIEW
from erp_b2b_smartbill.permissions import CREDIT_GIVERS
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import ServerTestCase

WRITES_CUSTOMERS = "Sales Master Manager"


class GuardCase(ServerTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.company = factories.company()
		self.switch(True)

	def switch(self, on: bool) -> None:
		frappe.db.set_single_value("B2B Settings", OVERVIEW, int(on))

	def limit(self, amount: float = 1000, **values: Any) -> dict[str, Any]:
		return {"company": self.company, "credit_limit": amount, **values}

	def customer(self, *limits: dict[str, Any]) -> Any:
		return factories.customer(address=None, tax_id=None, credit_limits=list(limits))

	def rows(self, customer: Any) -> list[tuple[float, int]]:
		fields = ["credit_limit", "bypass_credit_limit_check"]
		return list(frappe.get_all("Customer Credit Limit", {"parent": customer.name}, fields, as_list=True))

	def events(self, customer: Any) -> list[Any]:
		return frappe.get_all(
			"Business Event",
			{"reference_name": customer.name, "event": audit.CREDIT_LIMIT_CHANGED},
			["user", "before", "after", "reason", "personal"],
			order_by="creation",
		)

	def assert_recorded(self, customer: Any, before: list[float], after: list[float]) -> None:
		(event,) = self.events(customer)
		said = [
			[row["credit_limit"] for row in json.loads(text or "{}").get("credit_limits", [])]
			for text in (event.before, event.after)
		]
		self.assertEqual(said, [before, after])


class TestWhoChangesALimit(GuardCase):
	def changes(self) -> dict[str, Any]:
		def add(doc: Any) -> None:
			doc.append("credit_limits", self.limit())

		def raise_it(doc: Any) -> None:
			doc.credit_limits[0].credit_limit = 2000

		def bypass(doc: Any) -> None:
			doc.credit_limits[0].bypass_credit_limit_check = 1

		def remove(doc: Any) -> None:
			doc.set("credit_limits", [])

		def replace(doc: Any) -> None:
			doc.set("credit_limits", [self.limit(2000)])

		return {
			"add": ((), add),
			"raise": ((self.limit(),), raise_it),
			"bypass": ((self.limit(),), bypass),
			"remove": ((self.limit(),), remove),
			"replace": ((self.limit(),), replace),
		}

	def test_sales_changes_none_and_is_told_who_does_and_what_to_do(self):
		seller = factories.user(WRITES_CUSTOMERS, "Sales User", "B2B Sales", "Sales Manager")
		for name, (limits, change) in self.changes().items():
			with self.subTest(name), self.as_user("Administrator"):
				customer = self.customer(*limits)
				before = self.rows(customer)
				with self.as_user(seller):
					doc = frappe.get_doc("Customer", customer.name)
					change(doc)
					with self.assertRaises(frappe.PermissionError) as refused:
						doc.save()
				for role in CREDIT_GIVERS:
					self.assertIn(role, str(refused.exception))
				self.assertIn("Credit Limit Request", str(refused.exception))
				self.assertEqual(self.rows(customer), before)

	def test_whoever_may_changes_them_and_each_change_is_one_event(self):
		for role in CREDIT_GIVERS:
			for name, (limits, change) in self.changes().items():
				with self.subTest(name, role=role):
					customer = self.customer(*limits)
					earlier = len(self.events(customer))
					with self.as_user(factories.user(role, WRITES_CUSTOMERS)):
						doc = frappe.get_doc("Customer", customer.name)
						change(doc)
						doc.save()
					self.assertEqual(len(self.events(customer)), earlier + 1)

	def test_a_new_customer_gets_no_limit_from_sales(self):
		with self.as_user(factories.user("Sales User", WRITES_CUSTOMERS)):
			with self.assertRaises(frappe.PermissionError):
				self.customer(self.limit())
			self.assertEqual(self.rows(self.customer()), [])

	def test_all_else_of_a_customer_with_a_limit_is_changed_by_sales_as_before(self):
		customer = self.customer(self.limit(1000.5, bypass_credit_limit_check=1))
		with self.as_user(factories.user("Sales User", WRITES_CUSTOMERS)):
			doc = frappe.get_doc("Customer", customer.name)
			doc.website = "https://example.com"
			# as a form sends them
			doc.credit_limits[0].credit_limit = "1000.50"
			doc.credit_limits[0].bypass_credit_limit_check = "1"
			doc.save()
		self.assertEqual(len(self.events(customer)), 1)

	def test_taking_the_groups_limits_over_is_a_change_too(self):
		customer = self.customer()
		group = frappe.get_doc("Customer Group", customer.customer_group)
		group.append("credit_limits", self.limit(700))
		group.save()
		with self.as_user(factories.user("Sales User", WRITES_CUSTOMERS)):
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc("Customer", customer.name).get_customer_group_details()

	def test_a_row_by_itself_is_guarded_and_recorded_as_well(self):
		customer = self.customer(self.limit())
		row = customer.credit_limits[0].name
		seller = factories.user("Sales User", WRITES_CUSTOMERS)

		def of_row(**values: Any) -> Any:
			doc = frappe.get_doc("Customer Credit Limit", row)
			doc.update(values)
			return doc

		parent = {"parent": customer.name, "parenttype": "Customer", "parentfield": "credit_limits"}
		with self.as_user(seller):
			with self.assertRaises(frappe.PermissionError):
				of_row(credit_limit=5).save()
			with self.assertRaises(frappe.PermissionError):
				frappe.delete_doc("Customer Credit Limit", row)
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc({"doctype": "Customer Credit Limit", **self.limit(5), **parent}).insert()
		self.assertEqual([limit for limit, _bypass in self.rows(customer)], [1000])
		frappe.db.delete("Business Event", {"reference_name": customer.name})
		with self.as_user(factories.user("Accounts Manager", WRITES_CUSTOMERS)):
			of_row(credit_limit=2000).save()
		self.assert_recorded(customer, [1000], [2000])

	def test_a_row_names_its_document_as_it_is_called(self):
		customer = self.customer()
		group = customer.customer_group
		for parenttype, parent in (
			# the Customer itself to MariaDB
			("customer", customer.name),
			("Customer ", customer.name),
			("CUSTOMER", customer.name),
			("customer group", group),
			("Customer", f"{customer.name} "),
			("Customer Group", f"{group} "),
		):
			place = {"parenttype": parenttype, "parent": parent, "parentfield": "credit_limits"}
			# not even by who changes limits: it would be in no record
			for role in (WRITES_CUSTOMERS, "Accounts Manager"):
				with self.subTest(place, role=role), self.as_user(factories.user(role)):
					doc = frappe.get_doc({"doctype": "Customer Credit Limit", **self.limit(5), **place})
					with self.assertRaises(frappe.PermissionError):
						doc.insert(ignore_permissions=True)
		self.assertEqual(self.rows(customer), [])
		self.switch(False)
		place = {"parenttype": "customer", "parent": customer.name, "parentfield": "credit_limits"}
		frappe.get_doc({"doctype": "Customer Credit Limit", **self.limit(5), **place}).insert(
			ignore_permissions=True
		)

	def test_a_row_is_not_moved_to_another_customer_nor_from_a_group_nor_away(self):
		one, other = self.customer(self.limit()), self.customer()
		group = frappe.get_doc("Customer Group", one.customer_group)
		group.append("credit_limits", self.limit(700))
		group.save()
		to_group = {"parent": group.name, "parenttype": "Customer Group", "parentfield": "credit_limits"}
		to_customer = {**to_group, "parent": other.name, "parenttype": "Customer"}
		to_other_group = {**to_group, "parent": "All Customer Groups"}
		own, of_group = one.credit_limits[0].name, group.credit_limits[-1].name
		# not even by who changes limits: neither of the two customers would have a record of it
		for role in (WRITES_CUSTOMERS, "Accounts Manager"):
			for row, values in (
				(own, to_customer),
				(own, to_group),
				(of_group, to_customer),
				(of_group, to_other_group),
			):
				with self.subTest(role, row=row, to=values["parenttype"]), self.as_user(factories.user(role)):
					doc = frappe.get_doc("Customer Credit Limit", row)
					doc.update(values)
					with self.assertRaises(frappe.PermissionError):
						doc.save()
		self.assertEqual([limit for limit, _bypass in self.rows(one)], [1000])
		self.assertEqual(self.rows(other), [])


class TestTheRecord(GuardCase):
	def test_it_says_what_was_there_what_is_and_who(self):
		customer = self.customer(self.limit(1000))
		frappe.db.delete("Business Event", {"reference_name": customer.name})
		manager = factories.user("B2B Manager", WRITES_CUSTOMERS)
		with self.as_user(manager):
			doc = frappe.get_doc("Customer", customer.name)
			doc.credit_limits[0].credit_limit = 1500
			doc.save()
		self.assert_recorded(customer, [1000], [1500])
		self.assertEqual(self.events(customer)[0].user, manager)

	def test_a_save_that_changes_no_limit_is_not_in_it(self):
		customer = self.customer(self.limit())
		customer.reload()
		customer.website = "https://example.com"
		customer.save()
		self.assertEqual(len(self.events(customer)), 1)

	def test_what_stayed_is_not_in_it(self):
		other = {"company": "Alta SRL", "credit_limit": 5}
		self.assertEqual(
			changes.between([self.limit(), other], [other, self.limit(7)]),
			(changes.plain([self.limit()]), changes.plain([self.limit(7)])),
		)
		self.assertEqual(changes.between([other, other], [other]), (changes.plain([other]), []))
		self.assertEqual(changes.between([], []), ([], []))


class GroupCase(GuardCase):
	def group(self, *limits: dict[str, Any]) -> str:
		return (
			frappe.get_doc(
				{
					"doctype": "Customer Group",
					"customer_group_name": f"Grup {frappe.generate_hash(length=8)}",
					"parent_customer_group": "All Customer Groups",
					"credit_limits": list(limits),
				}
			)
			.insert()
			.name
		)

	def told(self, doctype: str, name: str) -> list[tuple[Any, Any]]:
		"""(before, after) of each event about the limits of a group or company."""
		rows = frappe.get_all(
			"Business Event",
			{
				"reference_doctype": doctype,
				"reference_name": name,
				"event": [
					"in",
					(audit.CREDIT_LIMIT_OF_GROUP_CHANGED, audit.CREDIT_LIMIT_OF_COMPANY_CHANGED),
				],
			},
			["before", "after"],
			order_by="creation, occurred_at",
		)
		return [(json.loads(row.before or "{}"), json.loads(row.after or "{}")) for row in rows]

	def amounts(self, said: dict[str, Any]) -> list[float]:
		return [row["credit_limit"] for row in said.get("credit_limits", [])]


class TestLimitsOfOthers(GroupCase):
	def test_each_change_of_a_groups_limits_is_one_event(self):
		name = self.group(self.limit(700))
		doc = frappe.get_doc("Customer Group", name)
		doc.credit_limits[0].credit_limit = 900
		doc.save()
		doc.save()
		row = frappe.get_doc("Customer Credit Limit", doc.credit_limits[0].name)
		row.credit_limit = 800
		row.save()
		row.delete()
		told = [
			(self.amounts(before), self.amounts(after)) for before, after in self.told("Customer Group", name)
		]
		self.assertEqual(told, [([], [700]), ([700], [900]), ([900], [800]), ([800], [])])

	def test_a_change_of_the_companys_limit_is_one_event(self):
		doc = frappe.get_doc("Company", self.company)
		doc.credit_limit = 4321
		doc.save()
		doc.save()
		(event,) = self.told("Company", self.company)
		self.assertEqual(event[1], {"credit_limit": 4321})

	def test_merging_groups_with_other_limits_is_one_event_that_names_both(self):
		old, new = self.group(self.limit(700)), self.group(self.limit(900))
		frappe.db.delete("Business Event", {"reference_doctype": "Customer Group"})
		frappe.rename_doc("Customer Group", old, new, merge=True, force=True)
		((before, after),) = self.told("Customer Group", new)
		self.assertEqual((before["customer_group"], self.amounts(before)), (old, [700]))
		self.assertEqual((after["customer_group"], self.amounts(after)), (new, [900]))

	def test_a_merge_that_waits_for_its_job_is_no_event_yet(self):
		old, new = self.group(self.limit(700)), self.group(self.limit(900))
		frappe.db.delete("Business Event", {"reference_doctype": "Customer Group"})
		# as the desk does, to be told of what is refused at once
		frappe.get_doc("Customer Group", old).run_method("before_rename", old, new, True)
		self.assertEqual(self.told("Customer Group", old) + self.told("Customer Group", new), [])
		frappe.rename_doc("Customer Group", old, new, merge=True, force=True)
		self.assertEqual(len(self.told("Customer Group", new)), 1)

	def test_merging_groups_with_the_same_limits_changes_none(self):
		old, new = self.group(self.limit(700)), self.group(self.limit(700))
		frappe.db.delete("Business Event", {"reference_doctype": "Customer Group"})
		frappe.rename_doc("Customer Group", old, new, merge=True, force=True)
		self.assertEqual(self.told("Customer Group", new), [])

	def test_while_the_switch_is_off_none_is_recorded(self):
		self.switch(False)
		name = self.group(self.limit(700))
		frappe.rename_doc("Customer Group", name, self.group(self.limit(5)), merge=True, force=True)
		doc = frappe.get_doc("Company", self.company)
		doc.credit_limit = 4321
		doc.save()
		self.assertEqual(self.told("Customer Group", name) + self.told("Company", self.company), [])


class TestAnotherGroup(GroupCase):
	def move(self, customer: Any, group: str) -> None:
		with self.as_user(factories.user("Sales User", WRITES_CUSTOMERS)):
			doc = frappe.get_doc("Customer", customer.name)
			doc.customer_group = group
			doc.save()

	def test_a_customer_that_has_another_limit_by_its_group_has_it_in_the_record(self):
		customer = self.customer()
		self.move(customer, self.group(self.limit(700)))
		self.assert_recorded(customer, [], [700])
		frappe.db.delete("Business Event", {"reference_name": customer.name})
		other = self.group(self.limit(900))
		self.move(customer, other)
		self.assert_recorded(customer, [700], [900])
		self.assertIn(other, personal.reason(self.events(customer)[0]))

	def test_a_group_that_changes_no_limit_is_not_in_it(self):
		own, none = self.customer(self.limit(1000)), self.customer()
		self.move(own, self.group(self.limit(700)))
		self.assertEqual(len(self.events(own)), 1)
		self.move(none, self.group(self.limit(700, bypass_credit_limit_check=1)))
		self.assertEqual(self.events(none), [])

	def test_while_the_switch_is_off_it_is_not_recorded(self):
		customer = self.customer()
		self.switch(False)
		self.move(customer, self.group(self.limit(700)))
		self.assertEqual(self.events(customer), [])


class TestWhatGoesOn(GuardCase):
	def test_while_the_switch_is_off_limits_are_changed_as_without_this_app(self):
		self.switch(False)
		customer = self.customer(self.limit())
		with self.as_user(factories.user("Sales User", WRITES_CUSTOMERS)):
			doc = frappe.get_doc("Customer", customer.name)
			doc.credit_limits[0].credit_limit = 2000
			doc.save()
		self.assertEqual([limit for limit, _bypass in self.rows(customer)], [2000])
		self.assertEqual(self.events(customer), [])

	def test_the_limit_that_an_approved_registration_gives_is_granted_by_the_decision(self):
		terms = onboard.Terms(company=self.company, credit_limit=5000)
		new = onboard.NewCustomer(
			name=f"Client {frappe.generate_hash(length=8)} SRL",
			terms=terms,
			address=onboard.NewAddress("Str. Exemplu 7", "Cluj-Napoca"),
		)
		with self.as_user(factories.user("B2B Sales")):
			made = onboard.make_customer(new)
		customer = frappe.get_doc("Customer", made.customer)
		self.assertEqual([limit for limit, _bypass in self.rows(customer)], [5000])
		self.assert_recorded(customer, [], [5000])
