"""Every behaviour that no source settles, as one table: `GET /__control/knobs` answers from it, and
`POST /__control/knobs` is checked against it (docs/smartbill-api.md section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.records import Invalid

Value = str | int | None

SWITCH = ("on", "off")


@dataclass(frozen=True)
class Knob:
	"""`allowed` is a tuple of the values to choose from, or a type; a knob with default None also takes
	None.
	"""

	name: str
	allowed: tuple[str | int, ...] | type[int] | type[str]
	default: Value
	meaning: str

	def check(self, value: Any) -> Value:
		"""The value to store, or Invalid."""
		if value is None and self.default is None:
			return None
		if isinstance(self.allowed, tuple):
			if self.allowed == SWITCH and isinstance(value, bool):
				return "on" if value else "off"
			if not isinstance(value, bool) and value in self.allowed:
				return self.allowed[self.allowed.index(value)]
		elif self.allowed is str and isinstance(value, str) and value:
			return value
		elif self.allowed is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
			return value
		raise Invalid(f"{self.name}: {value!r} is not allowed; {self.describe_allowed()}")

	def describe_allowed(self) -> str:
		if isinstance(self.allowed, tuple):
			text = "one of " + ", ".join(str(value) for value in self.allowed)
		else:
			text = "a whole number from 0" if self.allowed is int else "a text"
		return text + (" or null" if self.default is None else "")


KNOBS = {
	knob.name: knob
	for knob in (
		# Reading a request
		Knob("lenient_numbers", SWITCH, "off", "numeric strings without % pass as numbers"),
		Knob("lenient_strings", SWITCH, "off", "numbers pass as strings"),
		Knob(
			"null_policy", ("ignore", "error"), "ignore", "null in an optional field: as if absent, or a 400"
		),
		Knob(
			"typo_mode", ("json400", "html500"), "json400", "an unknown field: 400 JSON, or 500 with a page"
		),
		Knob(
			"missing_cif", ("401", "400text"), "401", "a read without cif: 401, or 400 with its own sentence"
		),
		Knob("cif_match", ("exact", "digits"), "exact", "whether V1 finds a company by digits, without RO"),
		Knob("series_param_any_case", SWITCH, "on", "seriesName is read like seriesname in a query"),
		Knob("number_match", ("string", "int"), "string", "whether number 42 finds document 0042"),
		# Answering
		Knob("refusal_status", (400, 200, 422), 400, "HTTP status of a business refusal"),
		Knob("wrap", SWITCH, "off", "classic answers sit in one key such as sbcResponse, as in old editions"),
		Knob("next_number_type", ("int", "string"), "int", "nextNumber of /series: 42, or a padded string"),
		Knob("mu", SWITCH, "on", "/company/mu exists"),
		Knob("legacy_create", SWITCH, "on", "/estimate and /invoice without /v2 exist"),
		# Creating
		Knob("unit_check", SWITCH, "on", "a measuring unit that the account lacks is refused"),
		Knob("negative_price", ("accept", "refuse"), "accept", "a product price below 0"),
		Knob(
			"zero_tax_default", ("Taxare inversa", "TVA Inclus"), "Taxare inversa", "0 % sent without taxName"
		),
		Knob("excess_items", ("clamp", "refuse"), "clamp", "a discount over more rows than precede it"),
		Knob("vat_rounding", ("row", "rate"), "row", "VAT rounded on each row, or on the sum of each rate"),
		Knob("duplicate_client", str, None, "this client name is refused as already existing"),
		Knob("quota_left", int, None, "numbered documents that the package still allows"),
		Knob("email_server", SWITCH, "on", "an email server is configured in the account"),
		# Existing documents
		Knob(
			"pdf_text",
			("plain", "none", "wrapped", "empty", "html"),
			"plain",
			"how much text a PDF gives away",
		),
		Knob("reuse_number", SWITCH, "on", "deleting the last of a series frees its number"),
		Knob("delete_last_only", SWITCH, "off", "only the last estimate of a series may be deleted"),
		Knob("cancel_invoiced", ("allow", "refuse"), "allow", "cancelling an invoiced estimate"),
		Knob("list_drafts", SWITCH, "on", "draft invoices are listed for their estimate"),
		# Limits; 0 switches a limit off
		Knob("v1_limit", int, 30, "V1 calls in a window"),
		Knob("v1_window_s", int, 10, "length of a V1 window in seconds"),
		Knob("v1_block_s", int, 600, "how long V1 stays blocked after one call too many"),
		Knob("block_status", (403, 429, 422), 403, "HTTP status of the V1 block"),
		Knob("block_resets", SWITCH, "on", "a call during the block starts it again"),
		Knob("v3_limit", int, 60, "V3 calls in a window"),
		Knob("v3_window_s", int, 10, "length of a V3 window in seconds"),
		Knob("v3_daily_limit", int, 50_000, "V3 calls a day, to midnight in Bucharest"),
		Knob("v3_cif", ("exact", "digits"), "exact", "whether V3 takes the CIF of the path without RO"),
		Knob(
			"v3_lost_cursor",
			("position", "400", "404"),
			"position",
			"a cursor whose client is gone: its place in the list, or refused as no ID or as no client",
		),
		Knob("anaf_limit", int, 1, "look-ups at ANAF a second"),
	)
}


def defaults() -> dict[str, Value]:
	return {name: knob.default for name, knob in KNOBS.items()}


def checked(changes: Mapping[str, Any]) -> dict[str, Value]:
	"""The changes as they will be stored. Invalid on the first wrong one, so that none is applied."""
	accepted = {}
	for name, value in changes.items():
		if name not in KNOBS:
			raise Invalid(f"{name}: no such knob")
		accepted[name] = KNOBS[name].check(value)
	return accepted


def listing(values: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
	"""What `GET /__control/knobs` answers: for each knob its value, default, allowed values and meaning."""
	return {
		name: {
			"value": values[name],
			"default": knob.default,
			"allowed": knob.describe_allowed(),
			"meaning": knob.meaning,
		}
		for name, knob in KNOBS.items()
	}
