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
# Chromium without the window that nobody sees draws the same pages at half the cost; not every system has it.
HEADLESS_SHELL = "chromium-headless-shell"
CHROMIUM_NAMES = (HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
	"""Return the path of the system's Chromium, if it has one."""
	return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def install_if_allowed(progress: Progress) -> None:
	"""Install Chromium by apt where this user may; the browser tests are skipped, with a line, where it cannot be."""
	if shutil.which(HEADLESS_SHELL) or not shutil.which("apt-get") or os.geteuid() != 0:
		return
	found = find_chromium()
	if found and not _is_offered(HEADLESS_SHELL):
		return
	progress("installing Chromium for the browser tests")
	_apt_get("update")
	if not (_apt_get("install", HEADLESS_SHELL) or found or _apt_get("install", "chromium")):
		progress("Chromium could not be installed: the browser tests will be skipped")


def _apt_get(*arguments: str) -> bool:
	return not subprocess.run(
		["apt-get", "-y", "-qq", *arguments], check=False, capture_output=True
	).returncode


def _is_offered(package: str) -> bool:
	"""Whether apt has it, as far as it knows without asking the network."""
	shown = subprocess.run(["apt-cache", "policy", package], check=False, capture_output=True, text=True)
	return "Candidate:" in shown.stdout and "Candidate: (none)" not in shown.stdout
