"""One process of the site: it does what it is told, each time as a new web request or scheduled pass would."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from multiprocessing.connection import Connection
from typing import Any

import frappe
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.api import envelope, routes
from erp_b2b_smartbill.smartbill import issue as issuing
from erp_b2b_smartbill.smartbill import schedule
from erp_b2b_smartbill.smartbill.gate import Lane
from erp_b2b_smartbill.smartbill.view import proforma_view
from erp_b2b_smartbill.tests.faults import points, scene
from erp_b2b_smartbill.tests.faults.points import Plan, Trace
from erp_b2b_smartbill.tests.sandbox import Sandbox


@dataclass(frozen=True)
class Place:
	"""The site and the sandbox that everything happens on."""

	site: str
	sites_path: str
	sandbox_url: str


@contextlib.contextmanager
def opened(place: Place) -> Iterator[None]:
	"""The site, as a request finds it: a fresh connection, no state of anybody before."""
	# the embedded site is the working folder of its process
	on_bench = "site" in inspect.signature(frappe.init).parameters
	arguments = {"site": place.site, "sites_path": place.sites_path} if on_bench else {}
	frappe.init(**arguments, force=True)
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.conf.smartbill_allowed_hosts = ["127.0.0.1", "localhost"]
	try:
		yield
	finally:
		frappe.destroy()


class Worker:
	"""The child's side: commands come in, results go out, in between it tells where it waits."""

	def __init__(self, place: Place, connection: Connection, shared: Any) -> None:
		self._place = place
		self._connection = connection
		self._shared = shared
		self._sandbox = Sandbox(place.sandbox_url)
		self._trace = self._new_trace(Plan())
		self._watching = False
		# seconds that this process did not notice
		self._slept = 0.0

	def serve(self) -> None:
		"""Until the connection is closed."""
		self._take_shared_clock()
		while True:
			try:
				name, arguments, plan = self._connection.recv()
			except EOFError:
				os._exit(0)
			self._connection.send(("done", self._run(name, arguments, plan)))

	def _take_shared_clock(self) -> None:
		offset, real = self._shared.offset, time.monotonic

		def move(seconds: float) -> None:
			with offset.get_lock():
				offset.value += seconds
			self._sandbox.advance(seconds)

		clock.use(lambda: datetime.now(timezone.utc) + timedelta(seconds=offset.value), move)
		# deadlines of waiting people are kept by this one
		time.monotonic = lambda: real() + offset.value - self._slept

	def _run(self, name: str, arguments: dict[str, Any], plan: Plan) -> dict[str, Any]:
		with opened(self._place):
			if not self._watching:
				points.watch(self._reached)
				self._watching = True
			self._trace = self._new_trace(plan)
			try:
				result = COMMANDS[name](**arguments)
			except Exception:
				frappe.db.rollback()
				result = {"failed": frappe.get_traceback()}
			trace, self._trace = self._trace, self._new_trace(Plan())
		if trace.open_transactions:
			result["failed"] = "on the network with an open transaction"
		return {**result, "points": trace.names, "posts": trace.posts}

	def _new_trace(self, plan: Plan) -> Trace:
		return Trace(plan, self._report, self._type_foreign)

	def _reached(self, name: str) -> None:
		if name.endswith(" sent"):
			with self._shared.calls.get_lock():
				self._shared.calls.value += 1
		if name.endswith(" before") and name != points.COMMIT_BEFORE and points.is_transaction_open():
			self._trace.open_transactions += 1
		self._trace.reached(name)

	def _report(self, kind: str, name: str) -> None:
		before = self._shared.offset.value
		self._connection.send((kind, name))
		if self._connection.recv() != "go on":
			os._exit(1)
		if self._trace.plan.suspended:
			self._slept += self._shared.offset.value - before

	def _type_foreign(self) -> None:
		self._sandbox.foreign_document(scene.SERIES)


def rest(method: str, path: str, quotation: str, **form: Any) -> dict[str, Any]:
	"""An answer of our REST routes, with what Frappe does around them."""
	route = next(route for route in routes.ROUTES if route.path == routes.PROFORMA + path)
	builder = EnvironBuilder(method=method, path="/api/v1", json=form or None)
	frappe.local.request = Request(builder.get_environ())
	frappe.local.form_dict = frappe._dict(form)
	response = routes.answer(route, quotation=quotation)
	if method == "GET":
		frappe.db.rollback()
	else:
		frappe.db.commit()
	return _answer(response)


def _answer(response: Any) -> dict[str, Any]:
	body = json.loads(response.get_data())
	error = body.get("error") or {}
	return {
		"http": response.status_code,
		"body": body,
		"code": error.get("code"),
		"retry_after": int(response.headers.get("Retry-After") or 0),
		"data": body.get("data"),
	}


def press(quotation: str, bulk: bool = False) -> dict[str, Any]:
	"""The button, or a run's step for this Quotation."""
	if not bulk:
		return rest("POST", "", quotation)
	try:
		result = issuing.issue(frappe.get_doc("Quotation", quotation), lane=Lane.BULK)
		view = proforma_view(result.document)
		status = 201 if result.issued_now else 200 if view["settled"] else 202
		return _answer(envelope.success(view, status))
	except Exception as error:
		return _answer(envelope.failure(error))


def check(quotation: str) -> dict[str, Any]:
	return rest("POST", "/check", quotation)


def settle(quotation: str, **decision: str) -> dict[str, Any]:
	return rest("POST", "/settle", quotation, note="seen in SmartBill", **decision)


def reconcile() -> dict[str, Any]:
	schedule.settle_due()
	return {}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
	"press": press,
	"check": check,
	"settle": settle,
	"reconcile": reconcile,
	**scene.COMMANDS,
}
