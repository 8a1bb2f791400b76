"""Business events: who did what to which document, on whose behalf, from where, before and after, and why. Written here
and nowhere else. What becomes of them afterwards: sealing.py, verify.py, erasing.py."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import frappe
from frappe.utils.password import get_encryption_key

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit import lines, origin, personal, signing
from erp_b2b_smartbill.bulk_insert import insert_rows
from erp_b2b_smartbill.masking import mask
from erp_b2b_smartbill.text import N_, without_markup

if TYPE_CHECKING:
	from frappe.model.document import Document

EVENT = "Business Event"
# those that `record` inserts just now: a flag could be set by a Server Script, too
being_recorded: WeakSet[Document] = WeakSet()

ACCOUNT_CREATED = N_("SmartBill Account created")
ACCOUNT_CHANGED = N_("SmartBill Account changed")
ACCOUNT_DELETED = N_("SmartBill Account deleted")
ACCOUNT_PAUSED = N_("SmartBill Account paused")
ACCOUNT_WENT_LIVE = N_("SmartBill Account switched to Live")
ACCOUNT_RESUMED = N_("SmartBill Account resumed")
ACCOUNT_SERIES_SWITCHED = N_("SmartBill Account switched to the spare series")
ACCOUNT_COUNTER_MOVED = N_("Series moved without this site")
ACCOUNT_NOTICE_SEEN = N_("Notice about the series seen")
ACCOUNT_DRAFT_CHECKED = N_("SmartBill Account checked with a draft")
ACCOUNT_LIVE_CHECKED = N_("SmartBill Account checked with a real proforma")
SETTINGS_CHANGED = N_("B2B Settings changed")
TIER_CHANGED = N_("B2B Tier changed")
TIER_DELETED = N_("B2B Tier deleted")
CUSTOMER_TIER_CHANGED = N_("Tier of the Customer changed")
CREDIT_LIMIT_REQUESTED = N_("Credit limit requested")
CREDIT_LIMIT_DECIDED = N_("Credit limit request decided")
CREDIT_LIMIT_WITHDRAWN = N_("Credit limit request withdrawn")
CREDIT_LIMIT_CHANGED = N_("Credit limit of the Customer changed")
CREDIT_LIMIT_OF_GROUP_CHANGED = N_("Credit limits of the Customer Group changed")
CREDIT_LIMIT_OF_COMPANY_CHANGED = N_("Credit limit of the Company changed")
REGISTRATION_SUBMITTED = N_("Registration submitted")
REGISTRATION_CONFIRMED = N_("E-mail of the registration confirmed")
REGISTRATION_PENDING = N_("Registration waits for a manager")
REGISTRATION_APPROVED = N_("Registration approved")
REGISTRATION_REJECTED = N_("Registration rejected")
REGISTRATION_TERMS_CHANGED = N_("Terms of the registration changed")
REGISTRATION_ASKED = N_("Information requested")
REGISTRATION_ANSWERED = N_("Information given")
REGISTRATION_WITHDRAWN = N_("Registration withdrawn")
REGISTRATION_ERASED = N_("Personal data of the registration erased")
REGISTRATION_FILES_DELETED = N_("Documents of the registration deleted")
PROFORMA_CLAIMED = N_("Proforma claimed")
PROFORMA_ISSUED = N_("Proforma issued")
PROFORMA_REJECTED = N_("Proforma rejected")
PROFORMA_NOT_SENT = N_("Proforma not sent")
PROFORMA_UNKNOWN = N_("Proforma unknown")
PROFORMA_LATE_ANSWER = N_("Proforma answered too late")
PROFORMA_NUMBER_ADOPTED = N_("Proforma number adopted")
PROFORMA_ABSENT = N_("Proforma found not to exist")
PROFORMA_LOOKED_FOR = N_("Proforma looked for")
PROFORMA_DUPLICATE = N_("Proforma found twice in SmartBill")
PROFORMA_CANCELLED = N_("Proforma cancelled")
PROFORMA_RESTORED = N_("Proforma restored")
PROFORMA_EMAILED = N_("Proforma sent by e-mail")
PROFORMA_EMAIL_UNKNOWN = N_("Proforma perhaps sent by e-mail")
PROFORMA_LINKED = N_("Proforma linked by hand")
PROFORMA_UNLINKED = N_("Proforma unlinked")
PROFORMA_FINISHED = N_("Proforma draft finished in SmartBill")
PROFORMA_DISCARDED = N_("Proforma draft given up")
PROFORMA_DELETED = N_("Proforma of nothing deleted with its Quotation")
PROFORMA_FOLLOWED = N_("Proforma's invoice or payment changed")
PROFORMA_MISSING = N_("Proforma missing in SmartBill")
INVOICE_FOUND = N_("Invoice found in SmartBill")
INVOICE_MISSING = N_("Invoice missing in SmartBill")
INVOICE_CLAIMED = N_("Invoice claimed")
INVOICE_ISSUED = N_("Invoice issued")
INVOICE_REJECTED = N_("Invoice rejected")
INVOICE_NOT_SENT = N_("Invoice not sent")
INVOICE_UNKNOWN = N_("Invoice unknown")
INVOICE_LATE_ANSWER = N_("Invoice answered too late")
INVOICE_NUMBER_ADOPTED = N_("Invoice number adopted")
INVOICE_ABSENT = N_("Invoice found not to exist")
INVOICE_LOOKED_FOR = N_("Invoice looked for")
INVOICE_DUPLICATE = N_("Invoice found twice in SmartBill")
QUOTATION_ACCEPTED = N_("Quotation accepted by the buyer")
QUOTATION_DECLINED = N_("Quotation declined by the buyer")
CLIENT_LINKED = N_("SmartBill Client linked with a Customer")
CLIENT_UNLINKED = N_("SmartBill Client unlinked from its Customer")
CLIENT_RELEASED = N_("SmartBill Client left to the sync again")
CUSTOMER_SELECTED = N_("Customer made or linked by picking")
SYNC_STARTED = N_("Sync of SmartBill's clients started")
CONFLICT_SETTLED = N_("Conflict with SmartBill settled")
CONFLICT_CLOSED = N_("Conflict with SmartBill closed")
CUSTOMER_TOOK_SMARTBILL = N_("Customer took over what SmartBill says")
MERGE_PROPOSED = N_("Merge of two Customers proposed")
PDF_STORED = N_("Proforma PDF stored")
DOCUMENT_RENAMED = N_("Document renamed")
PERSONAL_ERASED = N_("Personal values of events erased")
HEAD_ACCEPTED = N_("Shorter chain of events accepted")


def record(
	event: str,
	doc: Document,
	before: dict[str, Any] | None = None,
	after: dict[str, Any] | None = None,
	reason: str | None = None,
	*,
	personal: Collection[str] = (),
	on_behalf_of: str | None = None,
) -> Document:
	"""One Business Event in the caller's transaction: it stands or falls with the change it tells of.

	`before` and `after` are plain values; secrets in them are masked, personal values stored apart: those that
	personal.py knows, and the keys named in `personal` (`reason` is one). `on_behalf_of` is the user who asked, where
	somebody else acts; a job acts for the document's `requested_by` by itself.
	"""
	comes_from = origin.here()
	entry = frappe.get_doc(
		{
			"doctype": EVENT,
			"event": event,
			"occurred_at": clock.now(),
			**content_of(
				doc.doctype,
				doc.name,
				before,
				after,
				reason,
				personal,
				# what tells of erasing is not erased itself
				keeps_name=event != PERSONAL_ERASED,
			),
			**_who(*origin.actors(doc, comes_from, on_behalf_of), comes_from),
		}
	)
	being_recorded.add(entry)
	# what it refers to was just saved
	entry.flags.ignore_links = True
	# it is signed as it is inserted, see the DocType: the framework may change a text before that
	return entry.insert(ignore_permissions=True)


def record_many(
	event: str, acts: list[tuple[str, str, dict[str, Any] | None]], reason: str | None = None
) -> None:
	"""The same event of many documents, each (doctype, name, after), at once; otherwise as `record`."""
	comes_from = origin.here()
	user, on_behalf_of = origin.actors({}, comes_from)
	key, now = current_key(), clock.now()
	rows = [
		{
			"name": frappe.generate_hash(length=10),
			"event": event,
			"occurred_at": now,
			**content_of(doctype, name, None, after, reason),
			**_who(user, on_behalf_of, comes_from),
		}
		for doctype, name, after in acts
	]
	for row in rows:
		row["signature"] = signing.sign(key, row)
		lines.note(row)
	insert_rows(EVENT, rows)


def current_key() -> signing.Key:
	"""What the site signs and seals with now."""
	return signing.key_of(get_encryption_key())


def content_of(
	doctype: str,
	name: str,
	before: dict[str, Any] | None,
	after: dict[str, Any] | None,
	reason: str | None,
	also_personal: Collection[str] = (),
	*,
	keeps_name: bool = True,
) -> dict[str, Any]:
	"""The fields of an event that say what was done to which document, without secrets, and parted. Without `keeps_name`
	a document that is named after a person is only pointed to."""
	# some are written past Frappe's filter, and a report shows a text as it is
	reason = without_markup(reason) if reason else None
	parted = personal.part(doctype, mask(before or {}), mask(after or {}), reason, also_personal)
	apart = parted.apart
	if doctype in personal.NAMED_BY_PERSON and keeps_name:
		apart = {**apart, "name": name}
	values, digest = personal.store(apart)
	return {
		"reference_doctype": doctype,
		"reference_name": name,
		"original_name": None if doctype in personal.NAMED_BY_PERSON else name,
		"before": _as_json(parted.before),
		"after": _as_json(parted.after),
		"reason": parted.reason,
		"personal": values,
		"personal_digest": digest,
	}


def _who(user: str, on_behalf_of: str | None, comes_from: str) -> dict[str, Any]:
	who, digest = personal.store({"user": user, "on_behalf_of": on_behalf_of, "ip": origin.address()})
	return {
		"user": user,
		"on_behalf_of": on_behalf_of,
		"origin": comes_from,
		"who": who,
		"who_digest": digest,
	}


def changes(doc: Document) -> tuple[dict[str, Any], dict[str, Any]]:
	"""What a save changes, as (before, after), for use in `on_update`. A password is only named as changed."""
	previous = doc.get_doc_before_save()
	before: dict[str, Any] = {}
	after: dict[str, Any] = {}
	for field in doc.meta.fields:
		name = field.fieldname
		if field.fieldtype == "Password":
			continue
		if name in doc.meta.get_valid_columns() or field.fieldtype in frappe.model.table_fields:
			old, new = (_value(previous, field) if previous else None), _value(doc, field)
			# nothing is nothing: what was never stored and what is stored empty
			if (old or None) != (new or None):
				before[name], after[name] = old, new
	if doc.flags.changed_passwords:
		after["changed_passwords"] = doc.flags.changed_passwords
	return before, after


def content(doc: Document) -> dict[str, Any]:
	"""What a document holds, for the event of its deletion. A password is not among it."""
	values = {
		field.fieldname: _value(doc, field)
		for field in doc.meta.fields
		if field.fieldtype != "Password"
		and (field.fieldname in doc.meta.get_valid_columns() or field.fieldtype in frappe.model.table_fields)
	}
	return {name: value for name, value in values.items() if value}


def note_changed_passwords(doc: Document) -> None:
	"""For use in `validate`, the last moment at which a new password differs from a stored one."""
	doc.flags.changed_passwords = [
		field.fieldname
		for field in doc.meta.get("fields", {"fieldtype": "Password"})
		if doc.get(field.fieldname) and not doc.is_dummy_password(doc.get(field.fieldname))
	]


def _value(doc: Document, field: Any) -> Any:
	value = doc.get(field.fieldname)
	if field.fieldtype not in frappe.model.table_fields:
		return doc.cast(value, field) if value is not None else None
	columns = [
		column.fieldname
		for column in frappe.get_meta(field.options).fields
		if column.fieldtype not in frappe.model.no_value_fields
	]
	return [{column: row.get(column) for column in columns} for row in value or []]


def _as_json(values: dict[str, Any] | None) -> str | None:
	if not values:
		return None
	return json.dumps(values, ensure_ascii=False, indent=1, default=str)
