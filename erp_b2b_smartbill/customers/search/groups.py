"""One row a company, whatever it was found in: pure, apart from what the index is asked.

Hits of the same Customer are one. Without a Customer, the same valid CUI is one company; and so is what `identity.match`
calls sure, by an e-mail address that one company carries, or by name and phone. Two Customers are never made one, nor
are two valid CUIs, whatever a third record shares with both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from erp_b2b_smartbill.customers import identity
from erp_b2b_smartbill.customers.identity import Identity
from erp_b2b_smartbill.customers.search.entries import Party
from erp_b2b_smartbill.customers.search.ranking import Fit, Hit
from erp_b2b_smartbill.customers.search.rights import SOURCE_OF_LANE
from erp_b2b_smartbill.customers.search.tables import (
	CLIENT,
	CLIENT_OF_CUSTOMER,
	CUSTOMER,
	EMAIL,
	PHONE,
	REGISTRATION,
	REGISTRATION_OF_CUSTOMER,
	TAX_ID,
)

# without a Customer, in the order in which one of them stands for the company
LOOSE = (CLIENT, REGISTRATION)
_BEFORE = {
	lane: at for at, lane in enumerate((CUSTOMER, *LOOSE, CLIENT_OF_CUSTOMER, REGISTRATION_OF_CUSTOMER))
}


@dataclass
class Group:
	customer: str | None
	hits: list[Hit] = field(default_factory=list)

	@property
	def fit(self) -> Fit:
		if len(self.hits) == 1:
			return self.hits[0].fit
		return min(hit.fit for hit in self.hits)

	@property
	def cui(self) -> str | None:
		return self.main.cui or next((hit.party.cui for hit in self.hits if hit.party.cui), None)

	@property
	def sources(self) -> set[str]:
		return {SOURCE_OF_LANE[hit.party.lane] for hit in self.hits}

	@property
	def best(self) -> Hit:
		"""The hit that shows why the company was found: of the best ones, that of the Customer."""
		if len(self.hits) == 1:
			return self.hits[0]
		return min(self.hits, key=lambda hit: (hit.fit, hit.party.lane != CUSTOMER, hit.party.party))

	@property
	def main(self) -> Party:
		"""The record that stands for the company."""
		if len(self.hits) == 1:
			return self.hits[0].party
		return min((hit.party for hit in self.hits), key=lambda party: (_BEFORE[party.lane], party.party))


class Index(Protocol):
	"""What the index and the records are asked, a question at a time for all."""

	def contacts(self, parties: Collection[Party], with_phones: Collection[Party]) -> dict[int, set[str]]:
		"""The e-mail addresses of parties, and the phones of some of them, as tokens: kind and value."""

	def carriers(self, emails: Collection[str]) -> dict[str, int]:
		"""How many companies carry an address, in the source that has most of them."""

	def left_apart(self, clients: Collection[str]) -> set[str]:
		"""The clients that a person left without a Customer."""


def grouped(hits: Iterable[Hit]) -> list[Group]:
	"""By Customer, or by CUI."""
	groups: dict[str, Group] = {}
	for hit in hits:
		customer = hit.party.record if hit.party.lane == CUSTOMER else hit.party.customer
		if customer:
			key = f"customer {customer}"
		else:
			key = f"cui {hit.party.cui}" if hit.party.cui else f"party {hit.party.party}"
		groups.setdefault(key, Group(customer or None)).hits.append(hit)
	return list(groups.values())


def joined(groups: list[Group], index: Index) -> list[Group]:
	"""Those that are surely one by their e-mail, or name and phone, made one."""
	if len(groups) < 2 or all(group.customer for group in groups):
		return groups
	return _Joining(groups, index).joined()


class _Joining:
	def __init__(self, groups: list[Group], index: Index):
		self.groups, self.index = groups, index
		names = [group.main.name_key for group in groups]
		often = Counter(names)
		# a phone says something only where the name is the same
		alike = [group for group, name in zip(groups, names, strict=True) if often[name] > 1]
		of_party = index.contacts(_parties(groups), _parties(alike))
		# by what they share, most of them nothing
		self.tokens: dict[int, set[str]] = {}
		self.at: dict[str, list[Group]] = {}
		for group in groups:
			tokens = {token for hit in group.hits for token in of_party.get(hit.party.party, ())}
			if cui := group.cui:
				tokens.add(TAX_ID + cui)
			if tokens:
				self.tokens[id(group)] = tokens
			for token in tokens:
				self.at.setdefault(token, []).append(group)
		self.into: dict[int, Group] = {}
		self.identities: dict[int, Identity] = {}

	def joined(self) -> list[Group]:
		shared = {token for token, several in self.at.items() if len(several) > 1}
		emails = {token[1:] for token in shared if token[0] == EMAIL}
		carriers = self.index.carriers(emails) if emails else {}
		# an address of several companies makes none of them one
		shared -= {EMAIL + email for email, number in carriers.items() if number > 1}
		near = [(one, other) for one in self.groups if not one.customer for other in self._near(one, shared)]
		sure = [(one, other) for one, other in near if self._is_sure(one, other, carriers)]
		clients = {hit.party.record for one, _other in sure for hit in one.hits if hit.party.lane == CLIENT}
		apart = self.index.left_apart(clients) if clients else set()
		of: dict[int, list[Group]] = {}
		for one, other in sure:
			of.setdefault(id(one), []).append(other)
			if other.customer:
				of.setdefault(id(other), []).append(one)
		# whatever comes first: one that may be either of two joins neither
		undecided = {at for at, others in of.items() if not _is_one_company(others)}
		for one in self.groups:
			is_left = id(one) in undecided or any(hit.party.record in apart for hit in one.hits)
			if not one.customer and not is_left:
				self._join(one, [other for other in of.get(id(one), ()) if id(other) not in undecided])
		return [group for group in self.groups if id(group) not in self.into]

	def _join(self, one: Group, others: list[Group]) -> None:
		mine = self._final(one)
		others = [other for other in _different(map(self._final, others)) if other is not mine]
		if not _is_one_company([mine, *others]):
			return
		for other in others:
			target, source = (other, mine) if other.customer else (mine, other)
			target.hits += source.hits
			self.into[id(source)] = target
			mine = target

	def _near(self, one: Group, shared: set[str]) -> list[Group]:
		tokens = sorted(self.tokens.get(id(one), set()) & shared)
		return _different(other for token in tokens for other in self.at[token] if other is not one)

	def _is_sure(self, one: Group, other: Group, carriers: dict[str, int]) -> bool:
		mine, others = self._identity(one), self._identity(other)
		shared = set(mine.emails) & set(others.emails)
		match = identity.match(
			mine, others, email_carriers=max((carriers.get(email, 1) for email in shared), default=1)
		)
		return bool(match and match.sure)

	def _identity(self, group: Group) -> Identity:
		if id(group) not in self.identities:
			tokens = self.tokens[id(group)]
			self.identities[id(group)] = Identity.of(
				cui=group.cui,
				name=group.main.words,
				emails=[token[1:] for token in tokens if token[0] == EMAIL],
				phones=[f"+{token[1:]}" for token in tokens if token[0] == PHONE],
			)
		return self.identities[id(group)]

	def _final(self, group: Group) -> Group:
		while id(group) in self.into:
			group = self.into[id(group)]
		return group


def _parties(groups: Iterable[Group]) -> list[Party]:
	return [hit.party for group in groups for hit in group.hits]


def _is_one_company(groups: Iterable[Group]) -> bool:
	"""Which of two Customers, or of two CUIs, one is, a person has to tell."""
	groups = list(groups)
	return (
		len({group.customer for group in groups if group.customer}) < 2
		and len({group.cui for group in groups if group.cui}) < 2
	)


def _different(groups: Iterable[Group]) -> list[Group]:
	return list({id(group): group for group in groups}.values())
