"""The site's configuration: its site_config.json, as on a bench, instead of the environment."""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from frappe.types import _dict

from embedded.overrides import replace

DEFAULTS: dict[str, Any] = {
	"db_type": "sqlite",
	"redis_cache": "redis://memory/0",
	"redis_queue": "redis://memory/1",
	"redis_socketio": "redis://memory/2",
	"max_file_size": 25 * 1024 * 1024,
	# The desk looks for socket.io under the page's own address when it believes in a proxy before it.
	"socketio_port": 9000,
}


def site_folder() -> Path:
	"""The site is the working folder of its process, as the sites folder is on a bench."""
	return Path(os.getcwd())


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> dict[str, Any]:
	return json.loads(Path(path).read_text(encoding="utf-8"))


@replace("frappe.config:get_site_config")
def get_site_config(
	sites_path: str | None = None, site_path: str | None = None, *, cached: bool = False
) -> _dict:
	"""Return site_config.json over our defaults; read again when the file changed."""
	path = site_folder() / "site_config.json"
	stored = _read(str(path), path.stat().st_mtime_ns) if path.exists() else {}
	return _dict({**DEFAULTS, **stored})


@replace("frappe.config:clear_site_config_cache")
def clear_site_config_cache() -> None:
	"""Forget what was read."""
	_read.cache_clear()
