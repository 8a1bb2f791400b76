"""As ERPNext v15's module of the same name."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt


class PaymentTermsTemplate(Document):
	"""How a total is split into parts with their own due dates."""

	def validate(self) -> None:
		if flt(sum(flt(term.invoice_portion) for term in self.terms), 2) != 100:
			frappe.msgprint(_("Combined invoice portion must equal 100%"), raise_exception=1, indicator="red")
		seen = set()
		for term in self.terms:
			if self.allocate_payment_based_on_payment_terms and not term.payment_term:
				frappe.throw(_("Row {0}: Payment Term is mandatory").format(term.idx))
			key = (term.payment_term, term.credit_days, term.credit_months, term.due_date_based_on)
			if key in seen:
				frappe.msgprint(
					_("The Payment Term at row {0} is possibly a duplicate.").format(term.idx),
					raise_exception=1,
					indicator="red",
				)
			seen.add(key)
