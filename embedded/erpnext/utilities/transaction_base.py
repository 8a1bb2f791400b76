"""Checks that every document with rows of items shares. As ERPNext v15's `erpnext.utilities.transaction_base`."""

from collections.abc import Iterable

import frappe
from erpnext.controllers.status_updater import StatusUpdater
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt

RATE_TOLERANCE = 0.01


class UOMMustBeIntegerError(frappe.ValidationError):
	pass


class TransactionBase(StatusUpdater):
	def validate_uom_is_integer(self, uom_field: str, qty_fields: str | Iterable[str]) -> None:
		validate_uom_is_integer(self, uom_field, qty_fields)

	def validate_with_previous_doc(self, references: dict[str, dict]) -> None:
		"""What a row refers to must exist and agree with it.

		`references` maps a doctype to {ref_dn_field, compare_fields: [[field, operator]], is_child_table}; a child
		table's fields are compared with the row, a document's with this document."""
		for doctype, rule in references.items():
			rows = [row for row in self.items if row.get(rule["ref_dn_field"])]
			for row in rows:
				self._compare_with(
					doctype,
					row.get(rule["ref_dn_field"]),
					rule["compare_fields"],
					row if rule.get("is_child_table") else None,
				)

	def _compare_with(self, doctype: str, name: str, fields: list[list[str]], row: Document | None) -> None:
		previous = frappe.db.get_value(doctype, name, [field for field, _operator in fields], as_dict=True)
		if not previous:
			frappe.throw(_("Invalid reference {0} {1}").format(doctype, name))
		for field, operator in fields:
			if previous[field] not in (None, ""):
				self.validate_value(field, operator, previous[field], row)

	def validate_rate_with_reference_doc(self, references: list[list[str]]) -> None:
		"""Rates follow the document they come from, or Selling Settings says to stop or to warn."""
		settings = frappe.get_cached_doc("Selling Settings")
		stops = []
		for doctype, name_field, link_field in references:
			for row in self.items:
				if not row.get(link_field):
					continue
				rate = frappe.db.get_value(f"{doctype} Item", row.get(link_field), "rate")
				if abs(flt(row.rate - flt(rate), row.precision("rate"))) < RATE_TOLERANCE:
					continue
				message = _("Row #{0}: Rate must be same as {1}: {2} ({3} / {4})").format(
					row.idx, doctype, row.get(name_field), row.rate, rate
				)
				if settings.maintain_same_rate_action != "Stop":
					frappe.msgprint(message, title=_("Warning"), indicator="orange")
				elif settings.role_to_override_stop_action not in frappe.get_roles():
					stops.append(message)
		if stops:
			frappe.throw(stops, as_list=True)

	def reset_default_field_value(self, default_field: str, table: str, row_field: str) -> None:
		"""Clear a "set for all rows" field once the rows differ."""
		if len({row.get(row_field) for row in self.get(table)}) > 1:
			self.set(default_field, None)


def validate_uom_is_integer(doc: Document, uom_field: str, qty_fields: str | Iterable[str]) -> None:
	"""Units that come in whole numbers take no fraction."""
	qty_fields = [qty_fields] if isinstance(qty_fields, str) else qty_fields
	rows = [row for row in doc.get_all_children() if row.get(uom_field)]
	whole = {
		uom
		for uom in {row.get(uom_field) for row in rows}
		if frappe.get_cached_value("UOM", uom, "must_be_whole_number")
	}
	for row in rows:
		if row.get(uom_field) not in whole:
			continue
		for field in qty_fields:
			qty = flt(row.get(field), row.precision(field))
			if abs(cint(qty) - qty) > 1e-7:
				frappe.throw(
					_(
						"Row {1}: Quantity ({0}) cannot be a fraction. To allow this, disable '{2}' in UOM {3}."
					).format(
						qty, row.idx, frappe.bold(_("Must be Whole Number")), frappe.bold(row.get(uom_field))
					),
					UOMMustBeIntegerError,
				)
