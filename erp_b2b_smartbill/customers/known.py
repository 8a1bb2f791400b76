"""What the site knows of its Customers, many at once: who has this CUI, this e-mail address, this name, and who they are.

Rights are not looked at: whoever decides who a company is has to know of every other one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import frappe
from frappe.query_builder import DocType

from erp_b2b_smartbill.customers.identity import Identity

# of one question; an address or a name that more rows have than this tells nobody apart
MAX_ROWS = 5000


@dataclass(frozen=True)
class Known:
	"""One Customer with what it is recognised by. `vat_payer` is Yes, No or empty, as typed; `address` is the primary
	one, or the oldest: (line, city, county)."""

	name: str
	title: str
	identity: Identity
	disabled: bool = False
	tax_id: str = ""
	vat_payer: str = ""
	address: tuple[str, str, str] = ("", "", "")
	emails: tuple[str, ...] = field(default=())


def by_cui(cuis: Collection[str]) -> dict[str, list[str]]:
	"""Customers by the digits of a valid CUI, disabled ones too."""
	return _customers_by("b2b_cui", cuis)


def by_name(name_keys: Collection[str]) -> dict[str, list[str]]:
	return _customers_by("b2b_name_key", name_keys)


def by_email(emails: Collection[str]) -> dict[str, list[str]]:
	"""Customers by an address of one of their contacts."""
	if not emails:
		return {}
	address, link = DocType("Contact Email"), DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(address)
		.join(link)
		.on((link.parent == address.parent) & (link.parenttype == "Contact"))
		.select(address.email_id, link.link_name)
		.distinct()
		.where(link.link_doctype == "Customer")
		.where(address.email_id.isin(sorted(emails)))
		.limit(MAX_ROWS)
		.run()
	)
	return _grouped((email.lower(), name) for email, name in rows)


def customers(names: Iterable[str]) -> dict[str, Known]:
	"""Those of the names that exist."""
	wanted = sorted(set(names))
	if not wanted:
		return {}
	rows = frappe.get_all(
		"Customer",
		{"name": ["in", wanted]},
		[
			"name",
			"customer_name",
			"tax_id",
			"smartbill_vat_payer",
			"smartbill_reg_com",
			"disabled",
			"customer_primary_address",
		],
		order_by="name",
	)
	emails = _contact_data("Contact Email", "email_id", wanted)
	phones = _contact_data("Contact Phone", "phone", wanted)
	addresses = _addresses(rows)
	return {
		row.name: Known(
			row.name,
			row.customer_name or "",
			Identity.of(
				cui=row.tax_id,
				name=row.customer_name,
				emails=emails.get(row.name, ()),
				phones=phones.get(row.name, ()),
				reg_com=row.smartbill_reg_com,
			),
			disabled=bool(row.disabled),
			tax_id=row.tax_id or "",
			vat_payer=row.smartbill_vat_payer or "",
			address=addresses.get(row.name, ("", "", "")),
			emails=tuple(emails.get(row.name, ())),
		)
		for row in rows
	}


def _customers_by(field: str, values: Collection[str]) -> dict[str, list[str]]:
	if not values:
		return {}
	rows = frappe.get_all(
		"Customer", {field: ["in", sorted(values)]}, [field, "name"], order_by="name", limit=MAX_ROWS
	)
	return _grouped((row[field], row.name) for row in rows)


def _contact_data(doctype: str, field: str, wanted: list[str]) -> dict[str, list[str]]:
	table, link = DocType(doctype), DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(table)
		.join(link)
		.on((link.parent == table.parent) & (link.parenttype == "Contact"))
		.select(link.link_name, table[field])
		.where(link.link_doctype == "Customer")
		.where(link.link_name.isin(wanted))
		.orderby(link.link_name, table.idx)
		.limit(MAX_ROWS)
		.run()
	)
	return _grouped((name, value) for name, value in rows if value)


def _addresses(rows: list[frappe._dict]) -> dict[str, tuple[str, str, str]]:
	address, link = DocType("Address"), DocType("Dynamic Link")
	found = (
		frappe.qb.from_(address)
		.join(link)
		.on((link.parent == address.name) & (link.parenttype == "Address"))
		.select(link.link_name, address.name, address.address_line1, address.city, address.county)
		.where(link.link_doctype == "Customer")
		.where(link.link_name.isin([row.name for row in rows]))
		.orderby(address.creation)
		.limit(MAX_ROWS)
		.run()
	)
	primary = {row.name: row.customer_primary_address for row in rows}
	result: dict[str, tuple[str, str, str]] = {}
	for customer, name, line, city, county in found:
		if customer not in result or name == primary.get(customer):
			result[customer] = (line or "", city or "", county or "")
	return result


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
	result: dict[str, list[str]] = {}
	for key, value in pairs:
		if value not in result.setdefault(key, []):
			result[key].append(value)
	return result
