"""Processes that decide about registrations, quotations and credit limits, and seal events, for tests: several at the
same moment, and ones that die on the way.

python -m erp_b2b_smartbill.tests.deciding SITE SITES_PATH reads a line of JSON, a list of steps, from its input. It
forks a process a step, each with a connection of its own; all begin together, and the line that it answers has an
outcome a step.
What a process had to load for it, the modules and the DocTypes, is loaded before the next ones are forked.
A step with `kill_at` kills its process at its so many-th write, counted from outside the app: a machine that loses its
power there. With `fail_at` that write raises instead. A step with `at_commit` counts commits alone.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import frappe
from frappe.cache_manager import clear_defaults_cache
from frappe.email.email_body import inline_style_in_html
from frappe.model.meta import Meta

import erp_b2b_smartbill
from erp_b2b_smartbill.audit import sealing
from erp_b2b_smartbill.customers.credit_limits import asking
from erp_b2b_smartbill.customers.credit_limits import deciding as credit_deciding
from erp_b2b_smartbill.customers.overview import scope as scopes
from erp_b2b_smartbill.portal import responses
from erp_b2b_smartbill.registration import bulk, decide, limits, retention, submit
from erp_b2b_smartbill.tests import audit_case
from erp_b2b_smartbill.tests.faults.worker import Place, opened

ROOT = str(Path(erp_b2b_smartbill.__file__).resolve().parents[1])
WRITES = ("insert", "update", "delete", "replace")
KILLED = {"killed": True}


class Deciders:
	"""The test's side: a process that has everything imported, and forks."""

	module = "erp_b2b_smartbill.tests.deciding"
	_shared: ClassVar[dict[type[Deciders], Deciders]] = {}

	@classmethod
	def shared(cls) -> Deciders:
		"""The one for all tests of this process: to get ready takes as long as many steps."""
		if cls not in cls._shared:
			cls._shared[cls] = cls()
			atexit.register(cls._shared[cls].dismiss)
		return cls._shared[cls]

	def __init__(self) -> None:
		site, sites_path = frappe.local.site, os.path.abspath(frappe.local.sites_path)
		self._process = subprocess.Popen(
			[sys.executable, "-m", self.module, site, sites_path],
			# the embedded site is the working folder of its process
			cwd=os.getcwd(),
			env={**os.environ, "PYTHONPATH": os.pathsep.join([ROOT, os.environ.get("PYTHONPATH", "")])},
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
		)

	def together(self, *steps: dict[str, Any]) -> list[dict[str, Any]]:
		"""An outcome a step: {status, name}, {error, message} or {killed}."""
		assert self._process.stdin and self._process.stdout
		self._process.stdin.write(json.dumps(steps) + "\n")
		self._process.stdin.flush()
		return json.loads(self._process.stdout.readline())

	def dismiss(self) -> None:
		self._process.communicate(timeout=30)


def at_once(*steps: dict[str, Any]) -> list[dict[str, Any]]:
	"""The outcomes of steps that begin in the same moment; after it the test sees what they wrote."""
	frappe.db.commit()
	outcomes = Deciders.shared().together(*steps)
	frappe.db.rollback()
	frappe.local.document_cache = {}
	frappe.cache.delete_keys("document_cache::")
	frappe.db.value_cache.clear()
	return outcomes


def main(site: str, sites_path: str) -> None:
	place = Place(site, sites_path, "")
	answers = os.fdopen(os.dup(1), "w")
	# whatever prints something does not answer for us
	os.dup2(2, 1)
	with opened(place):
		# once for all: what every process would have to load
		for doctype in (
			"B2B Registration",
			"Customer",
			"Address",
			"Contact",
			"User",
			"Business Event",
			"File",
		):
			frappe.new_doc(doctype)
		# the style sheet of a mail
		inline_style_in_html("<p></p>")
	for line in sys.stdin:
		outcomes = _together(place, json.loads(line))
		loaded = [new for one in outcomes if any(new := one.pop("loaded", []))]
		with opened(place) if loaded else contextlib.nullcontext():
			for modules, doctypes in loaded:
				_load(modules, doctypes)
		answers.write(json.dumps(outcomes) + "\n")
		answers.flush()


def _load(modules: list[str], doctypes: list[str]) -> None:
	for module in modules:
		# some are parts of others that have no file
		with contextlib.suppress(ImportError):
			importlib.import_module(module)
	for doctype in doctypes:
		frappe.get_meta(doctype)


