"""Plays one schedule: callers, two scheduled passes, a person, and pressing again; judges every state on the way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from erp_b2b_smartbill.tests.faults import scene, truth
from erp_b2b_smartbill.tests.faults.crew import Crew, Hand, Stuck
from erp_b2b_smartbill.tests.faults.points import Plan
from erp_b2b_smartbill.tests.faults.schedules import (
	AGAIN,
	CALLERS,
	EARLY_S,
	FIRST_LOOK,
	PERSON,
	SECOND_LOOK,
	SECOND_LOOK_S,
	SETTLING_S,
	Caller,
	Schedule,
	Stop,
)
from erp_b2b_smartbill.tests.sandbox import Sandbox

# what a browser waits for by itself before it presses again
SHORT_WAIT_S = 5
MAX_ROUNDS = 14
UNTIL_NIGHT_S = 1200
# how likely a process of a stepped schedule goes on to its next point before another one's turn
GOES_ON = 0.8
REST_S = 5


@dataclass
class Played:
	"""How a schedule went. `story` is what happened, for people."""

	schedule: Schedule
	wrong: list[str] = field(default_factory=list)
	story: list[str] = field(default_factory=list)
	answers: list[str] = field(default_factory=list)
	links: set[str] = field(default_factory=set)
	points: list[str] = field(default_factory=list)
	kills: int = 0
	holds: int = 0
	hits: list[str] = field(default_factory=list)
	posts: int = 0
	doubles: int = 0
	seconds: float = 0

	def __str__(self) -> str:
		return "\n".join(
			[str(self.schedule), *("  " + line for line in self.story), *("! " + w for w in self.wrong)]
		)


@dataclass
class Task:
	"""What a process is asked to do: a command, how often, and what stops it on the way."""

	command: str
	arguments: dict[str, Any]
	label: str
	times: int = 1
	stops: tuple[Stop, ...] = ()
	foreign: bool = False
	suspended: bool = False
	hand: Hand | None = None
	held_until: int = 0
	stepped: bool = False
	tries_left: int = 2

	def plan(self) -> Plan:
		return Plan(
			kill_at=tuple((stop.name, stop.at) for stop in self.stops if stop.kills),
			hold_at=tuple((stop.name, stop.at) for stop in self.stops if not stop.kills),
			stepped=self.stepped,
			foreign=self.foreign,
			suspended=self.suspended,
		)


class Play:
	def __init__(self, crew: Crew, sandbox: Sandbox, made: dict[str, Any], schedule: Schedule) -> None:
		self._crew = crew
		self._sandbox = sandbox
		self._made = made
		self._schedule = schedule
		self._quotations: list[str] = made["quotations"][: schedule.quotations]
		self._rng = random.Random(f"steps {schedule.seed}")
		self._held: list[Task] = []
		self._excused = truth.excuses(schedule)
		self._since = ""
		self._observed: dict[str, Any] = {}
		self._sandboxed = truth.Sandboxed()
		self._settled = False
		self._paused = False
		self.played = Played(schedule)

	def run(self) -> Played:
		started = time.monotonic()
		try:
			self._set_the_scene()
			for phase in (self._callers, self._looks, self._person, self._again, self._end):
				phase()
				if self.played.wrong:
					break
		except Stuck as stuck:
			self.played.wrong.append(str(stuck))
		except AssertionError as failed:
			self.played.wrong.append(f"failed: {failed}")
		self._let_go()
		self.played.seconds = time.monotonic() - started
		return self.played

	# phases

	def _set_the_scene(self) -> None:
		self._sandbox.reset(**scene.SEED)
		self._crew.shared.offset.value, self._crew.shared.calls.value = 0.0, 0
		reset = self._crew.do("reset", made=self._made, read_timeout=self._schedule.read_timeout)
		self._since = reset["now"]
		for fault in self._schedule.faults:
			self._sandbox.order(fault.order())

	def _callers(self) -> None:
		self._perform(CALLERS, [self._calling(caller) for caller in self._schedule.callers])
		self._judge("after the callers")

	def _looks(self) -> None:
		"""Two scheduled passes; most of the time they are left out when there is nothing to look after."""
		if (
			self._settled
			and not self._held
			and not self._schedule.pressed_meanwhile
			and self._rng.random() < 0.8
		):
			return
		passed = 0
		for moment in EARLY_S if self._schedule.early else ():
			self._let_pass(moment - passed)
			passed = moment
			self._perform(CALLERS, [Task("reconcile", {}, "early pass")])
		if passed and self._judge("after the early passes"):
			return
		self._let_pass(SETTLING_S - passed)
		self._reconcile(FIRST_LOOK)
		if self._judge("after the first look"):
			return
		self._let_pass(SECOND_LOOK_S)
		self._reconcile(SECOND_LOOK)
		self._judge("after the second look")

	def _person(self) -> None:
		released = self._perform(PERSON, [])
		if self._settle_as_a_person() or released:
			self._judge("after the person")

	def _again(self) -> None:
		self._perform(AGAIN, [])
		self._press_until_issued()
		if self._held:
			self._judge("after pressing again")
			self._perform(AGAIN + 1, [])
			self._press_until_issued()

	def _end(self) -> None:
		if self._excused:
			# the nightly comparison of counters, after everything that SmartBill still had to do
			self._sandbox.no_faults()
			self._let_pass(UNTIL_NIGHT_S)
			self._crew.do("survey", account=self._made["account"])
		self._judge("in the end")
		self.played.wrong += truth.check_end(self._quotations, self._observed, self._sandboxed)
		self.played.links |= self._sandboxed.links
		self.played.posts = sum(self._sandboxed.posts.values())
		self.played.doubles = sum(len(papers) > 1 for papers in self._sandboxed.papers.values())
		self.played.hits = self._sandboxed.hits

	# what they consist of

	def _calling(self, caller: Caller) -> Task:
		quotation = self._quotations[caller.quotation]
		return Task(
			"press",
			{"quotation": quotation, "bulk": caller.bulk},
			f"Q{caller.quotation}",
			times=caller.presses,
			stops=caller.stops,
			foreign=caller.foreign,
			suspended=caller.suspended,
			stepped=self._schedule.stepped,
		)

	def _reconcile(self, phase: int) -> None:
		schedule = self._schedule
		tasks = [
			Task("reconcile", {}, f"pass {place}", stepped=schedule.stepped)
			for place in range(schedule.reconcilers)
		]
		if phase == FIRST_LOOK:
			tasks[0].stops = schedule.reconcile_stops
		if schedule.pressed_meanwhile:
			quotation = self._rng.randrange(len(self._quotations))
			command = self._rng.choice(("press", "check"))
			arguments = {"quotation": self._quotations[quotation]}
			tasks.append(Task(command, arguments, f"Q{quotation}", stepped=schedule.stepped))
		self._perform(phase, tasks)
		if phase == FIRST_LOOK and any(stop.kills for stop in schedule.reconcile_stops):
			# the scheduler starts it again a minute later
			self._perform(phase, [Task("reconcile", {}, "pass again")])

	def _settle_as_a_person(self) -> bool:
		"""Whether there was anything to decide."""
		if self._settled and not self._held:
			return False
		sandboxed = self._look_at_sandbox()
		seen = self._observe()["seen"]
		unknown = [
			quotation
			for quotation in self._quotations
			if (seen[quotation]["view"]["data"] or {}).get("status") == "Unknown"
		]
		for quotation in unknown:
			papers = sandboxed.papers.get(quotation)
			decision = {"action": "adopt", "number": papers[0].number} if papers else {"action": "absent"}
			for _ in range(MAX_ROUNDS):
				answer = self._crew.do("settle", quotation=quotation, **decision)
				self._tell(f"{decision} of {quotation}", answer)
				if answer["http"] == 200 or answer["code"] in ("not_possible", "not_unknown", "number_taken"):
					break
				self._let_pass(max(answer["retry_after"], REST_S))
		return bool(unknown)

	def _press_until_issued(self) -> None:
		for _ in range(MAX_ROUNDS):
			if not self._press_again():
				break

	def _press_again(self) -> bool:
		"""One round of pressing where it is not issued yet; False when nothing is left to do."""
		left = False
		for place, quotation in enumerate(self._quotations):
			answer = self._crew.do("press", quotation=quotation)
			self._tell(f"Q{place} again", answer)
			self.played.wrong += truth.check_answer(answer)
			data, code = answer["data"], answer["code"]
			if data and data["status"] == "Issued":
				continue
			left = True
			if code == "paused":
				self._crew.do("unpause", account=self._made["account"])
				self._paused = False
			elif data:
				self._let_pass(SETTLING_S)
				self._crew.do("reconcile")
				self._let_pass(SECOND_LOOK_S)
				self._crew.do("reconcile")
				self._settled = False
				self._settle_as_a_person()
			self._let_pass(max(answer["retry_after"], REST_S))
		return left and not self.played.wrong

	# processes

	def _perform(self, phase: int, tasks: list[Task]) -> bool:
		"""Do the tasks, together with those that were held until this phase, until each is done, dead or held. False when
		there were none."""
		released = [task for task in self._held if task.held_until <= phase]
		self._held = [task for task in self._held if task.held_until > phase]
		for task in tasks:
			self._start(task)
		if self._schedule.stepped:
			self._step_through([*tasks, *released])
		else:
			for task in released:
				self._hand(task).go_on()
			self._wait_for([*tasks, *released])
		if tasks or released:
			self._come_to_rest()
		return bool(tasks or released)

	def _start(self, task: Task) -> None:
		task.hand = self._crew.hand()
		task.hand.start(task.command, task.plan(), **task.arguments)

	def _wait_for(self, tasks: list[Task]) -> None:
		while busy := [task for task in tasks if task.hand and task.hand.state == "busy"]:
			news = self._crew.wait([self._hand(task) for task in busy])
			for task in busy:
				if task.hand in news:
					self._react(task)

	def _step_through(self, tasks: list[Task]) -> None:
		"""One process at a time goes on to its next point; which one, the seed says."""
		self._wait_for(tasks)
		task = None
		while True:
			ready = [
				task
				for task in tasks
				if task.hand and task.hand.state in ("at", "held") and task not in self._held
			]
			if not ready:
				return
			# mostly the same one: what goes wrong takes a long step of one while another stands still
			if task not in ready or self._rng.random() > GOES_ON:
				task = self._rng.choice(ready)
			self._hand(task).go_on()
			self._wait_for([task])

	def _react(self, task: Task) -> None:
		hand = self._hand(task)
		if hand.state == "held":
			stop = next(stop for stop in task.stops if not stop.kills)
			task.held_until = stop.until
			self._held.append(task)
			self.played.holds += 1
			self.played.story.append(f"{task.label} {stop} ({hand.where})")
			if hand.where == "POST before":
				# the last look at the clock was before that
				self._excused.append("a process is held up just before the first byte")
		elif hand.state == "dead":
			task.hand = None
			self.played.kills += 1
			self.played.story.append(f"{task.label} was killed")
		elif hand.state == "idle":
			task.hand = None
			self._finished(task, hand.result or {})

	def _finished(self, task: Task, result: dict[str, Any]) -> None:
		self.played.points = self.played.points or result.get("points", [])
		if task.command == "reconcile":
			if result.get("failed"):
				self.played.wrong.append(result["failed"])
			self.played.story.append(f"{task.label} done")
			return
		self._tell(task.label, result)
		if task.command == "press":
			self.played.wrong += truth.check_answer(result)
		if result.get("code") == "smartbill_credentials_refused":
			self._paused = True
		wait = result.get("retry_after") or 0
		again = task.tries_left > 0 and 0 < wait <= SHORT_WAIT_S
		if again:
			# a browser tells its user to wait a moment, and presses again
			task.tries_left -= 1
			self._advance(wait)
		elif task.times > 1:
			task.times -= 1
		else:
			return
		# a stop belongs to one press
		task.stops, task.foreign = (), False
		self._start(task)

	def _let_go(self) -> None:
		"""Whatever still waits ends, so that the next schedule meets nobody of this one."""
		for task in self._held:
			hand = task.hand
			while hand and hand.state in ("at", "held"):
				hand.go_on()
				self._crew.wait([hand])
		self._held = []

	@staticmethod
	def _hand(task: Task) -> Hand:
		assert task.hand is not None
		return task.hand

	# clocks, observation

	def _advance(self, seconds: float) -> None:
		with self._crew.shared.offset.get_lock():
			self._crew.shared.offset.value += seconds
		self._sandbox.advance(seconds)

	def _let_pass(self, seconds: float) -> None:
		"""Time in which SmartBill gets done with what it is at."""
		self._come_to_rest()
		self._advance(seconds)

	def _come_to_rest(self) -> None:
		"""Wait until the sandbox is done with all that was sent to it, by the living and the dead."""
		_until(lambda: self._sandbox.is_at_rest(self._crew.shared.calls.value))

	def _look_at_sandbox(self) -> truth.Sandboxed:
		return truth.read_sandbox(self._sandbox.state(), self._quotations)

	def _observe(self) -> dict[str, Any]:
		observed = self._crew.do(
			"observe", account=self._made["account"], quotations=self._quotations, since=self._since
		)
		self.played.answers += [str(seen["view"]["body"]) for seen in observed["seen"].values()]
		return observed

	def _judge(self, moment: str) -> bool:
		"""Look at the site and at the sandbox; whether something is wrong."""
		observed, sandboxed = self._observe(), self._look_at_sandbox()
		self._observed, self._sandboxed = observed, sandboxed
		for quotation, seen in observed["seen"].items():
			data = seen["view"]["data"] or {}
			papers = ", ".join(paper.number for paper in sandboxed.papers.get(quotation, []))
			shown = f"{data.get('status')} {data.get('number') or ''}".strip()
			text = f"{moment}: {quotation} {shown}; SmartBill: {papers or '-'}"
			self.played.story.append(text)
		wrong = truth.check(self._quotations, observed, sandboxed, self._excused)
		if self._paused and not observed["paused"]:
			wrong.append("the credentials were refused, and the account is not paused")
		wrong += [f"Error Log: {row['method']}\n{row['error']}" for row in observed["errors"]]
		self.played.wrong += [f"{moment}: {text}" for text in wrong]
		self._settled = truth.is_settled(observed, sandboxed)
		return bool(wrong)

	def _tell(self, label: str, answer: dict[str, Any]) -> None:
		self.played.answers.append(str(answer.get("body")))
		data = answer.get("data") or {}
		told = answer.get("code") or f"{data.get('status')} {data.get('number') or ''}".strip()
		wait = f", again in {answer['retry_after']} s" if answer.get("retry_after") else ""
		self.played.story.append(f"{label}: {answer.get('http')} {told}{wait}")


def _until(holds: Callable[[], bool], patience: float = 20) -> None:
	end = time.monotonic() + patience
	pause = 0.001
	while not holds():
		if time.monotonic() > end:
			raise Stuck("the sandbox did not come to rest")
		time.sleep(pause)
		pause = min(pause * 2, 0.05)
