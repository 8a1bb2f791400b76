import frappe
from frappe.model.document import Document

from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.customers.pricing import tiers
from erp_b2b_smartbill.customers.search import rebuild
from erp_b2b_smartbill.registration import mails


class B2BSettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from erp_b2b_smartbill.doctype.b2b_allowed_country.b2b_allowed_country import B2BAllowedCountry

		allowed_countries: DF.TableMultiSelect[B2BAllowedCountry]
		approval_mode: DF.Literal["Manual", "Automatic"]
		block_list: DF.SmallText | None
		confirmation_days: DF.Int
		contact_email: DF.Data | None
		contact_phone: DF.Data | None
		decision_days: DF.Int
		default_company: DF.Link | None
		default_credit_limit: DF.Currency
		default_customer_group: DF.Link | None
		default_sales_person: DF.Link | None
		default_territory: DF.Link | None
		default_tier: DF.Link | None
		enable_b2b_portal: DF.Check
		enable_b2b_registration: DF.Check
		enable_customer_360: DF.Check
		enable_customer_search: DF.Check
		enable_link_search: DF.Check
		enable_smartbill_proforma: DF.Check
		enable_smartbill_sync: DF.Check
		max_file_mb: DF.Int
		max_files: DF.Int
		max_lookups_per_ip: DF.Int
		max_submissions_per_company: DF.Int
		max_submissions_per_ip: DF.Int
		min_seconds: DF.Int
		require_active_at_anaf: DF.Check
		require_confirmed_email: DF.Check
		retention_days: DF.Int
		terms_url: DF.Data | None
		terms_version: DF.Data | None
	# end: auto-generated types

	def onload(self) -> None:
		# without it nobody can be told anything, so nobody is approved
		self.set_onload("can_send_email", mails.can_send())

	def on_update(self) -> None:
		before, after = audit.changes(self)
		if after:
			audit.record(audit.SETTINGS_CHANGED, self, before, after)
			# what a switch adds to ERPNext's forms is kept with their meta
			for doctype in ("Quotation", "Customer"):
				frappe.clear_cache(doctype=doctype)
			if features.OVERVIEW in after:
				tiers.switched(bool(self.get(features.OVERVIEW)))
		if features.SEARCH in after:
			rebuild.switched(bool(after[features.SEARCH]))
