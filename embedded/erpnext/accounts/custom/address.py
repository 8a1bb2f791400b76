"""ERPNext v15's own Address: knows the company's addresses, and keeps the customers' copies of its text."""

import frappe
from frappe import _
from frappe.contacts.doctype.address.address import Address, get_address_display


class ERPNextAddress(Address):
	def validate(self) -> None:
		of_company = any(link.link_doctype == "Company" for link in self.links)
		if self.is_your_company_address and not of_company:
			frappe.throw(
				_(
					"Address needs to be linked to a Company. Please add a row for Company in the Links table."
				),
				title=_("Company Not Linked"),
			)
		if of_company:
			self.is_your_company_address = 1
		super().validate()

	def link_address(self) -> bool | None:
		"""A company's address is not its author's."""
		return None if self.is_your_company_address else super().link_address()

	def on_update(self) -> None:
		customers = frappe.get_all("Customer", {"customer_primary_address": self.name}, pluck="name")
		if customers:
			text = get_address_display(self.as_dict())
			for customer in customers:
				frappe.db.set_value("Customer", customer, "primary_address", text)
