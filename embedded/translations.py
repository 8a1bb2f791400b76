"""The translations of the apps, compiled where the framework looks for them."""


def compile_translations() -> None:
	"""Compile each app's locale/*.po, as `bench build` does."""
	import frappe
	from frappe.gettext.translate import compile_translations as compile_app

	from embedded.site import quiet_output

	with quiet_output():
		for app in frappe.get_installed_apps():
			compile_app(app)
