"""What a caller gave, as a handler needs it."""

from __future__ import annotations

import frappe
from frappe import _

from erp_b2b_smartbill.exceptions import invalid


def given_text(field: str) -> str | None:
	"""Without blanks around it; None when nothing was given. Raises NotReady for anything but a text."""
	value = frappe.form_dict.get(field)
	if value is not None and not isinstance(value, str):
		raise invalid(field, _("This must be a text."))
	return (value or "").strip() or None
