"""Keeps one masked record of every call to SmartBill, also when what follows is rolled back.

A record is committed on its own. That is safe because nobody goes on the network with anything uncommitted: a
transaction held open there would keep locks and an old snapshot for as long as SmartBill takes to answer.
"""

from __future__ import annotations

from collections.abc import Callable

import frappe

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.masking import mask
from erp_b2b_smartbill.smartbill.client import Call
from erp_b2b_smartbill.smartbill.payload import freeze

MAX_KEPT_CHARACTERS = 20_000


def keeper(account: str, proforma: str | None = None) -> Callable[[Call], None]:
	"""The `keep` function of a client for one account, and the proforma that its calls are about."""

	def keep(call: Call) -> None:
		try:
			# like Frappe's own logs: nothing in it needs checking, and nobody has to be told
			frappe.get_doc(
				{
					"doctype": "SmartBill Call",
					"account": account,
					"proforma": proforma,
					"called_at": clock.now(),
					"operation": call.operation,
					"method": call.method,
					"path": call.path,
					"query": freeze(mask(dict(call.query))),
					"request": call.request[:MAX_KEPT_CHARACTERS],
					"http_status": call.status,
					"response": call.response[:MAX_KEPT_CHARACTERS],
					"failure": call.failure,
					"failed": int(bool(call.failure) or call.status >= 400),
					"duration_ms": call.duration_ms,
				}
			).db_insert()
			# the record outlives whatever happens next, see the top of this module
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		except Exception:
			# an answer of SmartBill must not be lost because its log could not be written
			frappe.db.rollback()
			log_masked_error("SmartBill Call could not be kept")

	return keep
