"""What the audit costs whoever works, and what sealing and verifying take.

./dev benchmark audit [--events 100000] [--acts 200]

Acts: B2B Settings saved with one change, with its Business Event and without, by turns; and with a sealer at work
beside it. Events are then written many at once, sealed, and verified, each with what the process grows by.
"""

import argparse
import threading
import time
from contextlib import contextmanager
from typing import Any

import frappe
from _measured import grown, milliseconds, percentile

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import sealing, verify
from erp_b2b_smartbill.tests.faults.worker import Place, opened

SETTINGS = "B2B Settings"
CHUNK = 5_000


def main() -> int:
	parser = argparse.ArgumentParser(prog="./dev benchmark audit", description=__doc__.splitlines()[0])
	parser.add_argument("--events", type=int, default=100_000)
	parser.add_argument("--acts", type=int, default=200)
	options = parser.parse_args()
	acts(options.acts)
	chain(options.events)
	return 0


def acts(number: int) -> None:
	record = audit.record
	told, untold = [], []
	for count in range(number):
		told.append(milliseconds(lambda at=count: save(2 * at)))
		audit.record = lambda *_arguments, **_options: None
		untold.append(milliseconds(lambda at=count: save(2 * at + 1)))
		audit.record = record
	show("a saving without an event", untold)
	show("a saving with its event", told)
	with sealer():
		beside = [milliseconds(lambda at=count: save(at + 5)) for count in range(number)]
	show("and while a sealer works all the time", beside)


def save(count: int) -> None:
	settings = frappe.get_doc(SETTINGS)
	settings.terms_version = f"version {count}"
	settings.save()
	frappe.db.commit()


@contextmanager
def sealer() -> Any:
	"""One in a thread with a connection of its own, without a pause."""
	place = Place(frappe.local.site, frappe.local.sites_path, "")
	ended, sealed = threading.Event(), [0]

	def work() -> None:
		with opened(place):
			while not ended.is_set():
				sealed[0] += sealing.seal()

	thread = threading.Thread(target=work)
	thread.start()
	try:
		yield
	finally:
		ended.set()
		thread.join()
		print(f"    {sealed[0]:,} were sealed meanwhile")


def chain(number: int) -> None:
	measured(f"{number:,} events written many at once", lambda: written(number))
	sealed = measured("sealed", sealing.seal)
	print(f"    {sealed:,} events")
	result = measured("verified", verify.verify)
	assert result.ok and result.events >= number, result
	print(f"    {result.events:,} events")


def written(number: int) -> int:
	for at in range(0, number, CHUNK):
		some = range(at, min(at + CHUNK, number))
		audit.record_many(
			"Noted",
			[(SETTINGS, SETTINGS, {"count": count, "email": f"{count}@example.com"}) for count in some],
		)
		frappe.db.commit()
	return number


def measured(what: str, work: Any) -> Any:
	began = time.perf_counter()
	cpu = time.process_time()
	done, memory = grown(work)
	print(
		f"  {what}: {time.perf_counter() - began:.1f} s, {time.process_time() - cpu:.1f} s of them on a processor, "
		f"grows by {memory:.0f} MB"
	)
	return done


def show(what: str, times: list[float]) -> None:
	print(f"  {what}: p50 {percentile(times, 0.5):.2f} ms, p95 {percentile(times, 0.95):.2f} ms")


if __name__ == "__main__":
	raise SystemExit(main())
