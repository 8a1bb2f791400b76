"""Serve the site over HTTP in this process: pages, assets, files, background jobs, scheduler."""

import logging
import threading
from pathlib import Path
from typing import Any

from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from embedded.site import Site

HOST = "127.0.0.1"
SCHEDULER_TICK_S = 60


class SiteServer:
	"""The site on loopback, with one worker thread for its jobs. A context manager."""

	def __init__(self, site: Site, port: int = 0, scheduler: bool = False) -> None:
		self.site = site
		logging.getLogger("werkzeug").setLevel(logging.ERROR)
		self._server = make_server(HOST, port, application(site.path), threaded=True)
		self._server.daemon_threads = True
		self._stopping = threading.Event()
		self._with_scheduler = scheduler

	@property
	def port(self) -> int:
		return self._server.port

	@property
	def url(self) -> str:
		return f"http://{HOST}:{self.port}"

	def start(self) -> "SiteServer":
		from embedded.overrides import jobs

		threading.Thread(target=self._server.serve_forever, name="http", daemon=True).start()
		jobs.start_worker()
		if self._with_scheduler:
			threading.Thread(target=self._tick, name="scheduler", daemon=True).start()
		return self

	def stop(self) -> None:
		self._stopping.set()
		self._server.shutdown()
		self._server.server_close()

	def _tick(self) -> None:
		from embedded.scheduler import enqueue_due_jobs

		while not self._stopping.wait(SCHEDULER_TICK_S):
			enqueue_due_jobs()

	def __enter__(self) -> "SiteServer":
		return self.start()

	def __exit__(self, *_: Any) -> None:
		self.stop()


def application(folder: Path) -> Any:
	"""Return the framework's WSGI application with the site's assets and public files before it."""
	import frappe.app

	return SharedDataMiddleware(
		frappe.app.application,
		{"/assets": str(folder / "assets"), "/files": str(folder / "public" / "files")},
	)
