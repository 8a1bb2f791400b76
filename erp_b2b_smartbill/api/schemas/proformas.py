"""The SmartBill proforma of a Quotation, and what is done with it."""

from __future__ import annotations

from erp_b2b_smartbill.api import proforma_life, proformas
from erp_b2b_smartbill.api.schemas.shapes import (
	DAY,
	FLAG,
	MOMENT,
	NUMBER,
	POSSIBLE,
	TEXT,
	WHOLE,
	ZERO_OR_ONE,
	Body,
	Described,
	Parameter,
	Resource,
	Schema,
	by_key,
	component,
	maybe,
	one_of,
	record,
	rows,
	text,
	told,
)
from erp_b2b_smartbill.smartbill import actions, preview, states
from erp_b2b_smartbill.smartbill.life import mailing
from erp_b2b_smartbill.smartbill.life.cancelling import OUTCOME_UNKNOWN

STATUS = one_of(
	(
		states.QUEUED,
		states.SENDING,
		states.ISSUED,
		states.DRAFT,
		states.REJECTED,
		states.UNKNOWN,
		states.CANCELLED,
		states.INVOICED,
	)
)
PAYMENT = maybe(one_of(("Unpaid", "Partly Paid", "Paid")))

_LOOK = maybe(
	record(
		{
			"at": TEXT,
			"counter": maybe(WHOLE),
			"complete": FLAG,
			"seen": rows(record({"number": TEXT, "sight": TEXT})),
		}
	)
)
_INVOICE = record(
	{
		"name": TEXT,
		"series": maybe(TEXT),
		"number": maybe(TEXT),
		"status": STATUS,
		"needs_person": FLAG,
		"total": maybe(NUMBER),
		"paid": maybe(NUMBER),
		"pdf_url": maybe(TEXT),
		"document_url": maybe(TEXT),
		"message": maybe(TEXT),
	}
)
PROFORMA = component(
	"Proforma",
	record(
		{
			"name": TEXT,
			"quotation": TEXT,
			"quotation_state": one_of(("submitted", "amended", "cancelled")),
			"status": STATUS,
			"settled": told(FLAG, "False while SmartBill may or may not have the document."),
			"needs_person": FLAG,
			"message": TEXT,
			"can": by_key(POSSIBLE, actions.ACTIONS),
			"smartbill_document_id": maybe(WHOLE),
			"series": maybe(TEXT),
			"number": told(maybe(TEXT), "With its leading zeros."),
			"is_draft": FLAG,
			"origin": one_of(("Issued here", "Linked by hand")),
			"issue_date": maybe(DAY),
			"due_date": maybe(DAY),
			"currency": maybe(TEXT),
			"net_total": maybe(NUMBER),
			"vat_total": maybe(NUMBER),
			"grand_total": maybe(NUMBER),
			"pdf_url": told(maybe(TEXT), "A private file of the site, null until it is stored."),
			"pdf_error": maybe(TEXT),
			"document_url": maybe(TEXT),
			"notices": rows(TEXT),
			"cancelled_at": maybe(MOMENT),
			"emailed_at": maybe(MOMENT),
			"next_look_at": maybe(MOMENT),
			"expected_number": maybe(WHOLE),
			"evidence": told(
				maybe(record({"first": _LOOK, "last": _LOOK, "pdfs": by_key(TEXT), "number": maybe(TEXT)})),
				"What was seen in SmartBill, for whoever decides about an unknown outcome.",
			),
			"payment_status": PAYMENT,
			"invoiced_total": maybe(NUMBER),
			"paid_amount": maybe(NUMBER),
			"followed_at": maybe(MOMENT),
			"follow_error": maybe(TEXT),
			"invoices": rows(_INVOICE),
		}
	),
)
_TOTALS = record({"net": NUMBER, "vat": NUMBER, "total": NUMBER})
_CHECK = record(
	{
		"level": one_of((preview.OK, preview.NOTICE, preview.PROBLEM)),
		"message": TEXT,
		"field": TEXT,
		"doctype": TEXT,
		"name": TEXT,
	}
)
PREVIEW = component(
	"ProformaPreview",
	record(
		{
			"ready": FLAG,
			"mode": TEXT,
			"seller": record({"name": TEXT, "cif": TEXT, "series": maybe(TEXT)}),
			"client": record(
				{
					field: {"type": ["string", "boolean"]} if field == "is_tax_payer" else TEXT
					for field in preview.CLIENT.values()
				}
			),
			"issue_date": DAY,
			"due_date": DAY,
			"currency": TEXT,
			"exchange_rate": NUMBER,
			"language": TEXT,
			"mentions": TEXT,
			"rows": rows(
				record(
					{
						"name": TEXT,
						"code": TEXT,
						"description": TEXT,
						"quantity": maybe(NUMBER),
						"unit": TEXT,
						"price": maybe(NUMBER),
						"vat_name": TEXT,
						"vat_rate": NUMBER,
						"net": NUMBER,
						"vat": NUMBER,
						"total": NUMBER,
						"is_discount": FLAG,
						"is_charge": FLAG,
					}
				)
			),
			"vat": rows(
				record({"name": TEXT, "rate": NUMBER, "base": NUMBER, "by_row": NUMBER, "by_rate": NUMBER})
			),
			"smartbill": told(
				maybe(record({"by_row": _TOTALS, "by_rate": _TOTALS})),
				"What SmartBill will come to, under both of its ways to round VAT.",
			),
			"erpnext": record({"net": NUMBER, "vat": NUMBER, "total": NUMBER, "rounded_total": NUMBER}),
			"difference": maybe(NUMBER),
			"tolerance": maybe(NUMBER),
			"checks": rows(_CHECK),
		}
	),
)

