"""The restored framework behaves as a bench's: several apps, jobs, scheduler, HTTP."""

import importlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import pytest
import requests

from embedded import overrides, prepare


@pytest.fixture
def frappe(connected):
	yield connected
	connected.db.rollback()


class TestOverrides:
	@pytest.mark.parametrize("module", sorted(overrides.OVERRIDDEN_MODULES))
	def test_every_replacement_is_in_place(self, connected, module):
		loaded = importlib.import_module(module)
		replaced = overrides.replacements().get(module, [])
		assert replaced, f"{module} is named as overridden, and nothing replaces anything in it"
		for attribute, function, _new in replaced:
			holder = loaded
			for part in attribute.split("."):
				holder = holder.__dict__[part] if isinstance(holder, type) else getattr(holder, part)
			assert holder is function or getattr(holder, "__closure__", None) or holder == function

	def test_a_target_that_vanished_is_an_error(self, monkeypatch):
		monkeypatch.setitem(overrides.OVERRIDDEN_MODULES, "json", ())
		monkeypatch.setitem(overrides.replacements(), "json", [("vanished", print, False)])
		with pytest.raises(AttributeError, match="json:vanished does not exist any more"):
			overrides.apply("json")


class TestThreads:
	def test_two_that_compute_what_documents_keep_do_not_wait_for_each_other(self, connected):
		both_compute = threading.Barrier(2, timeout=10)

		class Kept:
			is_first = True

			@cached_property
			def one(self) -> int:
				return self.of_another("two")

			@cached_property
			def two(self) -> int:
				return self.of_another("one")

			def of_another(self, name: str) -> int:
				if not self.is_first:
					return 1
				both_compute.wait()
				another = Kept()
				another.is_first = False
				return getattr(another, name)

		found: list[int] = []
		threads = [
			threading.Thread(target=lambda name=name: found.append(getattr(Kept(), name)), daemon=True)
			for name in ("one", "two")
		]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join(timeout=10)
		assert found == [1, 1]


class TestApps:
	def test_the_installed_apps_are_those_of_the_site(self, frappe):
		assert frappe.get_installed_apps() == ["frappe", *prepare.APPS]

	def test_hooks_are_gathered_over_all_apps_or_given_for_one(self, frappe):
		assert frappe.get_hooks("app_name") == ["frappe", *prepare.APPS]
		assert frappe.get_hooks("app_name", app_name="erpnext") == ["erpnext"]

	def test_each_module_belongs_to_its_app(self, frappe):
		frappe.setup_module_map()
		assert frappe.local.module_app["selling"] == "erpnext"
		assert frappe.get_module_path("Selling").endswith("erpnext/selling")

	def test_code_of_an_app_that_is_not_installed_is_not_called(self, frappe):
		with pytest.raises(frappe.AppNotInstalledError):
			frappe.get_attr("sandbox.server.start")

	def test_a_whitelisted_function_gets_its_arguments_by_its_annotations(self, frappe):
		from frappe.client import get_list
		from frappe.utils.typing_validations import transform_parameter_types

		_, converted = transform_parameter_types(get_list, (), {"doctype": "User", "limit_start": "0"})
		assert converted["doctype"] == "User"


class TestJobs:
	def test_a_job_enqueued_in_a_rolled_back_transaction_never_runs(self, frappe):
		from frappe.utils.background_jobs import get_job

		frappe.enqueue(
			"frappe.client.get_count", doctype="User", job_id="rolled back", enqueue_after_commit=True
		)
		frappe.db.rollback()
		frappe.db.commit()
		assert get_job("rolled back") is None

	def test_a_job_runs_after_the_commit_in_a_connection_of_its_own(self, frappe):
		from embedded.overrides import jobs

		note = frappe.get_doc({"doctype": "Note", "title": "made before the job"}).insert()
		frappe.enqueue(
			"frappe.client.set_value",
			doctype="Note",
			name=note.name,
			fieldname="content",
			value="done",
			enqueue_after_commit=True,
		)
		frappe.db.commit()
		deadline = time.monotonic() + 60
		while frappe.db.get_value("Note", note.name, "content") != "done" and time.monotonic() < deadline:
			jobs.run_pending_jobs()
		assert frappe.db.get_value("Note", note.name, "content") == "done"
		frappe.delete_doc("Note", note.name)
		frappe.db.commit()


class TestScheduler:
	def test_a_due_job_is_enqueued_once(self, connected):
		"""The nightly sync rests on this."""
		from embedded.overrides import jobs
		from embedded.scheduler import enqueue_due_jobs

		frappe = connected
		jobs.run_pending_jobs()
		daily = "erpnext.selling.doctype.quotation.quotation.set_expired_status"
		# only this one: the jobs of a whole month would run during the tests that follow
		frappe.db.set_value(
			"Scheduled Job Type",
			{"method": daily},
			{"creation": frappe.utils.add_to_date(None, days=-40), "last_execution": None},
			update_modified=False,
		)
		frappe.db.commit()
		# In a thread of its own: a tick closes its connection, and this thread's must stay.
		with ThreadPoolExecutor(1) as tick:
			first = tick.submit(enqueue_due_jobs).result()
			second = tick.submit(enqueue_due_jobs).result()
		jobs.run_pending_jobs()
		assert daily in first
		assert daily not in second


class TestHTTP:
	def test_a_page_and_the_api_answer(self, running):
		assert requests.get(f"{running.url}/login", timeout=30).status_code == 200
		assert requests.get(f"{running.url}/api/method/ping", timeout=30).json() == {"message": "pong"}

	def test_a_session_posts_with_its_csrf_token_only(self, running):
		session = requests.Session()
		login = {"usr": "vanzari@demo.local", "pwd": "demo"}
		assert session.post(f"{running.url}/api/method/login", data=login, timeout=30).status_code == 200
		# The token comes with the desk's first page; from then on the session must show it.
		assert session.get(f"{running.url}/desk", timeout=60).status_code == 200
		note = {"title": f"Note {time.time()}"}
		refused = session.post(f"{running.url}/api/resource/Note", json=note, timeout=30)
		assert (refused.status_code, json.loads(refused.text)["exc_type"]) == (400, "CSRFTokenError")

	def test_a_guest_is_refused(self, running):
		assert requests.get(f"{running.url}/api/resource/Quotation", timeout=30).status_code == 403

	def test_a_private_file_is_not_given_to_a_guest(self, running):
		path = running.site.path / "private" / "files" / "secret.txt"
		path.write_text("secret")
		for address in ("/private/files/secret.txt", "/files/../private/files/secret.txt"):
			assert "secret" not in requests.get(f"{running.url}{address}", timeout=30).text
