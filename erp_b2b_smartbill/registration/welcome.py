"""From the welcome mail to a password: our link works a week, Frappe's own page takes the password."""

from __future__ import annotations

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import AppError
from erp_b2b_smartbill.registration import onboarding, states, tokens


class AlreadyUsed(AppError):
	code = "used"
	http_status_code = 422


def password_page(token: str) -> str:
	"""The address where the new user chooses a password. Raises NotFound, LinkExpired, AlreadyUsed."""
	found = tokens.find(token, "welcome")
	doc = frappe.get_doc("B2B Registration", found.name)
	if doc.status != states.APPROVED or not doc.user:
		raise AlreadyUsed(_("This link has done its work. Log in with your e-mail address."))
	if onboarding.has_password(doc.user):
		raise AlreadyUsed(_("You have a password already. Log in with your e-mail address."))
	tokens.require_fresh(found)
	user = frappe.get_doc("User", doc.user)
	return user.reset_password(send_email=False)
