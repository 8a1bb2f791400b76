"""One sync of SmartBill's clients, or one import of a file; written by smartbill/clients/sync_runs.py only."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill.leases import COMPLETED, OPEN


class SmartBillSyncRun(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.Link
		changed: DF.Int
		conflicts: DF.Int
		crashes: DF.Int
		cursor: DF.Data | None
		customers_created: DF.Int
		ended_at: DF.Datetime | None
		errors: DF.Code | None
		failed_tries: DF.Int
		file: DF.Attach | None
		gone: DF.Int
		heartbeat_at: DF.Datetime | None
		impersonated_by: DF.Link | None
		job_number: DF.Int
		linked: DF.Int
		mapping: DF.Code | None
		message: DF.SmallText | None
		new_clients: DF.Int
		next_at: DF.Datetime | None
		open_key: DF.Data | None
		pages: DF.Int
		phase: DF.Literal["Reading", "Missing", "Matching", "Comparing", "Done"]
		rejected: DF.Int
		rejected_file: DF.Attach | None
		requested_by: DF.Link | None
		restarted: DF.Check
		seen: DF.Int
		source: DF.Literal["API", "File"]
		started_at: DF.Datetime | None
		status: DF.Literal["Queued", "Running", "Completed", "Completed With Errors", "Failed"]
		stop_requested: DF.Check
		total_rows: DF.Int
		trigger: DF.Literal["Person", "Nightly", "Program", "Command"]
		unchanged: DF.Int
		worker: DF.Data | None
	# end: auto-generated types

	def validate(self) -> None:
		if not self.flags.written_by_run:
			frappe.throw(_("A run is written by the app only."), frappe.PermissionError)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.throw(_("A run keeps its name."), frappe.PermissionError)

	def on_trash(self) -> None:
		if self.status in OPEN:
			frappe.throw(_("Stop the run before it is deleted."), frappe.PermissionError)

	@staticmethod
	def clear_old_logs(days: int = 180) -> None:
		"""Called by Frappe's Log Settings, for what the nights leave. What failed, in whole or in part, stays: it is the
		evidence of what went wrong; so do imports with their files, and the run that saw a client last."""
		run = frappe.qb.DocType("SmartBill Sync Run")
		client = frappe.qb.DocType("SmartBill Client")
		account = frappe.qb.DocType("SmartBill Account")
		named = [
			frappe.qb.from_(client).select(client.last_run).where(client.last_run.isnotnull()),
			frappe.qb.from_(account).select(account.last_sync_run).where(account.last_sync_run.isnotnull()),
		]
		is_old = (run.status == COMPLETED) & (run.ended_at < clock.now() - timedelta(days=days))
		query = frappe.qb.from_(run).delete().where(is_old & (run.source == "API"))
		for names in named:
			query = query.where(run.name.notin(names))
		query.run()
