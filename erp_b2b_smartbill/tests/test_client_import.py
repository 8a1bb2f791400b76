"""Files that SmartBill exported: shown first, then imported row by row, and nothing of them lost on the way."""

import csv
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import frappe
from frappe.utils import add_to_date, now_datetime
from openpyxl import Workbook, load_workbook

from erp_b2b_smartbill.exceptions import Conflict, NotReady
from erp_b2b_smartbill.smartbill.clients import (
	chunk,
	command,
	importing,
	job,
	rejected,
	site_files,
	sync_runs,
)
from erp_b2b_smartbill.smartbill.clients.importing import FileReader
from erp_b2b_smartbill.smartbill.clients.store import CLIENT
from erp_b2b_smartbill.smartbill.clients.sync_runs import LEASES
from erp_b2b_smartbill.smartbill.leases import LeaseLost
from erp_b2b_smartbill.tests.clients_case import ClientsTestCase

HEADER = ["Denumire", "CIF", "Adresa", "Localitate", "Judet", "Email", "Cod client"]


def row(number: int, **values: str) -> list[str]:
	cells = {
		"Denumire": f"Import {number:05d} SRL",
		"CIF": "",
		"Adresa": f"Str. Lungă {number}",
		"Localitate": "Turda",
		"Judet": "Cluj",
		"Email": f"import{number}@example.ro",
		"Cod client": f"I{number:05d}",
	}
	return list((cells | values).values())


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
	text = io.StringIO()
	csv.writer(text, delimiter=";").writerows(rows)
	return text.getvalue().encode()


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
	book = Workbook(write_only=True)
	sheet = book.create_sheet()
	for one in rows:
		sheet.append(list(one))
	content = io.BytesIO()
	book.save(content)
	return content.getvalue()


class Killed(BaseException):
	"""Stands for a worker that is no more."""


