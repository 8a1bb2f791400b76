"""The one place that makes a Customer with its address, its contact and its external link.

Everything is written in the caller's transaction and with the rights of this code: whoever calls has decided that the
customer may be made.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import frappe
from frappe import _
from frappe.query_builder import DocType

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.doctype.customer_external_link.customer_external_link import link_key
from erp_b2b_smartbill.exceptions import Conflict, NotReady

if TYPE_CHECKING:
	from frappe.model.document import Document

# of PostgreSQL; Frappe does not know it
SERIALIZATION_FAILURE = "40001"


@dataclass(frozen=True)
class NewAddress:
	line: str
	city: str
	county: str = ""
	postal_code: str = ""
	country: str = "Romania"


@dataclass(frozen=True)
class NewContact:
	first_name: str
	last_name: str = ""
	email: str = ""
	phone: str = ""
	user: str | None = None


@dataclass(frozen=True)
class ExternalId:
	"""The record of another system that this customer is."""

	provider: str
	external_id: str
	account: str | None = None


@dataclass(frozen=True)
class Terms:
	"""What the customer is given; None leaves what there is. `credit_limit` is in the currency of `company`."""

	customer_group: str | None = None
	territory: str | None = None
	tier: str | None = None
	price_list: str | None = None
	payment_terms: str | None = None
	sales_person: str | None = None
	company: str | None = None
	credit_limit: float | None = None


@dataclass(frozen=True)
class NewCustomer:
	name: str
	customer_type: str = "Company"
	tax_id: str = ""
	vat_payer: str = ""
	reg_com: str = ""
	language: str = ""
	portal_user: str | None = None
	terms: Terms = Terms()
	address: NewAddress | None = None
	contact: NewContact | None = None
	external: ExternalId | None = None


@dataclass(frozen=True)
class Made:
	customer: str
	address: str | None
	contact: str | None


class CustomerExists(Conflict):
	"""`customers` have the CUI that another one was to be made with, the oldest first. Whoever looks for them in the same
	transaction may not see them: it may show the site as it was before they came."""

	code = "customer_exists"

	def __init__(self, customers: list[str]):
		super().__init__(
			_("This company is a Customer already: {0}.").format(", ".join(customers)),
			problems=[
				{"field": "tax_id", "message": name, "doctype": "Customer", "name": name}
				for name in customers
			],
		)
		self.customers = customers


def make_customer(new: NewCustomer, *, even_if_known: bool = False) -> Made:
	"""A new Customer. Raises CustomerExists when there is one with its valid CUI, unless a person wants a second one
	(`even_if_known`); NotReady when the site has no group or territory to put it in."""
	cui = identity.valid_cui(new.tax_id)
	if cui and not even_if_known:
		_refuse_second(cui)
	terms = new.terms
	doc = frappe.new_doc("Customer")
	doc.update(
		{
			"customer_name": new.name,
			"customer_type": new.customer_type,
			"tax_id": new.tax_id or None,
			"smartbill_vat_payer": new.vat_payer or None,
			"smartbill_reg_com": new.reg_com or None,
			"customer_group": terms.customer_group or _default("customer_group", "Customer Group"),
			"territory": terms.territory or _default("territory", "Territory"),
			"language": new.language or None,
		}
	)
	_give(doc, terms)
	_let_in(doc, new.portal_user)
	doc.flags.tier_is_granted = True
	doc.insert(ignore_permissions=True)
	return _complete(doc, new)


def _refuse_second(cui: str) -> None:
	"""Until the transaction ends, nobody else makes a Customer of this CUI. Raises QueryDeadlockError where the whole
	transaction has to be done again, for it does not see what another one made."""
	_lock_making()
	# with a lock: what is read without may be the site as it was when the transaction began
	there = frappe.db.get_values(
		"Customer", {"b2b_cui": cui}, ["name", "creation"], as_dict=True, order_by="name", for_update=True
	)
	if there:
		raise CustomerExists([row.name for row in sorted(there, key=lambda row: row.creation)])


def _lock_making() -> None:
	"""One after the other, by a row that every site has: on MariaDB two who look for a row that is not there would each
	lock the place where the other is to insert it, and one of them would be broken off."""
	if frappe.db.db_type != "postgres":
		frappe.db.get_value("DocType", "Customer", "name", for_update=True)
		return
	# PostgreSQL shows the site as it was when the transaction began, behind a lock too: only who comes to a row that was
	# changed since then is told
	row = DocType("DocType")
	try:
		frappe.qb.update(row).set(row.idx, row.idx).where(row.name == "Customer").run()
	except Exception as error:
		if getattr(error, "pgcode", None) == SERIALIZATION_FAILURE:
			raise frappe.QueryDeadlockError(error) from error
		raise


def add_to_customer(customer: str, new: NewCustomer) -> Made:
	"""What is new about an existing Customer: its contact, its portal user, its link. Whatever it has of its own stays as
	it is, terms too, for somebody negotiated them; only what is empty is filled."""
	doc = frappe.get_doc("Customer", customer, for_update=True)
	for field, value in (
		("tax_id", new.tax_id),
		("smartbill_vat_payer", new.vat_payer),
		("smartbill_reg_com", new.reg_com),
		("customer_group", new.terms.customer_group),
		("territory", new.terms.territory),
	):
		if value and not doc.get(field):
			doc.set(field, value)
	_give(doc, new.terms)
	_let_in(doc, new.portal_user)
	doc.flags.tier_is_granted = True
	doc.save(ignore_permissions=True)
	return _complete(doc, new)


def customer_of(external: ExternalId) -> str | None:
	"""The Customer that a record of another system is, if it is one."""
	customer = frappe.db.get_value("Customer External Link", {"link_key": _key(external)}, "customer")
	return customer if customer and frappe.db.exists("Customer", customer) else None


def _key(external: ExternalId) -> str:
	return link_key(external.provider, external.account, external.external_id)


def _give(doc: Document, terms: Terms) -> None:
	"""Where nothing stands yet."""
	for field, value in (
		("b2b_tier", terms.tier),
		("default_price_list", terms.price_list),
		("payment_terms", terms.payment_terms),
	):
		if value and not doc.get(field):
			doc.set(field, value)
	if terms.sales_person and not doc.get("sales_team"):
		doc.append("sales_team", {"sales_person": terms.sales_person, "allocated_percentage": 100})
	if terms.credit_limit and terms.company not in {row.company for row in doc.credit_limits}:
		doc.append("credit_limits", {"company": terms.company, "credit_limit": terms.credit_limit})
	doc.flags.credit_is_granted = True


def _let_in(doc: Document, user: str | None) -> None:
	if user and user not in {row.user for row in doc.portal_users}:
		doc.append("portal_users", {"user": user})


def _complete(doc: Document, new: NewCustomer) -> Made:
	address = _address(doc, new.address)
	contact = _contact(doc, new.contact)
	if (address and not doc.customer_primary_address) or (contact and not doc.customer_primary_contact):
		doc.customer_primary_address = doc.customer_primary_address or address
		doc.customer_primary_contact = doc.customer_primary_contact or contact
		doc.flags.tier_is_granted = True
		doc.save(ignore_permissions=True)
	if new.external and not customer_of(new.external):
		_link(doc.name, new.external)
	return Made(doc.name, address, contact)


def _link(customer: str, external: ExternalId) -> None:
	# one whose Customer is gone is taken over
	there = frappe.db.get_value("Customer External Link", {"link_key": _key(external)})
	link = (
		frappe.get_doc("Customer External Link", there) if there else frappe.new_doc("Customer External Link")
	)
	link.update({**asdict(external), "customer": customer, "last_sync_at": clock.now()})
	link.save(ignore_permissions=True)


def _address(doc: Document, new: NewAddress | None) -> str | None:
	if new is None:
		return None
	if there := _linked("Address", doc.name):
		return there
	address = frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": doc.customer_name,
			"address_type": "Billing",
			"address_line1": new.line,
			"city": new.city,
			"county": new.county or None,
			"pincode": new.postal_code or None,
			"country": new.country,
			"is_primary_address": 1,
			"links": [{"link_doctype": "Customer", "link_name": doc.name}],
		}
	).insert(ignore_permissions=True)
	return address.name


def _contact(doc: Document, new: NewContact | None) -> str | None:
	if new is None:
		return None
	if new.email and (there := _linked("Contact", doc.name, email=new.email)):
		if new.user and not frappe.db.get_value("Contact", there, "user"):
			frappe.db.set_value("Contact", there, "user", new.user)
		return there
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": new.first_name,
			"last_name": new.last_name or None,
			"user": new.user,
			"is_primary_contact": not _linked("Contact", doc.name),
			"email_ids": [{"email_id": new.email, "is_primary": 1}] if new.email else [],
			"phone_nos": [{"phone": new.phone, "is_primary_phone": 1, "is_primary_mobile_no": 1}]
			if new.phone
			else [],
			"links": [{"link_doctype": "Customer", "link_name": doc.name}],
		}
	).insert(ignore_permissions=True)
	return contact.name


def _linked(doctype: str, customer: str, email: str | None = None) -> str | None:
	"""The oldest Address or Contact of the Customer, of a contact the one with this e-mail."""
	link = DocType("Dynamic Link")
	query = (
		frappe.qb.from_(link)
		.select(link.parent)
		.where(link.parenttype == doctype)
		.where(link.link_doctype == "Customer")
		.where(link.link_name == customer)
		.orderby(link.creation)
		.limit(1)
	)
	if email:
		address = DocType("Contact Email")
		query = query.join(address).on(address.parent == link.parent).where(address.email_id == email)
	found = query.run()
	return found[0][0] if found else None


def _default(field: str, doctype: str) -> str:
	"""What Selling Settings gives, if a customer may be put there, or the first that takes customers."""
	name = frappe.db.get_single_value("Selling Settings", field)
	if name and not frappe.db.get_value(doctype, name, "is_group"):
		return name
	first = frappe.get_all(doctype, {"is_group": 0}, pluck="name", order_by="lft", limit=1)
	if not first:
		text = _("Make a {0} first: new customers need one.").format(_(doctype))
		raise NotReady(text, problems=[{"field": field, "message": text}])
	return first[0]
