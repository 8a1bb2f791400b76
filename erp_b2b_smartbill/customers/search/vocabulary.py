"""The different words of all texts, and what they are looked for by when nothing begins with what was typed: their
trigrams, with the word's edges marked.

Words are never written by the transaction that saves a document: two that meet the same new word would wait for each
other. A job adds them a moment later, so a new word's typos and parts are found from then on; whole words and their
beginnings, which need no vocabulary, at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import frappe
from frappe.utils import create_batch
from frappe.utils.background_jobs import is_job_enqueued
from rapidfuzz import process
from rapidfuzz.distance import OSA

from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.customers.search import tables
from erp_b2b_smartbill.customers.search.tables import GRAM, TEXT, WORD

SHORTEST = 3
# no letter of any word
_BEGIN, _END = "^", "$"
_NOTED = "b2b_search_new_words"
# words that share enough trigrams with a mistyped one to be compared with it
MAX_COMPARED = 20_000
_LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")


def words_of(tokens: Iterable[str]) -> set[str]:
	"""The words among tokens that belong into the vocabulary: numbers and what is too short for a trigram do not."""
	texts = (token[2:] for token in tokens if token[1] == TEXT)
	return {word for word in texts if len(word) >= SHORTEST and not word.isdecimal()}


def meet(tokens: Iterable[str]) -> None:
	"""Have those of the words that nobody has met yet added, once the transaction is committed."""
	new = _unknown(words_of(tokens))
	if new:
		frappe.db.after_commit.add(lambda: _note(new))


def add(words: Collection[str]) -> None:
	"""In the caller's transaction, which should do little else and end soon."""
	# all in one order, so that two who add do not wait for each other crosswise
	new = sorted(_unknown(words))
	tables.insert(WORD, ("word",), [(word,) for word in new], ignore=True)
	grams = sorted({(gram, word) for word in new for gram in _grams(word)})
	tables.insert(GRAM, ("gram", "word"), grams, ignore=True)


def add_noted() -> None:
	"""The background job: the words that were met since the last one."""
	while noted := {_text(word) for word in frappe.cache.smembers(_NOTED)}:
		add(noted)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		frappe.cache.srem(_NOTED, *noted)


def words_with(part: str, limit: int) -> list[str]:
	"""Words with this part in them, the shortest first; not those that begin with it. `part` is folded, as by
	identity.words."""
	if len(part) < SHORTEST or not _LETTERS_AND_DIGITS.fullmatch(part):
		return []
	grams = sorted({part[at : at + 3] for at in range(len(part) - 2)})[:3]
	joins = "".join(
		f" join {GRAM} g{at} on g{at}.gram = %s and g{at}.word = g0.word" for at in range(1, len(grams))
	)
	rows = frappe.db.sql(
		f"select g0.word from {GRAM} g0{joins} where g0.gram = %s and g0.word like %s and g0.word not like %s "
		f"order by length(g0.word), g0.word limit {int(limit)}",
		[*grams[1:], grams[0], f"%{part}%", f"{part}%"],
	)
	return [word for (word,) in rows]


def words_like(word: str, limit: int) -> list[str]:
	"""Words that `word` may be a typing mistake for, the likeliest first: one letter wrong, missing, too many or two
	swapped in 4 to 7 letters, two such mistakes from 8."""
	edits = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
	if not edits:
		return []
	grams = sorted(_grams(word))
	shared = max(1, len(grams) - 3 * edits)
	# two letters that are swapped spoil a trigram more, which may leave none: those words are looked up by themselves
	swapped = [f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}" for at in range(len(word) - 1)]
	# a letter is `_` in every database, whatever else its length is counted by
	shortest, longest = "_" * (len(word) - edits), "_" * (len(word) + edits)
	rows = frappe.db.sql(
		f"select word from (select word from {GRAM} where gram in %s and word like %s and word not like %s"
		f" group by word having count(*) >= %s limit {MAX_COMPARED}) g"
		f" union select word from {WORD} where word in %s",
		[grams, f"{shortest}%", f"{longest}_%", shared, swapped],
	)
	others = [other for (other,) in rows if other != word]
	found = process.extract(word, others, scorer=OSA.distance, score_cutoff=edits, limit=None)
	return [other for other, _edits, _at in sorted(found, key=lambda one: (one[1], one[0]))[:limit]]


def _grams(word: str) -> set[str]:
	marked = f"{_BEGIN}{word}{_END}"
	return {marked[at : at + 3] for at in range(len(marked) - 2)}


def _unknown(words: Collection[str]) -> set[str]:
	unknown = set(words)
	for batch in create_batch(sorted(words), tables.MAX_VALUES):
		marks = ", ".join(["%s"] * len(batch))
		rows = frappe.db.sql(f"select word from {WORD} where word in ({marks})", batch)
		unknown.difference_update(word for (word,) in rows)
	return unknown


def _note(words: Collection[str]) -> None:
	try:
		frappe.cache.sadd(_NOTED, *words)
		# the deduplication itself is noted in the log as an error, each time
		if not is_job_enqueued(_NOTED):
			frappe.enqueue(
				"erp_b2b_smartbill.customers.search.vocabulary.add_noted",
				queue="short",
				job_id=_NOTED,
				deduplicate=True,
			)
	except Exception:
		# what was saved is saved; the nightly walk adds them
		log_masked_error("New words could not be added to the customer search")


def _text(value: bytes | str) -> str:
	return value.decode() if isinstance(value, bytes) else value
