"""B2B registrations: the applicant's side, open to everybody within limits, and the manager's."""

from __future__ import annotations

from erp_b2b_smartbill.api import registrations as handlers
from erp_b2b_smartbill.api.schemas.customers import LOOK_UP_STATE
from erp_b2b_smartbill.api.schemas.shapes import (
	BULK,
	FLAG,
	MOMENT,
	NUMBER,
	POSSIBLE,
	SWITCH,
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
from erp_b2b_smartbill.customers.onboard import Terms
from erp_b2b_smartbill.registration import bulk, decide, form, places, states, uploads, view

_STATUS = one_of(states.ALL)
_UPLOADS: dict[str, Schema] = {
	"documents": told(
		rows(
			{"type": "string", "contentMediaType": "application/octet-stream"}, maxItems=uploads.MAX_DOCUMENTS
		),
		"PDF, JPG or PNG.",
	)
}
_EXAMPLES = {
	"cui": "RO12345674",
	"company_name": "Alfa Construct SRL",
	"vat_payer": "Yes",
	"country": "Romania",
	"county": "Cluj",
	"city": "Cluj-Napoca",
	"address_line": "Str. Fabricii 1",
	"postal_code": "400001",
	"first_name": "Ana",
	"last_name": "Pop",
	"email": "ana@alfa.ro",
	"phone": "0722 123 456",
	"terms_accepted": True,
	"language": "ro",
	"opened": "1767225600.0123456789abcdef",
}
# the form says more of each: what is wrong with it is told as a problem
_FORM = record(
	{
		**{field: text(form.MAX[field], 1) for field in form.REQUIRED if field != "country"},
		"terms_accepted": told(SWITCH, "True, or 1."),
	},
	{
		**{
			field: text(most)
			for field, most in form.MAX.items()
			if field not in form.REQUIRED or field == "country"
		},
		"opened": told(TEXT, "The signed time of the form; not needed by who is signed in."),
	},
)
_APPLICANT_FIELDS: dict[str, Schema] = {
	"status": _STATUS,
	"company_name": TEXT,
	"submitted_at": MOMENT,
	"email_hint": TEXT,
	"email_confirmed": FLAG,
	"steps": rows(
		record(
			{
				"key": one_of(("received", "confirmed", "decision")),
				"label": TEXT,
				"state": one_of(("done", "current", "todo", "failed")),
			}
		)
	),
	"headline": TEXT,
	"next": TEXT,
	"question": maybe(TEXT),
	"messages": rows(record({"by": one_of(("us", "you")), "text": TEXT, "at": MOMENT})),
	"rejection_reason": maybe(TEXT),
	"documents": rows(TEXT),
	"can": by_key(FLAG, ("answer", "upload", "withdraw", "resend")),
	"contact": record({"email": maybe(TEXT), "phone": maybe(TEXT)}),
	"language": maybe(TEXT),
}
_APPLICANT = component("RegistrationStatus", record(_APPLICANT_FIELDS))
_CONFIRMED = record({**_APPLICANT_FIELDS, "status_url": TEXT})
_KNOWN_COMPANY = record(
	{field: FLAG if field in ("vat_payer", "inactive", "struck_off") else TEXT for field in places.SHOWN}
)
_GIVEN = {**{field: maybe(TEXT) for field in Terms.__dataclass_fields__}, "credit_limit": maybe(NUMBER)}
_REVIEW = component(
	"RegistrationReview",
	record(
		{
			"name": TEXT,
			"status": _STATUS,
			"age_days": WHOLE,
			"late_after_days": WHOLE,
			"late": FLAG,
			"email_confirmed_at": maybe(MOMENT),
			"erased_at": maybe(MOMENT),
			"submitted_at": maybe(MOMENT),
			"mode": maybe(TEXT),
			"rules": told({"type": "object", "additionalProperties": True}, "As they were when it was sent."),
			"reasons": told(rows(TEXT), "Why it was not approved automatically."),
			"applicant": record({field: maybe(TEXT) for field in view.SHOWN_OF_APPLICANT}),
			"anaf": record(
				{
					"state": maybe(TEXT),
					"at": maybe(MOMENT),
					"facts": {"type": "object", "additionalProperties": True},
				}
			),
			"differences": rows(
				record(
					{
						"field": one_of(field for field, _theirs, _label in view.COMPARED),
						"label": TEXT,
						"applicant": TEXT,
						"anaf": TEXT,
					}
				)
			),
			"duplicates": rows(
				record(
					{
						"source": TEXT,
						"name": TEXT,
						"title": maybe(TEXT),
						"reason": TEXT,
						"sure": FLAG,
						"disabled": FLAG,
						"status": maybe(TEXT),
						"url": TEXT,
					}
				)
			),
			"links_to": maybe(TEXT),
			"created": record(
				{
					**dict.fromkeys(("customer", "address", "contact", "user"), maybe(TEXT)),
					"linked_existing": FLAG,
				}
			),
			"given": record(_GIVEN),
			"decision": record(
				{
					"by": maybe(TEXT),
					"by_name": maybe(TEXT),
					"at": maybe(MOMENT),
					"automatically": FLAG,
					"reason": maybe(TEXT),
				}
			),
			"messages": rows(record({"by": TEXT, "user": maybe(TEXT), "text": TEXT, "at": MOMENT})),
			"documents": rows(record({"file_name": TEXT, "url": TEXT, "size": WHOLE, "content_type": TEXT})),
			"can": by_key(POSSIBLE, ("approve", "reject", "ask", "look", "erase")),
		}
	),
)
_MAIL = component("RegistrationMail", record({"subject": TEXT, "message": TEXT}))

_SENTENCE = text(decide.MAX_TEXT, 1)
_BY_TOKEN = Body(
	record({"token": told(TEXT, "Of the e-mail's link.")}), {"token": "a.20260302101500.b"}, is_required=True
)
_LIMITED = {429: ("too_many_requests",)}
_CREATE_ERRORS = {422: ("reload",), 429: ("too_many_requests", "too_fast")}
_DECIDED = {409: ("decided", "not_confirmed")}
_PREVIEW = (Parameter("preview", ZERO_OR_ONE, "1: answers the e-mail, and writes nothing."),)


def _told_with(field: str, example: str) -> Described:
	"""A decision that the applicant reads."""
	return Described(
		{200: {"anyOf": [_REVIEW, _MAIL]}},
		query=_PREVIEW,
		body=Body(record({field: _SENTENCE}), {field: example}, is_required=True),
		errors=_DECIDED,
	)


RESOURCE = Resource(
	"Registrations",
	"A company's request to become a B2B customer.",
	{
		"cui": ("A Romanian fiscal code, with RO or without", "RO12345674"),
		"token": ("Of the link to the status page", "a1b2c3d4e5f6..0123456789"),
		"name": ("The registration's name", "REG-2026-00001"),
		"job": ("The job that the call for many answered", "0123456789abcdef0123"),
	},
	{
		handlers.form: Described(
			{
				200: record(
					{
						"opened": TEXT,
						"terms_url": maybe(TEXT),
						"terms_version": maybe(TEXT),
						"counties": rows(TEXT),
						"max_files": WHOLE,
						"max_file_mb": WHOLE,
						"file_types": rows(TEXT),
					}
				)
			},
		),
		handlers.create: Described(
			{201: record({"status": _STATUS, "token": TEXT, "status_url": TEXT})},
			body=Body(_FORM, _EXAMPLES, is_required=True, uploads=_UPLOADS),
			errors=_CREATE_ERRORS,
			notes="422 names every problem. `opened` comes from GET form.",
		),
		handlers.company: Described(
			{200: record({"state": LOOK_UP_STATE, "company": maybe(_KNOWN_COMPANY)})},
			errors=_LIMITED,
			notes="Never an error of the tax office's.",
		),
		handlers.cities: Described(
			{200: rows(TEXT)},
			query=(
				Parameter("county", {"type": "string", "examples": ["București"]}),
				Parameter("q", TEXT, "The letters typed so far, two at least."),
			),
			errors=_LIMITED,
		),
		handlers.show: Described({200: _APPLICANT}),
		handlers.answer: Described(
			{200: _APPLICANT},
			body=Body(
				record({"text": _SENTENCE}), {"text": "We build houses."}, is_required=True, uploads=_UPLOADS
			),
			errors={**_LIMITED, **_DECIDED},
		),
		handlers.withdraw: Described({200: _APPLICANT}, errors=_DECIDED),
		handlers.resend: Described({200: _APPLICANT}, errors=_LIMITED),
		handlers.confirm: Described({200: _CONFIRMED}, body=_BY_TOKEN, errors={422: ("expired",)}),
		handlers.resend_confirmation: Described({200: record({})}, body=_BY_TOKEN, errors=_LIMITED),
		handlers.open_welcome: Described(
			{200: record({"url": TEXT})}, body=_BY_TOKEN, errors={422: ("expired", "used")}
		),
		handlers.resend_welcome: Described({200: record({})}, body=_BY_TOKEN, errors=_LIMITED),
		handlers.counts: Described(
			{
				200: record(
					{
						"statuses": by_key(record({"count": WHOLE, "oldest_days": WHOLE}), states.ALL),
						"late_after_days": WHOLE,
					}
				)
			}
		),
		handlers.decide_many: Described(
			{200: BULK, 202: BULK},
			body=Body(
				record(
					{
						"action": one_of(bulk.ACTIONS),
						"names": rows(TEXT, minItems=1, maxItems=bulk.MAX_NAMES),
					},
					{"reason": told(TEXT, "Needed to reject: every applicant reads it.")},
				),
				{"action": "reject", "names": ["REG-2026-00001"], "reason": "No company of ours."},
				is_required=True,
			),
			notes=f"A result each; more than {bulk.INLINE} go on in the background: 202 with `job`.",
		),
		handlers.bulk_progress: Described({200: BULK}),
		handlers.review: Described({200: _REVIEW}),
		handlers.approve: Described(
			{200: _REVIEW},
			body=Body(
				record(
					{},
					{
						**_GIVEN,
						"credit_limit": {"type": ["number", "null"], "minimum": 0},
						"customer": told(TEXT, "An existing Customer to link."),
						"create_new": told(SWITCH, "Makes another one all the same."),
					},
				),
				{"tier": "Gold", "create_new": False},
			),
			errors={
				409: (*_DECIDED[409], "choose_customer", "other_company", "customer_exists"),
				422: ("not_ready", "no_outgoing_email"),
			},
			notes="What is not given stays as the form has it.",
		),
		handlers.reject: _told_with("reason", "We sell to builders only."),
		handlers.ask: _told_with("question", "What do you build?"),
		handlers.look: Described({200: _REVIEW}, errors=_DECIDED),
		handlers.erase: Described(
			{200: _REVIEW},
			body=Body(
				record({"reason": text(decide.MAX_TEXT, 1)}),
				{"reason": "The applicant asked."},
				is_required=True,
			),
			errors=_DECIDED,
		),
	},
)
