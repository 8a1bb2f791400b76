"""The tables of docs/permissions.md, made of the matrix in rights.py. `./dev permissions` writes them; a test fails when
they are stale."""

import re
from collections.abc import Iterable
from pathlib import Path

from erp_b2b_smartbill.role_profiles import PROFILES
from erp_b2b_smartbill.tests.rights import (
	BUYER,
	DOCTYPES,
	ENDPOINTS,
	EVERYBODY,
	LEVELS,
	METHODS,
	REPORTS,
	RIGHTS,
	ROWS,
	Doctype,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
BLOCK = re.compile(r"(<!-- \./dev permissions: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

ABOUT = {
	"Customer": "who may read its Customer",
	"Quotation": "who may read its Quotation",
	"Company": "its Company",
}


def page() -> str:
	"""The page as it is, with its tables as they should be."""
	return BLOCK.sub(
		lambda found: f"{found[1]}{PARTS[found[2]]()}{found[3]}", PAGE.read_text(encoding="utf-8")
	)


def _profiles() -> str:
	rows = ((f"**{name}**", ", ".join(roles)) for name, roles in PROFILES.items())
	return _table(("role profile", "its roles"), rows)


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
	lines = [f"| {' | '.join(line)} |\n" for line in (head, *rows)]
	return "".join((lines[0], f"{'|---' * len(head)}|\n", *lines[1:]))


def _columns() -> list[str]:
	return [role for role in EVERYBODY if any(role in doctype.rights for doctype in DOCTYPES.values())]


def _documents() -> str:
	columns = _columns()
	return _table(
		("", *columns),
		(
			(f"**{name}**: {doctype.what}", *(_cell(doctype, role) for role in columns))
			for name, doctype in DOCTYPES.items()
		),
	)


def _cell(doctype: Doctype, role: str) -> str:
	rights = [right for right in RIGHTS if right in doctype.rights.get(role, ()) and right != "print"]
	if not rights:
		return ""
	return ", ".join(rights) + (" (own)" if role in doctype.own else "")


def _notes() -> str:
	lines = ["\n*own*: of what he asked for himself.\n\n"]
	for name, doctype in DOCTYPES.items():
		if doctype.follows:
			text = " and ".join(ABOUT[other] for other in doctype.follows)
			besides = f"; all are shown to {' and '.join(doctype.whatever)}" if doctype.whatever else ""
			lines.append(f"- {name} is shown to {text}{besides}.\n")
	return "".join(lines)


def _levels() -> str:
	rows = (
		(
			f"{doctype}: " + ", ".join(f"`{field}`" for field in level.fields),
			", ".join(level.readers) or "nobody",
		)
		for doctype, level in LEVELS.items()
	)
	return _table(("field", "read by"), rows)


def _rows() -> str:
	tables: dict[str, list[str]] = {}
	for rows, doctype in ROWS.items():
		tables.setdefault(doctype, []).append(rows)
	lines = (f"- of {doctype}: {', '.join(rows)}\n" for doctype, rows in tables.items())
	return "".join(lines)


def _methods() -> str:
	rows = ((f"`{name}`", _who(roles)) for name, roles in METHODS.items())
	reports = ((f"the report {name}", _who(roles)) for name, roles in REPORTS.items())
	return _table(("", "open to"), (*reports, *rows))


def _routes() -> str:
	parts = []
	for title, routes in ENDPOINTS.items():
		rows = ((method, f"`{path}`", _who(roles)) for (method, path), roles in routes.items())
		parts.append(f"### {title}\n\n{_table(('', 'route', 'open to'), rows)}")
	return "\n".join(parts)


def _who(roles: tuple[str, ...]) -> str:
	if set(roles) == set(EVERYBODY):
		return "everybody, signed in or not"
	return ", ".join("the buyer" if role == BUYER else role for role in EVERYBODY if role in roles)


PARTS = {
	"profiles": _profiles,
	"documents": lambda: _documents() + _notes(),
	"fields": _levels,
	"rows": _rows,
	"methods": _methods,
	"routes": _routes,
}
