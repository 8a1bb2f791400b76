from frappe.model.document import Document


class PricingRuleDetail(Document):
	"""A pricing rule that a document has applied: this link keeps the rule from being deleted."""
