"""A page of SmartBill's clients by the V3 API, and what became of asking for it.

There is no "changed since", no time and no list of what was deleted: whoever wants to know reads all pages, in the order
of the ids. Source: docs/smartbill-api.md 1.7, 2.14.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from frappe import _

from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import Client
from erp_b2b_smartbill.smartbill.hints import explain_failure
from erp_b2b_smartbill.smartbill.v3_gate import TOO_MANY
from erp_b2b_smartbill.smartbill.verdict import GATE_CLOSED, NoAnswer, block_seconds

# as many as SmartBill gives
PAGE_SIZE = 100
CLIENT_ID = re.compile(r"cus_[0-9a-f]{32}")
# how a cursor is refused whose client was deleted in the meantime; no document says which of them it is
LOST_CODES = {"malformed_id", "client_not_found", "invalid_field_value", "resource_not_found"}


@dataclass(frozen=True)
class Page:
	"""`next_after` is the cursor of the next page, "" at the end."""

	items: tuple[Any, ...]
	next_after: str


@dataclass(frozen=True)
class Later:
	"""SmartBill or our own gate wants no call before `seconds` are over; nothing went wrong."""

	seconds: int


@dataclass(frozen=True)
class Failed:
	"""`again`: the same may work in a minute; otherwise somebody has to change something first."""

	message: str
	again: bool


class CursorLost:
	"""SmartBill does not know the cursor any more."""


Outcome = Page | Later | Failed | CursorLost


class Reader:
	"""Reads the pages of one account; remembers in which form SmartBill wants the company's code."""

	def __init__(self, client: Client, cif: str):
		self._client = client
		self._forms = list(cif_forms(cif))
		# cursors of this reading: one that comes again would go round for ever
		self._asked: set[str] = set()

	def page(self, after: str) -> Outcome:
		"""The page after the client with this id. To be called with nothing uncommitted."""
		if not after:
			self._asked.clear()
		self._asked.add(after)
		answer: Answer | NoAnswer = NoAnswer(False, GATE_CLOSED)
		for form in self._forms:
			answer = self._client.v3_clients(form, limit=PAGE_SIZE, after=after)
			if not (isinstance(answer, Answer) and "company_not_found" in codes(answer)):
				self._forms = [form]
				break
		if isinstance(answer, NoAnswer):
			if answer.reason == GATE_CLOSED:
				return Later(answer.retry_after or 1)
			return Failed(
				_("SmartBill cannot be reached: {0}.").format(_(explain_failure(answer))), again=True
			)
		if answer.status == TOO_MANY or block_seconds(answer):
			# the gate knows for how long
			return Later(0)
		if answer.status != 200:
			return _refusal(answer, after)
		items, pagination = answer.body.get("items"), answer.body.get("pagination")
		# only a `next` that is null is an end: one that is missing must not make the rest look deleted
		if not isinstance(items, list) or not isinstance(pagination, Mapping) or "next" not in pagination:
			return Failed(_("SmartBill's answer is no page of clients."), again=True)
		return _page(items, pagination.get("next"), self._asked)


def cif_forms(cif: str) -> tuple[str, str]:
	"""With RO and without: which of the two V3 wants is not documented (docs/smartbill-api.md 2.14)."""
	cif = "".join(cif.split())
	return (cif, cif[2:]) if cif.upper().startswith("RO") else (cif, f"RO{cif}")


def codes(answer: Answer) -> set[str]:
	return {rejection.code for rejection in answer.rejections}


def advice(codes: set[str]) -> str:
	"""What to do about a refusal with these codes."""
	if "wrong_environment" in codes:
		return _("This token belongs to SmartBill's test environment; make one in your real account.")
	if "company_not_found" in codes:
		return _("The V3 token belongs to another company: make one for the company of this account.")
	if codes & {"insufficient_permissions"}:
		return _("Give the user of the V3 token the right to read clients in SmartBill.")
	if any(code.startswith("subscription") for code in codes):
		return _(
			"The SmartBill subscription does not include V3; remove the token, or extend the subscription."
		)
	if codes & {"rate_limit_exceeded", "internal_error", "maintenance_in_progress"}:
		return _("Test again in a minute.")
	return _("Make a new V3 token in SmartBill Cloud under Integrari, section API; it is not the API token.")


def _refusal(answer: Answer, after: str) -> Outcome:
	found = codes(answer)
	if after and answer.status in (400, 404) and found & LOST_CODES:
		return CursorLost()
	if answer.status >= 500 or not answer.is_json_object:
		return Failed(_("SmartBill has a problem of its own: {0}").format(answer.text), again=True)
	return Failed(
		_("SmartBill does not give its clients: {0} {1}").format(answer.text, advice(found)), again=False
	)


def _page(items: list[Any], following: Any, asked: set[str]) -> Outcome:
	if following is None:
		return Page(tuple(items), "")
	# Only the cursor is taken from the address that the answer names: the token goes nowhere else.
	cursor = ""
	if isinstance(following, str):
		with suppress(ValueError):
			cursor = parse_qs(urlsplit(following).query).get("after", [""])[0]
	if not CLIENT_ID.fullmatch(cursor) or cursor in asked:
		return Failed(_("SmartBill names no next page that can be asked for."), again=True)
	return Page(tuple(items), cursor)
