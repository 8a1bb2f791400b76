from frappe.model.document import Document


class PricingRuleItemGroup(Document):
	"""An item group, with those below it, that a pricing rule is for."""