# codes, by what a call does
_STATE = ("not_possible", "changed")
_READS = {
	422: ("not_ready", "smartbill_refused"),
	429: ("smartbill_rate_limited", "too_many_calls"),
	502: ("smartbill_credentials_refused",),
	503: ("smartbill_unreachable",),
}
_CHANGES = {**_READS, 409: (*_STATE, "paused", "not_live")}
# asked twice without a clear answer: the same request may be sent again
_OUTCOME_UNKNOWN = ("smartbill_unreachable", OUTCOME_UNKNOWN)
_ISSUES = {
	**_READS,
	409: (
		*_STATE,
		"paused",
		"not_live",
		"not_submitted",
		"cancelled",
		"lost",
		"series_unsettled",
		"invoice_unsettled",
		"restore_unsettled",
		"number_taken",
		"already_issued",
		"missing",
	),
	503: ("smartbill_unreachable", "series_busy"),
}

REASON: Schema = {"type": "string", "minLength": 3, "description": "Kept for the audit."}
_NUMBER: Schema = {
	"type": "string",
	"description": "As it stands on the document.",
	"examples": ["0042"],
}
_DECISION = Body(
	{
		**record(
			{"action": one_of(proformas.DECISIONS), "note": told(REASON, "How you know.")},
			{"number": told(_NUMBER, "Of the document that is ours, to adopt it.")},
		)
	},
	{"action": "absent", "note": "Looked in SmartBill, there is none."},
	is_required=True,
)
_WHY = Body(record({"reason": REASON}), {"reason": "The customer ordered something else."}, is_required=True)
_EMAIL_FIELDS: dict[str, Schema] = {
	"via": one_of((mailing.ERPNEXT, mailing.SMARTBILL)),
	"to": told(TEXT, f"With commas between them; with those of cc at most {mailing.MAX_RECIPIENTS}."),
	"cc": TEXT,
	"subject": text(mailing.MAX_SUBJECT),
	"message": text(mailing.MAX_MESSAGE),
}
_CAN_CHANGE = Described({200: PROFORMA}, body=_WHY, errors=_CHANGES)

