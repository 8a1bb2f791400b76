from frappe.model.document import Document


class PricingRuleBrand(Document):
	"""A brand that a pricing rule is for."""
