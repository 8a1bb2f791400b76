"""What the customers of a tier get: discount, price list, payment terms, credit limit."""

import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.customers.pricing import beside, rule

# what decides which prices the tier gives
OF_PRICES = {"disabled", "discount_percentage", "priority"}


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
		priority: DF.Int
		tier_name: DF.Data
	# end: auto-generated types

	def validate(self) -> None:
		if not 0 <= (self.discount_percentage or 0) <= 100:
			frappe.throw(_("The discount must be between 0 and 100 percent."))
		# what a program leaves out, and what was stored before there was one
		self.priority = self.priority or rule.LOWEST
		if self.priority > rule.HIGHEST:
			frappe.throw(_("The priority must be between {0} and {1}.").format(rule.LOWEST, rule.HIGHEST))
		if self.price_list and not frappe.db.get_value("Price List", self.price_list, "selling"):
			frappe.throw(_("{0} is not a price list for selling.").format(self.price_list))
		if self.default_credit_limit and not self.company:
			frappe.throw(_("Say in which company the credit limit applies."))

	def on_update(self) -> None:
		before, after = audit.changes(self)
		if after:
			audit.record(audit.TIER_CHANGED, self, before, after)
		rule.keep(self, is_other_discount="discount_percentage" in after)
		if OF_PRICES & set(after) and rule.gives(self):
			beside.tell([self])

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		"""The rule's condition names the tier. Frappe has moved the rules here, of a merge both."""
		rule.keep(frappe.get_doc(rule.TIER, new))

	def on_trash(self) -> None:
		rule.forget(self.name)
		audit.record(audit.TIER_DELETED, self, audit.content(self))