RESOURCE = Resource(
	"Proformas",
	"The SmartBill proforma of a Quotation: issued at most once, whatever happens.",
	{"quotation": ("The Quotation's name, which may contain slashes", "SAL-QTN-2026-00001")},
	{
		proformas.show: Described({200: PROFORMA}, notes="Writes nothing."),
		proformas.issue: Described(
			{
				200: {"anyOf": [PROFORMA, PREVIEW]},
				201: PROFORMA,
				202: PROFORMA,
			},
			query=(
				Parameter("dry_run", ZERO_OR_ONE, "1: nothing is sent or written, the answer is a preview."),
			),
			errors=_ISSUES,
			notes=(
				"201: issued by this call. 200: it had one, or the preview. 202: not settled, SmartBill may have created "
				"it: ask again with GET, and do not assume."
			),
		),
		proformas.check: Described(
			{200: PROFORMA, 202: PROFORMA}, errors={**_READS, 409: _STATE}, notes="202 while it is unsettled."
		),
		proformas.settle: Described(
			{200: PROFORMA},
			body=_DECISION,
			errors={**_READS, 409: (*_STATE, "number_taken", "too_early", "not_unknown")},
		),
		proformas.store_pdf: Described({200: PROFORMA}, errors={**_READS, 409: _STATE}),
		proforma_life.cancel: Described(
			{200: PROFORMA},
			body=_WHY,
			errors={
				**_CHANGES,
				409: (*_CHANGES[409], "invoiced", "invoice_unsettled"),
				503: _OUTCOME_UNKNOWN,
			},
		),
		proforma_life.restore: Described(
			{200: PROFORMA},
			body=Body(record({}, {"reason": REASON}), {"reason": "The customer wants it after all."}),
			errors={
				**_CHANGES,
				409: (
					*_CHANGES[409],
					"cancelled",
					"already_issued",
					"restore_unsettled",
					"invoice_unsettled",
				),
				503: _OUTCOME_UNKNOWN,
			},
		),
		proforma_life.discard: _CAN_CHANGE,
		proforma_life.show_email: Described({200: record(_EMAIL_FIELDS)}, errors={409: _STATE}),
		proforma_life.email: Described(
			{200: PROFORMA},
			body=Body(
				record({}, _EMAIL_FIELDS),
				{"via": mailing.ERPNEXT, "to": "ana@alfa.ro"},
			),
			errors={
				**_CHANGES,
				422: ("not_ready", "smartbill_refused", "no_outgoing_email"),
				502: ("smartbill_credentials_refused", "email_outcome_unknown"),
			},
			notes="What is left out is as GET proposes it. 502 email_outcome_unknown: it may have been sent.",
		),
		proforma_life.invoice: Described(
			{200: PROFORMA, 201: PROFORMA, 202: PROFORMA},
			body=Body(record({}, {"issue_date": DAY, "due_date": DAY}), {"due_date": "2026-04-01"}),
			errors=_ISSUES,
			notes="201, 200 and 202 as for the proforma.",
		),
		proforma_life.settle_invoice: Described(
			{200: PROFORMA},
			body=_DECISION,
			errors={**_READS, 409: (*_STATE, "number_taken", "too_early", "not_unknown")},
		),
		proforma_life.follow: Described({200: PROFORMA}, errors=_CHANGES),
		proforma_life.link: Described(
			{201: PROFORMA},
			body=Body(
				record({"series": TEXT, "number": _NUMBER}),
				{"series": "PRF", "number": "0042"},
				is_required=True,
			),
			errors={
				**_READS,
				409: (
					*_CHANGES[409],
					"not_submitted",
					"cancelled",
					"lost",
					"number_taken",
					"already_issued",
				),
			},
		),
		proforma_life.unlink: Described(
			{200: maybe(PROFORMA)},
			body=_WHY,
			errors={409: (*_STATE, "invoiced", "not_linked")},
			notes="Answers the proforma before it, or null.",
		),
	},
)
