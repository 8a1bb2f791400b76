"""One company's request to become a customer. What the applicant said and what became of it is written by
`registration/` only; in its form a manager changes what will be given, and the internal note."""

import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.registration.states import OPEN

GIVEN = (
	"tier",
	"customer_group",
	"territory",
	"sales_person",
	"price_list",
	"payment_terms",
	"company",
	"credit_limit",
)


class B2BRegistration(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from erp_b2b_smartbill.doctype.b2b_registration_document.b2b_registration_document import (
			B2BRegistrationDocument,
		)
		from erp_b2b_smartbill.doctype.b2b_registration_message.b2b_registration_message import (
			B2BRegistrationMessage,
		)

		access_id: DF.Data | None
		address: DF.Link | None
		address_line: DF.Data | None
		anaf_at: DF.Datetime | None
		anaf_facts: DF.Code | None
		anaf_state: DF.Literal["", "found", "unknown", "unavailable"]
		approval_mode: DF.Literal["Manual", "Automatic"]
		city: DF.Data | None
		company: DF.Link | None
		company_name: DF.Data
		confirmation_sent_at: DF.Datetime | None
		contact: DF.Link | None
		country: DF.Link | None
		county: DF.Data | None
		credit_limit: DF.Currency
		cui: DF.Data | None
		cui_digits: DF.Data | None
		customer: DF.Link | None
		customer_group: DF.Link | None
		decided_at: DF.Datetime | None
		decided_automatically: DF.Check
		decided_by: DF.Link | None
		documents: DF.Table[B2BRegistrationDocument]
		email: DF.Data | None
		email_confirmed_at: DF.Datetime | None
		erased_at: DF.Datetime | None
		files_deleted_at: DF.Datetime | None
		first_name: DF.Data | None
		iban: DF.Data | None
		internal_note: DF.SmallText | None
		language: DF.Literal["ro", "en"]
		last_name: DF.Data | None
		linked_existing: DF.Check
		message: DF.SmallText | None
		messages: DF.Table[B2BRegistrationMessage]
		name_key: DF.Data | None
		payment_terms: DF.Link | None
		pending_reasons: DF.Code | None
		phone: DF.Data | None
		postal_code: DF.Data | None
		price_list: DF.Link | None
		reg_com: DF.Data | None
		rejection_reason: DF.SmallText | None
		rules_at_submission: DF.Code | None
		sales_person: DF.Link | None
		status: DF.Literal[
			"Awaiting Confirmation", "Pending", "Information Requested", "Approved", "Rejected", "Withdrawn"
		]
		submitted_at: DF.Datetime | None
		terms_accepted_at: DF.Datetime | None
		terms_version: DF.Data | None
		territory: DF.Link | None
		tier: DF.Link | None
		user: DF.Link | None
		vat_payer: DF.Literal["", "Yes", "No"]
		welcome_sent_at: DF.Datetime | None
	# end: auto-generated types

	def validate(self) -> None:
		if self.flags.written_by_registration:
			return
		if self.is_new():
			frappe.throw(_("Registrations are made on the website."), frappe.PermissionError)
		allowed = {"internal_note", *(GIVEN if self.status in OPEN else ())}
		before = self.get_doc_before_save()
		# the framework's names of fields with a value leave the tables out
		tables = [field.fieldname for field in self.meta.get_table_fields()]
		fields = [*self.meta.get_fieldnames_with_value(), *tables]
		changed = [field for field in fields if _said(self, field) != _said(before, field)]
		if set(changed) - allowed:
			label = self.meta.get_label(next(field for field in changed if field not in allowed))
			frappe.throw(
				_("{0} of a registration cannot be changed here.").format(_(label)), frappe.PermissionError
			)

	def on_update(self) -> None:
		"""What a manager changes in the form; all else is told where it is written."""
		if self.flags.written_by_registration:
			return
		before, after = audit.changes(self)
		if terms := [field for field in GIVEN if field in after]:
			audit.record(
				audit.REGISTRATION_TERMS_CHANGED,
				self,
				{field: before[field] for field in terms},
				{field: after[field] for field in terms},
			)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.throw(_("{0} keeps its name.").format(_(self.doctype)), frappe.PermissionError)

	def on_trash(self) -> None:
		if not self.flags.written_by_registration:
			frappe.throw(
				_("A registration is kept: erase its personal data instead."), frappe.PermissionError
			)


def _said(doc: Document, fieldname: str) -> object:
	"""To compare by: the form sends numbers and times as texts, and nothing as an empty text."""
	field = doc.meta.get_field(fieldname)
	if field.fieldtype in frappe.model.table_fields:
		return [
			[row.name, *(_said(row, column) for column in row.meta.get_fieldnames_with_value())]
			for row in doc.get(fieldname)
		]
	value = doc.get(fieldname)
	return (doc.cast(value, field) or None) if value else None


def on_doctype_update() -> None:
	"""The list is filtered by status and sorted by age, and the counts are of both."""
	frappe.db.add_index("B2B Registration", ["status", "submitted_at"])
