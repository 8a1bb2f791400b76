"""A shop takes the app in, works with it and lets it go; after each step its database is copied.

Runs in a process of its own, `python install_story.py FOLDER`: it installs and uninstalls, which no other test must
see. FOLDER gets one copy a step; the tests compare these.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embedded import prepare
from embedded.overrides.jobs import run_pending_jobs
from embedded.running import fresh_copy
from embedded.site import Site, quiet_output
from sandbox.server import start as start_sandbox

APP = "erp_b2b_smartbill"


class Story:
	def __init__(self, site: Site, folder: Path) -> None:
		self.site = site
		self.folder = folder

	@contextmanager
	def step(self, name: str) -> Iterator[Any]:
		"""What is done in it is committed and copied under its name."""
		started = time.monotonic()
		with self.site.open() as frappe, quiet_output():
			frappe.flags.mute_emails = True
			yield frappe
			if frappe.db:
				# a migration commits, and closes the connection
				frappe.db.commit()
				run_pending_jobs()
		self.site.fold_log()
		shutil.copyfile(self.site.database, self.folder / f"{name}.db")
		files = [file.relative_to(self.site.path) for file in self.site.path.rglob("*") if file.is_file()]
		listed = sorted(
			str(file) for file in files if file.parts[0] not in ("db", "indexes", "locks", "logs")
		)
		(self.folder / f"{name}.files").write_text("\n".join(listed))
		shutil.copyfile(self.site.path / "site_config.json", self.folder / f"{name}.config")
		print(f"{name}: {time.monotonic() - started:.1f} s")


def install() -> None:
	from frappe.installer import install_app

	install_app(APP)


def uninstall() -> None:
	from frappe.installer import remove_app

	remove_app(APP, yes=True, no_backup=True)


def migrate() -> None:
	import frappe
	from frappe.migrate import SiteMigration

	SiteMigration().run(site=frappe.local.site)


def main(folder: Path) -> None:
	with fresh_copy(prepare.site_without_app()) as site, start_sandbox() as sandbox:
		site.configure(anaf_api_url=f"{sandbox.url}/anaf/api/PlatitorTvaRest/v9/tva", host_name=sandbox.url)
		story = Story(site, folder)
		import shop_at_work
		import shop_before

		with story.step("shop"):
			shop_before.make()
		with story.step("refused") as frappe:
			told = ""
			try:
				install()
			except frappe.ValidationError as refused:
				told = str(refused)
			(folder / "refused.txt").write_text(told)
		with story.step("renamed"):
			shop_before.rename()
		with story.step("installed"):
			install()
		with story.step("migrated"):
			migrate()
		with story.step("migrated again"):
			migrate()
		with story.step("switched"):
			shop_at_work.switch_everything_on_and_off()
		with story.step("used"):
			shop_at_work.work(sandbox.url)
		with story.step("uninstalled"):
			uninstall()
		with story.step("migrated without it"):
			migrate()
		with story.step("installed again"):
			install()
		with story.step("uninstalled again"):
			uninstall()


if __name__ == "__main__":
	main(Path(sys.argv[1]))
