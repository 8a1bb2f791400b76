"""Test helpers of Frappe v15 that the package lacks."""

import contextlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import frappe

from embedded.overrides import replace


@replace("frappe.tests.utils:change_settings", new=True)
@contextlib.contextmanager
def change_settings(
	doctype: str, settings_dict: dict[str, Any] | None = None, /, **settings: Any
) -> Iterator[None]:
	"""Change a single DocType's values and put them back at the end. Works as decorator, too."""
	changes = {**(settings_dict or {}), **settings}
	document = frappe.get_doc(doctype)
	before = {field: document.get(field) for field in changes}
	_save(document, changes)
	try:
		yield
	finally:
		_save(frappe.get_doc(doctype), before)


def _save(document: Any, values: dict[str, Any]) -> None:
	document.update(values)
	document.save(ignore_permissions=True)


def _clear_test_log() -> None:
	"""The package keeps no log of test records."""


# Frappe v16 keeps this function in a module of its own, and calls it when a site with tests allowed is installed.
_generators = types.ModuleType("frappe.tests.utils.generators")
_generators._clear_test_log = _clear_test_log  # type: ignore[attr-defined]
sys.modules[_generators.__name__] = _generators