class TestImport(ClientsTestCase):
	def file(self, content: bytes, name: str = "clienti.csv") -> str:
		doc = frappe.get_doc(
			{"doctype": "File", "file_name": name, "is_private": 1, "content": content}
		).insert()
		frappe.db.commit()
		return doc.name

	def rows(self, count: int, *more: list[str]) -> bytes:
		return as_csv([HEADER, *(row(number) for number in range(count)), *more])

	def imported(self, content: bytes, name: str = "clienti.csv", choice: Any = None) -> Any:
		return self.finish(importing.start(self.account, self.file(content, name), choice).name)

	def preview(self, content: bytes, choice: Any = None) -> dict[str, Any]:
		return importing.preview(self.account, self.file(content), choice)

	def rejected_rows(self, run: Any) -> list[list[str]]:
		doc = frappe.get_doc("File", {"file_url": run.rejected_file})
		self.assertEqual((doc.is_private, doc.attached_to_name), (1, run.name))
		sheet = load_workbook(doc.get_full_path()).active
		return [[cell or "" for cell in cells] for cells in sheet.iter_rows(values_only=True)]

	def test_a_preview_shows_columns_rows_and_what_would_happen_and_writes_nothing(self):
		known = self.customer(customer_name="Cunoscut SRL", tax_id="RO14399840")
		self.imported(self.rows(3))
		changed = row(1, Adresa="Alta 5")
		content = as_csv(
			[
				HEADER,
				row(0),
				changed,
				row(7, CIF="RO14399840", Denumire="Cunoscut SRL"),
				row(8),
				row(9, Denumire=""),
			]
		)
		before = self.clients()
		seen = self.preview(content)
		self.assertEqual([one["title"] for one in seen["columns"]], HEADER)
		self.assertEqual(
			[one["field"] for one in seen["columns"]],
			["name", "vat_code", "address", "city", "county", "email", "code"],
		)
		self.assertEqual(seen["rows"][0], {"row": 2, "cells": row(0)})
		outcome = seen["outcome"]
		self.assertEqual(
			(
				outcome["new"],
				outcome["changed"],
				outcome["unchanged"],
				outcome["matched"],
				outcome["rejected"],
			),
			(2, 1, 1, 1, 1),
		)
		self.assertEqual((seen["total"], seen["has_more"]), (5, False))
		self.assertEqual(seen["rejected"], [{"row": 6, "reasons": ["The client has no name."]}])
		self.assertEqual(self.clients(), before)
		# and so it happens
		run = self.imported(content)
		self.assertEqual(
			(run.new_clients, run.changed, run.unchanged, run.linked, run.rejected), (2, 1, 1, 1, 1)
		)
		self.assertEqual(run.conflicts, outcome["conflicting"])
		self.assertEqual(frappe.db.get_value(CLIENT, {"customer": known.name}, "client_name"), "Cunoscut SRL")

	def test_what_was_uploaded_to_be_looked_at_is_gone_a_day_later_unless_it_was_imported(self):
		def looked_at(number: int) -> str:
			name = self.file(as_csv([HEADER, row(number)]), f"lista{number}.csv")
			frappe.db.set_value("File", name, "attached_to_field", site_files.LOOKED_AT)
			return name

		left, taken = looked_at(1), looked_at(2)
		kept = self.file(as_csv([HEADER, row(3)]), "altceva.csv")
		self.finish(importing.start(self.account, taken).name)
		path = frappe.get_doc("File", left).get_full_path()
		site_files.delete_looked_at()
		self.assertTrue(frappe.db.exists("File", left))
		frappe.db.set_value(
			"File", {"name": ["in", [left, taken, kept]]}, "creation", add_to_date(now_datetime(), hours=-25)
		)
		site_files.delete_looked_at()
		self.assertEqual(
			set(frappe.get_all("File", {"name": ["in", [left, taken, kept]]}, pluck="name")), {taken, kept}
		)
		self.assertFalse(os.path.exists(path))

	def test_a_preview_does_not_count_clients_that_are_linked_already_as_matches(self):
		self.customer(customer_name="Cunoscut SRL", tax_id="RO14399840")
		self.imported(as_csv([HEADER, row(7, CIF="RO14399840", Denumire="Cunoscut SRL")]))
		again = as_csv([HEADER, row(7, CIF="RO14399840", Denumire="Cunoscut SRL", Adresa="Alta 5")])
		self.assertEqual(self.preview(again)["outcome"]["matched"], 0)

	def test_a_preview_of_many_rows_looks_at_the_first_and_says_that_there_are_more(self):
		seen = self.preview(as_xlsx([HEADER, *(row(number) for number in range(20_000))]))
		self.assertEqual((seen["looked_at"], seen["has_more"]), (1000, True))
		self.assertIn(seen["total"], (None, 20_000))

	def test_columns_that_a_person_chose_are_imported_so(self):
		content = as_csv([["Firma", "Ceva", "Oras"], ["Ales SRL", "x", "Iași"]])
		seen = self.preview(content)
		self.assertEqual(seen["missing"], ["name"])
		with self.assertRaises(NotReady) as caught:
			self.imported(content)
		self.assertEqual(caught.exception.problems[0]["field"], "columns")
		run = self.imported(content, choice={0: "name", 1: "code"})
		self.assertEqual((run.status, run.new_clients), ("Completed", 1))
		self.assertEqual(
			[(one.client_name, one.code, one.city) for one in self.clients()], [("Ales SRL", "x", "Iași")]
		)

	def test_the_same_file_again_changes_nothing(self):
		content = self.rows(700)
		self.imported(content)
		before = self.clients()
		run = self.imported(content)
		self.assertEqual((run.unchanged, run.new_clients, run.changed), (700, 0, 0))
		self.assertEqual(self.clients(), before)

	def test_the_kind_of_the_file_makes_no_difference(self):
		rows = [HEADER, *(row(number) for number in range(30))]
		self.imported(as_xlsx(rows), "clienti.xlsx")
		before = self.clients()
		run = self.imported(as_csv(rows))
		self.assertEqual((run.unchanged, len(before)), (30, 30))

	def test_rejected_rows_come_back_with_the_reason(self):
		content = self.rows(
			3, row(0), row(90, Denumire=""), row(91, Denumire="=1+1"), row(92, Denumire="x" * 141)
		)
		run = self.imported(content)
		self.assertEqual((run.status, run.seen, run.rejected), ("Completed With Errors", 7, 3))
		given = self.rejected_rows(run)
		self.assertEqual(given[0], [*HEADER, "Reason"])
		self.assertEqual(
			[one[-1] for one in given[1:]],
			[
				"Another row of the file is the same client.",
				"The client has no name.",
				"Name has 141 characters; at most 140 fit.",
			],
		)
		self.assertEqual(given[1][:-1], row(0))
		self.assertFalse(os.path.exists(rejected._path(run.name)))

	def test_mended_rejected_rows_can_be_imported_as_they_are(self):
		run = self.imported(self.rows(2, row(90, Denumire="")))
		given = self.rejected_rows(run)
		given[1][0] = "Cu nume SRL"
		again = self.imported(as_xlsx(given), "mended.xlsx")
		self.assertEqual((again.status, again.new_clients), ("Completed", 1))

	def test_a_job_that_is_killed_anywhere_leaves_what_an_undisturbed_one_leaves(self):
		content = self.rows(40, row(3), row(90, Denumire=""))
		undisturbed = self.imported(content)
		before, given = self.clients(), self.rejected_rows(undisturbed)
		counts = {name: undisturbed.get(name) for name in sync_runs.COUNTS}
		for doctype in (CLIENT, sync_runs.RUN):
			frappe.db.delete(doctype, {"account": self.account})
		frappe.db.commit()
		with mock.patch.object(importing, "CHUNK", 7):
			run = importing.start(self.account, self.file(content)).name
			for target, name, call in (
				(chunk, "apply", 2),
				(FileReader, "refuse", 2),
				(FileReader, "next_chunk", 2),
				(rejected, "give_back", 1),
			):
				for after in (False, True):
					self._killed_at(run, target, name, call, after)
			done = self.finish(run)
		self.assertEqual({name: done.get(name) for name in sync_runs.COUNTS}, counts)
		self.assertEqual(self.clients(), before)
		self.assertEqual(self.rejected_rows(done), given)
		self.assertEqual(
			frappe.db.count("File", {"attached_to_name": run, "attached_to_field": "rejected_file"}), 1
		)

	def _killed_at(self, run: str, target: Any, name: str, call: int, after: bool) -> None:
		"""The job dies before or after so many calls of this, as if it had no time to say so."""
		real: Callable[..., Any] = getattr(target, name)
		calls = []

		def dying(*args: Any, **kwargs: Any) -> Any:
			calls.append(1)
			if len(calls) == call and not after:
				raise Killed
			result = real(*args, **kwargs)
			if len(calls) == call:
				raise Killed
			return result

		with (
			mock.patch.object(target, name, dying),
			mock.patch.object(LEASES, "release", side_effect=LeaseLost),
			self.assertRaises(Killed),
		):
			job.work(run)
		frappe.db.rollback()
		long_ago = frappe.utils.add_to_date(None, minutes=-10)
		frappe.db.set_value(sync_runs.RUN, run, "heartbeat_at", long_ago, update_modified=False)
		frappe.db.commit()

	def test_half_a_line_of_a_killed_job_does_not_spoil_the_rejected_rows(self):
		run = importing.start(self.account, self.file(self.rows(1, row(90, Denumire="")))).name
		with open(rejected._path(run), "w") as kept:
			kept.write('[3, ["half')
		done = self.finish(run)
		self.assertEqual([one[-1] for one in self.rejected_rows(done)[1:]], ["The client has no name."])

	def test_a_file_that_cannot_be_read_to_its_end_keeps_what_stands_before(self):
		content = self.rows(600, row(90, Denumire="")) + b'"never closed;' + b"x" * 40_000
		run = self.imported(content)
		self.assertEqual((run.status, run.new_clients, run.rejected), ("Failed", 600, 1))
		self.assertIn("The rows before it were imported", run.message)
		self.assertEqual(len(self.rejected_rows(run)), 2)
		self.assertFalse(frappe.db.get_value("SmartBill Account", self.account, "last_sync_run"))

	def test_a_stopped_import_gives_its_rejected_rows_back(self):
		run = importing.start(self.account, self.file(self.rows(30, row(90, Denumire="")))).name
		with mock.patch.object(importing, "CHUNK", 31):
			self._killed_at_end_of_first_chunk(run)
		job.stop(run)
		done = frappe.get_doc(sync_runs.RUN, run)
		self.assertEqual((done.status, done.seen), ("Completed With Errors", 31))
		self.assertEqual(len(self.rejected_rows(done)), 2)

	def _killed_at_end_of_first_chunk(self, run: str) -> None:
		def die() -> None:
			raise Killed

		with self.assertRaises(Killed):
			job.work(run, tell=die)
		frappe.db.rollback()

	def test_what_a_lost_job_kept_is_found_by_the_scheduled_pass(self):
		run = importing.start(self.account, self.file(self.rows(2, row(90, Denumire="")))).name
		with mock.patch.object(rejected, "give_back", side_effect=OSError):
			done = self.finish(run)
		self.assertFalse(done.rejected_file)
		rejected.give_back_left()
		self.assertEqual(len(self.rejected_rows(frappe.get_doc(sync_runs.RUN, run))), 2)

	def test_a_file_that_was_deleted_meanwhile_is_said_so(self):
		file = self.file(self.rows(3))
		run = importing.start(self.account, file).name
		frappe.delete_doc("File", file, force=True)
		frappe.db.commit()
		self.assertIn("was deleted", self.finish(run).message)

	def test_hostile_files_are_refused_with_a_sentence(self):
		for content, code in (
			(b"", "file_empty"),
			(b"\x00\x01\x02" * 100, "file_binary"),
			(b"%PDF-1.7 hello", "file_pdf"),
			(b"\xd0\xcf\x11\xe0" + b"\0" * 2000, "file_damaged"),
		):
			with self.subTest(code), self.assertRaises(NotReady) as caught:
				path = os.path.join(self.folder(), "hostile.xlsx")
				with open(path, "wb") as file:
					file.write(content)
				importing.preview_of(self.account, path)
			self.assertEqual(caught.exception.code, code)
			self.assertTrue(caught.exception.message)

	def test_one_column_asks_for_the_name(self):
		self.assertEqual(self.preview(b"x\na\nb\n")["missing"], ["name"])

	def test_somebody_elses_file_is_not_read(self):
		file = self.file(self.rows(1))
		from erp_b2b_smartbill.tests import factories

		user = factories.user("B2B Manager")
		with self.as_user(user), self.assertRaises(frappe.PermissionError):
			importing.preview(self.account, file)

	def test_an_import_while_a_sync_is_open_says_which(self):
		run = job.start(self.account).name
		with self.assertRaises(Conflict) as caught:
			importing.start(self.account, self.file(self.rows(1)))
		self.assertEqual((caught.exception.code, caught.exception.problems[0]["name"]), ("sync_running", run))

	# bench smartbill-import

	def folder(self) -> str:
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		return folder.name

	def command(self, content: bytes, answer: bool = True, **options: Any) -> tuple[int, str]:
		path = os.path.join(self.folder(), "export.csv")
		with open(path, "wb") as file:
			file.write(content)
		said: list[str] = []
		asked: list[str] = []
		status = command.run(
			path,
			said.append,
			lambda question: asked.append(question) or answer,
			account=self.account,
			**options,
		)
		self.asked = asked
		return status, "\n".join(said)

	def test_the_command_imports_what_is_larger_than_uploads_may_be_without_a_worker(self):
		before = frappe.conf.get("max_file_size")
		frappe.conf.max_file_size = 1000
		self.addCleanup(frappe.conf.__setitem__, "max_file_size", before)
		with mock.patch.object(frappe, "enqueue", side_effect=AssertionError("there is no queue")):
			status, said = self.command(self.rows(1200, row(90, Denumire="")))
		self.assertEqual((status, self.asked), (1, ["Import it?"]))
		self.assertIn("Denumire", said)
		self.assertIn("Import 00000 SRL", said)
		self.assertRegex(said, r"1,200  new clients")
		self.assertRegex(said, r"1  rejected")
		self.assertEqual(frappe.db.count(CLIENT, {"account": self.account}), 1200)
		run = frappe.get_last_doc(sync_runs.RUN)
		self.assertEqual((run.trigger, run.total_rows), ("Command", 1201))
		path = said.rsplit("Rejected rows: ", 1)[1].strip()
		self.assertTrue(os.path.exists(path), path)
		self.assertNotIn("Error Log", said)

	def test_the_command_takes_no_for_an_answer(self):
		status, said = self.command(self.rows(2), answer=False)
		self.assertEqual((status, frappe.db.count(sync_runs.RUN, {"account": self.account})), (1, 0))
		self.assertIn("Nothing was imported.", said)

	def test_the_command_takes_columns_by_their_place(self):
		content = as_csv([["Firma", "Oras"], ["Ales SRL", "Iași"]])
		status, said = self.command(content)
		self.assertEqual(status, 1)
		self.assertIn("--columns", said)
		status, said = self.command(content, columns="1=name,2=", yes=True)
		self.assertEqual((status, self.asked), (0, []), said)
		self.assertEqual([(one.client_name, one.city) for one in self.clients()], [("Ales SRL", "")])
		self.assertEqual(self.command(content, columns="name=1")[0], 1)

	def test_the_command_leaves_no_run_open_when_it_is_interrupted(self):
		with mock.patch.object(command, "_tell", side_effect=KeyboardInterrupt):
			said = self.command(self.rows(900))[1]
		self.assertIn("Stopped", said)
		self.assertIsNone(frappe.get_last_doc(sync_runs.RUN).open_key)
		self.assertEqual(self.command(self.rows(900))[0], 0)
