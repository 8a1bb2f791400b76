"""What is to go wrong: faults of the sandbox, deaths and delays of processes. Made from a seed, pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from typing import Any

PREFIX = "/SBORO/api"
CREATE = f"{PREFIX}/estimate/v2"
READS = {
	"counter": f"{PREFIX}/series",
	"probe": f"{PREFIX}/estimate/invoices",
	"pdf": f"{PREFIX}/estimate/pdf",
}

# No look before the first, and the second this much later: what SmartBill commits after both nobody can foresee.
SETTLING_S, SECOND_LOOK_S = 181, 61
# moments of passes that come too early to prove anything
EARLY_S = (30, 95, 160)
LONGEST_PROVABLE_COMMIT_S = 239

# a person or a scheduled pass waits this long at most in real time
SHORT_READ_TIMEOUT_S = 0.1
READ_TIMEOUT_S = 10


@dataclass(frozen=True)
class Fault:
	"""One fault of the sandbox; `path` None: any reading call."""

	action: str
	when: str = "before"
	path: str | None = CREATE
	nth: int = 1
	delay_s: float = 0
	status: int | None = None
	body: str | None = None

	def order(self) -> dict[str, Any]:
		"""As the control API wants it."""
		match: dict[str, Any] = {"path": self.path or f"{PREFIX}/*", "nth": self.nth}
		if self.path is None:
			match["method"] = "GET"
		values = {"action": self.action, "when": self.when, "delay_s": self.delay_s}
		if self.status:
			values["status"] = self.status
		if self.body:
			values["body"] = self.body
		return {"match": match, "times": 1, **values}

	def __str__(self) -> str:
		place = (self.path or "GET").removeprefix(PREFIX)
		more = f" {self.status}" if self.status else ""
		more += f" {self.delay_s:g} s" if self.delay_s else ""
		return f"{self.action}{more} {self.when} {place}#{self.nth}"


@dataclass(frozen=True)
class Stop:
	"""Where a process is stopped: at its `at`-th point, or the `at`-th one of that `name`. Killed, or held up until
	phase `until` begins (a process that waits for the network, for a processor, for its virtual machine)."""

	at: int
	name: str = ""
	until: int = 0

	@property
	def kills(self) -> bool:
		return not self.until

	def __str__(self) -> str:
		what = "killed" if self.kills else f"held until phase {self.until}"
		return f"{what} at {self.name or 'point'} {self.at}"


# phases of a schedule
CALLERS, FIRST_LOOK, SECOND_LOOK, PERSON, AGAIN = range(1, 6)


@dataclass(frozen=True)
class Caller:
	"""A process that presses the button for a Quotation. `bulk`: as a run does, which has no end of patience;
	`foreign`: just before its first document is sent, somebody types one into the series; `suspended`: while it is held
	up its own stop-watch stands still, as on a machine that sleeps."""

	quotation: int = 0
	presses: int = 1
	bulk: bool = False
	foreign: bool = False
	suspended: bool = False
	stops: tuple[Stop, ...] = ()

	def __str__(self) -> str:
		words = [f"Q{self.quotation}", *(["bulk"] if self.bulk else []), *map(str, self.stops)]
		words += [f"{self.presses} presses"] if self.presses > 1 else []
		words += ["a foreign document first"] if self.foreign else []
		words += ["asleep meanwhile"] if self.suspended else []
		return " ".join(words)


@dataclass(frozen=True)
class Schedule:
	"""`stepped`: one process runs at a time and the seed says which, from point to point; else all run at once.
	`reconcilers` scheduled passes run in phases 2 and 3, the first of them with `reconcile_stops`; with
	`pressed_meanwhile` somebody presses while they do. `early`: passes run before anything can be known, too."""

	seed: int
	callers: tuple[Caller, ...]
	faults: tuple[Fault, ...] = ()
	stepped: bool = False
	reconcilers: int = 1
	reconcile_stops: tuple[Stop, ...] = ()
	pressed_meanwhile: bool = False
	early: bool = False
	name: str = ""

	@property
	def quotations(self) -> int:
		return 1 + max(caller.quotation for caller in self.callers)

	@property
	def read_timeout(self) -> float:
		return SHORT_READ_TIMEOUT_S if any(f.action == "delay" for f in self.faults) else READ_TIMEOUT_S

	def __str__(self) -> str:
		lines = [f"schedule {self.name or self.seed}: " + ("stepped" if self.stepped else "at once")]
		lines += [f"  caller {place}: {caller}" for place, caller in enumerate(self.callers)]
		lines += [f"  fault: {fault}" for fault in self.faults]
		if self.reconcilers > 1 or self.reconcile_stops:
			stops = ", ".join(map(str, self.reconcile_stops))
			lines.append(f"  reconciling: {self.reconcilers} passes {stops}")
		if self.pressed_meanwhile:
			lines.append("  pressed while reconciling")
		if self.early:
			lines.append("  passes run early, too")
		return "\n".join(lines)


def _both(action: str, **values: Any) -> tuple[Fault, ...]:
	return tuple(Fault(action, when, **values) for when in ("before", "after"))


BLOCKED = "Ai depasit limita maxima de requesturi admisa."
# what may happen to a create
ON_CREATE: tuple[Fault, ...] = (
	*_both("delay", delay_s=0.3),
	*_both("drop"),
	*_both("reset"),
	*_both("partial"),
	*_both("status", status=500),
	*_both("html", status=502),
	*_both("html", status=500),
	*_both("malformed"),
	*_both("empty"),
	*_both("null"),
	*_both("no_number"),
	*_both("rate_block"),
	Fault("contradiction", "after"),
	Fault("rate_429"),
	Fault("error_text", status=400, body="Client invalid!"),
	Fault("error_text", status=200, body="Client invalid!"),
	Fault("unauthorized"),
	*(Fault("late_commit", delay_s=delay) for delay in (1, 60, 170, 200, 235)),
)
# what nobody can prevent: the document is committed when it was looked for twice, or twice at once
UNPREVENTABLE: tuple[Fault, ...] = (
	Fault("late_commit", delay_s=300),
	Fault("late_commit", delay_s=900),
	Fault("duplicate"),
)
# what may happen to a call that only reads
ON_READ: tuple[Fault, ...] = (
	Fault("delay", delay_s=0.3, path=None),
	*_both("drop", path=None),
	Fault("reset", path=None),
	Fault("partial", "after", path=None),
	Fault("status", status=500, path=None),
	Fault("html", status=502, path=None),
	Fault("malformed", "after", path=None),
	Fault("empty", path=None),
	Fault("rate_block", path=None),
	Fault("rate_block", "after", path=None),
)


def random_schedule(seed: int) -> Schedule:
	"""The schedule of a seed: always the same."""
	rng = random.Random(f"faults {seed}")
	quotations = rng.choices((1, 2, 3), (6, 3, 1))[0]
	count = max(quotations, rng.choices((1, 2, 3, 4, 6, 8), (50, 32, 8, 4, 3, 3))[0])
	stepped = count <= 4 and rng.random() < 0.5
	callers = [
		Caller(
			quotation=place if place < quotations else rng.randrange(quotations),
			presses=2 if rng.random() < 0.15 else 1,
			bulk=rng.random() < 0.15,
			foreign=rng.random() < 0.06,
		)
		for place in range(count)
	]
	for _ in range(rng.choices((0, 1, 2), (4, 4, 2))[0]):
		_stop(rng, callers, Stop(rng.randint(1, 45)))
	if rng.random() < 0.3:
		_stop(rng, callers, Stop(rng.randint(1, 45), until=rng.choice((2, 3, 4, 5, 6))))
	reconcile_stops = []
	if rng.random() < 0.15:
		until = rng.choice((0, 0, 3, 4))
		reconcile_stops.append(Stop(rng.randint(1, 30), until=until))
	return Schedule(
		seed=seed,
		callers=tuple(callers),
		faults=_faults(rng),
		stepped=stepped,
		reconcilers=2 if rng.random() < 0.12 else 1,
		reconcile_stops=tuple(reconcile_stops),
		pressed_meanwhile=rng.random() < 0.15,
		early=rng.random() < 0.2,
	)


def _stop(rng: random.Random, callers: list[Caller], stop: Stop) -> None:
	place = rng.randrange(len(callers))
	callers[place] = replace(callers[place], stops=(*callers[place].stops, stop))


def _faults(rng: random.Random) -> tuple[Fault, ...]:
	faults = []
	for _ in range(rng.choices((0, 1, 2), (2, 4, 4))[0]):
		kind = rng.choices((ON_CREATE, ON_READ, UNPREVENTABLE), (72, 22, 6))[0]
		fault = rng.choice(kind)
		if kind is ON_READ:
			fault = replace(fault, path=rng.choice((None, *READS.values())), nth=rng.randint(1, 3))
		faults.append(fault)
	return tuple(faults)


@dataclass
class Recorded:
	"""The points of one undisturbed press, in order."""

	names: list[str] = field(default_factory=list)

	def index(self, name: str) -> int:
		return self.names.index(name) + 1

	def moments(self) -> dict[str, Stop]:
		"""The moments at which a process dies, by the names people use."""
		post = self.index("POST before")
		marked = max(i for i, name in enumerate(self.names[: post - 1], 1) if name == "commit after")
		last = max(i for i, name in enumerate(self.names, 1) if name == "commit before")
		answered = self.index("POST answered")
		stored = next(
			i for i, name in enumerate(self.names[answered:], answered + 1) if name == "commit after"
		)
		return {
			"before the claim": Stop(1),
			"after the claim's commit": Stop(self.index("GET before")),
			"after the commit": Stop(marked),
			"before the POST": Stop(post),
			"during the POST": Stop(self.index("POST sent")),
			"after the answer": Stop(answered),
			"after the call's record": Stop(stored),
			"before the last commit": Stop(last),
			"after the last commit": Stop(last + 1),
		}


def deaths(recorded: Recorded) -> Iterator[Schedule]:
	"""Every point of a press at which its process can die."""
	for k, name in enumerate(recorded.names, 1):
		yield Schedule(0, (Caller(stops=(Stop(k),)),), name=f"killed at point {k} ({name})")


def lies(recorded: Recorded) -> Iterator[Schedule]:
	"""Every fault alone."""
	for fault in (*ON_CREATE, *ON_READ, *UNPREVENTABLE):
		yield Schedule(0, (Caller(presses=2),), (fault,), name=f"{fault}, pressed twice")
		if fault.action == "late_commit":
			yield Schedule(0, (Caller(),), (fault,), early=True, name=f"{fault}, looked after early")


def lies_to_the_dying(recorded: Recorded) -> Iterator[Schedule]:
	"""Every fault of a create with every moment of death."""
	for fault in (*ON_CREATE, *UNPREVENTABLE):
		for moment, stop in recorded.moments().items():
			yield Schedule(0, (Caller(stops=(stop,)),), (fault,), name=f"{fault}, killed {moment}")


def concurrent(recorded: Recorded) -> Iterator[Schedule]:
	"""2, 4 and 8 callers at once: for one Quotation and for three, alone, with every fault, with one of them dying."""
	for count in (2, 4, 8):
		for quotations in (1, 3):
			callers = tuple(Caller(place % quotations) for place in range(count))
			if quotations > count:
				continue
			name = f"{count} callers for {quotations}"
			yield Schedule(0, callers, name=name)
			for moment, stop in recorded.moments().items():
				dying = (replace(callers[0], stops=(stop,)), *callers[1:])
				yield Schedule(0, dying, name=f"{name}, one killed {moment}")
			for fault in (*ON_CREATE, *UNPREVENTABLE):
				yield Schedule(0, callers, (fault,), name=f"{name}, {fault}")


def held_up(recorded: Recorded) -> Iterator[Schedule]:
	"""A process held up at every point until the scheduled pass that takes it for lost runs, step by step with it; and
	until everybody is through."""
	for k, name in enumerate(recorded.names, 1):
		for seed, until in ((1, FIRST_LOOK), (2, FIRST_LOOK), (3, SECOND_LOOK), (4, AGAIN), (5, AGAIN + 1)):
			caller = Caller(stops=(Stop(k, until=until),), bulk=seed == 2)
			text = f"held at point {k} ({name}) until phase {until}"
			yield Schedule(1000 * seed + k, (caller,), stepped=True, pressed_meanwhile=seed == 1, name=text)


def at_the_last_moment(recorded: Recorded) -> Iterator[Schedule]:
	"""A process sleeps before it marks its claim as sent, meets the pass that takes it for lost, and dies sending."""
	for k in range(1, recorded.index("GET answered") + 5):
		for seed in range(1, 7):
			stops = (Stop(k, until=FIRST_LOOK), Stop(1, "POST sent"))
			caller = Caller(bulk=seed % 2 == 0, suspended=True, stops=stops)
			text = f"asleep at point {k}, meets a pass ({seed}), killed during the POST"
			yield Schedule(100 * k + seed, (caller,), stepped=True, name=text)


def in_pairs(recorded: Recorded) -> Iterator[Schedule]:
	"""Every pair of faults."""
	for first in (*ON_CREATE, *UNPREVENTABLE):
		for second in (*ON_CREATE, *ON_READ, *UNPREVENTABLE):
			yield Schedule(0, (Caller(), Caller()), (first, second), name=f"{first} and {second}")


def everywhere(recorded: Recorded) -> Iterator[Schedule]:
	"""Every fault with a death at every point."""
	for fault in (*ON_CREATE, *ON_READ, *UNPREVENTABLE):
		for k in range(1, len(recorded.names) + 1):
			yield Schedule(0, (Caller(stops=(Stop(k),)),), (fault,), name=f"{fault}, killed at point {k}")


SYSTEMATIC: dict[str, Callable[[Recorded], Iterator[Schedule]]] = {
	"deaths": deaths,
	"lies": lies,
	"lies-to-the-dying": lies_to_the_dying,
	"concurrent": concurrent,
	"held-up": held_up,
	"last-moment": at_the_last_moment,
	"pairs": in_pairs,
	"everywhere": everywhere,
}


def drawn(families: Sequence[Sequence[Schedule]], count: int, rng: random.Random) -> list[Schedule]:
	"""So many of them all, as many of each family, and of as many callers: the largest would leave no room for others."""
	kinds: dict[tuple[int, int], list[Schedule]] = {}
	for place, family in enumerate(families):
		for schedule in family:
			kinds.setdefault((place, len(schedule.callers)), []).append(schedule)
	queues = [rng.sample(kind, len(kind)) for kind in kinds.values()]
	in_turn = (schedule for turn in zip_longest(*queues) for schedule in turn if schedule)
	return list(islice(in_turn, count))
