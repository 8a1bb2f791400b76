from datetime import date, datetime, timezone
from unittest.mock import patch

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.tests.compat import ServerTestCase


class TestClock(ServerTestCase):
	def test_stored_moments_are_in_the_sites_time(self):
		with clock.frozen(datetime(2026, 7, 1, 12, tzinfo=timezone.utc)) as move:
			for zone, hour in (("Europe/Bucharest", 15), ("UTC", 12), ("Asia/Kolkata", 17)):
				with patch.object(clock, "get_system_timezone", return_value=zone):
					self.assertEqual(clock.now().hour, hour)
					self.assertIsNone(clock.now().tzinfo)
			before = clock.now()
			move(seconds=181)
			self.assertEqual((clock.now() - before).total_seconds(), 181)

	def test_the_business_date_is_romanian_wherever_the_site_is(self):
		for zone in ("Europe/Bucharest", "UTC", "America/New_York"):
			with patch.object(clock, "get_system_timezone", return_value=zone):
				with clock.frozen(datetime(2026, 11, 23, 22, 30, tzinfo=timezone.utc)):
					self.assertEqual(clock.today_in_romania(), date(2026, 11, 24))
					self.assertEqual(clock.today_in_romania(clock.now()), date(2026, 11, 24))

	def test_the_time_runs_again_afterwards(self):
		with clock.frozen(datetime(2000, 1, 1, tzinfo=timezone.utc)):
			pass
		self.assertGreater(clock.now().year, 2020)
		with self.assertRaises(ValueError), clock.frozen(datetime(2026, 1, 1)):
			pass
