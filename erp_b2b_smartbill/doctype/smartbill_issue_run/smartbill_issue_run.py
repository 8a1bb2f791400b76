import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill.smartbill.leases import OPEN
from erp_b2b_smartbill.smartbill.run_view import refresh


class SmartBillIssueRun(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from erp_b2b_smartbill.doctype.smartbill_issue_run_row.smartbill_issue_run_row import (
			SmartBillIssueRunRow,
		)

		crashes: DF.Int
		done: DF.Int
		ended_at: DF.Datetime | None
		failed: DF.Int
		heartbeat_at: DF.Datetime | None
		impersonated_by: DF.Link | None
		issued: DF.Int
		job_number: DF.Int
		message: DF.SmallText | None
		next_at: DF.Datetime | None
		requested_by: DF.Link | None
		rows: DF.Table[SmartBillIssueRunRow]
		started_at: DF.Datetime | None
		status: DF.Literal["Queued", "Running", "Completed", "Completed With Errors", "Failed"]
		stop_requested: DF.Check
		total: DF.Int
		worker: DF.Data | None
	# end: auto-generated types

	def validate(self) -> None:
		if not self.flags.written_by_run:
			frappe.throw(_("A run is written by the app only."), frappe.PermissionError)

	def onload(self) -> None:
		refresh(self)

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.throw(_("A run keeps its name."), frappe.PermissionError)

	def on_trash(self) -> None:
		if self.status in OPEN:
			frappe.throw(_("Stop the run before it is deleted."), frappe.PermissionError)
