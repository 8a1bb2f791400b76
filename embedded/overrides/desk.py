"""The desk of a site with several apps: apps screen, boot data, icons, form scripts."""

import os
from typing import Any

import frappe
from frappe import _

from embedded.overrides import replace


def app_details(app: str) -> list[dict[str, Any]]:
	"""Return what an app says of itself for the apps screen, where its own check permits the user."""
	details = []
	for detail in frappe.get_hooks("add_to_apps_screen", app_name=app):
		check = detail.get("has_permission")
		if not check or frappe.get_attr(check)():
			details.append(detail)
	return details


@replace("frappe.apps:get_apps")
@frappe.whitelist()
def get_apps() -> list[dict[str, Any]]:
	"""Return the apps for the apps screen."""
	return [
		{
			"name": app,
			"logo": detail.get("logo"),
			"title": _(detail.get("title")),
			"route": detail.get("route"),
		}
		for app in frappe.get_installed_apps()
		if app != "frappe"
		for detail in app_details(app)
	]


@replace("frappe.boot:load_desktop_data")
def load_desktop_data(original: Any, bootinfo: Any) -> None:
	"""Add each app with its own title, route, modules and workspaces; the original knows the framework alone."""
	original(bootinfo)
	allowed_pages = {page["name"] for page in bootinfo.workspaces.get("pages", [])}
	workspace = frappe.qb.DocType("Workspace")
	module = frappe.qb.DocType("Module Def")
	rows = (
		frappe.qb.from_(workspace)
		.inner_join(module)
		.on(workspace.module == module.name)
		.select(workspace.name, module.app_name)
		.run(as_dict=True)
	)
	bootinfo.app_data = []
	for app in frappe.get_installed_apps():
		details = app_details(app)
		if frappe.get_hooks("add_to_apps_screen", app_name=app) and not details:
			continue
		detail = details[0] if details else {}
		workspaces = [row.name for row in rows if row.app_name == app and row.name in allowed_pages]
		bootinfo.app_data.append(
			{
				"app_name": detail.get("name") or app,
				"app_title": detail.get("title") or first_hook("app_title", app) or app,
				"app_route": first_hook("app_home", app)
				or (workspaces and "/desk/" + frappe.utils.slug(workspaces[0]))
				or "",
				"app_logo_url": detail.get("logo") or first_hook("app_logo_url", app),
				"modules": frappe.get_all("Module Def", filters={"app_name": app}, pluck="name"),
				"workspaces": workspaces,
			}
		)


def first_hook(hook: str, app: str) -> str | None:
	"""Return an app's own hook, or the framework's."""
	return next(
		(
			values[0]
			for values in (frappe.get_hooks(hook, app_name=owner) for owner in (app, "frappe"))
			if values
		),
		None,
	)


@replace("frappe.boot:get_desktop_icon_urls")
def get_desktop_icon_urls() -> dict[str, dict[str, list[str]]]:
	"""Return the icon files of every app, by variant."""
	urls = {}
	for app in frappe.get_installed_apps():
		folder = os.path.join(frappe.get_app_path(app), "public", "icons", "desktop_icons")
		if os.path.isdir(folder):
			urls[app] = {
				variant: [
					f"assets/{app}/icons/desktop_icons/{variant}/{name}"
					for name in sorted(os.listdir(os.path.join(folder, variant)))
					if name.endswith(".svg")
				]
				if os.path.isdir(os.path.join(folder, variant))
				else []
				for variant in ("subtle", "solid")
			}
	return urls


@replace("frappe.desk.form.meta:get_code_files_via_hooks")
def get_code_files_via_hooks(hook: str, name: str) -> list[str]:
	"""Return the files each app adds to a DocType's form, each below its own app."""
	files = []
	for app in frappe.get_installed_apps():
		added = frappe.get_hooks(hook, default={}, app_name=app) or {}
		paths = added.get(name, [])
		for path in paths if isinstance(paths, list) else [paths]:
			files.append(frappe.get_app_path(app, *path.strip("/").split("/")))
	return files


@replace("frappe.desk.doctype.desktop_icon.desktop_icon:DesktopIcon.check_app_permission")
def check_app_permission(self: Any) -> bool:
	"""Ask the app the icon belongs to."""
	for app in frappe.get_installed_apps():
		if self.app == app or first_hook("app_title", app) == self.label:
			return not frappe.get_hooks("add_to_apps_screen", app_name=app) or bool(app_details(app))
	return True


@replace("frappe.desk.doctype.desktop_icon.desktop_icon:create_desktop_icons_from_installed_apps")
def create_desktop_icons_from_installed_apps() -> None:
	"""Create one icon for each app that wants to be on the apps screen."""
	for position, app in enumerate(frappe.get_installed_apps()):
		details = frappe.get_hooks("add_to_apps_screen", app_name=app)
		if not details or frappe.db.exists("Desktop Icon", {"icon_type": "App", "app": app}):
			continue
		frappe.get_doc(
			{
				"doctype": "Desktop Icon",
				"label": first_hook("app_title", app),
				"link_type": "External",
				"idx": position,
				"icon_type": "App",
				"app": app,
				"link": details[0]["route"],
				"logo_url": details[0]["logo"],
			}
		).insert(ignore_if_duplicate=True)
