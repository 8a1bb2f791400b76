"""docs/architecture.md says which package may import what, and so it is."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from embedded import paths

APP = "erp_b2b_smartbill"
PAGE = paths.ROOT / "docs" / "architecture.md"
HELPERS = "each other"


def allowed() -> dict[str, set[str]]:
	"""The page's table: a package, and what it may import."""
	section = PAGE.read_text(encoding="utf-8").split("## What may import what", 1)[1].split("\n## ", 1)[0]
	table: dict[str, set[str]] = {}
	for packages, imports in re.findall(r"^\| (`.+?) \| (.+?) \|$", section, re.MULTILINE):
		names = re.findall(r"`(\w+)`", packages)
		table.update(
			dict.fromkeys(names, set(names) if imports == HELPERS else set(re.findall(r"`(\w+)`", imports)))
		)
	return table


def imports_of(tree: ast.AST) -> Iterator[ast.ImportFrom]:
	"""Those of the code that runs, wherever they stand."""
	for node in ast.iter_child_nodes(tree):
		if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
			continue
		if isinstance(node, ast.ImportFrom):
			yield node
		yield from imports_of(node)


def imported() -> dict[str, set[str]]:
	"""By package (or module) directly below the app: the others that it imports."""
	found: dict[str, set[str]] = defaultdict(set)
	app = paths.ROOT / APP
	for file in app.rglob("*.py"):
		package = file.relative_to(app).with_suffix("").parts[0]
		if package == "tests":
			continue
		found[package] |= set()
		for node in imports_of(ast.parse(file.read_text(encoding="utf-8"))):
			top, *rest = (node.module or "").split(".")
			if top == APP and not node.level:
				found[package] |= {rest[0]} if rest else {alias.name for alias in node.names}
	return {package: names - {package} for package, names in found.items()}


def test_a_package_imports_what_the_page_says_and_no_more() -> None:
	real = imported()
	table = allowed()
	assert len(table) > 15
	helpers = {name for name, names in table.items() if name in names}
	for package, names in table.items():
		if package in helpers:
			assert real[package] <= names, package
		else:
			assert real[package] == names, package


def test_nobody_imports_rest() -> None:
	assert [package for package, names in imported().items() if "api" in names] == []


def test_customers_know_only_the_states_of_registration_and_smartbill() -> None:
	"""customers/ takes constants from registration/ and smartbill/, and nothing else."""
	for file in (paths.ROOT / APP / "customers").rglob("*.py"):
		for node in imports_of(ast.parse(file.read_text(encoding="utf-8"))):
			if (node.module or "") in (f"{APP}.registration", f"{APP}.smartbill"):
				assert {alias.name for alias in node.names} == {"states"}, file
			elif (node.module or "").startswith((f"{APP}.registration.", f"{APP}.smartbill.")):
				assert node.module in (f"{APP}.registration.states", f"{APP}.smartbill.states"), file
