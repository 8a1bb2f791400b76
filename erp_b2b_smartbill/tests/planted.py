"""A shop whose customers have habits that are known: what they buy again and again, what they take along with it, what
everybody buys, and chance. The same seed gives the same shop. Pure, and as large as wanted."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

DAYS = 540
# items of one trade that are bought together
BUNDLE = 4
POPULAR = 25


class Order(NamedTuple):
	on: date
	items: dict[str, float]


class Shop:
	"""`until` is the day after the last one."""

	def __init__(self, items: int, until: date, seed: int = 1):
		self.items = [f"ITEM-{number:05}" for number in range(items)]
		self._until = until
		self._seed = seed
		chance = random.Random(seed)
		shuffled = self.items[POPULAR:]
		chance.shuffle(shuffled)
		self._bundles = [shuffled[at : at + BUNDLE] for at in range(0, len(shuffled), BUNDLE)]
		# customers of a trade buy of the same bundles
		self._trades = [self._bundles[at : at + 25] for at in range(0, len(self._bundles), 25)]

	def orders(self, customer: int) -> Iterator[Order]:
		"""Of one customer, the oldest first."""
		chance = random.Random(self._seed * 1_000_003 + customer)
		trade = chance.choice(self._trades)
		# again and again, each at its own pace
		habits = [
			(chance.choice(chance.choice(trade)), chance.choice((14, 21, 28, 45, 60)), chance.randint(1, 40))
			for _ in range(chance.randint(5, 12))
		]
		due = {item: chance.randint(0, every) for item, every, _qty in habits}
		day, pace = chance.randint(0, 30), chance.choice((7, 14, 14, 21))
		while day < DAYS:
			order: dict[str, float] = {}
			for item, every, qty in habits:
				if due[item] <= day:
					order[item] = max(1, round(qty * chance.uniform(0.8, 1.2)))
					due[item] = day + max(1, round(every * chance.uniform(0.85, 1.15)))
			for item in list(order):
				for other in self._beside(item, trade):
					if chance.random() < 0.15:
						order.setdefault(other, chance.randint(1, 5))
			if chance.random() < 0.6:
				order.setdefault(self.items[int(POPULAR * chance.random() ** 2)], 1)
			if chance.random() < 0.3:
				order.setdefault(chance.choice(self.items), 1)
			if order:
				yield Order(self._until - timedelta(days=DAYS - day), order)
			day += max(1, round(pace * chance.uniform(0.8, 1.3)))

	def _beside(self, item: str, trade: list[list[str]]) -> list[str]:
		return next(([other for other in bundle if other != item] for bundle in trade if item in bundle), [])
