"""The commands of ./dev. Run inside the environment that ./dev makes.

./dev demo [--port N] [--reset]   the whole product in a browser, with a sandbox and sample data
./dev test [pytest arguments]     every test; --cov adds coverage of the app
./dev test --bench PATH --site S  the server tests on an existing bench
./dev run FILE [arguments]        a Python file on a fresh copy of the prepared site
./dev serve [--port N]            the prepared site, without sample data
./dev lint                        the style checks
./dev permissions                 writes docs/permissions.md from the matrix that the tests try
./dev openapi                     writes docs/openapi.json, which a test compares
./dev benchmark [NAME]            the comparisons that print ratios
./dev benchmark load              thirty people at their desks for two minutes
./dev benchmark search --bench PATH --site S    on an existing bench
"""

import argparse
import os
import runpy
import secrets
import subprocess
import sys
import time
from pathlib import Path

from embedded import paths
from embedded.progress import say, timed

LOGINS = (
	("Administrator", "admin", "everything"),
	("vanzari@demo.local", "demo", "sales: offers and proformas"),
	("manager@demo.local", "demo", "B2B manager: registrations, proformas of unknown outcome"),
	("cumparator@demo.local", "demo", "a buyer, at /b2b/account"),
)


def demo(arguments: list[str]) -> int:
	"""Prepare the demo site if there is none, serve it with a sandbox until interrupted."""
	parser = argparse.ArgumentParser(prog="./dev demo", description=demo.__doc__)
	parser.add_argument("--port", type=int, default=8000)
	parser.add_argument("--sandbox-port", type=int, default=8899)
	parser.add_argument("--reset", action="store_true", help="start over with fresh sample data")
	options = parser.parse_args(arguments)

	from embedded import demo_site, prepare
	from embedded.mailbox import open_mailbox, point_mail_at
	from embedded.running import workplace

	with timed("assets"):
		prepare.build_assets(say)
	with timed("site"):
		site = demo_site.demo_site(reset=options.reset, progress=say)
	state = site.path / "sandbox.json"
	with (
		open_mailbox(site.path / "mailbox", say) as mail_port,
		workplace(site, options.port, options.sandbox_port, scheduler=True, sandbox_state=state) as running,
	):
		with site.open() as frappe:
			point_mail_at(mail_port)
			frappe.db.commit()
		print(f"\n  {running.url}\n  {running.url}/b2b/register  a company registers\n")
		for user, password, purpose in LOGINS:
			print(f"  {user:24} {password:8} {purpose}")
		print(
			f"\n  SmartBill sandbox: {running.sandbox.url}\n  E-mails: {site.path / 'mailbox'}\n"
			"  Ctrl-C stops it; the data stay.\n",
			flush=True,
		)
		wait_for_interrupt()
	return 0


def serve(arguments: list[str]) -> int:
	"""Serve a fresh copy of the prepared site until interrupted."""
	parser = argparse.ArgumentParser(prog="./dev serve", description=serve.__doc__)
	parser.add_argument("--port", type=int, default=8000)
	options = parser.parse_args(arguments)

	from embedded import prepare
	from embedded.running import fresh_copy, workplace

	prepare.build_assets(say)
	with fresh_copy(prepare.prepared_site(say)) as site, workplace(site, options.port) as running:
		print(f"{running.url}  Administrator / admin; sandbox {running.sandbox.url}", flush=True)
		wait_for_interrupt()
	return 0


def wait_for_interrupt() -> None:
	try:
		while True:
			time.sleep(3600)
	except KeyboardInterrupt:
		pass


def run(arguments: list[str]) -> int:
	"""Run a Python file, connected as Administrator, the site served at SITE_URL, the sandbox running."""
	if not arguments:
		sys.exit("usage: ./dev run FILE [arguments]")
	file = Path(arguments[0]).resolve()
	if not file.is_file():
		sys.exit(f"{arguments[0]} is not a file")

	from embedded import prepare
	from embedded.running import fresh_copy, workplace

	prepared = prepare.prepared_site(say)
	status = 0
	with fresh_copy(prepared) as site, workplace(site), site.open():
		sys.argv = [str(file), *arguments[1:]]
		sys.path.insert(0, str(file.parent))
		try:
			runpy.run_path(str(file), run_name="__main__")
		except SystemExit as ended:
			status = exit_status(ended.code)
		sys.stdout.flush()
	return status


