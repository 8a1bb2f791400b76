"""What the restored framework lacks as a site of several apps on SQLite, put back when it is imported.

Each module of this package names what it replaces:

    @replace("frappe.installer:install_app")
    def install_app(name, ...): ...

    @replace("frappe.app:init_request")
    def init_request(original, request): ...   # a first parameter `original` receives what was there

A target that does not exist is an error unless `new=True`: when the pinned package changes, it shows.
"""

import functools
import importlib
import inspect
import sys
from collections.abc import Callable
from typing import Any

# A module of the framework -> the modules here that change it, applied in this order.
OVERRIDDEN_MODULES: dict[str, tuple[str, ...]] = {
	"frappe": ("apps",),
	"frappe.apps": ("desk",),
	"frappe.boot": ("desk",),
	"frappe.config": ("config",),
	"frappe.database.schema": ("schema",),
	"frappe.database.sqlite.database": ("database", "schema"),
	"frappe.database.sqlite.schema": ("schema",),
	"frappe.desk.doctype.desktop_icon.desktop_icon": ("desk",),
	"frappe.desk.form.meta": ("desk",),
	"frappe.installer": ("installer",),
	"frappe.migrate": ("installer",),
	"frappe.model.base_document": ("schema", "documents"),
	"frappe.model.document": ("documents",),
	"frappe.model.sync": ("installer",),
	"frappe.patches": ("installer",),
	"frappe.query_builder.builder": ("query_builder",),
	"frappe.query_builder.functions": ("query_builder",),
	"frappe.utils.background_jobs": ("jobs",),
	"frappe.utils.logger": ("logger",),
	"frappe.utils.pdf": ("pdf",),
	"frappe.utils.redis_queue": ("memory_redis",),
	"frappe.utils.redis_wrapper": ("memory_redis",),
	"frappe.utils.typing_validations": ("typing_validations",),
	"frappe.tests.utils": ("testing",),
}

_replacements: dict[str, list[tuple[str, Callable[..., Any], bool]]] = {}


def replace(target: str, *, new: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
	"""Register a function for `module:name` or `module:Class.name`."""
	module, attribute = target.split(":")

	def register(function: Callable[..., Any]) -> Callable[..., Any]:
		_replacements.setdefault(module, []).append((attribute, function, new))
		return function

	return register


def apply(module_name: str) -> None:
	"""Put our replacements into a module of the framework; called at the end of that module.

	Raises AttributeError when a target does not exist (and is not declared new).
	"""
	for name in OVERRIDDEN_MODULES[module_name]:
		importlib.import_module(f"{__name__}.{name}")
	module = sys.modules[module_name]
	for attribute, function, new in _replacements.get(module_name, ()):
		*path, last = attribute.split(".")
		holder: Any = functools.reduce(getattr, path, module)
		if not new and not hasattr(holder, last):
			raise AttributeError(f"{module_name}:{attribute} does not exist any more")
		setattr(holder, last, bound_to_original(function, getattr(holder, last, None)))


def bound_to_original(function: Any, original: Any) -> Any:
	"""Return the replacement, with the replaced one as its first argument when it asks for it."""
	if (
		not inspect.isfunction(function)
		or next(iter(inspect.signature(function).parameters), "") != "original"
	):
		return function

	@functools.wraps(original)
	def replacement(*args: Any, **kwargs: Any) -> Any:
		return function(original, *args, **kwargs)

	return replacement


def replacements() -> dict[str, list[tuple[str, Callable[..., Any], bool]]]:
	"""Return all registered replacements by module, for the tests."""
	return _replacements
