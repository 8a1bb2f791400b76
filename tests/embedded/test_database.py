"""SQLite keeps what MariaDB keeps: parameters, types, locks, keys. Exactly-once rests on these."""

import contextvars
import datetime
import decimal
import multiprocessing
import os
import sqlite3
import sys
import threading
from types import SimpleNamespace

import pytest

from embedded.site import Site


@pytest.fixture
def frappe(connected):
	yield connected
	connected.db.rollback()
	connected.set_user("Administrator")
	connected.local.message_log = []


@pytest.fixture
def table(frappe):
	"""A DocType of the tests' own, removed afterwards."""
	name = "Embedded Probe"
	doctype = frappe.get_doc(
		{
			"doctype": "DocType",
			"name": name,
			"module": "Custom",
			"custom": 1,
			"autoname": "hash",
			"permissions": [{"role": "System Manager", "read": 1}],
			"fields": [
				{"fieldname": "code", "fieldtype": "Data", "unique": 1, "label": "Code"},
				{"fieldname": "amount", "fieldtype": "Currency", "label": "Amount"},
				{"fieldname": "day", "fieldtype": "Date", "label": "Day"},
				{
					"fieldname": "city",
					"fieldtype": "Data",
					"search_index": 1,
					"default": "Cluj",
					"label": "City",
				},
			],
		}
	).insert()
	yield doctype
	frappe.db.rollback()
	frappe.delete_doc("DocType", name, force=True)
	frappe.db.sql_ddl(f"DROP TABLE IF EXISTS `tab{name}`")


class TestParameters:
	@pytest.mark.parametrize(
		("query", "values", "expected"),
		[
			("select %s", ("a'b%s",), "a'b%s"),
			("select %(x)s", {"x": "100%"}, "100%"),
			("select count(*) from `tabUser` where name in %s", (("Administrator", "Guest"),), 2),
			("select count(*) from `tabUser` where name in %(names)s", {"names": ["Administrator"]}, 1),
			("select count(*) from `tabUser` where name in %s", ([],), 0),
			("select 'a%%b', %s", (1,), "a%b"),
			("select %s", (decimal.Decimal("1.50"),), 1.5),
		],
	)
	def test_a_value_arrives_as_it_was_given(self, frappe, query, values, expected):
		assert frappe.db.sql(query, values)[0][0] == expected

	def test_a_percent_sign_without_values_stays(self, frappe):
		assert frappe.db.sql("select name from `tabUser` where name like 'Admin%'")[0][0] == "Administrator"

	def test_dates_and_times_come_back_as_mariadb_gives_them(self, frappe, table):
		doc = frappe.get_doc(
			{"doctype": table.name, "code": "A", "day": "2026-02-28", "amount": "12.34"}
		).insert()
		stored = frappe.db.get_value(table.name, doc.name, ["day", "amount", "creation"], as_dict=True)
		assert stored.day == datetime.date(2026, 2, 28)
		assert stored.amount == 12.34
		assert isinstance(stored.creation, datetime.datetime)

	@pytest.mark.parametrize(
		("expression", "expected"),
		[
			("concat('a', 1)", "a1"),
			("concat('a', null)", None),
			("concat_ws(' ', 'a', null, 'b')", "a b"),
			("greatest(1, 3, 2)", 3),
			("least(2, null)", None),
			("if(1 > 2, 'yes', 'no')", "no"),
			("ifnull(null, 'x')", "x"),
			("date_format('2026-11-05', '%Y-%m')", "2026-11"),
		],
	)
	def test_functions_of_mariadb_answer(self, frappe, expression, expected):
		assert frappe.db.sql(f"select {expression}")[0][0] == expected


