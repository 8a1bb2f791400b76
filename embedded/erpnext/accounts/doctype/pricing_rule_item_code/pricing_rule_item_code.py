from frappe.model.document import Document


class PricingRuleItemCode(Document):
	"""An item that a pricing rule is for."""
