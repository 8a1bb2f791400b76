"""Run the server tests, or a benchmark, on an existing bench."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from embedded import paths

APP = "erp_b2b_smartbill"


@contextlib.contextmanager
def _sandbox_at(config: Path, sandbox_url: str) -> Iterator[None]:
	"""The site that is served may ask the sandbox, and never the real tax office, while it is tested."""
	before = config.read_text()
	values = json.loads(before) | {
		"smartbill_allowed_hosts": ["127.0.0.1", "localhost"],
		"anaf_api_url": f"{sandbox_url}/anaf/api/PlatitorTvaRest/v9/tva",
	}
	config.write_text(json.dumps(values, indent=1))
	try:
		yield
	finally:
		config.write_text(before)


def _site_of(bench: str | None, site: str | None) -> tuple[Path, Path]:
	"""(the bench's sites, its Python). Refuses a site that does not allow tests: they write, and commit."""
	if not bench or not site:
		sys.exit("usage: --bench PATH --site NAME")
	sites = Path(bench).resolve() / "sites"
	python = sites.parent / "env" / "bin" / "python"
	config = sites / site / "site_config.json"
	for path in (python, config):
		if not path.exists():
			sys.exit(f"{path} does not exist: is {bench} a bench, and {site} one of its sites?")
	if not json.loads(config.read_text()).get("allow_tests"):
		sys.exit(
			f"{site} does not allow tests. If it may be written to: bench --site {site} set-config allow_tests true"
		)
	return sites, python


def _environment() -> dict[str, str]:
	# the bench's own app is measured or tested, not this checkout's
	return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


_RUN_FILE = """
import runpy, sys
from pathlib import Path

import frappe

site, *sys.argv = sys.argv[1:]
frappe.init(site)
frappe.connect()
frappe.set_user("Administrator")
sys.path.insert(0, str(Path(sys.argv[0]).parent))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_file(bench: str | None, site: str | None, file: Path, arguments: list[str]) -> int:
	"""Run a Python file there, connected as Administrator, with the bench's own packages and a sandbox."""
	sites, python = _site_of(bench, site)

	from sandbox.server import start

	command = [str(python), "-c", _RUN_FILE, str(site), str(file), *arguments]
	with start() as sandbox:
		environment = {**_environment(), "SMARTBILL_SANDBOX_URL": sandbox.url}
		return subprocess.run(command, cwd=sites, env=environment, check=False).returncode


def run_tests(bench: str | None, site: str | None, url: str | None, arguments: list[str]) -> int:
	"""Run the tests of the app installed there by the bench's own runner, with a sandbox, and compare ERPNext with what
	we know of it.

	url: where the site is served; the tests over HTTP are skipped without it.
	"""
	sites, python = _site_of(bench, site)
	config = sites / str(site) / "site_config.json"

	from sandbox.server import start

	drifted = subprocess.run(
		[
			sys.executable,
			str(paths.ROOT / "embedded" / "erpnext_drift.py"),
			"--bench",
			str(sites.parent),
			"--site",
			site,
		],
		check=False,
	).returncode
	with start() as sandbox, _sandbox_at(config, sandbox.url):
		command = [
			python,
			"-m",
			"frappe.utils.bench_helper",
			"frappe",
			"--site",
			site,
			"run-tests",
			"--app",
			APP,
		]
		failed = subprocess.run(
			[*map(str, command), *arguments],
			cwd=sites,
			env={
				**_environment(),
				# without it v15's runner answers success whatever failed
				"CI": "1",
				"SMARTBILL_SANDBOX_URL": sandbox.url,
				**({"SITE_URL": url} if url else {}),
			},
			check=False,
		).returncode
	return failed or drifted
