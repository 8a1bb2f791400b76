"""What the app knows of its surroundings: nothing."""

import ast

from setuptools import find_packages

from embedded import paths

APP = paths.ROOT / "erp_b2b_smartbill"
FOREIGN = {"embedded", "sandbox"}


def imported_packages(source: str) -> set[str]:
	"""Return the top-level packages a module imports."""
	names = set()
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.Import):
			names.update(alias.name.split(".")[0] for alias in node.names)
		elif isinstance(node, ast.ImportFrom) and not node.level:
			names.add((node.module or "").split(".")[0])
	return names


def test_no_module_of_the_app_imports_the_embedded_site_or_the_sandbox():
	modules = list(APP.rglob("*.py"))
	assert modules
	assert {str(path) for path in modules if imported_packages(path.read_text()) & FOREIGN} == set()


def test_the_installable_package_is_the_app_alone():
	packages = find_packages(str(paths.ROOT), include=["erp_b2b_smartbill*"])
	assert {name.split(".")[0] for name in packages} == {"erp_b2b_smartbill"}
	assert 'include = ["erp_b2b_smartbill*"]' in (paths.ROOT / "pyproject.toml").read_text()


def test_no_query_compares_with_between():
	"""v15 takes the two values for dates, whatever the field is."""
	sources = [path for path in APP.rglob("*.py") if "tests" not in path.parts]
	assert {str(path) for path in sources if '["between"' in path.read_text()} == set()
