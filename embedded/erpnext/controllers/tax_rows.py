"""What a row of a tax table may say.

ERPNext v15 has these functions in `erpnext.controllers.accounts_controller`, where they can be imported from too."""

from typing import Any

import frappe
from frappe import _
from frappe.model import child_table_fields, default_fields
from frappe.utils import cint

ON_PREVIOUS_ROW = ("On Previous Row Amount", "On Previous Row Total")


@frappe.whitelist()
def get_taxes_and_charges(master_doctype: str, master_name: str | None) -> list[dict] | None:
	"""The rows of a template, ready to be appended to a document."""
	if not master_name:
		return None
	own = set(default_fields + child_table_fields)
	template = frappe.get_doc(master_doctype, master_name)
	return [
		frappe._dict((key, value) for key, value in row.as_dict().items() if key not in own)
		for row in template.taxes
	]


@frappe.whitelist()
def get_default_taxes_and_charges(
	master_doctype: str, tax_template: str | None = None, company: str | None = None
) -> dict | None:
	"""The company's default template and its rows; None while `tax_template` is one of the company's."""
	if not company:
		return {}
	if tax_template and frappe.get_cached_value(master_doctype, tax_template, "company") == company:
		return None
	default = frappe.db.get_value(master_doctype, {"is_default": 1, "company": company})
	return {"taxes_and_charges": default, "taxes": get_taxes_and_charges(master_doctype, default)}


@frappe.whitelist()
def get_tax_rate(account_head: str) -> dict | None:
	return frappe.get_cached_value("Account", account_head, ["tax_rate", "account_name"], as_dict=True)


def validate_conversion_rate(currency: str, conversion_rate: float | None, label: str, company: str) -> None:
	if not conversion_rate:
		frappe.throw(
			_("{0} is mandatory. Maybe Currency Exchange record is not created for {1} to {2}.").format(
				label, currency, frappe.get_cached_value("Company", company, "default_currency")
			)
		)


def validate_taxes_and_charges(tax: Any) -> None:
	"""A tax on a previous row names a row above itself; any other names none. A fixed amount has no rate."""
	if tax.charge_type in ("Actual", "On Net Total") and tax.row_id:
		frappe.throw(
			_("Can refer row only if the charge type is 'On Previous Row Amount' or 'Previous Row Total'")
		)
	if tax.charge_type in ON_PREVIOUS_ROW:
		if cint(tax.idx) == 1:
			frappe.throw(
				_(
					"Cannot select charge type as 'On Previous Row Amount' or 'On Previous Row Total' for first row"
				)
			)
		if not tax.row_id:
			frappe.throw(
				_("Please specify a valid Row ID for row {0} in table {1}").format(tax.idx, _(tax.doctype))
			)
		if cint(tax.row_id) >= cint(tax.idx):
			frappe.throw(
				_("Cannot refer row number greater than or equal to current row number for this Charge type")
			)
	if tax.charge_type == "Actual":
		tax.rate = None


def validate_inclusive_tax(tax: Any, doc: Any) -> None:
	"""Only what depends on the rows can be in their price, and only together with what it is charged on."""
	if not cint(tax.included_in_print_rate):
		return
	if tax.charge_type == "Actual":
		frappe.throw(
			_("Charge of type 'Actual' in row {0} cannot be included in Item Rate or Paid Amount").format(
				tax.idx
			)
		)
	rows = doc.get("taxes")
	referred = cint(tax.row_id)
	needed = {
		"On Previous Row Amount": (rows[referred - 1 : referred], tax.row_id),
		# As ERPNext v15 has it: the rows above the one referred to, not that one.
		"On Previous Row Total": (rows[: referred - 1], f"1 - {tax.row_id}"),
	}.get(tax.charge_type)
	if needed and not all(cint(row.included_in_print_rate) for row in needed[0]):
		frappe.throw(
			_("To include tax in row {0} in Item rate, taxes in rows {1} must also be included").format(
				tax.idx, needed[1]
			)
		)


def validate_account_head(idx: int, account: str, company: str, context: str = "") -> None:
	account_company, is_group = frappe.get_cached_value("Account", account, ["company", "is_group"])
	if account_company != company:
		frappe.throw(
			_("Row {0}: {3} Account {1} does not belong to Company {2}").format(
				idx, frappe.bold(account), frappe.bold(company), context
			),
			title=_("Invalid Account"),
		)
	if is_group:
		frappe.throw(
			_("Row {0}: Account {1} is a Group Account").format(idx, frappe.bold(account)),
			title=_("Invalid Account"),
		)


def validate_cost_center(tax: Any, doc: Any) -> None:
	if tax.cost_center and frappe.get_cached_value("Cost Center", tax.cost_center, "company") != doc.company:
		frappe.throw(
			_("Row {0}: Cost Center {1} does not belong to Company {2}").format(
				tax.idx, frappe.bold(tax.cost_center), frappe.bold(doc.company)
			),
			title=_("Invalid Cost Center"),
		)
