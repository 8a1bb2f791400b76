"""What a record is found by, whatever stands in its fields: every token is one that the tables can hold, and nothing
raises."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from erp_b2b_smartbill.customers.search import entries
from erp_b2b_smartbill.customers.search.tables import (
	DOCTYPES,
	DOMAIN,
	EMAIL,
	GROUP,
	KEEPER,
	PAIR,
	PHONE,
	REG_COM,
	TAX_ID,
	TERRITORY,
	TEXT,
)

MAX_TOKEN = 64
TEXTS = st.one_of(
	st.none(),
	st.text(max_size=600),
	st.from_regex(r"[A-Z]{0,3}[0-9 ./+-]{1,40}", fullmatch=True),
	st.sampled_from(
		["S.C. Brutăria Ană S.R.L.", "a@b.ro; c@d.ro", "RO12345674", "J12/345/2019", "0722 123 456"]
	),
)
NAMES = st.text(min_size=1, max_size=140)


def rows(*fields: str, **fixed: Any) -> Any:
	return st.fixed_dictionaries({field: TEXTS for field in fields} | {"name": NAMES} | fixed)


def judge(entry: entries.Entry) -> None:
	party = entry.party
	assert 0 <= party.party < 2**63
	assert len(party.name_key) <= 140 and len(party.words) <= 280
	for token in entry.tokens:
		assert token.token[0] == party.lane in DOCTYPES
		kind, value = token.token[1], token.token[2:]
		assert kind in (TEXT, PAIR, TAX_ID, EMAIL, DOMAIN, PHONE, REG_COM, KEEPER, TERRITORY, GROUP)
		# a Customer may have no territory and no group
		assert value or kind in (TERRITORY, GROUP)
		assert len(token.token) <= MAX_TOKEN
		assert (token.party, token.origin) == (party.party, entries.OWN)


@given(rows("customer_name", "tax_id", "smartbill_reg_com", "email_id", "mobile_no", "b2b_cui"))
def test_customers(row):
	judge(entries.customer(row))


@given(
	rows(
		*("client_name", "vat_code", "reg_com", "contact", "city", "email", "emails", "phone"),
		status=st.just("Active"),
	),
	st.none() | NAMES,
)
def test_clients(row, customer):
	judge(entries.client(row, customer))


@given(
	rows(
		*("company_name", "cui", "reg_com", "first_name", "last_name", "city", "email", "phone"),
		status=st.sampled_from(["Pending", "Approved"]),
	),
	st.none() | NAMES,
)
def test_registrations(row, customer):
	judge(entries.registration(row, customer))


@given(
	rows("first_name", "middle_name", "last_name", "email_id", "phone", "mobile_no"),
	st.lists(TEXTS, max_size=3),
)
def test_contacts_and_addresses(row, more):
	says = entries.contact_says(row, more, more) | entries.address_says(row)
	assert all(1 < len(value) <= MAX_TOKEN - 1 for value in says)
