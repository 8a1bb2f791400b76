"""No input of the customer search is an error, and what is stored is found by any of its words' beginnings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.search import shapes
from erp_b2b_smartbill.customers.search.highlight import ranges

NAMES = [
	"Brutăria Ana SRL",
	"S.C. A B C Trans S.R.L.",
	"D'Or & Fiii SA",
	"Ștefan 2000 PFA",
	"Łódź Группа GmbH",
]
# what people type, and what breaks parsers
PIECES = st.sampled_from(
	[
		*"'\"`%_\\;()[]{}<>|&@.+-/*,:#!?=~^$\0\t\n",
		"RO",
		"J12/",
		"0722",
		"ana@",
		"srl",
		"ș",
		"\u0326",
		"\ud7ff",
		"\U0010ffff",
		"null",
		"%s",
		"--",
	]
)
TEXTS = st.one_of(
	st.text(max_size=60),
	st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=12).map("".join),
	st.from_regex(r"[0-9+().\-/ ROroJ@a-z]{1,40}", fullmatch=True),
)
SETTINGS = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(TEXTS)
def test_every_text_is_taken_for_something(text: str) -> None:
	query = shapes.read(text)
	assert query.searched in set(shapes.SEARCHED.values())
	for reading in (*query.readings, query.plain):
		assert len(reading) <= 3 * shapes.MAX_WORDS
		for term in reading:
			assert term.prefixes
			for prefix in term.prefixes:
				assert 2 <= len(prefix) <= 61
				assert prefix < shapes.upper_bound(prefix)
	assert shapes.read(f"  {text} ").readings == query.readings or text != text.strip()


@SETTINGS
@given(TEXTS)
def test_a_name_s_own_words_are_always_marked_in_it(text: str) -> None:
	words = identity.words(text)
	marked = ranges(text, words)
	assert all(0 <= start < end <= len(text) for start, end in marked)
	assert all(one[1] <= other[0] for one, other in pairwise(marked))
	assert ranges(text, [], []) == []


@pytest.fixture(scope="module")
def searching(connected: Any) -> Iterator[Any]:
	"""The site with a few names in its index; nothing of it is committed."""
	import frappe

	from erp_b2b_smartbill import features
	from erp_b2b_smartbill.api import customers, envelope
	from erp_b2b_smartbill.customers.search import state
	from erp_b2b_smartbill.tests import books, factories

	frappe.db.rollback()
	frappe.set_user("Administrator")
	books.make_what_stays()
	for switch in (features.SEARCH, features.SYNC, features.REGISTRATION):
		frappe.db.set_single_value("B2B Settings", switch, 1)
	frappe.db.set_single_value(state.STATE, "state", state.READY)
	for name in NAMES:
		factories.customer(customer_name=name, tax_id="", address=None)

	def ask(**given: Any) -> Any:
		"""As the route does, without its envelope: an exception that is no refusal comes out."""
		with patch.object(frappe.local, "form_dict", frappe._dict(given)):
			try:
				data, status = customers.search()
			except envelope.AppError as error:
				return error
		assert envelope.success(data, status).status_code == 200
		return data

	yield ask
	frappe.db.rollback()


@SETTINGS
@given(q=TEXTS)
def test_any_text_is_answered(searching: Any, q: str) -> None:
	data = searching(q=q)
	assert isinstance(data, dict), data
	assert {row["source"] for row in data["customers"]} <= {"erp", "b2b", "smartbill"}
	assert all(isinstance(row["match"], dict) == bool(q.strip()) for row in data["customers"])


@SETTINGS
@given(
	given_values=st.fixed_dictionaries(
		{},
		optional={
			"q": st.text(max_size=520),
			"sources": st.one_of(st.text(max_size=20), st.sampled_from(["erp", "b2b,erp", "ERP, smartbill"])),
			"limit": st.one_of(st.integers().map(str), st.text(max_size=5)),
			"start": st.one_of(st.integers().map(str), st.text(max_size=5)),
			"company": st.text(max_size=150),
		},
	)
)
def test_whatever_is_asked_is_answered_or_refused_with_the_field(
	searching: Any, given_values: dict[str, str]
) -> None:
	answer = searching(**given_values)
	if not isinstance(answer, dict):
		assert (answer.http_status_code, answer.code) == (422, "invalid")
		assert {problem["field"] for problem in answer.problems} <= set(given_values)


@SETTINGS
@given(name=st.sampled_from(NAMES), data=st.data())
def test_a_name_is_found_by_the_beginnings_of_its_words(searching: Any, name: str, data: Any) -> None:
	words = data.draw(st.lists(st.sampled_from(identity.words(name)), min_size=1, max_size=4))
	typed = " ".join(word[: data.draw(st.integers(1, len(word)))] for word in words)
	found = [row["display_name"] for row in searching(q=typed, limit="50")["customers"]]
	assert name in found, (typed, found)
