"""What each database has a word of its own for."""

from __future__ import annotations

import frappe
from frappe.query_builder.functions import Concat
from pypika.terms import Function, Term


def days_between(earlier: Term, later: Term) -> Term:
	"""How many days the second day is after the first."""
	match frappe.db.db_type:
		case "mariadb":
			return Function("DATEDIFF", later, earlier)
		case "sqlite":
			return Function("JULIANDAY", later) - Function("JULIANDAY", earlier)
	return later - earlier


def month(day: Term) -> Term:
	"""As YYYY-MM."""
	match frappe.db.db_type:
		case "mariadb":
			return Function("LEFT", day, 7)
		case "sqlite":
			return Function("SUBSTR", day, 1, 7)
	return Function("TO_CHAR", day, "YYYY-MM")


def together(name: Term) -> Term:
	"""The names of a group, between commas. A database may cut them: `letters` tells."""
	if frappe.db.db_type == "postgres":
		return Function("STRING_AGG", name, ",")
	return Function("GROUP_CONCAT", name)


def letters(text: Term) -> Term:
	"""How many there are; LENGTH is bytes for MariaDB."""
	return Function("LENGTH" if frappe.db.db_type == "sqlite" else "CHAR_LENGTH", text)


def day_and_name(day: Term, name: Term) -> Term:
	"""One text of both: the least of many is of the earliest day, and on that day of the first name. `split` parts it."""
	# SQLite has no CONCAT before 3.44
	return Function("PRINTF", "%s%s", day, name) if frappe.db.db_type == "sqlite" else Concat(day, name)


def split(text: str) -> tuple[str, str]:
	"""(day, name)."""
	return text[:10], text[10:]
