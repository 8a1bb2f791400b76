"""Log files in the site's own logs folder."""

import logging
from logging.handlers import RotatingFileHandler
from typing import Any

from embedded.overrides import replace
from embedded.overrides.config import site_folder


@replace("frappe.utils.logger:create_handler")
def create_handler(
	module: str, site: Any = None, max_size: int = 100_000, file_count: int = 20, stream_only: Any = False
) -> list[logging.Handler]:
	"""Write a module's log to logs/<module>.log of the site; the file is made with its first line."""
	handler: logging.Handler
	if stream_only:
		handler = logging.StreamHandler()
	else:
		folder = site_folder() / "logs"
		folder.mkdir(exist_ok=True)
		handler = RotatingFileHandler(
			folder / f"{module}.log", maxBytes=max_size, backupCount=file_count, delay=True
		)
	handler.setFormatter(logging.Formatter(f"%(asctime)s %(levelname)s {module} %(message)s"))
	return [handler]
