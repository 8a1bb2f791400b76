"""What the workspace counted on a card is counted on a shortcut."""

import frappe


def execute() -> None:
	frappe.delete_doc("Number Card", "Clients not linked", force=True, ignore_missing=True)
