"""What a site has of its own under a name that the app brings. Installing, or an update that brings the name, would take
it over, and uninstalling would take it away; so both stop before anything is changed, and tell all that is in the way."""

import json
from pathlib import Path
from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill.custom_fields import CUSTOM_FIELDS, MODULE

APP = Path(__file__).parent


def refuse(roles: tuple[str, ...]) -> None:
	"""`roles`: those of the app. Raises ValidationError."""
	if found := [*_fields(), *_roles(roles), *_documents()]:
		frappe.throw(
			_(
				"This site has something of its own under names that the app uses: {0}. Nothing was changed. Rename it "
				"(a Custom Field with its button Rename Fieldname) or remove it, and try again."
			).format(", ".join(found)),
			title=_("The app cannot be installed beside this"),
		)


def _fields() -> list[str]:
	ours = {(doctype, field["fieldname"]) for doctype, fields in CUSTOM_FIELDS.items() for field in fields}
	names = ["in", sorted({name for _doctype, name in ours})]
	doctypes = ["in", list(CUSTOM_FIELDS)]
	found = [
		(row.dt, row.fieldname)
		for row in frappe.get_all(
			"Custom Field", {"dt": doctypes, "fieldname": names}, ["dt", "fieldname", "module"]
		)
		if row.module != MODULE
	]
	found += [
		(row.parent, row.fieldname)
		for row in frappe.get_all(
			"DocField", {"parent": doctypes, "fieldname": names}, ["parent", "fieldname"]
		)
	]
	return [f"{_(doctype)}: {name}" for doctype, name in sorted(set(found) & ours)]


def _roles(roles: tuple[str, ...]) -> list[str]:
	"""Whoever has a role of the shop's own would be given ours. Ours have rights on our doctypes."""
	doctypes = frappe.get_all("DocType", {"module": MODULE}, pluck="name")
	ours = frappe.get_all("DocPerm", {"parent": ["in", doctypes], "role": ["in", roles]}, pluck="role")
	theirs = frappe.get_all("Role", {"name": ["in", sorted(set(roles) - set(ours))]}, pluck="name")
	return [f"{_('Role')}: {name}" for name in sorted(theirs)]


def _documents() -> list[str]:
	"""DocTypes, reports, cards: what Frappe imports from our files, whatever stands there under the name."""
	brought: dict[str, list[str]] = {}
	for path in sorted(APP.glob("*/*/*.json")):
		if path.stem == path.parent.name:
			document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
			brought.setdefault(document["doctype"], []).append(document["name"])
	return [
		f"{_(doctype)}: {row.name}"
		for doctype, names in brought.items()
		if frappe.get_meta(doctype).has_field("module")
		for row in frappe.get_all(doctype, {"name": ["in", names]}, ["name", "module"], order_by="name")
		if row.module != MODULE
	]
