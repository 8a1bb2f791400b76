"""How well recommendations foresee what was really ordered: the last order of each customer is left out, and looked for
among ten items. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean

from erp_b2b_smartbill.customers.overview.preferences import LEAST_NEW, MAX_ROWS
from erp_b2b_smartbill.customers.recommend import choice, purchases
from erp_b2b_smartbill.customers.recommend.together import Baskets, Neighbour
from erp_b2b_smartbill.tests.planted import DAYS, Order

TOP = 10
OURS, MOST_SOLD, OWN_MOST = "recommended", "most sold", "bought most by the customer"
# of an order what was never ordered before by that customer
NEW = "new to the customer"


@dataclass
class Found:
	"""Shares from 0 to 1. `hit`: of orders with at least one of the ten; `lines`: of their rows; `new`: of the rows with
	an item that the customer had never ordered, among twenty."""

	hit: float
	lines: float
	new: float


def compare(orders: Mapping[str, Sequence[Order]]) -> dict[str, Found]:
	"""By way of recommending. Customers with one order only teach nothing and are not asked."""
	past = {name: theirs[:-1] for name, theirs in orders.items() if len(theirs) > 1}
	sold: Counter[str] = Counter(item for theirs in past.values() for order in theirs for item in order.items)
	best = [item for item, _times in sold.most_common(MAX_ROWS)]
	everything = set(sold)
	neighbours = _neighbours(past, everything)
	results: dict[str, list[tuple[bool, float, float | None]]] = {OURS: [], MOST_SOLD: [], OWN_MOST: []}
	for name, theirs in past.items():
		wanted, on = orders[name][-1].items.keys(), orders[name][-1].on
		own: Counter[str] = Counter(item for order in theirs for item in order.items)
		ways = {
			OURS: ours(theirs, neighbours, everything, on),
			MOST_SOLD: best,
			OWN_MOST: [item for item, _times in own.most_common(MAX_ROWS)],
		}
		for way, offered in ways.items():
			top = set(offered[:TOP])
			new = wanted - own.keys()
			share = len(new & set(offered)) / len(new) if new else None
			results[way].append((bool(top & wanted), len(top & wanted) / len(wanted), share))
	return {
		way: Found(
			mean(hit for hit, _lines, _new in rows),
			mean(lines for _hit, lines, _new in rows),
			mean([new for _hit, _lines, new in rows if new is not None] or [0]),
		)
		for way, rows in results.items()
	}


def ours(
	theirs: Sequence[Order], neighbours: Mapping[str, Sequence[Neighbour]], on_sale: set[str], on: date
) -> list[str]:
	"""As the tab shows them on that day."""
	chosen = choice.of(_bought(theirs), neighbours, on_sale, on)
	worth = [
		(choice.urgent(one.strength, one.last_on, one.interval_days, on), item) for item, one in chosen.habits
	]
	new = [(choice.of_new(one.score), one.item_code) for one in chosen.suggestions]
	return choice.merged(worth, new, MAX_ROWS, LEAST_NEW)


def _neighbours(past: Mapping[str, Sequence[Order]], on_sale: set[str]) -> dict[str, list[Neighbour]]:
	baskets = Baskets()
	for name, theirs in past.items():
		baskets.add(name, purchases.baskets(_bought(theirs)))
	return dict(baskets.neighbours(on_sale))


def _bought(theirs: Sequence[Order]) -> dict[str, purchases.Days]:
	lines = [(item, order.on, qty) for order in theirs for item, qty in order.items.items()]
	return purchases.bought(lines, theirs[0].on - timedelta(days=DAYS)) if theirs else {}
