"""A site: its folder, its database, how it is made, opened and copied."""

import contextlib
import io
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FOLDERS = ("db", "logs", "locks", "public/files", "private/files", "private/backups")
DATABASE = "site"
CONFIG: dict[str, Any] = {
	"db_type": "sqlite",
	"db_name": DATABASE,
	"allow_tests": 1,
	"developer_mode": 0,
	"skip_setup_wizard": 1,
}


class Site:
	"""A site in a folder. One process works with one site: the framework's state is global."""

	def __init__(self, path: Path | str, apps: Sequence[str] = ()) -> None:
		self.path = Path(path).resolve()
		self.apps = list(apps)

	@property
	def database(self) -> Path:
		"""The site's SQLite file."""
		return self.path / "db" / f"{DATABASE}.db"

	def exists(self) -> bool:
		return self.database.exists()

	def create(
		self,
		admin_password: str = "admin",
		assets: Path | None = None,
		install: Sequence[str] | None = None,
		**config: Any,
	) -> "Site":
		"""Make the site from nothing and install its apps, or those of them that are named; the others can be installed
		later. `assets`: the folder of built assets to show."""
		from cryptography.fernet import Fernet

		shutil.rmtree(self.path, ignore_errors=True)
		for folder in FOLDERS:
			(self.path / folder).mkdir(parents=True)
		if assets:
			(self.path / "assets").symlink_to(assets, target_is_directory=True)
		(self.path / "apps.txt").write_text("\n".join(["frappe", *self.apps]) + "\n")
		self.configure(**CONFIG, encryption_key=Fernet.generate_key().decode(), **config)

		os.chdir(self.path)
		import frappe

		with quiet_output():
			from frappe.installer import _init_database, install_app

			_init_database(db_name=DATABASE, admin_password=admin_password, db_type="sqlite")
			finish_setup()
			for app in self.apps if install is None else install:
				install_app(app)
			frappe.db.commit()
		frappe.destroy()
		return self

	def configure(self, **values: Any) -> None:
		"""Set values of site_config.json; None removes one."""
		path = self.path / "site_config.json"
		config = json.loads(path.read_text()) if path.exists() else {}
		config.update(values)
		config = {key: value for key, value in config.items() if value is not None}
		path.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")

	@contextlib.contextmanager
	def open(self, user: str = "Administrator") -> Iterator[Any]:
		"""Connect the framework to this site as a user; yields `frappe`. What is not committed is lost."""
		os.chdir(self.path)
		import frappe

		frappe.init(force=True)
		frappe.connect()
		frappe.set_user(user)
		try:
			yield frappe
		finally:
			frappe.destroy()

	def copy_to(self, path: Path | str) -> "Site":
		"""Return a copy of the site in another folder. Nobody may be writing to this one."""
		self.fold_log()
		copied = Site(path, self.apps)
		# What the log held is in the file now; its helpers come and go with every reader.
		shutil.copytree(
			self.path, copied.path, symlinks=True, ignore=shutil.ignore_patterns("*.db-wal", "*.db-shm")
		)
		return copied

	def fold_log(self) -> None:
		"""Move SQLite's write-ahead log into the database file, so that one file is the whole."""
		with contextlib.closing(sqlite3.connect(self.database)) as connection:
			connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def finish_setup() -> None:
	"""Leave what the setup wizard leaves in the framework's own settings for a Romanian site."""
	import frappe

	# Saved as a document, so that formats become defaults for the desk.
	settings = frappe.get_doc("System Settings")
	settings.update(
		{
			"setup_complete": 1,
			"language": "en",
			"time_zone": "Europe/Bucharest",
			"country": "Romania",
			"currency": "RON",
			"date_format": "dd.mm.yyyy",
			"number_format": "#.###,##",
			"first_day_of_the_week": "Monday",
			"enable_scheduler": 1,
			# ERPNext's own set-up leaves this; the framework's older default rounds ties otherwise.
			"rounding_method": "Banker's Rounding",
		}
	)
	settings.flags.ignore_mandatory = True
	settings.save()
	frappe.db.set_default("desktop:home_page", "workspace")
	# The framework's own jobs were created while the site still had the framework's default time zone: a job
	# whose creation lies ahead is not due for hours.
	frappe.db.set_value("Scheduled Job Type", {}, "creation", frappe.utils.now(), update_modified=False)
	frappe.clear_cache()


@contextlib.contextmanager
def quiet_output() -> Iterator[None]:
	"""Keep the framework's progress bars from the screen; show them when something fails."""
	output = io.StringIO()
	try:
		with contextlib.redirect_stdout(output):
			yield
	except BaseException:
		print("\n".join(line.rsplit("\r", 1)[-1] for line in output.getvalue().splitlines()))
		raise