def _together(place: Place, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
	(ready_out, ready_in), (go_out, go_in) = os.pipe(), os.pipe()
	children = []
	for step in steps:
		out, into = os.pipe()
		pid = os.fork()
		if not pid:
			os.close(go_in)
			_child(place, step, ready_in, go_out, into)
		os.close(into)
		children.append((pid, out))
	os.close(ready_in)
	for _step in steps:
		os.read(ready_out, 1)
	# the end of this pipe is the signal to all of them
	os.close(go_in)
	outcomes = []
	for pid, out in children:
		with os.fdopen(out) as pipe:
			said = pipe.read()
		_pid, status = os.waitpid(pid, 0)
		if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
			outcomes.append(KILLED)
		else:
			outcomes.append(json.loads(said) if said else {"error": f"it ended with {status}"})
	os.close(ready_out)
	os.close(go_out)
	return outcomes


def _child(place: Place, step: dict[str, Any], ready: int, go: int, into: int) -> None:
	try:
		with opened(place):
			# all else that it has from the process before it is never changed by a test
			clear_defaults_cache()
			frappe.db.rollback()
			modules, doctypes = set(sys.modules), _doctypes_loaded()
			os.write(ready, b".")
			os.read(go, 1)
			_break_off(step.get("kill_at"), step.get("fail_at"), at_commit=bool(step.get("at_commit")))
			outcome = _decided(step)
			outcome["loaded"] = [sorted(set(sys.modules) - modules), doctypes]
			with os.fdopen(into, "w") as pipe:
				json.dump(outcome, pipe)
	finally:
		os._exit(0)


def _doctypes_loaded() -> list[str]:
	"""Those whose fields are read from the database from now on."""
	found: list[str] = []
	load = Meta.load_from_db

	def watched(self: Any) -> Any:
		found.append(self.name)
		return load(self)

	Meta.load_from_db = watched
	return found


def _decided(step: dict[str, Any]) -> dict[str, Any]:
	frappe.set_user(step.get("user") or "Administrator")
	try:
		outcome = ACTIONS[step["action"]](step)
		# as Frappe does at the end of a request
		frappe.db.commit()
		return {"status": getattr(outcome, "status", None), "name": getattr(outcome, "name", None)}
	except Exception as error:
		files = len(os.listdir(frappe.get_site_path("private", "files")))
		frappe.db.rollback()
		code = getattr(error, "code", None) or repr(error)
		http = getattr(error, "http_status_code", None)
		return {"error": code, "http": http, "message": getattr(error, "message", ""), "files": files}


def _approve(step: dict[str, Any]) -> Any:
	# with the snapshot that a request has from finding out who asks
	doc = frappe.get_doc("B2B Registration", step["name"])
	return decide.approve(step["name"], decide.terms_of(doc))


def _submit(step: dict[str, Any]) -> Any:
	files = [
		SimpleNamespace(filename=name, stream=BytesIO(bytes.fromhex(content)))
		for name, content in step.get("files") or ()
	]
	frappe.set_user("Guest")
	return submit.submit({"opened": limits.opened_token(), **step["values"]}, files)


def _confirm(step: dict[str, Any]) -> Any:
	frappe.set_user("Guest")
	return decide.confirm(step["name"])


def _answer(step: dict[str, Any]) -> Any:
	frappe.set_user("Guest")
	files = [
		SimpleNamespace(filename=name, stream=BytesIO(bytes.fromhex(content)))
		for name, content in step.get("files") or ()
	]
	return decide.answer(step["name"], "Da", files)


def _respond(step: dict[str, Any]) -> Any:
	return responses.respond(step["name"], step["response"], "")


def _tell(step: dict[str, Any]) -> None:
	for count in range(step["number"]):
		audit_case.note(str(count))
		frappe.db.commit()


def _seal(step: dict[str, Any]) -> None:
	for _time in range(step.get("times", 1)):
		sealing.seal()


def _run_many(step: dict[str, Any]) -> Any:
	bulk.run("test", "approve", step["names"], None)


ACTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
	"approve": _approve,
	"reject": lambda step: decide.reject(step["name"], "Nu"),
	"withdraw": lambda step: decide.withdraw(step["name"]),
	"confirm": _confirm,
	"submit": _submit,
	"answer": _answer,
	"respond": _respond,
	"erase": lambda step: retention.erase(step["name"], "cerere"),
	"bulk": _run_many,
	"ask for credit": lambda step: asking.ask(
		scopes.of(step["name"], step["company"]), step["limit"], "Comenzi mai mari"
	),
	"approve credit": lambda step: credit_deciding.approve(step["name"], step.get("limit")),
	"reject credit": lambda step: credit_deciding.reject(step["name"], "Nu"),
	"withdraw credit": lambda step: asking.withdraw(step["name"]),
	"tell": _tell,
	"seal": _seal,
	"take up": lambda _step: decide.take_up_undecided(),
}


def _break_off(kill_at: int | None, fail_at: int | None, *, at_commit: bool) -> None:
	"""Count writes, a commit as one of them: at the `kill_at`-th there is no process any more, the `fail_at`-th fails."""
	seen = [0]
	sql, commit = frappe.db.sql, frappe.db.commit

	def count() -> None:
		seen[0] += 1
		if kill_at and seen[0] >= kill_at:
			os.kill(os.getpid(), signal.SIGKILL)
		if seen[0] == fail_at:
			raise OSError("no space left")

	def counting(query: Any, *arguments: Any, **options: Any) -> Any:
		if not at_commit and str(query).lstrip().lower().startswith(WRITES):
			count()
		return sql(query, *arguments, **options)

	def committing(*arguments: Any, **options: Any) -> Any:
		count()
		return commit(*arguments, **options)

	frappe.db.sql, frappe.db.commit = counting, committing


if __name__ == "__main__":
	main(*sys.argv[1:])