class TestKeys:
	def test_a_second_row_with_the_same_unique_value_is_refused(self, frappe, table):
		frappe.get_doc({"doctype": table.name, "code": "A"}).insert()
		with pytest.raises(frappe.UniqueValidationError):
			frappe.get_doc({"doctype": table.name, "code": "A"}).insert()

	def test_a_unique_key_ignores_case_as_on_mariadb(self, frappe, table):
		frappe.get_doc({"doctype": table.name, "code": "Abc"}).insert()
		with pytest.raises(frappe.UniqueValidationError):
			frappe.get_doc({"doctype": table.name, "code": "ABC"}).insert()

	def test_many_rows_may_have_no_value_in_a_unique_field(self, frappe, table):
		for _ in range(2):
			frappe.db.sql(
				f"insert into `tab{table.name}` (name, code) values (%s, null)", (frappe.generate_hash(),)
			)
		assert frappe.db.count(table.name, {"code": ["is", "not set"]}) == 2

	@pytest.mark.parametrize("change", ["type", "default", "new unique field", "new field"])
	def test_keys_indexes_and_rows_survive_every_change_of_the_table(self, frappe, table, change):
		frappe.get_doc({"doctype": table.name, "code": "A", "amount": 5}).insert()
		if change == "type":
			table.fields[1].fieldtype = "Int"
		elif change == "default":
			table.fields[3].default = "Iași's"
		elif change == "new unique field":
			table.append("fields", {"fieldname": "other", "fieldtype": "Data", "unique": 1, "label": "Other"})
		else:
			table.append("fields", {"fieldname": "note", "fieldtype": "Small Text", "label": "Note"})
		table.save()

		name = f"tab{table.name}"
		columns = {row.name: row for row in frappe.db.sql(f"PRAGMA table_info(`{name}`)", as_dict=True)}
		assert columns["name"].pk == 1
		assert columns["docstatus"].notnull == 1
		assert frappe.db.get_column_index(name, "code", unique=True)
		assert frappe.db.get_column_index(name, "city", unique=False)
		assert frappe.db.get_value(table.name, {"code": "A"}, "amount") == 5
		with pytest.raises(frappe.UniqueValidationError):
			frappe.get_doc({"doctype": table.name, "code": "A"}).insert()
		if change == "new unique field":
			frappe.get_doc({"doctype": table.name, "code": "B", "other": "X"}).insert()
			with pytest.raises(frappe.UniqueValidationError):
				frappe.get_doc({"doctype": table.name, "code": "C", "other": "X"}).insert()

	def test_a_field_that_is_no_longer_unique_takes_equal_values(self, frappe, table):
		table.fields[0].unique = 0
		table.save()
		for _ in range(2):
			frappe.get_doc({"doctype": table.name, "code": "A"}).insert()
		assert frappe.db.count(table.name, {"code": "A"}) == 2

	def test_two_tables_may_have_a_unique_field_of_the_same_name(self, frappe, table):
		frappe.db.add_unique(table.name, ["code", "city"], constraint_name="unique_code_city")
		frappe.db.add_unique("ToDo", ["name", "owner"], constraint_name="unique_code_city")
		assert frappe.db.has_index(f"tab{table.name}", "unique_code_city")
		assert frappe.db.has_index("tabToDo", "unique_code_city")

	def test_an_unchanged_table_is_not_rebuilt(self, frappe, table, monkeypatch):
		from embedded.overrides import schema

		rebuilt = []
		monkeypatch.setattr(schema, "rebuild", lambda *arguments: rebuilt.append(arguments))
		for doctype in (table.name, "User", "Quotation", "Sales Order", "DocType"):
			frappe.db.updatedb(doctype)
		assert rebuilt == []


