"""The records of the sandbox (docs/smartbill-api.md section 7.2), and how one is built from JSON that
somebody wrote.

Every field is ready for JSON: amounts are texts such as "277.69", times are seconds or ISO texts.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
Json = dict[str, Any]


class Invalid(ValueError):
	"""Input that cannot be taken. The message is meant for a person."""


@dataclass
class Tax:
	name: str
	percentage: float


def usual_taxes() -> list[Tax]:
	return [
		Tax("Normala", 21),
		Tax("Redusa", 11),
		Tax("Taxare inversa", 0),
		Tax("SDD", 0),
		Tax("SFDD", 0),
		Tax("TVA Inclus", 0),
		Tax("Normala veche", 19),
	]


def usual_units() -> list[str]:
	return ["buc", "kg", "ora", "set", "m"]


@dataclass
class Company:
	cif: str = ""
	name: str = ""
	vat_payer: bool = True
	uses_codes: bool = False
	taxes: list[Tax] = field(default_factory=usual_taxes)
	units: list[str] = field(default_factory=usual_units)


@dataclass
class User:
	email: str
	token: str
	companies: list[str] = field(default_factory=list)
	may_issue: bool = True


@dataclass
class V3Token:
	"""`problem` is the code of section 1.7 that every call with this token is refused with."""

	token: str
	user: str
	cif: str
	problem: str | None = None


@dataclass
class Series:
	"""`type` is p (proforma), f (invoice) or c (receipt)."""

	cif: str
	name: str
	type: str
	next: int = 1
	width: int = 4

	def padded(self) -> str:
		return str(self.next).zfill(self.width)


@dataclass
class V3Client:
	"""A client as V3 shows it; the field names are the API's (section 2.14)."""

	id: str = ""
	name: str = ""
	vatCode: str = ""
	regCom: str = ""
	code: str = ""
	address: str = ""
	city: str = ""
	county: str = ""
	country: str = ""
	bank: str = ""
	iban: str = ""
	email: str = ""
	contact: str = ""
	phone: str = ""
	isVatPayer: bool = False
	brand: str = ""
	deliveryAddresses: list[Json] = field(default_factory=list)


@dataclass
class AnafCompany:
	"""What the tax office knows; `inactive_since` and `struck_off_on` are dates or empty."""

	cui: int
	name: str
	reg_com: str = ""
	county: str = ""
	county_code: str = ""
	city: str = ""
	street: str = ""
	street_number: str = ""
	postal_code: str = ""
	registered_on: str = "2019-02-01"
	vat_payer: bool = False
	inactive_since: str = ""
	struck_off_on: str = ""


@dataclass
class Document:
	"""`number` is "" for a draft. `request` is what was sent, `client` and `rows` what was used of it."""

	id: int
	kind: str
	cif: str
	series: str
	number: str
	draft: bool
	request: Json
	client: Json
	rows: list[Json]
	totals: dict[str, str]
	issue_date: str
	due_date: str
	currency: str
	precision: int
	language: str
	language_fallback: bool
	mentions: str
	created_at: str
	view_hash: str
	url: str = ""
	status: str = "active"
	sent_emails: list[Json] = field(default_factory=list)
	invoices: list[int] = field(default_factory=list)
	estimate: int | None = None
	paid: str = "0.00"
	foreign: bool = False


@dataclass
class Pending:
	"""A create that the server goes on with after its client has gone (the fault `late_commit`)."""

	due: float
	kind: str
	cif: str
	request: str
	base: str
	journal_seq: int


@dataclass
class JournalEntry:
	"""One call as it came in, and what became of it. `status` None: it got no answer."""

	seq: int
	time: str
	method: str
	path: str
	query: str
	headers: dict[str, str]
	body: str
	matched_fault: int | None = None
	status: int | None = None
	response_excerpt: str = ""
	created_document_id: int | None = None


@dataclass
class Meter:
	"""One caller's use of a limit: see `ratelimit.py`."""

	window_start: float = 0.0
	count: int = 0
	blocked_until: float = 0.0
	refusals: int = 0
	day: str = ""
	day_count: int = 0


@dataclass
class Fault:
	"""One way to misbehave: see `faults.py`. `seen` counts the calls that matched, `hits` those that were
	spoiled.
	"""

	id: int
	match: Json
	when: str
	action: str
	times: int = 1
	delay_s: float = 0
	status: int | None = None
	body: str | dict[str, Any] | list[Any] | None = None
	seen: int = 0
	hits: int = 0


@cache
def _layout(record: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
	"""The type of every field, and the names of those without a default."""
	required = (
		one.name for one in fields(record) if one.default is MISSING and one.default_factory is MISSING
	)
	return get_type_hints(record), tuple(required)


def build(record: type[Record], raw: Any) -> Record:
	"""`raw` as a record. Invalid names the first field that is unknown, missing or of another type."""
	if not isinstance(raw, Mapping):
		raise Invalid(f"{record.__name__}: must be a JSON object")
	hints, required = _layout(record)  # type: ignore[arg-type]
	for name in raw:
		if name not in hints:
			raise Invalid(f"{record.__name__}: no field {name!r}; there are {', '.join(hints)}")
	for name in required:
		if name not in raw:
			raise Invalid(f"{record.__name__}: {name} is missing")
	return record(
		**{name: typed(hints[name], value, f"{record.__name__}.{name}") for name, value in raw.items()}
	)


def typed(hint: Any, value: Any, where: str) -> Any:
	"""`value` as the type hint says, records built, containers copied; Invalid names `where` it is not."""
	if type(value) is hint:
		return value
	if isinstance(hint, UnionType):
		for option in get_args(hint):
			try:
				return typed(option, value, where)
			except Invalid:
				continue
		raise Invalid(f"{where}: {value!r} is not allowed here")
	if hint is Any:
		return value
	if hasattr(hint, "__dataclass_fields__"):
		return build(hint, value)
	if get_origin(hint) is list:
		if not isinstance(value, list):
			raise Invalid(f"{where}: must be a list")
		return [typed(get_args(hint)[0], item, where) for item in value]
	if get_origin(hint) is dict:
		if not isinstance(value, dict):
			raise Invalid(f"{where}: must be a JSON object")
		return {key: typed(get_args(hint)[1], item, where) for key, item in value.items()}
	expected = (int, float) if hint is float else hint
	if not isinstance(value, expected) or (isinstance(value, bool) and hint is not bool):
		raise Invalid(f"{where}: {value!r} is not of type {getattr(hint, '__name__', hint)}")
	return value
