"""The pace of calls: below SmartBill's limit in every window, people before bulk work. Pure."""

import random
import unittest
from datetime import datetime, timedelta

from erp_b2b_smartbill.smartbill.gate import MAX_CALLS, Lane, Pace, State, admit, slowed

NOW = datetime(2026, 11, 25, 12)


class TestGate(unittest.TestCase):
	def run_for(
		self, seconds: float, pace: Pace, lanes: list[Lane], seed: int = 1
	) -> list[tuple[datetime, Lane]]:
		"""Everybody of `lanes` asks again as soon as he may; returns the calls that were made."""
		chance = random.Random(seed)
		state, now, made = State(), NOW, []
		while now < NOW + timedelta(seconds=seconds):
			for lane in lanes:
				decision = admit(state, pace, lane, now)
				if decision.admitted:
					state = decision.state
					made.append((now, lane))
			now += timedelta(milliseconds=chance.randint(1, 60))
		return made

	def most_in_a_window(self, made: list[tuple[datetime, Lane]]) -> int:
		times = [at for at, _ in made]
		return max(sum(1 for other in times if at <= other < at + timedelta(seconds=10)) for at in times)

	def test_no_window_holds_smartbills_limit_whoever_calls(self):
		for lanes in (
			[Lane.CLICK],
			[Lane.BULK],
			[Lane.CLICK, Lane.BULK],
			[Lane.BULK, Lane.CLICK, Lane.CLICK],
		):
			for seed in range(5):
				made = self.run_for(40, Pace(25, 25), lanes, seed)
				self.assertLess(self.most_in_a_window(made), 30)

	def test_bulk_work_reaches_its_pace_and_not_more(self):
		made = self.run_for(100, Pace(10, 25), [Lane.BULK])
		self.assertGreaterEqual(len(made), 0.9 * 250)
		made = self.run_for(100, Pace(10, 5), [Lane.BULK])
		self.assertTrue(45 <= len(made) <= 51, len(made))

	def test_a_click_goes_at_once_while_bulk_work_runs(self):
		pace = Pace(10, MAX_CALLS)
		state, now = State(), NOW
		for _ in range(100):
			decision = admit(state, pace, Lane.BULK, now)
			state = decision.state
			now += timedelta(milliseconds=100)
		click = admit(state, pace, Lane.CLICK, now, calls=3)
		self.assertTrue(click.admitted)
		self.assertFalse(admit(click.state, pace, Lane.BULK, now).admitted)

	def test_whoever_is_refused_takes_nothing_and_learns_for_how_long(self):
		state = State()
		for _ in range(4):
			state = admit(state, Pace(10, 5), Lane.CLICK, NOW).state
		refused = admit(state, Pace(10, 5), Lane.CLICK, NOW)
		self.assertEqual(refused.state, state)
		self.assertTrue(admit(state, Pace(10, 5), Lane.CLICK, NOW + refused.wait).admitted)

	def test_during_a_block_nobody_calls(self):
		state = State(blocked_until=NOW + timedelta(seconds=630))
		for lane in Lane:
			self.assertEqual(admit(state, Pace(), lane, NOW).wait, timedelta(seconds=630))
		self.assertTrue(admit(state, Pace(), Lane.CLICK, NOW + timedelta(seconds=630)).admitted)

	def test_a_nearly_used_window_makes_everybody_wait_for_the_next(self):
		state = slowed(State(), remaining=1, resets_in=4, now=NOW)
		for lane in Lane:
			self.assertFalse(admit(state, Pace(), lane, NOW + timedelta(seconds=3)).admitted)
			self.assertTrue(admit(state, Pace(), lane, NOW + timedelta(seconds=6)).admitted)
		self.assertEqual(slowed(State(), remaining=5, resets_in=4, now=NOW), State())

	def test_a_clock_that_was_put_back_stops_nobody(self):
		state = State(shared_at=NOW + timedelta(hours=1), clicks_at=NOW + timedelta(hours=1))
		self.assertTrue(admit(state, Pace(), Lane.CLICK, NOW).admitted)
