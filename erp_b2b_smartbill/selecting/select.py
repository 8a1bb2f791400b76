"""A hit of the search becomes the quoted party: an existing Customer as it is, anybody else as the Customer that is
linked or made, once, however many pick at the same moment.

Each selection is a transaction of its own under the lock of what it decides about. Where another one was faster, or
MariaDB breaks one of two off that wait for each other, the whole selection is done again, and finds what the other made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_url_to_form

from erp_b2b_smartbill import audit, features
from erp_b2b_smartbill.customers.onboard import CustomerExists
from erp_b2b_smartbill.customers.search import keep
from erp_b2b_smartbill.exceptions import Conflict, invalid, not_found
from erp_b2b_smartbill.registration import again, states
from erp_b2b_smartbill.selecting import company, rights
from erp_b2b_smartbill.smartbill.clients import chunk, conflicts, making, matching, settle, sides, store

ERP, B2B, SMARTBILL, ANAF = "erp", "b2b", "smartbill", "anaf"
REGISTRATION = "B2B Registration"

# the first may lose to another one, the second to a third
TRIES = 3


@dataclass(frozen=True)
class Selected:
	"""`created`: the Customer is new. `linked`: the record of the other source is known to be this Customer since now."""

	customer: str
	created: bool = False
	linked: bool = False

	def view(self) -> dict[str, Any]:
		name = frappe.db.get_value("Customer", self.customer, "customer_name")
		return {**asdict(self), "display_name": name}


def select(hit: str) -> Selected:
	"""The Customer of a hit, by its `id`: `erp:`, `b2b:` or `smartbill:` and the record's name. Raises NotReady, NotFound
	for what the user may not read, NotAllowed, Conflict; then nothing is left of it. The caller commits."""
	source, _colon, name = hit.partition(":")
	way = {ERP: _customer, B2B: _registration, SMARTBILL: _client}.get(source)
	if way is None or not name:
		raise invalid("id", _("An id is erp:, b2b: or smartbill: and the name of a record."))
	return _done(partial(way, name))


def select_company(text: str) -> Selected:
	"""The Customer of a CUI, made of what the tax office says where there is none. As `select`, and raises what
	company.asked raises."""
	cui = company.digits(text)
	known = company.of_cui(cui)
	if not known:
		rights.require_create()
		return _done(partial(_new_company, company.asked(cui)))
	return _done(lambda: Selected(rights.usable(known)))


def _done(way: Callable[[], Selected]) -> Selected:
	for tried in range(1, TRIES + 1):
		# what was read before a lock is no base for a decision: on MariaDB it may be the site as it was
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		try:
			return _used(way())
		except CustomerExists as error:
			frappe.db.rollback()
			frappe.clear_messages()
			if tried == TRIES:
				# the error names those too that the user may not see
				return _used(Selected(rights.usable(error.customers)))
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.DuplicateEntryError) as error:
			frappe.db.rollback()
			# whoever waited in vain for a minute, twice, is told that the database is busy
			if tried == TRIES or (tried > 1 and isinstance(error, frappe.QueryTimeoutError)):
				raise
			frappe.clear_messages()
		except Exception:
			frappe.db.rollback()
			raise
	raise AssertionError


def _used(selected: Selected) -> Selected:
	keep.used(selected.customer)
	return selected


# ERPNext's own


def _customer(name: str) -> Selected:
	found = frappe.db.get_value("Customer", name, ["name", "disabled"], as_dict=True)
	if not found or not rights.may_read(found.name):
		raise not_found(name)
	if found.disabled:
		raise rights.disabled(found.name)
	return Selected(found.name)


# SmartBill's clients


def _client(name: str) -> Selected:
	name = _readable(store.CLIENT, name, features.SYNC)
	sides.lock(name)
	row = next(iter(store.load({"name": name})), None)
	if row is None:
		raise not_found(name)
	if row.customer:
		return Selected(rights.usable([row.customer]))
	if row.status != store.ACTIVE:
		raise Conflict(_("SmartBill does not have {0} any more.").format(row.client_name), code="gone")
	# as the sync would, with everything that follows from it
	chunk.match_at_once(row)
	if row.customer:
		selected = Selected(rights.usable([row.customer]), linked=True)
		return _told(selected, SMARTBILL, row.name)
	if known := matching.surely(row):
		# the same company, but to link it is a person's to decide: several are, or another client is it, or not this one
		return Selected(rights.the_one(known))
	return _told(Selected(_made_of_client(row), created=True, linked=True), SMARTBILL, row.name)


def _made_of_client(row: Any) -> str:
	rights.require_create()
	group = frappe.db.get_value("SmartBill Account", row.account, "new_customer_group")
	made = making.customer_of(
		row, row.account, rights.place("Customer Group", group), rights.place("Territory")
	)
	rights.require_readable(made.customer)
	# whom it could have been is nobody's question any more
	conflicts.close(conflicts.open_of(row.name, conflicts.MATCH_KINDS), settle.MADE)
	row.customer = made.customer
	conflicts.compare(row.account, [row])
	return made.customer


# B2B companies


def _registration(name: str) -> Selected:
	name = _readable(REGISTRATION, name, features.REGISTRATION)
	status, customer = frappe.db.get_value(REGISTRATION, name, ["status", "customer"])
	if status != states.APPROVED:
		raise _not_approved(name, status)
	if customer and frappe.db.exists("Customer", customer):
		return Selected(rights.usable([customer]))
	# somebody deleted it
	doc = again.locked(name)
	if doc.customer and frappe.db.exists("Customer", doc.customer):
		return Selected(rights.usable([doc.customer]))
	if known := again.same_customers(doc):
		# the approval said nothing of these: who reads the company's mail is not let in there
		return Selected(rights.the_one(known))
	rights.require_create()
	made = again.make_customer(
		doc, customer_group=rights.place("Customer Group"), territory=rights.place("Territory")
	)
	rights.require_readable(made)
	return _told(Selected(made, created=True, linked=True), B2B, name)


def _not_approved(name: str, status: str) -> Conflict:
	if status in states.OPEN:
		code, text = "pending_registration", _("The registration {0} is not approved yet: {1}.")
	else:
		code, text = "closed_registration", _("The registration {0} was not approved: {1}.")
	text = text.format(name, _(status))
	place = {"doctype": REGISTRATION, "name": name, "url": get_url_to_form(REGISTRATION, name)}
	return Conflict(text, code=code, problems=[{"field": "id", "message": text, **place}])


# companies that nobody knows


def _new_company(found: company.Company) -> Selected:
	if known := company.of_cui(found.cui):
		# meanwhile
		return Selected(rights.usable(known))
	made = company.make(found)
	rights.require_readable(made)
	# SmartBill's client of this CUI was linked as it was saved
	linked = bool(frappe.db.exists(store.CLIENT, {"customer": made}))
	return _told(Selected(made, created=True, linked=linked), ANAF, found.cui)


def _readable(doctype: str, name: str, switch: str) -> str:
	"""The record's name as it is stored. Raises NotFound, for what is switched off too."""
	stored = frappe.db.get_value(doctype, name, "name") if features.is_on(switch) else None
	if not stored or not frappe.has_permission(doctype, "read", doc=stored):
		raise not_found(name)
	return stored


def _told(selected: Selected, source: str, record: str) -> Selected:
	audit.record(
		audit.CUSTOMER_SELECTED,
		frappe._dict(doctype="Customer", name=selected.customer),
		after={
			"source": source,
			"record": record,
			"created": selected.created,
			"linked": selected.linked,
		},
	)
	return selected
