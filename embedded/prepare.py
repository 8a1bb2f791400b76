"""The prepared site: made once from all that it is made of, then copied for every run.

It holds what ERPNext's set-up leaves for a Romanian company, two selling companies, and a SmartBill Account
for each. Its folder is named by a hash of its sources, so that a changed source makes another one.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

from embedded import paths
from embedded.locks import locked
from embedded.progress import Progress, silent
from embedded.site import Site, quiet_output

APPS = ("erpnext", "erp_b2b_smartbill")
KEEP_S = 3600
# Folders and files that no installation reads are left out of the hash.
IGNORED_FOLDERS = frozenset({"tests", "__pycache__", "node_modules", "assets"})
SOURCE_SUFFIXES = frozenset({".py", ".json", ".txt", ".po", ".csv", ".html"})


def app_folders() -> dict[str, Path]:
	"""Return the folders of the site's apps, the framework first."""
	import frappe

	return {
		"frappe": Path(frappe.__file__).parent,
		"erpnext": paths.ROOT / "embedded" / "erpnext",
		"erp_b2b_smartbill": paths.ROOT / "erp_b2b_smartbill",
	}


def sources_hash() -> str:
	"""Return a hash of everything an installation reads."""
	digest = hashlib.sha256()
	for folder in (paths.ROOT / "embedded", paths.ROOT / "erp_b2b_smartbill"):
		for path in sorted(folder.rglob("*")):
			if path.suffix in SOURCE_SUFFIXES and not IGNORED_FOLDERS.intersection(path.parts):
				digest.update(str(path.relative_to(paths.ROOT)).encode() + b"\0" + path.read_bytes())
	digest.update((paths.ROOT / "embedded" / "requirements.txt").read_bytes())
	return digest.hexdigest()[:16]


def prepared_site(progress: Progress = silent) -> Site:
	"""Return the prepared site, making it when its sources changed (about 15 s). Older ones are removed."""
	site = Site(paths.SITES / f"prepared-{sources_hash()}", APPS)
	with locked(paths.SITES / "lock"):
		if (site.path / "ready").exists():
			return site
		progress("preparing a site (once, and when the sources of the apps change)")
		shutil.rmtree(site.path, ignore_errors=True)
		for older in paths.SITES.glob("prepared-*"):
			# A recent one may be in use by another run.
			if time.time() - older.stat().st_mtime > KEEP_S:
				shutil.rmtree(older, ignore_errors=True)
		# In a process of its own: what an installation leaves in the framework's caches must not meet the copies.
		subprocess.run([sys.executable, "-m", "embedded.prepare", str(site.path)], cwd=paths.ROOT, check=True)
		(site.path / "ready").touch()
	return site


def site_without_app() -> Site:
	"""The prepared site as it was before the app was installed: ERPNext and what a Romanian company's set-up leaves."""
	return _before(prepared_site())


def _before(site: Site) -> Site:
	return Site(site.path.with_name(f"{site.path.name}-before"), APPS)


def make_site(site: Site) -> Site:
	"""Make a site with the apps and what a Romanian company's set-up leaves, and a copy from before the app came."""
	from embedded import romania, translations

	before = _before(site)
	shutil.rmtree(before.path, ignore_errors=True)
	before.create(assets=paths.ASSETS, install=APPS[:-1], smartbill_allowed_hosts=["127.0.0.1", "localhost"])
	with before.open() as frappe:
		romania.set_up_shop()
		frappe.db.commit()
	before.copy_to(site.path)
	with site.open() as frappe, quiet_output():
		from frappe.installer import install_app

		install_app(APPS[-1])
		translations.compile_translations()
		romania.set_up_app()
		frappe.db.commit()
	site.fold_log()
	return site


def build_assets(progress: Progress = silent) -> None:
	"""Build the desk's assets if they are not up to date."""
	from embedded.assets.builder import build

	build(paths.ASSETS, app_folders(), progress, modules_folder=paths.NODE_MODULES)


if __name__ == "__main__":
	make_site(Site(sys.argv[1], APPS))
