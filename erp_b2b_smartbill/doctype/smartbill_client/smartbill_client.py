"""One client as SmartBill knows it, linked with a Customer or not; written by smartbill/clients only."""

import frappe
from frappe import _
from frappe.model.document import Document


class SmartBillClient(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link
		address: DF.Data | None
		anaf_checked_at: DF.Datetime | None
		bank: DF.Data | None
		city: DF.Data | None
		client_key: DF.Data | None
		client_name: DF.Data
		code: DF.Data | None
		compared_at: DF.Datetime | None
		contact: DF.Data | None
		country: DF.Data | None
		county: DF.Data | None
		cui_digits: DF.Data | None
		customer: DF.Link | None
		data_hash: DF.Data | None
		delivery_addresses: DF.Code | None
		email: DF.Data | None
		emails: DF.SmallText | None
		external_id: DF.Data | None
		first_seen_at: DF.Datetime | None
		iban: DF.Data | None
		keep_unlinked: DF.Check
		last_run: DF.Link | None
		last_seen_at: DF.Datetime | None
		linked_at: DF.Datetime | None
		match_reason: DF.Literal["", "cui", "email", "name_and_phone", "person", "created"]
		name_key: DF.Data | None
		personal_code: DF.Data | None
		phone: DF.Data | None
		reg_com: DF.Data | None
		source: DF.Literal["API", "File"]
		status: DF.Literal["Active", "Gone"]
		vat_code: DF.Data | None
		vat_payer: DF.Literal["", "Yes", "No"]
	# end: auto-generated types

	def onload(self) -> None:
		from erp_b2b_smartbill.smartbill.clients import client_view

		self.set_onload("client", client_view.headline(self))

	def validate(self) -> None:
		frappe.throw(_("SmartBill's clients are changed in SmartBill."), frappe.PermissionError)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.throw(_("SmartBill's clients are changed in SmartBill."), frappe.PermissionError)


def on_doctype_update() -> None:
	"""Called by migrate: what the sync looks for."""
	for columns in (["account", "last_run"], ["account", "code"], ["account", "status", "customer"]):
		frappe.db.add_index("SmartBill Client", columns)
