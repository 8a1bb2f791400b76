"""What holds of identities whatever people type, looked for with random texts."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from erp_b2b_smartbill import romania
from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.identity import Identity, match

thorough = settings(max_examples=150, deadline=None, derandomize=True)

# any text, and texts that are nearly what is looked for
LETTERS = st.sampled_from("scrldapfiSCRLDAPFIîÎșşȘŞ .-'&,0123456789\u200b\u0307ßİſK")
WORDS = st.sampled_from(
	"SC S.C. SRL S.R.L. SRL-D D SA S A PFA II IF RA GmbH Ltd Co & KG Sp. z o.o. Alfa Beta și and 2 B.V. "
	"Societatea Comercială cu răspundere limitată pe acțiuni Persoană Fizică Autorizată O'Neil".split(" ")
)
NAMES = st.one_of(
	st.text(max_size=60),
	st.text(LETTERS, max_size=30),
	st.lists(WORDS, max_size=12).map(" ".join),
	st.lists(WORDS, min_size=40, max_size=80).map(" ".join),
)
PHONES = st.one_of(
	st.text(max_size=20),
	st.text("0123456789+ ()/.-", max_size=20),
	st.from_regex(r"(\+|00)[1-9][0-9]{5,13}", fullmatch=True),
)
EMAILS = st.one_of(st.text(max_size=40), st.emails(), st.from_regex(r"[a-cK]{1,3}@[a-c]\.ro", fullmatch=True))
CUIS = st.one_of(
	st.text(max_size=15),
	st.from_regex(r"(RO)?[0-9]{2,13}", fullmatch=True),
	st.sampled_from(["12345674", "RO12345674", "98765438", "1090", "42839", "RO22222222"]),
)
REG_COMS = st.one_of(
	st.text(max_size=30),
	st.from_regex(r"[JFC] ?[0-9]{1,2}[/ -][0-9]{1,7}/[0-9]{4}", fullmatch=True),
	st.from_regex(r"[JFC][0-9]{11,13}", fullmatch=True),
)
IBANS = st.one_of(
	st.text(max_size=40), st.sampled_from(["ro49 aaaa 1b31 0075 9384 0000", "DE89370400440532013000"])
)
FEW_NAMES = st.sampled_from(["", "Alfa SRL", "S.C. ALFA SA", "Alfa PFA", "Alfaa", "Beta"])
IDENTITIES = st.builds(
	lambda cui, name, emails, phones, reg_com: Identity.of(
		cui=cui, name=name, emails=emails, phones=phones, reg_com=reg_com
	),
	CUIS,
	st.one_of(FEW_NAMES, NAMES),
	st.lists(st.one_of(st.sampled_from(["a@x.ro", "b@x.ro"]), EMAILS), max_size=3),
	st.lists(st.one_of(st.sampled_from(["0722123456", "0733123456"]), PHONES), max_size=3),
	st.one_of(st.sampled_from(["J12/345/2019", "J2019000345121"]), REG_COMS),
)


@thorough
@given(NAMES)
@example("S SRL RL")
@example("A SRL B")
@example("s r l d")
@example("x" * 138 + " sa")
@example("x" * 137 + " salut")
def test_a_name_key_is_its_own_key_and_fits_its_field(name):
	key = identity.name_key(name)
	assert identity.name_key(key) == key
	assert len(key) <= 140 and key == " ".join(key.split())
	key.encode()


@thorough
@given(NAMES)
def test_blanks_around_a_name_and_its_case_do_not_count(name):
	if name.isascii():
		assert identity.name_key(f"  {name.upper()} ") == identity.name_key(name)


@pytest.mark.parametrize(
	("form", "texts"),
	[
		(identity.valid_cui, CUIS),
		(identity.normal_email, EMAILS),
		(identity.normal_phone, PHONES),
		(identity.normal_iban, IBANS),
		(identity.reg_com_key, REG_COMS),
	],
	ids=["cui", "email", "phone", "iban", "reg_com"],
)
def test_a_normal_form_is_its_own_normal_form(form, texts):
	@thorough
	@given(texts)
	def check(text):
		normal = form(text)
		if normal:
			assert form(normal) == normal
			assert normal.isascii() and len(normal) <= 140

	check()


@thorough
@given(st.text())
def test_no_text_raises(text):
	for form in (
		identity.valid_cui,
		identity.normal_email,
		identity.emails_in,
		identity.normal_phone,
		identity.phones_in,
		identity.normal_iban,
		identity.name_key,
		identity.reg_com_key,
	):
		form(text)
	Identity.of(cui=text, name=text, emails=[text, None], phones=[text, None], reg_com=text)


@thorough
@given(IDENTITIES, IDENTITIES, st.integers(0, 3))
def test_a_match_does_not_depend_on_who_comes_first(one, other, carriers):
	assert match(one, other, email_carriers=carriers) == match(other, one, email_carriers=carriers)


@thorough
@given(IDENTITIES, IDENTITIES)
def test_two_valid_codes_decide_alone(one, other):
	found = match(one, other)
	if one.cui and other.cui:
		assert (found is not None and found.sure) == (one.cui == other.cui)
		assert found is None or found.reason == identity.CUI
	if found and found.reason == identity.CUI:
		assert romania.is_valid_cui(one.cui)


@thorough
@given(IDENTITIES, IDENTITIES)
def test_a_name_alone_is_never_sure(one, other):
	found = match(Identity(name_key=one.name_key), Identity(name_key=other.name_key))
	assert found is None or not found.sure


@thorough
@given(IDENTITIES)
def test_everybody_who_says_something_is_himself(one):
	if one.cui or one.name_key or one.emails or one.reg_com or one.wrong_cui:
		assert match(one, one) is not None


@pytest.mark.parametrize(
	"hostile",
	[
		"a" * 1_000_000,
		"a." * 500_000,
		"a@" * 500_000,
		"." * 1_000_000,
		"S.R.L." * 200_000,
		"0" * 1_000_000,
		"\ufdfa" * 100_000,
		"e\u0301\u0301" * 300_000,
		"a " * 500_000,
		"'" * 1_000_000,
	],
	ids=range(10),
)
def test_a_giant_text_takes_no_time(hostile):
	started = time.process_time()
	Identity.of(cui=hostile, name=hostile, emails=[hostile], phones=[hostile], reg_com=hostile)
	identity.normal_iban(hostile)
	assert time.process_time() - started < 0.2
