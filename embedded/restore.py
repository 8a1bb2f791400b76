"""Restore a `frappe` package from PyPI's `monoframe`, a mechanically renamed Frappe v16.

The rename is undone file by file. Nothing of the framework stands in this repository: what the
package lacks is added by embedded.overrides, which the restored modules call at their end.
"""

import importlib.metadata
import re
import shutil
from pathlib import Path

from embedded.overrides import OVERRIDDEN_MODULES

SOURCE_PACKAGE = "monoframe"
PINNED_VERSION = "0.0.1"

NAMES = (
	("monoframe", "frappe"),
	("Monoframe", "Frappe"),
	("MonoFrame", "Frappe"),
	("MONOFRAME", "FRAPPE"),
)

TEXT_SUFFIXES = frozenset(
	".py ._py .js .ts .json .html .jinja .xml .scss .css .less .vue .svg .md .txt .csv .raw .sql".split()
)

# Modules of Frappe v16 that the package keeps under another name.
MOVED_MODULES = {
	"frappe.modules": "frappe.model.module_utils",
	"frappe.modules.utils": "frappe.model.module_utils",
	"frappe.modules.import_file": "frappe.model.import_doc",
	"frappe.modules.export_file": "frappe.model.export",
	"frappe.modules.patch_handler": "frappe.patches",
}

CALL_OVERRIDES = '\n\n__import__("embedded.overrides", fromlist=["apply"]).apply(__name__)\n'

# Python 3.11 has no `type X = ...` statement.
TYPE_STATEMENT = re.compile(r"^([ \t]*)type (\w+) = ", re.MULTILINE)

# The compiled MariaDB driver is imported for its side effects only; SQLite needs no compiler.
DRIVER_IMPORT = re.compile(r"^import frappe\.database\.mariadb\.mysqlclient\b.*$", re.MULTILINE)


def restored_names(text: str) -> str:
	"""Return the text with the framework's own names."""
	for new, old in NAMES:
		text = text.replace(new, old)
	return text


def restored_python(module: str, text: str) -> str:
	"""Return a Python module's source as this site needs it."""
	text = TYPE_STATEMENT.sub(r"\1\2 = ", restored_names(text))
	text = DRIVER_IMPORT.sub("", text)
	return text + CALL_OVERRIDES if module in OVERRIDDEN_MODULES else text


def restore(destination: Path) -> Path:
	"""Write `destination/frappe` and return it. Raises RuntimeError for another version than the pinned one."""
	distribution = importlib.metadata.distribution(SOURCE_PACKAGE)
	if distribution.version != PINNED_VERSION:
		raise RuntimeError(f"{SOURCE_PACKAGE} {PINNED_VERSION} expected, {distribution.version} found")
	source = Path(str(distribution.locate_file(SOURCE_PACKAGE)))
	target = destination / "frappe"
	shutil.rmtree(target, ignore_errors=True)

	for path in sorted(source.rglob("*")):
		if path.is_dir() or "__pycache__" in path.parts:
			continue
		relative = Path(restored_names(str(path.relative_to(source))))
		restored = target / relative
		restored.parent.mkdir(parents=True, exist_ok=True)
		if path.suffix not in TEXT_SUFFIXES:
			shutil.copyfile(path, restored)
			continue
		text = path.read_bytes().decode("utf-8", "surrogateescape")
		if path.suffix == ".py":
			text = restored_python(module_name(relative), text)
		else:
			text = restored_names(text)
		restored.write_bytes(text.encode("utf-8", "surrogateescape"))

	for module, moved_to in MOVED_MODULES.items():
		write_moved_module(target, module, moved_to)
	return target


def module_name(relative: Path) -> str:
	"""Return the dotted name of a file of the frappe package."""
	parts = ["frappe", *relative.with_suffix("").parts]
	return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def write_moved_module(target: Path, module: str, moved_to: str) -> None:
	"""Write a module that hands out everything of another one."""
	relative = Path(*module.split(".")[1:])
	is_package = any(other.startswith(f"{module}.") for other in MOVED_MODULES)
	path = target / relative / "__init__.py" if is_package else target / relative.with_suffix(".py")
	path.parent.mkdir(parents=True, exist_ok=True)
	path.write_text(f"from {moved_to} import *\n")
