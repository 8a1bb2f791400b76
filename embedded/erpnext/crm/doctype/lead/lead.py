"""Somebody who may become a customer. As ERPNext v15's module of the same name."""

import frappe
from erpnext.accounts.party import set_address_details
from erpnext.controllers.status_updater import StatusUpdater
from erpnext.selling.doctype.customer.customer import parse_full_name, take_address_and_contact
from frappe import _
from frappe.contacts.address_and_contact import delete_contact_and_address, load_address_and_contact
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import comma_and, get_link_to_form, validate_email_address


class Lead(StatusUpdater):
	def onload(self) -> None:
		self.set_onload("is_customer", self.has_customer())
		load_address_and_contact(self)

	def before_insert(self) -> None:
		if self.lead_name and not any([self.first_name, self.middle_name, self.last_name]):
			self.first_name, self.middle_name, self.last_name = parse_full_name(self.lead_name)
		self.contact_doc = self.create_contact()

	def after_insert(self) -> None:
		"""The contact made along with the lead learns of it."""
		self.contact_doc.append(
			"links", {"link_doctype": "Lead", "link_name": self.name, "link_title": self.lead_name}
		)
		self.contact_doc.save(ignore_permissions=True)

	def validate(self) -> None:
		self.set_full_name()
		self.set_lead_name()
		self.title = self.company_name or self.lead_name
		self.set_status()
		self.validate_email_id()

	def on_trash(self) -> None:
		delete_contact_and_address(self.doctype, self.name)

	def set_full_name(self) -> None:
		if self.first_name:
			parts = (self.salutation, self.first_name, self.middle_name, self.last_name)
			self.lead_name = " ".join(filter(None, parts))

	def set_lead_name(self) -> None:
		if self.lead_name:
			return
		if self.company_name:
			self.lead_name = self.company_name
		elif self.email_id:
			self.lead_name = self.email_id.split("@")[0]
		elif not self.flags.ignore_mandatory:
			frappe.throw(_("A Lead requires either a person's name or an organization's name"))

	def validate_email_id(self) -> None:
		if not self.email_id:
			return
		if not self.flags.ignore_email_validation:
			validate_email_address(self.email_id, throw=True)
		if self.email_id == self.lead_owner:
			frappe.throw(_("Lead Owner cannot be same as the Lead Email Address"))
		others = frappe.get_all("Lead", {"email_id": self.email_id, "name": ["!=", self.name]}, pluck="name")
		if others:
			links = [frappe.bold(get_link_to_form("Lead", name)) for name in others]
			frappe.throw(
				_("Email Address must be unique, it is already used in {0}").format(comma_and(links)),
				frappe.DuplicateEntryError,
			)

	def create_contact(self) -> Document:
		self.set_full_name()
		self.set_lead_name()
		contact = frappe.new_doc("Contact")
		contact.update(
			{
				"first_name": self.first_name or self.lead_name,
				"last_name": self.last_name,
				"salutation": self.salutation,
				"gender": self.gender,
				"designation": self.job_title,
				"company_name": self.company_name,
			}
		)
		if self.email_id:
			contact.add_email(self.email_id, is_primary=1)
		if self.phone:
			contact.add_phone(self.phone, is_primary_phone=1)
		if self.mobile_no:
			contact.add_phone(self.mobile_no, is_primary_mobile_no=1)
		return contact.insert(ignore_permissions=True)

	# Status

	def has_customer(self) -> str | None:
		return frappe.db.get_value("Customer", {"lead_name": self.name})

	def has_quotation(self) -> str | None:
		return self._quotation(["!=", "Lost"])

	def has_lost_quotation(self) -> str | None:
		return self._quotation("Lost")

	def _quotation(self, status: str | list[str]) -> str | None:
		return frappe.db.get_value("Quotation", {"party_name": self.name, "docstatus": 1, "status": status})


@frappe.whitelist()
def make_customer(source_name: str, target_doc: str | Document | None = None) -> Document:
	return _make_customer(source_name, target_doc)


def _make_customer(
	source_name: str, target_doc: str | Document | None = None, ignore_permissions: bool = False
) -> Document:
	def complete(source: Document, target: Document) -> None:
		target.customer_type = "Company" if source.company_name else "Individual"
		target.customer_name = source.company_name or source.lead_name
		if not target.customer_group:
			target.customer_group = frappe.db.get_default("Customer Group")

	return get_mapped_doc(
		"Lead",
		source_name,
		{
			"Lead": {
				"doctype": "Customer",
				"field_map": {"name": "lead_name", "company_name": "customer_name"},
				"field_no_map": ["disabled"],
			}
		},
		target_doc,
		complete,
		ignore_permissions=ignore_permissions,
	)


@frappe.whitelist()
def make_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	quotation = get_mapped_doc(
		"Lead",
		source_name,
		{"Lead": {"doctype": "Quotation", "field_map": {"name": "party_name"}}},
		target_doc,
		take_address_and_contact,
	)
	quotation.quotation_to = "Lead"
	quotation.run_method("set_missing_values")
	quotation.run_method("set_other_charges")
	quotation.run_method("calculate_taxes_and_totals")
	return quotation


@frappe.whitelist()
def get_lead_details(lead: str, posting_date: str | None = None, company: str | None = None) -> dict:
	"""What a document takes over from a lead, by the document's field names."""
	if not lead:
		return {}
	doc = frappe.get_doc("Lead", lead)
	details = frappe._dict(
		territory=doc.territory,
		customer_name=doc.company_name or doc.lead_name,
		contact_display=doc.lead_name,
		contact_email=doc.email_id,
		contact_mobile=doc.mobile_no,
		contact_phone=doc.phone,
	)
	set_address_details(details, doc, "Lead", company=company)
	return details
