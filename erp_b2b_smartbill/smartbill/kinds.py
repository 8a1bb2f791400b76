"""The two kinds of documents that are issued in SmartBill, a proforma and an invoice from it: what differs.

Everything else, the claim, the verdict, the settling of a lost answer, is the same for both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.smartbill.client import Client

if TYPE_CHECKING:
	from erp_b2b_smartbill.smartbill.answers import Answer
	from erp_b2b_smartbill.smartbill.verdict import NoAnswer


@dataclass(frozen=True)
class Events:
	"""The Business Events in the life of a document."""

	claimed: str
	issued: str
	rejected: str
	not_sent: str
	unknown: str
	late: str
	adopted: str
	absent: str
	looked: str
	duplicate: str


@dataclass(frozen=True)
class Kind:
	"""`source` is what the document is made from: at most one live document of it exists."""

	doctype: str
	source_doctype: str
	source_field: str
	series_type: str  # in SmartBill's list of series
	series_field: str  # in the SmartBill Account
	file_name: str
	events: Events
	create: Callable[[Client, str], Answer | NoAnswer]
	fetch_pdf: Callable[[Client, str, str], bytes | Answer | NoAnswer]

	def source_of(self, doc: Any) -> str:
		return doc.get(self.source_field)

	def proforma_of(self, doc: Any) -> str:
		"""The name of the proforma that the document is, or is made from: calls are kept under it."""
		return doc.get("proforma") or doc.name


PROFORMA = Kind(
	doctype="SmartBill Proforma",
	source_doctype="Quotation",
	source_field="quotation",
	series_type="p",
	series_field="proforma_series",
	file_name="proforma",
	events=Events(
		claimed=audit.PROFORMA_CLAIMED,
		issued=audit.PROFORMA_ISSUED,
		rejected=audit.PROFORMA_REJECTED,
		not_sent=audit.PROFORMA_NOT_SENT,
		unknown=audit.PROFORMA_UNKNOWN,
		late=audit.PROFORMA_LATE_ANSWER,
		adopted=audit.PROFORMA_NUMBER_ADOPTED,
		absent=audit.PROFORMA_ABSENT,
		looked=audit.PROFORMA_LOOKED_FOR,
		duplicate=audit.PROFORMA_DUPLICATE,
	),
	create=lambda client, payload: client.create_proforma(payload),
	fetch_pdf=lambda client, series, number: client.proforma_pdf(series, number),
)

INVOICE = Kind(
	doctype="SmartBill Invoice",
	source_doctype="SmartBill Proforma",
	source_field="proforma",
	series_type="f",
	series_field="invoice_series",
	file_name="factura",
	events=Events(
		claimed=audit.INVOICE_CLAIMED,
		issued=audit.INVOICE_ISSUED,
		rejected=audit.INVOICE_REJECTED,
		not_sent=audit.INVOICE_NOT_SENT,
		unknown=audit.INVOICE_UNKNOWN,
		late=audit.INVOICE_LATE_ANSWER,
		adopted=audit.INVOICE_NUMBER_ADOPTED,
		absent=audit.INVOICE_ABSENT,
		looked=audit.INVOICE_LOOKED_FOR,
		duplicate=audit.INVOICE_DUPLICATE,
	),
	create=lambda client, payload: client.create_invoice(payload),
	fetch_pdf=lambda client, series, number: client.invoice_pdf(series, number),
)

KINDS = {kind.doctype: kind for kind in (PROFORMA, INVOICE)}