def exit_status(code: object) -> int:
	"""Return the status Python itself would exit with."""
	if code is None:
		return 0
	if isinstance(code, int):
		return code
	print(code, file=sys.stderr)
	return 1


def test(arguments: list[str]) -> int:
	"""Run the tests here, or the server tests on a bench."""
	parser = argparse.ArgumentParser(prog="./dev test", add_help=False)
	parser.add_argument("--bench")
	parser.add_argument("--site")
	parser.add_argument(
		"--url", help="where the bench serves the site; without it the tests over HTTP are skipped"
	)
	parser.add_argument("--cov", action="store_true")
	options, rest = parser.parse_known_args(arguments)
	if options.bench or options.site:
		from embedded.bench import run_tests

		return run_tests(options.bench, options.site, options.url, rest)

	from embedded import browser, prepare

	started = time.monotonic()
	with timed("assets"):
		prepare.build_assets(say)
	# the whole suite begins with tests that need no site, and one of its processes makes it meanwhile
	if rest:
		with timed("site"):
			prepare.prepared_site(say)
	with timed("browser"):
		browser.install_if_allowed(say)
	command = [sys.executable, "-m", "pytest", *(rest or whole_suite())]
	if options.cov:
		command += ["--cov=erp_b2b_smartbill", "--cov-branch", "--cov-report=term:skip-covered"]
	status = subprocess.run(command, cwd=paths.ROOT, check=False).returncode
	say(f"tests with all preparation: {time.monotonic() - started:.0f} s")
	return status


def whole_suite() -> list[str]:
	"""What pytest is told to run everything: in three processes, each with a site of its own, so that two cores have work
	while a test waits for a pace or for a person's pause; in a random order, which can be asked for again."""
	order = os.environ.get("TEST_ORDER") or str(secrets.randbits(32))
	say(f"order of the tests: TEST_ORDER={order}")
	return [
		"--numprocesses=3",
		"--dist=loadscope",
		"--no-loadscope-reorder",
		"--quiet",
		f"--randomly-seed={order}",
	]


def lint(arguments: list[str]) -> int:
	"""Check the style of the Python sources."""
	checks = (["ruff", "check", *arguments, "."], ["ruff", "format", "--check", "."])
	failed = [
		check for check in checks if subprocess.run([sys.executable, "-m", *check], cwd=paths.ROOT).returncode
	]
	return 1 if failed else 0


def permissions(arguments: list[str]) -> int:
	"""Write docs/permissions.md."""
	from erp_b2b_smartbill.tests.permissions_page import PAGE, page

	PAGE.write_text(page(), encoding="utf-8")
	return 0


def openapi(arguments: list[str]) -> int:
	"""Write the description of the REST API, made of its table of routes."""
	from erp_b2b_smartbill.api.openapi import as_text

	(paths.ROOT / "docs" / "openapi.json").write_text(as_text(), encoding="utf-8")
	return 0


def benchmark(arguments: list[str]) -> int:
	"""Run one comparison, or list them. Some run on a bench, too: --bench PATH --site S."""
	folder = paths.ROOT / "benchmarks"
	names = sorted(path.stem for path in folder.glob("[a-z]*.py"))
	if not arguments or arguments[0] not in names:
		print("benchmarks: " + (", ".join(names) or "none yet"))
		return 0 if not arguments else 1
	parser = argparse.ArgumentParser(prog="./dev benchmark", add_help=False, allow_abbrev=False)
	parser.add_argument("--bench")
	parser.add_argument("--site")
	options, rest = parser.parse_known_args(arguments[1:])
	if options.bench or options.site:
		from embedded.bench import run_file

		return run_file(options.bench, options.site, folder / f"{arguments[0]}.py", rest)
	return run([str(folder / f"{arguments[0]}.py"), *arguments[1:]])


COMMANDS = {
	"demo": demo,
	"test": test,
	"run": run,
	"serve": serve,
	"lint": lint,
	"permissions": permissions,
	"openapi": openapi,
	"benchmark": benchmark,
}


def main() -> int:
	if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
		print(__doc__)
		return 0 if len(sys.argv) < 2 or sys.argv[1] in ("help", "-h", "--help") else 2
	# A site changes the working folder; what follows must not depend on it.
	os.environ.setdefault("PYTHONPATH", str(paths.ROOT))
	return COMMANDS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
	sys.exit(main())
