"""Error logging without secrets: Frappe's own stores the local variables of every frame."""

import traceback

import frappe

from erp_b2b_smartbill.masking import mask_text


def log_masked_error(title: str) -> None:
	"""Write the error being handled to the Error Log, masked and without variables, and commit it.

	To be called with nothing uncommitted: after a rollback.
	"""
	try:
		frappe.log_error(title=title, message=mask_text(traceback.format_exc()))
		# a request that failed is rolled back, and a GET always is
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
	except Exception:
		frappe.db.rollback()
		frappe.logger("erp_b2b_smartbill").error(mask_text(traceback.format_exc()))


def note_masked_error(title: str) -> None:
	"""As log_masked_error, for work that goes on: in the caller's transaction, and kept only if that is. In a GET, which
	is always rolled back, Frappe's queue keeps it."""
	text = mask_text(traceback.format_exc())
	request = getattr(frappe.local, "request", None)
	is_get = bool(request) and request.method == "GET"
	frappe.db.savepoint("b2b_error_noted")
	try:
		frappe.log_error(title=title, message=text, defer_insert=is_get)
	except Exception:
		frappe.db.rollback(save_point="b2b_error_noted")
		frappe.logger("erp_b2b_smartbill").error(text)