class TestConnections:
	@pytest.fixture
	def connect(self, frappe):
		"""Makes further connections of this process."""
		from frappe.database import get_db

		opened = []

		def make():
			opened.append(get_db(cur_db_name=frappe.conf.db_name))
			opened[-1].connect()
			return opened[-1]

		yield make
		for database in opened:
			database.close()

	def inherited(self) -> bool:
		"""Whether a fork of this process has a connection of its parent."""
		from embedded.overrides import database

		pid = os.fork()
		if not pid:
			os._exit(1 if any(database._idle.values()) else 0)
		return os.waitpid(pid, 0)[1] != 0

	def test_a_closed_one_is_taken_again_without_what_it_did_not_commit(self, connect):
		first = connect()
		connection = first._conn
		first.sql("insert into `tabSingles` (doctype, field, value) values ('Probe', 'a', 'b')")
		first.close()
		again = connect()
		assert again._conn is connection
		assert not again.sql("select value from `tabSingles` where doctype = 'Probe'")

	def test_two_at_once_are_two(self, connect):
		assert connect()._conn is not connect()._conn

	def test_a_fork_has_none_of_its_parent(self, connect):
		from embedded.overrides import database

		connect().close()
		assert any(database._idle.values())
		assert not self.inherited()

	def test_a_fork_has_none_that_another_thread_gives_back_meanwhile(self, frappe):
		from embedded.overrides import database

		done = threading.Event()

		def give_back():
			while not done.is_set():
				database.close(
					SimpleNamespace(
						_conn=sqlite3.connect(":memory:", check_same_thread=False), _idle_key="probe"
					)
				)

		thread = threading.Thread(target=contextvars.copy_context().run, args=(give_back,))
		interval = sys.getswitchinterval()
		sys.setswitchinterval(1e-6)
		thread.start()
		try:
			inherited = sum(self.inherited() for _time in range(100))
		finally:
			done.set()
			thread.join()
			sys.setswitchinterval(interval)
			database.close_idle()
		assert not inherited


def add_one(path: str, times: int) -> None:
	"""Read a number for update and write it back one higher, in a process of its own."""
	from embedded.overrides import memory_redis

	memory_redis.forget()
	with Site(path).open() as frappe:
		for _ in range(times):
			value = frappe.db.get_value("Note", "counter", "title", for_update=True)
			frappe.db.set_value("Note", "counter", "title", str(int(value) + 1), update_modified=False)
			frappe.db.commit()


def insert_same(path: str, barrier: object, results: object) -> None:
	"""Insert the one row that only one process may insert."""
	with Site(path).open() as frappe:
		barrier.wait(timeout=60)
		try:
			frappe.get_doc({"doctype": "Role", "role_name": "Only Once"}).insert()
			frappe.db.commit()
			results.put("inserted")
		except (frappe.DuplicateEntryError, frappe.UniqueValidationError):
			frappe.db.rollback()
			results.put("refused")


class TestLocks:
	"""In processes of their own: one process has one connection in a thread."""

	def test_no_update_is_lost_between_processes_that_read_for_update(self, connected):
		frappe = connected
		frappe.get_doc({"doctype": "Note", "title": "counter"}).insert().db_set("title", "0")
		frappe.db.set_value("Note", {"title": "0"}, "name", "counter")
		frappe.db.commit()
		spawn = multiprocessing.get_context("spawn")
		workers = [spawn.Process(target=add_one, args=(os.getcwd(), 25)) for _ in range(3)]
		for worker in workers:
			worker.start()
		for worker in workers:
			worker.join()
		assert [worker.exitcode for worker in workers] == [0, 0, 0]
		assert frappe.db.get_value("Note", "counter", "title") == "75"
		frappe.db.delete("Note", {"name": "counter"})
		frappe.db.commit()

	def test_of_two_processes_that_insert_the_same_key_one_is_refused(self, connected):
		spawn = multiprocessing.get_context("spawn")
		barrier, results = spawn.Barrier(2), spawn.Queue()
		workers = [spawn.Process(target=insert_same, args=(os.getcwd(), barrier, results)) for _ in range(2)]
		for worker in workers:
			worker.start()
		for worker in workers:
			worker.join()
		assert sorted(results.get(timeout=5) for _ in workers) == ["inserted", "refused"]
		connected.delete_doc("Role", "Only Once", force=True)
		connected.db.commit()

	def test_a_reader_waits_for_nobody(self, connected):
		"""A page loads while another process is writing."""
		other = sqlite3.connect(Site(os.getcwd()).database, isolation_level=None)
		other.execute("BEGIN IMMEDIATE")
		try:
			assert connected.db.get_value("User", "Administrator") == "Administrator"
		finally:
			other.execute("ROLLBACK")
			other.close()
