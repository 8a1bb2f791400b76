"""Installing, migrating and uninstalling apps other than the framework."""

import json
from typing import Any

import frappe

from embedded.overrides import replace
from embedded.overrides.database import close_idle


def install_app_name(required: str) -> str:
	"""Return the app's name of a `required_apps` entry such as "frappe/erpnext"."""
	return required.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")


def run_hooks(hook: str, *args: Any, app_name: str | None = None) -> None:
	"""Call all functions of a hook."""
	for method in frappe.get_hooks(hook, app_name=app_name):
		frappe.get_attr(method)(*args)


@replace("frappe.installer:install_db")
def install_db(original: Any, *args: Any, **kwargs: Any) -> None:
	"""Put the framework's own database in the place of the empty one that has been opened before."""
	close_idle()
	original(*args, **kwargs)


@replace("frappe.installer:install_app")
def install_app(name: str, verbose: bool = False, set_as_patched: bool = True, force: bool = False) -> None:
	"""Install an app and what it requires, in the order a bench does it."""
	from frappe.core.doctype.scheduled_job_type.scheduled_job_type import sync_jobs
	from frappe.installer import add_module_defs, add_to_installed_apps, set_all_patches_as_completed
	from frappe.model.module_utils import sync_customizations
	from frappe.model.sync import sync_for
	from frappe.utils.dashboard import sync_dashboards
	from frappe.utils.fixtures import sync_fixtures

	for required in frappe.get_hooks("required_apps", app_name=name):
		install_app(install_app_name(required), verbose=verbose)

	frappe.flags.in_install = name
	frappe.flags.ignore_in_install = False
	frappe.clear_cache()
	if name not in frappe.get_all_apps():
		raise Exception(f"App {name} not in apps.txt")
	if not force and name in frappe.get_installed_apps():
		frappe.flags.in_install = False
		return
	if name != "frappe":
		frappe.only_for("System Manager")

	for method in frappe.get_hooks("before_install", app_name=name):
		if frappe.get_attr(method)() is False:
			frappe.flags.in_install = False
			return
	run_hooks("before_app_install", name)

	if name != "frappe":
		add_module_defs(name, ignore_if_duplicate=force)
	sync_for(name, force=force, reset_permissions=True)
	add_to_installed_apps(name)
	frappe.get_doc("Portal Settings", "Portal Settings").sync_menu()
	if set_as_patched:
		set_all_patches_as_completed(name)

	run_hooks("after_install", app_name=name)
	run_hooks("after_app_install", name)
	sync_jobs()
	sync_fixtures(name)
	sync_customizations(name)
	sync_dashboards(name)
	run_hooks("after_sync", app_name=name)

	frappe.clear_cache()
	frappe.client_cache.erase_persistent_caches()
	frappe.flags.in_install = False


def set_installed_apps(apps: list[str]) -> None:
	"""Store the list of installed apps."""
	frappe.db.set_global("installed_apps", json.dumps(apps))
	frappe.clear_cache()
	frappe.local.doc_events_hooks = None


@replace("frappe.installer:add_to_installed_apps")
def add_to_installed_apps(app_name: str, rebuild_website: bool = True) -> None:
	from frappe.installer import post_install

	installed = frappe.get_installed_apps()
	if app_name not in installed:
		set_installed_apps([*installed, app_name])
	frappe.db.commit()
	if frappe.flags.in_install:
		post_install(rebuild_website)


@replace("frappe.installer:remove_from_installed_apps")
def remove_from_installed_apps(app_name: str) -> None:
	set_installed_apps([app for app in frappe.get_installed_apps() if app != app_name])


@replace("frappe.installer:remove_app")
def remove_app(
	app_name: str, dry_run: bool = False, yes: bool = False, no_backup: bool = False, force: bool = False
) -> None:
	"""Uninstall an app: its hooks, its modules' documents, its tables."""
	from frappe.installer import _delete_doctypes, _delete_modules, remove_from_installed_apps

	if not force and app_name not in frappe.get_installed_apps():
		return
	dependents = [
		app
		for app in frappe.get_installed_apps()
		if app != app_name
		and app_name in map(install_app_name, frappe.get_hooks("required_apps", app_name=app))
	]
	if dependents:
		raise Exception(f"App {app_name} is required by {', '.join(dependents)}")

	frappe.flags.in_uninstall = True
	try:
		run_hooks("before_uninstall", app_name=app_name)
		run_hooks("before_app_uninstall", app_name)
		after_uninstall = frappe.get_hooks("after_uninstall", app_name=app_name)
		modules = frappe.get_all("Module Def", filters={"app_name": app_name}, pluck="name")
		_delete_doctypes(_delete_modules(modules, dry_run=dry_run), dry_run=dry_run)
		if not dry_run:
			remove_from_installed_apps(app_name)
			frappe.db.commit()
			frappe.clear_cache()
		for method in after_uninstall:
			frappe.get_attr(method)()
		run_hooks("after_app_uninstall", app_name)
		frappe.client_cache.erase_persistent_caches()
	finally:
		frappe.flags.in_uninstall = False
	frappe.clear_cache()


@replace("frappe.model.sync:sync_all")
def sync_all(force: int = 0, reset_permissions: bool = False) -> None:
	"""Bring the DocTypes and other standard documents of all installed apps to their files."""
	from frappe.model.sync import _patch_mode, sync_for

	_patch_mode(True)
	for app in frappe.get_installed_apps():
		sync_for(app, force, reset_permissions=reset_permissions)
	_patch_mode(False)
	frappe.clear_cache()


@replace("frappe.patches:get_all_patches")
def get_all_patches(patch_type: Any = None) -> list[str]:
	"""Return the patches of all installed apps in their order."""
	from frappe.patches import get_patches_from_app

	return [
		patch
		for app in frappe.get_installed_apps()
		for patch in get_patches_from_app(app, patch_type=patch_type)
	]


@replace("frappe.migrate:SiteMigration.pre_schema_updates")
def pre_schema_updates(self: Any) -> None:
	"""Run `before_migrate` once for all apps; the original would run every app's hooks for each app."""
	run_hooks("before_migrate")
	frappe.db.commit()


@replace("frappe.migrate:SiteMigration.required_services_running")
def required_services_running(self: Any) -> bool:
	"""Redis is in this process's memory."""
	return True
