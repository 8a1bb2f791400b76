"""What the customers of a tier get: discount, price list, payment terms, credit limit."""

import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill import audit


class B2BTier(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		company: DF.Link | None
		default_credit_limit: DF.Currency
		description: DF.SmallText | None
		disabled: DF.Check
		discount_percentage: DF.Percent
		payment_terms: DF.Link | None
		price_list: DF.Link | None
		tier_name: DF.Data
	# end: auto-generated types

	def validate(self) -> None:
		if not 0 <= (self.discount_percentage or 0) <= 100:
			frappe.throw(_("The discount must be between 0 and 100 percent."))
		if self.price_list and not frappe.db.get_value("Price List", self.price_list, "selling"):
			frappe.throw(_("{0} is not a price list for selling.").format(self.price_list))
		if self.default_credit_limit and not self.company:
			frappe.throw(_("Say in which company the credit limit applies."))

	def on_update(self) -> None:
		before, after = audit.changes(self)
		if after:
			audit.record(audit.TIER_CHANGED, self, before, after)
