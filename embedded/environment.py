"""Complete the environment: restore the framework into it and make the apps importable.

python -m embedded.environment
"""

import sysconfig
from pathlib import Path

from embedded import paths


def complete() -> None:
	"""Write the framework's package and a .pth file for the repository and the ERPNext stand-in."""
	from embedded.restore import restore

	packages = Path(sysconfig.get_paths()["purelib"])
	restore(packages)
	# `import erpnext` must find embedded/erpnext, and nothing else of embedded/ may become a top-level module.
	paths.APPS.mkdir(parents=True, exist_ok=True)
	link = paths.APPS / "erpnext"
	link.unlink(missing_ok=True)
	link.symlink_to(paths.ROOT / "embedded" / "erpnext", target_is_directory=True)
	(packages / "erp_b2b_smartbill_dev.pth").write_text(f"{paths.ROOT}\n{paths.APPS}\n")


if __name__ == "__main__":
	complete()
