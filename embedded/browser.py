"""The system's Chromium, for the browser tests and for PDFs."""

import os
import shutil
import subprocess

from embedded.progress import Progress

# Without the network of its own that a browser keeps up, and as root in a container.
LAUNCH_ARGUMENTS = (
	"--no-sandbox",
	"--disable-gpu",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
	"""Return the path of the system's Chromium, if it has one."""
	return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def install_if_allowed(progress: Progress) -> None:
	"""Install Chromium by apt where this user may; the browser tests are skipped, with a line, where it cannot be."""
	if find_chromium() or not shutil.which("apt-get") or os.geteuid() != 0:
		return
	progress("installing Chromium for the browser tests")
	for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
		if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
			progress("Chromium could not be installed: the browser tests will be skipped")
			return
