"""Several apps on one site: paths, hooks, modules and the site's name."""

import inspect
import json
import os
import types
from typing import Any

import frappe
from frappe.types import _dict

from embedded.overrides import replace
from embedded.overrides.config import site_folder

KEEP_DEFAULT_LIST = "_KEEP_DEFAULT_LIST"


@replace("frappe:init")
def init(
	original: Any, site: str | None = None, sites_path: str = ".", new_site: bool = False, force: bool = False
) -> None:
	"""Initialise the one site of this process, with a bench's arguments and its `local.site`."""
	if getattr(frappe.local, "initialised", None) and not force:
		return
	frappe.local.site = frappe.local.site_name = site_folder().name
	frappe.local.sites_path = str(site_folder().parent)
	original(force=force)
	frappe.local.flags.new_site = new_site


@replace("frappe:get_site_name")
def get_site_name() -> str:
	"""The site is named by its folder. Every key of the cache asks."""
	return os.path.basename(os.getcwd())


@replace("frappe:get_app_path")
def get_app_path(app_name: str, *joins: str) -> str:
	return frappe.get_pymodule_path(app_name, *joins)


@replace("frappe:get_app_source_path")
def get_app_source_path(app_name: str, *joins: str) -> str:
	return frappe.get_app_path(app_name, "..", *joins)


@replace("frappe:get_all_apps")
def get_all_apps(with_internal_apps: bool = True, sites_path: str | None = None) -> list[str]:
	"""Return the apps of apps.txt, the framework first."""
	listed = frappe.get_file_items(os.path.join(str(site_folder()), "apps.txt"), raise_not_found=True)
	return ["frappe", *(app for app in listed if app != "frappe")]


@frappe.request_cache
def _installed_apps() -> list[str]:
	return json.loads(frappe.db.get_global("installed_apps") or "[]")


@replace("frappe:get_installed_apps")
def get_installed_apps(*, _ensure_on_bench: bool = False) -> list[str]:
	"""Return the apps the site's database names as installed."""
	if getattr(frappe.flags, "in_install_db", True):
		return []
	if not frappe.db:
		# The package's connect() initialises first, and it is the initialisation that asks here.
		frappe.local.initialised = True
		frappe.connect()
	# During an installation the list grows within one request.
	installed = (
		json.loads(frappe.db.get_global("installed_apps") or "[]")
		if frappe.flags.in_install
		else _installed_apps()
	)
	if _ensure_on_bench:
		present = frappe.cache.get_value("all_apps", frappe.get_all_apps)
		return [app for app in installed if app in present]
	return list(installed)


def _hooks_of(app: str) -> dict[str, Any]:
	module = frappe.get_module(f"{app}.hooks")
	hooks: dict[str, Any] = {}
	for key, value in inspect.getmembers(module):
		if not key.startswith("_") and not isinstance(value, types.ModuleType | types.FunctionType | type):
			frappe.append_hook(hooks, key, value)
	return hooks


@replace("frappe:_load_app_hooks")
def _load_app_hooks(app_name: str | None = None) -> dict[str, Any]:
	"""Merge the hooks of one app, or of all installed apps in their order."""
	apps = [app_name] if app_name else frappe.get_installed_apps(_ensure_on_bench=True)
	merged: dict[str, Any] = {}
	for app in apps:
		for key, values in _hooks_of(app).items():
			if isinstance(values, dict):
				frappe.append_hook(merged, key, values)
			else:
				merged.setdefault(key, []).extend(values)
	return merged


@replace("frappe:get_hooks")
def get_hooks(hook: str | None = None, default: Any = KEEP_DEFAULT_LIST, app_name: str | None = None) -> Any:
	"""Return the hooks of all installed apps, or of one."""
	if app_name:
		hooks = _hooks_of(app_name)
	else:
		hooks = frappe.client_cache.get_value("app_hooks")
		if hooks is None:
			hooks = _load_app_hooks()
			frappe.client_cache.set_value("app_hooks", hooks)
	if hook:
		return hooks.get(hook, [] if default == KEEP_DEFAULT_LIST else default)
	return _dict(hooks)


@replace("frappe:get_module_list")
def get_module_list(app_name: str = "frappe") -> list[str]:
	return frappe.get_file_items(frappe.get_app_path(app_name, "modules.txt"))


@replace("frappe:setup_module_map")
def setup_module_map(include_all_apps: bool = True) -> None:
	"""Map every app to its modules and back: those on disk, or only those installed."""
	key, store = (
		("app_modules", frappe.cache) if include_all_apps else ("installed_app_modules", frappe.client_cache)
	)
	app_modules = store.get_value(key)
	if not app_modules:
		apps = frappe.get_all_apps() if include_all_apps else frappe.get_installed_apps(_ensure_on_bench=True)
		app_modules = {app: [frappe.scrub(module) for module in get_module_list(app)] for app in apps}
		store.set_value(key, app_modules)
	frappe.local.app_modules = app_modules
	frappe.local.module_app = {module: app for app, modules in app_modules.items() for module in modules}


@replace("frappe:get_attr")
def get_attr(original: Any, method_string: str) -> Any:
	"""Refuse, as Frappe does, to call into an app that is not installed."""
	app = method_string.split(".", 1)[0]
	if (
		not frappe.flags.in_uninstall
		and not frappe.flags.in_install
		and app not in frappe.get_installed_apps()
	):
		frappe.throw(frappe._("App {0} is not installed").format(app), frappe.AppNotInstalledError)
	return original(method_string)


@replace("frappe:is_setup_complete")
def is_setup_complete() -> bool:
	"""Ask the setting itself; the package looks for a table, which a single DocType does not have."""
	return bool(frappe.db.get_single_value("System Settings", "setup_complete"))
