"""What the shop does with the app."""

from __future__ import annotations

from shop_before import COMPANY, insert, quote


def switches() -> list[str]:
	import frappe

	return [field.fieldname for field in frappe.get_meta("B2B Settings").fields if field.fieldname.startswith("enable_")]


def switch(**values: int) -> None:
	import frappe

	settings = frappe.get_doc("B2B Settings")
	settings.update(values)
	settings.save()


def switch_everything_on_and_off() -> None:
	from embedded.overrides.jobs import run_pending_jobs
	import frappe

	for name in switches():
		switch(**{name: 1})
		frappe.db.commit()
		run_pending_jobs()
		switch(**{name: 0})
		frappe.db.commit()
		run_pending_jobs()


def work(sandbox_url: str) -> None:
	pass
