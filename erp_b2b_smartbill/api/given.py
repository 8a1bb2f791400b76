"""What a caller gave, as a handler needs it."""

from __future__ import annotations

from datetime import date
from math import isfinite

import frappe
from frappe import _

from erp_b2b_smartbill.customers.overview.cursor import Cursor, parse
from erp_b2b_smartbill.exceptions import invalid

# nobody reads further into a list
MAX_START = 1_000_000


def given_text(field: str) -> str | None:
	"""Without blanks around it; None when nothing was given. Raises NotReady for anything but a text."""
	value = frappe.form_dict.get(field)
	if value is not None and not isinstance(value, str):
		raise invalid(field, _("This must be a text."))
	return (value or "").strip() or None


def given_day(field: str) -> date | None:
	"""None when nothing was given. Raises NotReady for anything but a day, YYYY-MM-DD, between two others."""
	text = given_text(field)
	try:
		day = date.fromisoformat(text) if text else None
	except ValueError:
		raise invalid(field, _("Give the date as YYYY-MM-DD.")) from None
	if day in (date.min, date.max):
		raise invalid(field, _("Give the date as YYYY-MM-DD."))
	return day


def given_cursor(field: str) -> Cursor | None:
	"""The `next` of the page before; None when nothing was given. Raises NotReady for anything else."""
	text = given_text(field)
	try:
		return parse(text) if text else None
	except ValueError:
		raise invalid(field, _("This is not where a page ends.")) from None


def given_number(field: str) -> float | None:
	"""None when nothing was given. Raises NotReady for anything but a number, which may come as a text."""
	value = frappe.form_dict.get(field)
	if value is None or value == "":
		return None
	try:
		if isinstance(value, bool) or not isfinite(number := float(value)):
			raise ValueError
		return number
	except (TypeError, ValueError, OverflowError):
		raise invalid(field, _("This must be a number.")) from None
