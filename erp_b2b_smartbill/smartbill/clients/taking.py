"""What SmartBill (or ANAF) says, written into a Customer, its address and its contact: with the rights of whoever decided
so, through the documents, as if he had typed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, romania
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.exceptions import NotAllowed
from erp_b2b_smartbill.smartbill.clients import making
from erp_b2b_smartbill.smartbill.clients.differences import address_text

if TYPE_CHECKING:
	from frappe.model.document import Document


@dataclass(frozen=True)
class NewFacts:
	"""What is to be taken; None is not. An empty part of an address says nothing."""

	name: str | None = None
	tax_id: str | None = None
	vat_payer: str | None = None
	address: tuple[str, str, str] | None = None
	country: str = ""
	email: str | None = None
	# whose address it is, where a contact has to be made
	contact: str = ""


@dataclass
class _Changes:
	before: dict[str, Any] = field(default_factory=dict)
	after: dict[str, Any] = field(default_factory=dict)

	def note(self, name: str, before: Any, after: Any) -> None:
		if (before or None) != (after or None):
			self.before[name], self.after[name] = before or None, after or None


def take(customer: str, facts: NewFacts, reason: str | None = None) -> None:
	"""Write it in the caller's transaction, with a Business Event. Raises NotAllowed, and what ERPNext raises."""
	frappe.db.get_value("Customer", customer, "name", for_update=True)
	doc = frappe.get_doc("Customer", customer)
	require(doc, "write")
	changes = _Changes()
	# before the Customer: saving one of these may write into it
	contact = _add_email(doc, facts, changes) if facts.email else None
	address = _write_address(doc, facts, changes) if facts.address else None
	doc = frappe.get_doc("Customer", customer)
	values = {
		"customer_name": facts.name,
		"tax_id": facts.tax_id,
		"smartbill_vat_payer": facts.vat_payer,
		"customer_primary_address": address,
		"customer_primary_contact": contact,
	}
	for fieldname, value in values.items():
		if value is not None:
			changes.note(fieldname, doc.get(fieldname), value)
			doc.set(fieldname, value)
	doc.save()
	audit.record(audit.CUSTOMER_TOOK_SMARTBILL, doc, changes.before, changes.after, reason)


def disable(customer: str, reason: str | None = None) -> None:
	"""As `take`."""
	doc = frappe.get_doc("Customer", customer, for_update=True)
	require(doc, "write")
	if not doc.disabled:
		doc.disabled = 1
		doc.save()
		audit.record(audit.CUSTOMER_TOOK_SMARTBILL, doc, {"disabled": 0}, {"disabled": 1}, reason)


def address_of_text(text: str) -> tuple[str, str, str]:
	"""The parts of an address as differences.address_text joined them: the county is the last one if it is one."""
	parts = [part.strip() for part in text.split(",") if part.strip()]
	county = parts.pop() if parts and romania.county(parts[-1]) else ""
	city = parts.pop() if len(parts) > 1 else ""
	return ", ".join(parts), city, county


def require(doc: Document, right: str) -> None:
	"""Raises NotAllowed with what may not be done."""
	if doc.has_permission(right):
		return
	sentences = {
		"read": _("You may not read {0} {1}."),
		"write": _("You may not change {0} {1}, so you cannot take anything over into it."),
		"create": _("You may not make a new {0}."),
	}
	raise NotAllowed(sentences[right].format(_(doc.doctype), doc.get("customer_name") or doc.name or ""))


def _write_address(customer: Document, facts: NewFacts, changes: _Changes) -> str:
	"""The name of the Customer's primary address, with what is new of it."""
	line, city, county = facts.address
	doc = _own_address(customer)
	before = _said_of(doc)
	if doc.is_new():
		require(doc, "create")
	else:
		require(doc, "write")
	county = romania.county(county) or county
	if line and line != doc.address_line1:
		# they are of the old street
		doc.update({"address_line1": line, "address_line2": None, "pincode": None})
	if doc.state and county and (romania.county(doc.state) or doc.state) != county:
		doc.state = county
	doc.update({"city": city or doc.city, "county": county or doc.county})
	if doc.is_new():
		# ERPNext wants all of them
		doc.address_line1 = doc.address_line1 or doc.city
		doc.city = doc.city or doc.county or doc.address_line1
		doc.country = doc.country or making.country_of(facts.country) or "Romania"
	doc.save()
	changes.note("address", before, _said_of(doc))
	return doc.name


def _own_address(customer: Document) -> Document:
	"""The primary one, or the oldest, as the Customer is compared by; a new one where it has none of its own."""
	names = _linked("Address", customer.name)
	name = customer.customer_primary_address if customer.customer_primary_address in names else None
	name = name or next(iter(names), None)
	doc = frappe.get_doc("Address", name, for_update=True) if name else frappe.new_doc("Address")
	if len(doc.links) == 1:
		return doc
	if name:
		# another party's too: what is true of this one may not be of that
		doc = frappe.copy_doc(doc)
	doc.update(
		{
			"address_title": customer.customer_name,
			"address_type": doc.address_type or "Billing",
			"is_primary_address": 1,
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	)
	return doc


def _said_of(doc: Document) -> str:
	return address_text((doc.address_line1 or "", doc.city or "", doc.county or ""))


def _add_email(customer: Document, facts: NewFacts, changes: _Changes) -> str:
	"""The name of the Customer's primary contact, whose main address it is now; the others stay beneath it."""
	names = _linked("Contact", customer.name)
	name = customer.customer_primary_contact if customer.customer_primary_contact in names else None
	name = name or next(iter(names), None)
	doc = frappe.get_doc("Contact", name, for_update=True) if name else None
	# another party's too: what is true of this one may not be of that
	if doc and len(doc.links) == 1:
		require(doc, "write")
	else:
		first, _space, last = (facts.contact or customer.customer_name).strip().partition(" ")
		doc = frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": first[:140],
				"last_name": last[:140] or None,
				"is_primary_contact": 1,
				"links": [{"link_doctype": "Customer", "link_name": customer.name}],
			}
		)
		require(doc, "create")
	before = next((row.email_id for row in doc.email_ids if row.is_primary), None)
	for row in doc.email_ids:
		row.is_primary = 0
	there = next((row for row in doc.email_ids if identity.normal_email(row.email_id) == facts.email), None)
	(there or doc.append("email_ids", {"email_id": facts.email})).is_primary = 1
	doc.save()
	changes.note("email", before, facts.email)
	return doc.name


def _linked(doctype: str, customer: str) -> list[str]:
	"""The oldest first."""
	table, link = frappe.qb.DocType(doctype), frappe.qb.DocType("Dynamic Link")
	return (
		frappe.qb.from_(table)
		.join(link)
		.on((link.parent == table.name) & (link.parenttype == doctype))
		.select(table.name)
		.where((link.link_doctype == "Customer") & (link.link_name == customer))
		.orderby(table.creation)
		.run(pluck=True)
	)
