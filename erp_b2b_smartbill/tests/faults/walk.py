"""Many schedules one after the other, and what they amounted to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from erp_b2b_smartbill.tests.faults import scene, traces, worker
from erp_b2b_smartbill.tests.faults.crew import Crew
from erp_b2b_smartbill.tests.faults.play import Play, Played
from erp_b2b_smartbill.tests.faults.schedules import Caller, Recorded, Schedule, random_schedule
from erp_b2b_smartbill.tests.faults.worker import Place
from erp_b2b_smartbill.tests.sandbox import Sandbox

QUOTATIONS = 3
SEARCH_EVERY = 500


@dataclass
class Report:
	"""What a walk was, in numbers, and what was wrong."""

	schedules: int = 0
	seconds: float = 0
	kills: int = 0
	holds: int = 0
	posts: int = 0
	doubles: int = 0
	faults: Counter[str] = field(default_factory=Counter)
	searched: int = 0
	failures: list[str] = field(default_factory=list)

	def add(self, played: Played) -> None:
		self.schedules += 1
		self.seconds += played.seconds
		self.kills += played.kills
		self.holds += played.holds
		self.posts += played.posts
		self.doubles += played.doubles
		self.faults.update(played.hits)
		if played.wrong:
			self.failures.append(str(played))

	def as_dict(self) -> dict[str, Any]:
		return {**vars(self), "faults": dict(self.faults)}

	@classmethod
	def from_dict(cls, values: dict[str, Any]) -> Report:
		return cls(**{**values, "faults": Counter(values["faults"])})

	def __str__(self) -> str:
		rate = self.schedules / self.seconds if self.seconds else 0
		faults = ", ".join(f"{name} {number}" for name, number in sorted(self.faults.items()))
		return (
			f"{self.schedules} schedules in {self.seconds:.0f} s ({rate:.1f} a second), {self.posts} creates sent, "
			f"{self.kills} processes killed, {self.holds} held up, {sum(self.faults.values())} faults ({faults}), "
			f"{self.doubles} second documents that nobody can prevent, {self.searched} texts searched for secrets, "
			f"{len(self.failures)} failures"
		)


class Walk:
	"""A context: the scene is prepared on entering and put back on leaving."""

	def __init__(self, place: Place) -> None:
		self._place = place
		self._sandbox = Sandbox(place.sandbox_url)
		self._links: set[str] = set()
		self._answers: list[str] = []
		self.report = Report()

	def __enter__(self) -> Walk:
		self._started = time.time()
		self._made = self._rehearse()
		self._crew = Crew(self._place)
		return self

	def _rehearse(self) -> dict[str, Any]:
		"""Prepare the scene and do everything once in this process, so that what it forks is warm."""
		self._sandbox.reset(**scene.SEED)
		self._sandbox.fault("drop", when="after")
		with worker.opened(self._place):
			made = scene.prepare(self._sandbox.api_url, QUOTATIONS)
		quotations = made["quotations"]
		self._aside(worker.press, quotations[0])
		self._aside(worker.reconcile)
		self._aside(scene.reset, made, 10)
		self._aside(worker.press, quotations[0])
		self._aside(scene.observe, made["account"], quotations, made["since"])
		self._aside(scene.reset, made, 10)
		return made

	def _aside(self, command: Callable[..., Any], *arguments: Any) -> None:
		with worker.opened(self._place):
			command(*arguments)

	def __exit__(self, *error: object) -> None:
		try:
			self._crew.do("put_back", made=self._made)
		finally:
			self._sandbox.reset()
			self._crew.dismiss()

	def record(self) -> Recorded:
		"""The points of one undisturbed press."""
		return Recorded(self.play(Schedule(0, (Caller(),), name="undisturbed")).points)

	def play(self, schedule: Schedule) -> Played:
		played = Play(self._crew, self._sandbox, self._made, schedule).run()
		self.report.add(played)
		self._links |= played.links
		self._answers += played.answers
		if self.report.schedules % SEARCH_EVERY == 0:
			self.search()
		return played

	def go(
		self,
		schedules: Iterable[Schedule],
		*,
		seconds: float = float("inf"),
		at_least: int = 0,
		max_failures: int = 3,
		progress: Callable[[Report], None] = lambda report: None,
	) -> Report:
		"""Play them until the time is over, but so many at least."""
		end = time.monotonic() + seconds
		for number, schedule in enumerate(schedules):
			if (time.monotonic() > end and number >= at_least) or len(self.report.failures) >= max_failures:
				break
			self.play(schedule)
			progress(self.report)
		self.search()
		return self.report

	def search(self) -> None:
		"""Look for secrets in all that was kept, logged and answered since the last time."""
		found = self._crew.do("search", links=sorted(self._links), since=self._started)
		self.report.searched += found["read"] + len(self._answers)
		leaks = found["found"]
		for answer in self._answers:
			leaks += [f"an answer: {word}" for word in traces.found_in(answer, self._links)]
		if leaks:
			self.report.failures.append("secrets left behind:\n" + "\n".join(sorted(set(leaks))[:20]))
		self._crew.do("forget", since=self._made["since"])
		self._links.clear()
		self._answers.clear()


def random_schedules(seed: int, step: int = 1) -> Iterator[Schedule]:
	return (random_schedule(number) for number in count(seed, step))
