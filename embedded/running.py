"""A running workplace: a site, served on loopback, and a sandbox that its SmartBill Accounts speak to."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embedded.server import SiteServer
from embedded.site import Site
from sandbox.server import Running as Sandbox
from sandbox.server import start as start_sandbox


@dataclass(frozen=True)
class Workplace:
	"""What is running: the site, its address, and the sandbox."""

	site: Site
	url: str
	sandbox: Sandbox


@contextlib.contextmanager
def fresh_copy(prepared: Site) -> Iterator[Site]:
	"""Yield a copy of a site that goes away at the end."""
	folder = Path(tempfile.mkdtemp(prefix="site-"))
	# a site works in its own folder; whoever was at work in another one goes on there
	before = os.getcwd()
	try:
		yield prepared.copy_to(folder / "site")
	finally:
		os.chdir(before)
		shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def workplace(
	site: Site,
	port: int = 0,
	sandbox_port: int = 0,
	*,
	scheduler: bool = False,
	sandbox_state: Path | None = None,
) -> Iterator[Workplace]:
	"""Serve the site and a sandbox; the accounts are pointed at it and the addresses put into the environment.

	sandbox_state: a file in which the sandbox keeps its documents from one start to the next.
	"""
	from embedded import romania

	os.chdir(site.path)
	with start_sandbox(port=sandbox_port, state_file=sandbox_state) as sandbox:
		with SiteServer(site, port, scheduler=scheduler) as server:
			site.configure(
				host_name=server.url, anaf_api_url=f"{sandbox.url}/anaf/api/PlatitorTvaRest/v9/tva"
			)
			with site.open() as frappe:
				romania.point_accounts_at(sandbox.url)
				frappe.db.commit()
			os.environ["SITE_URL"] = server.url
			os.environ["SMARTBILL_SANDBOX_URL"] = sandbox.url
			yield Workplace(site, server.url, sandbox)
