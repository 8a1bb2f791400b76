"""Does the stand-in say what ERPNext says? And does ERPNext still say what we wrote down?

`erpnext_facts.json` holds, for every DocType of the stand-in, what ERPNext 15 says of it: module, naming, kind,
permissions, and each field's type, options and whether it is mandatory.

    python embedded/erpnext_drift.py --bench PATH --site test.localhost          # compare the list with a bench
    python embedded/erpnext_drift.py --bench PATH --site test.localhost --write  # take it from there

The tests compare the stand-in with the list. This module is run by a bench's own Python too: it imports nothing else.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FACTS = HERE / "erpnext_facts.json"
APP = HERE / "erpnext"

Facts = dict[str, dict[str, Any]]

KINDS = ("istable", "issingle", "is_submittable", "is_tree")
RIGHTS = "select read write create delete submit cancel amend report export import share print email".split()
# Their options are texts or scripts, not facts.
TEXTS = ("HTML", "Button")
# DocTypes of the framework that ERPNext adds fields to.
EXTENDED = ("Address", "Contact")

# What the stand-in says otherwise: (DocType, what) -> why.
ON_PURPOSE: dict[tuple[str, str], str] = {}


def compare(facts: Facts, metas: Facts) -> list[str]:
	"""What `metas` (of the stand-in) say that `facts` (of ERPNext) do not. Fields may be missing, none invented."""
	return sorted(
		f"{doctype}: {what}: {problem}"
		for doctype, meta in metas.items()
		for what, problem in _differences(facts.get(doctype), meta)
		if (doctype, what) not in ON_PURPOSE
	)


def changes(before: Facts, after: Facts) -> list[str]:
	"""Everything that differs between two lists."""
	lines = []
	for doctype in sorted(before.keys() | after.keys()):
		old, new = before.get(doctype), after.get(doctype)
		if old is None or new is None:
			lines.append(f"{doctype}: {'gone' if new is None else 'new'}")
			continue
		lines.extend(f"{doctype}: {what}: {problem}" for what, problem in _differences(old, new))
		lines.extend(
			f"{doctype}: {field}: gone" for field in sorted(old["fields"].keys() - new["fields"].keys())
		)
	return lines


def _differences(fact: dict[str, Any] | None, meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
	if fact is None:
		yield "DocType", "does not exist"
		return
	for key in sorted((fact.keys() | meta.keys()) - {"fields"}):
		if fact.get(key) != meta.get(key):
			yield key, f"{meta.get(key)!r} instead of {fact.get(key)!r}"
	for name, field in meta["fields"].items():
		if name not in fact["fields"]:
			yield name, "does not exist"
		elif field != fact["fields"][name]:
			yield name, f"{field!r} instead of {fact['fields'][name]!r}"


def standin_doctypes() -> list[str]:
	"""The names of the stand-in's DocTypes, from their files."""
	return sorted(
		json.loads(path.read_text())["name"]
		for path in APP.glob("*/doctype/*/*.json")
		if path.stem == path.parent.name
	)


def facts_of_site(frappe: Any, doctypes: Iterable[str]) -> Facts:
	"""What the connected site says of these DocTypes and, in the DocTypes that ERPNext extends, of its fields."""
	facts = {doctype: facts_of_doctype(frappe.get_meta(doctype)) for doctype in doctypes}
	for doctype in EXTENDED:
		fields = [field for field in frappe.get_meta(doctype).fields if field.get("is_custom_field")]
		facts[doctype] = {"fields": _facts_of_fields(fields)}
	return facts


def facts_of_doctype(meta: Any) -> dict[str, Any]:
	return {
		"module": meta.module,
		"autoname": meta.autoname or "",
		"kind": [kind for kind in KINDS if meta.get(kind)],
		"title_field": meta.title_field or "",
		"search_fields": meta.search_fields or "",
		"permissions": {
			f"{row.role}/{row.permlevel or 0}": " ".join(right for right in RIGHTS if row.get(right))
			for row in meta.permissions
		},
		"fields": _facts_of_fields(field for field in meta.fields if not field.get("is_custom_field")),
	}


def _facts_of_fields(fields: Iterable[Any]) -> dict[str, list]:
	return {
		field.fieldname: [
			field.fieldtype,
			"" if field.fieldtype in TEXTS else field.options or "",
			int(field.reqd or 0),
		]
		for field in fields
	}


def read_facts() -> Facts:
	return json.loads(FACTS.read_text())


def write_facts(facts: Facts) -> None:
	"""One line a field, so that a change shows as one line."""
	FACTS.write_text(
		"{\n" + ",\n".join(_lines_of(name, fact) for name, fact in sorted(facts.items())) + "\n}\n"
	)


def _lines_of(name: str, fact: dict[str, Any]) -> str:
	parts = [f"  {_json(key)}: {_json(value)}" for key, value in fact.items() if key != "fields"]
	fields = ",\n".join(f"   {_json(field)}: {_json(value)}" for field, value in fact["fields"].items())
	parts.append(f'  "fields": {{\n{fields}\n  }}')
	return f" {_json(name)}: {{\n" + ",\n".join(parts) + "\n }"


def _json(value: Any) -> str:
	return json.dumps(value, ensure_ascii=False)


def facts_of_bench(bench: Path, site: str) -> Facts:
	"""Ask a bench, in its own Python."""
	output = subprocess.run(
		[bench / "env/bin/python", __file__, "--dump", "--site", site],
		cwd=bench / "sites",
		check=True,
		capture_output=True,
		text=True,
	)
	return json.loads(output.stdout)


def dump(site: str) -> None:
	"""Print the connected site's facts; run inside a bench."""
	# a script's own folder comes first, and in ours `erpnext` is the stand-in
	sys.path[:] = [place for place in sys.path if Path(place).resolve() != HERE]
	import frappe

	frappe.init(site)
	frappe.connect()
	try:
		print(json.dumps(facts_of_site(frappe, standin_doctypes())))
	finally:
		frappe.destroy()


def main() -> int:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--bench", type=Path)
	parser.add_argument("--site", required=True)
	parser.add_argument("--write", action="store_true", help="write the list instead of comparing it")
	parser.add_argument("--dump", action="store_true", help=argparse.SUPPRESS)
	options = parser.parse_args()
	if options.dump:
		dump(options.site)
		return 0
	if not options.bench:
		parser.error("--bench is needed")
	facts = facts_of_bench(options.bench, options.site)
	if options.write:
		write_facts(facts)
		return 0
	differences = changes(read_facts(), facts)
	print("\n".join(differences) or "No difference.")
	return 1 if differences else 0


if __name__ == "__main__":
	sys.exit(main())
