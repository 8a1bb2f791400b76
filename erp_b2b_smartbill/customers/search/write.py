"""The index's rows: what is there, what should be, and the difference written.

Only the difference is written, by exact keys: a document that is saved without a change to what it is found by writes
nothing, and two transactions meet on a row only where they save the same document. Rows that are absent are never
locked, for on MariaDB that would keep others from the space around them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import frappe
from frappe.utils import create_batch, getdate

from erp_b2b_smartbill.customers.search import tables, vocabulary
from erp_b2b_smartbill.customers.search.entries import OWN, Entry, Party, Token
from erp_b2b_smartbill.customers.search.tables import PARTY, TOKEN

PARTY_COLUMNS = Party._fields
TOKEN_COLUMNS = Token._fields
# of one statement that names rows by all their keys
MAX_KEYS = 200


def own(entry: Entry) -> None:
	"""What a record says of itself; what others say of it stays."""
	there = parties([entry.party.party]).get(entry.party.party)
	_write_tokens(_tokens([entry.party.party], OWN), entry.tokens)
	# when it was last active is known to who quotes
	_write_party(there, entry.party, active_too=False)


def said_by(origin: int, tokens: Iterable[Token], of: Collection[int]) -> None:
	"""What a contact or an address says: these tokens and no others of the parties `of`."""
	_write_tokens(_tokens(of, origin), set(tokens))


def whole(entries: Collection[Entry], of: Collection[int]) -> int:
	"""All that the index holds of the parties `of`: nothing of those without an entry. Returns how many were not as they
	should be. When one was last active is not counted: no event follows drafts that change or go."""
	wanted = {entry.party.party: entry for entry in entries}
	there = parties(of)
	now = _tokens(of)
	should = {token for entry in entries for token in entry.tokens}
	changed = {token.party for token in now ^ should}
	_write_tokens(now, should)
	for party, entry in wanted.items():
		if _write_party(there.get(party), entry.party):
			changed.add(party)
	for party in there.keys() - wanted.keys():
		changed.add(party)
	_delete(PARTY, ("party",), [(party,) for party in there.keys() - wanted.keys()])
	return len(changed)


def add(entries: Collection[Entry]) -> None:
	"""Records that the index does not hold yet; what of them is there already is newer and stays."""
	tables.insert(PARTY, PARTY_COLUMNS, [entry.party for entry in entries], ignore=True)
	tables.insert(
		TOKEN, TOKEN_COLUMNS, sorted(token for entry in entries for token in entry.tokens), ignore=True
	)


def parties(ids: Collection[int]) -> dict[int, Party]:
	return {party.party: party for party in _parties("party", ids)}


def parties_with(column: str, values: Collection[str], lanes: str) -> list[Party]:
	"""The parties of some lanes with one of the values in an indexed column."""
	return [party for party in _parties(column, values) if party.lane in lanes]


def set_active(party: int, day: object) -> None:
	frappe.db.sql(f"update {PARTY} set active_on = %s where party = %s", (day, party))


def _parties(column: str, values: Collection[int | str]) -> list[Party]:
	rows: list[Party] = []
	for batch in create_batch(tuple(values), tables.MAX_VALUES):
		found = frappe.db.sql(
			f"select {', '.join(PARTY_COLUMNS)} from {PARTY} where {column} in %s", (batch,)
		)
		rows += [Party(*row[:-1], getdate(row[-1]) if row[-1] else None) for row in found]
	return rows


def _tokens(ids: Collection[int], origin: int | None = None) -> set[Token]:
	rows: set[Token] = set()
	for batch in create_batch(tuple(ids), tables.MAX_VALUES):
		query = f"select token, party, origin from {TOKEN} where party in %s"
		if origin is None:
			found = frappe.db.sql(query, (batch,))
		else:
			found = frappe.db.sql(f"{query} and origin = %s", (batch, origin))
		rows.update(Token(*row) for row in found)
	return rows


def _write_tokens(there: set[Token], wanted: Collection[Token]) -> None:
	_delete(TOKEN, TOKEN_COLUMNS, sorted(there.difference(wanted)))
	new = sorted(set(wanted) - there)
	tables.insert(TOKEN, TOKEN_COLUMNS, new, ignore=True)
	vocabulary.meet(row.token for row in new)


def _write_party(there: Party | None, party: Party, active_too: bool = True) -> bool:
	if there is None:
		tables.insert(PARTY, PARTY_COLUMNS, [party], ignore=True)
		return True
	"""Whether more than when it was active was written."""
	columns = PARTY_COLUMNS[1:] if active_too else PARTY_COLUMNS[1:-1]
	changes = {name: getattr(party, name) for name in columns if getattr(party, name) != getattr(there, name)}
	if not changes:
		return False
	settings = ", ".join(f"{name} = %s" for name in changes)
	frappe.db.sql(f"update {PARTY} set {settings} where party = %s", [*changes.values(), party.party])
	return bool(changes.keys() - {"active_on"})


def _delete(table: str, keys: Sequence[str], rows: Sequence[Sequence[int | str]]) -> None:
	one = f"({' and '.join(f'{key} = %s' for key in keys)})"
	for batch in create_batch(rows, MAX_KEYS):
		frappe.db.sql(
			f"delete from {table} where {' or '.join([one] * len(batch))}",
			[value for row in batch for value in row],
		)
