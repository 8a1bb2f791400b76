"""What other doctypes hold about ours when the app goes. Frappe drops the doctypes without deleting their documents one
by one, so whatever it does for a document that is deleted is done here for all of them at once.
"""

import frappe
from frappe.query_builder import DocType, Table
from frappe.utils import create_batch

from erp_b2b_smartbill.custom_fields import MODULE

FILES_AT_ONCE = 500

# said about one of our documents, or about the doctype, and about nothing else: doctype, field
SAID_ABOUT = (
	("Comment", "reference_doctype"),
	("Communication Link", "link_doctype"),
	("Custom DocPerm", "parent"),
	("DocShare", "share_doctype"),
	("DocType Link", "link_doctype"),
	("Document Follow", "ref_doctype"),
	("Document Share Key", "reference_doctype"),
	("Dynamic Link", "link_doctype"),
	("Email Unsubscribe", "reference_doctype"),
	("Event Participants", "reference_doctype"),
	("Global Search DocType", "document_type"),
	("List Filter", "reference_doctype"),
	("List View Settings", "name"),
	("Logs To Clear", "ref_doctype"),
	("Milestone", "reference_type"),
	("Notification Log", "document_type"),
	("Notification Subscribed Document", "document"),
	("Property Setter", "doc_type"),
	("Reminder", "reminder_doctype"),
	("Session Default", "ref_doctype"),
	("Tag Link", "document_type"),
	("ToDo", "reference_type"),
	("User Permission", "allow"),
	("User Permission", "applicable_for"),
	("Version", "ref_doctype"),
	("View Log", "reference_doctype"),
	("Workflow Action", "reference_doctype"),
	("Workspace Quick List", "document_type"),
)
# places on the shop's own workspaces
SHOWN_ON_WORKSPACES = (
	("Workspace Chart", "chart_name"),
	("Workspace Link", "link_to"),
	("Workspace Number Card", "number_card_name"),
	("Workspace Shortcut", "link_to"),
)
# made for one of our doctypes by somebody else: useless without it, and some would fail every day. They are found among
# the Deleted Documents.
MADE_FOR = (
	("Assignment Rule", "document_type"),
	("Auto Email Report", "report"),
	("Auto Repeat", "reference_doctype"),
	("Calendar View", "reference_doctype"),
	("Client Script", "dt"),
	("Custom Field", "dt"),
	("Dashboard Chart", "document_type"),
	("DocType Layout", "document_type"),
	("Document Naming Rule", "document_type"),
	("Form Tour", "reference_doctype"),
	("Kanban Board", "reference_doctype"),
	("Milestone Tracker", "document_type"),
	("Notification", "document_type"),
	("Number Card", "document_type"),
	("Print Format", "doc_type"),
	("Report", "ref_doctype"),
	("Server Script", "reference_doctype"),
	("Web Form", "doc_type"),
	("Webhook", "webhook_doctype"),
	("Workflow", "document_type"),
)
# the shop's own, which only names the document: doctype, field, the name's field
NAMES = (
	("Activity Log", "reference_doctype", "reference_name"),
	("Activity Log", "timeline_doctype", "timeline_name"),
	("Communication", "reference_doctype", "reference_name"),
	("Email Queue", "reference_doctype", "reference_name"),
	("Error Log", "reference_doctype", "reference_name"),
	("Event", "reference_doctype", "reference_docname"),
)
# of the framework's own tables, which are no doctypes
TABLES = (("__Auth", "doctype"), ("__UserSettings", "doctype"), ("__global_search", "doctype"))


def clear() -> None:
	"""Everything that is about our doctypes in other doctypes, but files."""
	ours = _ours()
	gone = _delete_made_for(ours)
	for doctype, field in SAID_ABOUT:
		if _has(doctype, field):
			frappe.db.delete(doctype, {field: ["in", ours]})
	for doctype, field, name_field in NAMES:
		if _has(doctype, field) and _has(doctype, name_field):
			table = DocType(doctype)
			frappe.qb.update(table).set(table[field], None).set(table[name_field], None).where(
				table[field].isin(ours)
			).run()
	_clear_workspaces([*ours, *gone])
	for name, field in TABLES:
		table = Table(name)
		frappe.qb.from_(table).delete().where(table[field].isin(ours)).run()
	# Frappe 15 leaves what a settings document had stored
	frappe.db.delete("Singles", {"doctype": ["in", ours]})
	_make_texts_of_links(ours)


def _has(doctype: str, field: str) -> bool:
	"""Releases of Frappe have different doctypes."""
	return bool(frappe.db.exists("DocType", doctype)) and frappe.db.has_column(doctype, field)


def _ours() -> list[str]:
	return frappe.get_all("DocType", {"module": MODULE}, pluck="name")


def delete_files() -> None:
	"""Those attached to documents of ours, on the disk, too. Commits: there may be a hundred thousand."""
	names = frappe.get_all("File", {"attached_to_doctype": ["in", _ours()]}, pluck="name")
	for batch in create_batch(names, FILES_AT_ONCE):
		# a file that goes is noted at its document, which goes, too
		frappe.db.set_value(
			"File", {"name": ["in", batch]}, "attached_to_doctype", None, update_modified=False
		)
		for name in batch:
			frappe.delete_doc("File", name, force=True, ignore_permissions=True, delete_permanently=True)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit


def _delete_made_for(ours: list[str]) -> list[str]:
	"""The names of what it deleted."""
	gone = []
	reports = frappe.get_all("Report", {"ref_doctype": ["in", ours]}, pluck="name")
	for doctype, field in MADE_FOR:
		if not _has(doctype, field):
			continue
		about = reports if field == "report" else ours
		for name in frappe.get_all(doctype, {field: ["in", about]}, pluck="name"):
			frappe.delete_doc(
				doctype, name, force=True, ignore_permissions=True, ignore_on_trash=True, ignore_missing=True
			)
			gone.append(name)
	return gone


def _clear_workspaces(gone: list[str]) -> None:
	brought = {*gone}
	for doctype in ("Dashboard Chart", "Number Card", "Page", "Report"):
		brought.update(frappe.get_all(doctype, {"module": MODULE}, pluck="name"))
	for doctype, field in SHOWN_ON_WORKSPACES:
		if _has(doctype, field):
			frappe.db.delete(doctype, {field: ["in", sorted(brought)]})


def _make_texts_of_links(ours: list[str]) -> None:
	"""A field that somebody added to another doctype, or to one of his own, and that links to ours keeps its values as a
	text."""
	links = {"fieldtype": "Link", "options": ["in", ours]}
	text = {"fieldtype": "Data", "options": None}
	for field in frappe.get_all("Custom Field", links, ["name", "dt", "module"]):
		if field.module != MODULE:
			frappe.db.set_value("Custom Field", field.name, text)
			frappe.clear_cache(doctype=field.dt)
	for field in frappe.get_all("DocField", {**links, "parent": ["not in", ours]}, ["name", "parent"]):
		frappe.db.set_value("DocField", field.name, text)
		frappe.clear_cache(doctype=field.parent)
