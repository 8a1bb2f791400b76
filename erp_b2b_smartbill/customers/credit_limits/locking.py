"""A request under its lock: it is decided, or taken back, once."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from erp_b2b_smartbill import audit, clock
from erp_b2b_smartbill.customers.credit_limits import states
from erp_b2b_smartbill.exceptions import Conflict


def locked(name: str) -> Any:
	"""The open request as it is now, for this transaction alone. Raises Conflict when it was decided."""
	# MariaDB shows a transaction the site as it was at its first plain read: the lock comes before everything else
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	doc = frappe.get_doc("Credit Limit Request", name, for_update=True)
	if doc.status != states.OPEN:
		who = frappe.utils.get_fullname(doc.decided_by)
		raise Conflict(_("{0} decided before: {1}.").format(who, _(doc.status)), code="decided")
	return doc


def closed(doc: Any, event: str, **values: Any) -> None:
	"""Store the decision and the Business Event of it."""
	doc.update({"decided_by": frappe.session.user, "decided_at": clock.now(), **values})
	doc.flags.written_by_decision = True
	doc.save(ignore_permissions=True)
	after = {"status": doc.status}
	if doc.status == states.APPROVED:
		after |= {"approved_limit": doc.approved_limit, "currency": doc.currency}
	audit.record(event, doc, {"status": states.OPEN}, after, reason=doc.decision_reason)
