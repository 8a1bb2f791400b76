import frappe
from frappe.model.document import Document
from frappe.utils import strip


class CouponCode(Document):
	"""A code that lets one pricing rule apply."""

	def autoname(self) -> None:
		self.coupon_name = strip(self.coupon_name)
		self.name = self.coupon_name
		if not self.coupon_code:
			if self.coupon_type == "Promotional":
				self.coupon_code = "".join(c for c in self.coupon_name if not c.isdigit())[:8].upper()
			elif self.coupon_type == "Gift Card":
				self.coupon_code = frappe.generate_hash(length=10).upper()

	def validate(self) -> None:
		if self.coupon_type == "Gift Card":
			self.maximum_use = 1
			if not self.customer:
				frappe.throw(frappe._("Please select the customer."))
