"""What people type into a search, class by class, about companies that are there."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

from _parties import Company, company

from erp_b2b_smartbill.customers import identity

FORMS = {"srl", "sa", "snc", "pfa", "sc", "srld"}
COMMON = ("srl", "com", "sc", "trans", "construct", "prod", "serv")
GOAL_MS, GOAL_TYPO_MS = 50, 150


@dataclass(frozen=True)
class Typed:
	"""`number` is the company that is meant; None where none is, or nothing is to be found. `word` is that meant where
	many companies have it: any of them will do."""

	text: str
	number: int | None
	word: str = ""


def two_prefixes(one: Company, chance: random.Random) -> Typed | None:
	words = [word for word in identity.words(one.name) if len(word) >= 3 and word not in FORMS]
	if len(words) < 2:
		return None
	typed = [word[: chance.randint(3, 5)] for word in chance.sample(words, 2)]
	return Typed(" ".join(typed), one.number)


def cui(one: Company, chance: random.Random) -> Typed | None:
	if not one.has_tax_id:
		return None
	kind = chance.random()
	if kind < 0.2:
		return Typed(one.cui[:6], one.number)
	return Typed(f"RO{one.cui}" if kind < 0.7 else one.cui, one.number)


def phone(one: Company, chance: random.Random) -> Typed | None:
	digits = one.phone
	forms = (
		digits,
		f"{digits[:4]} {digits[4:7]} {digits[7:]}",
		f"+40 {digits[1:4]} {digits[4:7]} {digits[7:]}",
		f"{digits[:4]}.{digits[4:]}",
	)
	if chance.random() < 0.2:
		return Typed(digits[:7], one.number)
	return Typed(chance.choice(forms), one.number)


def email(one: Company, chance: random.Random) -> Typed | None:
	if chance.random() < 0.2:
		return Typed(one.email.partition("@")[0] + "@", one.number)
	return Typed(one.email.upper() if chance.random() < 0.2 else one.email, one.number)


def two_common_words(one: Company, chance: random.Random) -> Typed | None:
	return Typed(" ".join(chance.sample(COMMON, 2)), None)


def one_typo(one: Company, chance: random.Random) -> Typed | None:
	words = [
		word for word in identity.words(one.name) if len(word) >= 6 and word.isalpha() and word not in COMMON
	]
	if not words:
		return None
	word = chance.choice(words)
	at = chance.randrange(1, len(word) - 1)
	letter = chance.choice(string.ascii_lowercase)
	wrong = chance.choice(
		(
			word[:at] + word[at + 1 :],
			word[:at] + letter + word[at:],
			word[:at] + letter + word[at + 1 :],
			word[:at] + word[at + 1] + word[at] + word[at + 2 :],
		)
	)
	return Typed(wrong, one.number, word) if wrong != word else None


def no_hit(one: Company, chance: random.Random) -> Typed | None:
	kind = chance.random()
	if kind < 0.5:
		words = ["".join(chance.choices("qwxyzkvj", k=chance.randint(5, 9))) for _ in range(2)]
		return Typed(" ".join(words), None)
	if kind < 0.75:
		return Typed(f"RO9{chance.randrange(10**8, 10**9)}", None)
	return Typed(f"{chance.choice('xyz')}{chance.randrange(10**6)}@nimic-{chance.randrange(10**6)}.ro", None)


@dataclass(frozen=True)
class Class:
	name: str
	percent: int
	of: Callable[[Company, random.Random], Typed | None]
	goal_ms: int = GOAL_MS


CLASSES = (
	Class("two name prefixes", 30, two_prefixes),
	Class("CUI", 20, cui),
	Class("phone", 15, phone),
	Class("e-mail", 10, email),
	Class("two common words", 10, two_common_words),
	Class("one typo", 10, one_typo, GOAL_TYPO_MS),
	Class("no hit", 5, no_hit),
)


def typed(of: Class, rows: int, count: int, seed: int) -> list[Typed]:
	chance = random.Random(f"{of.name} {rows} {seed}")
	found: list[Typed] = []
	while len(found) < count:
		one = company(chance.randrange(rows))
		if not one.is_disabled and (text := of.of(one, chance)):
			found.append(text)
	return found
