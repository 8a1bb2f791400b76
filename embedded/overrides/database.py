"""SQLite as the framework's database: MariaDB's parameters, types, functions and transactions.

One writer at a time. A transaction takes the write lock with its first write or locking read, and waits
for it up to BUSY_TIMEOUT_S; reads before that see what is committed. So a `SELECT ... FOR UPDATE` followed
by a write is as safe as on MariaDB, and no reader can fail to become a writer.

A connection that is closed is kept for the next one who opens the same file: SQLite reads the whole schema, 1,200
tables and indexes, with every new connection, which takes as long as many a request's own work.
"""

import datetime
import decimal
import functools
import os
import re
import sqlite3
import threading
from typing import Any

import frappe

from embedded.overrides import replace

BUSY_TIMEOUT_S = 30
MAX_IDLE = 8
# different queries of which is kept what was found out; they come again and again
QUERIES_KEPT = 1000
LISTS = (list, tuple, set, frozenset)

PARAMETER = re.compile(r"%(?:\((?P<name>\w+)\))?s|%%")
LOCKING_CLAUSE = re.compile(r"\s+for\s+update(\s+(nowait|skip\s+locked))?\b(?=[^'\"`]*$)", re.IGNORECASE)
READ_STATEMENTS = frozenset(("select", "pragma", "explain", "with", "values"))
TRANSACTION_STATEMENTS = frozenset(("begin", "start", "commit", "rollback", "end"))


@functools.lru_cache(maxsize=QUERIES_KEPT)
def _marked(query: str) -> tuple[str, list[str | None]]:
	"""A query whose values are no lists, and their names in its order; None for one without a name."""
	found = [match for match in PARAMETER.finditer(query) if match[0] != "%%"]
	marked = PARAMETER.sub(lambda match: "%" if match[0] == "%%" else "?", query)
	return marked, [match["name"] for match in found]


def to_qmark(query: str, values: Any) -> tuple[str, list[Any]]:
	"""Turn `%s`, `%(name)s` and lists into SQLite's `?`, as MariaDB's driver would have filled them in."""
	if values is None or values == () or values == {}:
		return query, []
	marked, names = _marked(query)
	if isinstance(values, dict):
		chosen = [] if None in names else [values[name] for name in names]
	else:
		values = list(values)
		chosen = [] if any(names) else values[: len(names)]
	if len(chosen) == len(names) and not any(isinstance(value, LISTS) for value in chosen):
		return marked, chosen
	parameters: list[Any] = []
	positional = iter(()) if isinstance(values, dict) else iter(values)

	def mark(match: re.Match[str]) -> str:
		if match[0] == "%%":
			return "%"
		value = values[match["name"]] if match["name"] else next(positional)
		if isinstance(value, LISTS):
			parameters.extend(value)
			# An empty list matches nothing; MariaDB's driver would write "()", which is an error there.
			return "(" + ", ".join("?" * len(value)) + ")" if value else "(NULL)"
		parameters.append(value)
		return "?"

	try:
		return PARAMETER.sub(mark, query), parameters
	except StopIteration:
		raise sqlite3.ProgrammingError(f"not enough values for the query: {query}") from None


@functools.lru_cache(maxsize=QUERIES_KEPT)
def without_locking_clause(query: str) -> tuple[str, bool]:
	"""Return the query without `FOR UPDATE`, and whether it had it."""
	stripped, found = LOCKING_CLAUSE.subn("", query)
	return stripped, bool(found)


@replace("frappe.database.sqlite.database:SQLiteDatabase.create_connection")
def create_connection(self: Any, read_only: bool = False) -> sqlite3.Connection:
	"""Open the site's file. Transactions are begun by us, never by the driver."""
	mode = "ro" if read_only else "rwc"
	connection = sqlite3.connect(
		f"file:{self.get_db_path()}?mode={mode}",
		uri=True,
		detect_types=sqlite3.PARSE_DECLTYPES,
		timeout=BUSY_TIMEOUT_S,
		isolation_level=None,
		check_same_thread=False,
		# to prepare the reading or writing of a wide table takes longer than to do it
		cached_statements=QUERIES_KEPT,
	)
	for name, arguments, function in SQL_FUNCTIONS:
		connection.create_function(name, arguments, function)
	return connection


# Connections that nobody uses, each list's last one the freshest. Taken from by single steps, as threads may.
_idle: dict[Any, list[sqlite3.Connection]] = {}
# held by whoever gives one back, and while the process forks: a thread may give one back in the middle of that
_giving_back = threading.RLock()


def _key(path: Any, read_only: bool) -> Any:
	"""What makes two connections alike: the file itself, for a path may be another site's the next moment."""
	try:
		file = os.stat(path)
	except FileNotFoundError:
		return None
	return str(path), file.st_dev, file.st_ino, read_only, frappe.conf.get("sqlite_synchronous")


def close_idle() -> None:
	"""Close what nobody uses: a connection may not be in a process and its fork, nor outlive the file that it read."""
	with _giving_back:
		for key in list(_idle):
			for connection in _idle.pop(key, ()):
				connection.close()


def _before_fork() -> None:
	_giving_back.acquire()
	close_idle()


os.register_at_fork(
	before=_before_fork, after_in_parent=_giving_back.release, after_in_child=_giving_back.release
)


@replace("frappe.database.sqlite.database:SQLiteDatabase.get_connection")
def get_connection(self: Any, read_only: bool = False) -> sqlite3.Connection:
	self._idle_key = _key(self.get_db_path(), read_only)
	try:
		return _idle[self._idle_key].pop()
	except (KeyError, IndexError):
		pass
	connection = self.create_connection(read_only)
	connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
	connection.execute("PRAGMA journal_mode=WAL")
	# A power failure may lose the last commit of a test site, never its consistency; a killed process loses nothing.
	connection.execute(f"PRAGMA synchronous={frappe.conf.get('sqlite_synchronous') or 'NORMAL'}")
	self._idle_key = _key(self.get_db_path(), read_only)
	return connection


@replace("frappe.database.sqlite.database:SQLiteDatabase.close")
def close(self: Any) -> None:
	"""Give the connection back, without what was not committed and what was not read to its end."""
	connection, cursor = self._conn, getattr(self, "_cursor", None)
	self._conn = self._cursor = None
	if not connection:
		return
	# an installation puts another file in the place of the one that it has opened
	if frappe.flags.in_install_db or not self._idle_key:
		connection.close()
		return
	if cursor:
		cursor.close()
	connection.rollback()
	with _giving_back:
		idle = _idle.setdefault(self._idle_key, [])
		if len(idle) < MAX_IDLE:
			idle.append(connection)
			return
	connection.close()


@replace("frappe.database.sqlite.database:SQLiteDatabase.execute_query")
def execute_query(self: Any, query: str, values: Any = None) -> sqlite3.Cursor:
	query, parameters = to_qmark(query, values)
	query, locking = without_locking_clause(query)
	statement = query.split(None, 1)[0].lower() if query.strip() else ""
	writes = statement not in READ_STATEMENTS and statement not in TRANSACTION_STATEMENTS
	if (writes or locking) and not self._conn.in_transaction and not getattr(self, "read_only", False):
		self._cursor.execute("BEGIN IMMEDIATE")
	return self._cursor.execute(query, parameters)


@replace("frappe.database.sqlite.database:SQLiteDatabase.begin")
def begin(self: Any, *, read_only: bool = False) -> None:
	"""A transaction begins with its first write. Only a change between read-only and writing reconnects."""
	read_only = bool(read_only or frappe.flags.read_only)
	if read_only != getattr(self, "read_only", False):
		self.close()
		self._conn = self.get_connection(read_only=read_only)
		self._cursor = self._conn.cursor()
		self.read_only = read_only


@replace("frappe.database.sqlite.database:SQLiteDatabase.set_execution_timeout")
def set_execution_timeout(self: Any, seconds: int) -> None:
	"""SQLite has no limit on a statement's time; its busy timeout is ours to keep."""


@replace("frappe.database.sqlite.database:SQLiteDatabase.escape")
@staticmethod
def escape(s: Any, percent: bool = True) -> str:
	text = str(s).replace("'", "''")
	return "'" + (text.replace("%", "%%") if percent else text) + "'"


@replace("frappe.database.sqlite.database:SQLiteExceptionUtil.is_missing_column")
@staticmethod
def is_missing_column(e: Exception) -> bool:
	return "no such column" in str(e) or "has no column named" in str(e)


@replace("frappe.database.sqlite.database:SQLiteExceptionUtil.is_duplicate_entry")
@staticmethod
def is_duplicate_entry(e: Exception) -> bool:
	return isinstance(e, sqlite3.IntegrityError) and "UNIQUE constraint failed" in str(e)


# Values as MariaDB's driver takes and gives them. SQLite's own defaults for dates are deprecated.


def _duration_text(value: datetime.timedelta) -> str:
	seconds = value.total_seconds()
	sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
	hours, rest = divmod(seconds, 3600)
	minutes, seconds = divmod(rest, 60)
	return f"{sign}{int(hours):02}:{int(minutes):02}:{seconds:09.6f}"


def _duration(text: bytes) -> datetime.timedelta:
	sign, digits = (-1, text[1:]) if text.startswith(b"-") else (1, text)
	hours, minutes, seconds = (*digits.decode().split(":"), "0", "0")[:3]
	return sign * datetime.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def _date(text: bytes) -> datetime.date:
	return datetime.date.fromisoformat(text.decode()[:10])


def _datetime(text: bytes) -> datetime.datetime:
	return datetime.datetime.fromisoformat(text.decode())


def _lenient(convert: Any) -> Any:
	"""Keep a value that is not of its column's type, as SQLite itself does."""

	def converter(text: bytes) -> Any:
		try:
			return convert(text)
		except ValueError:
			return text.decode(errors="replace")

	return converter


for _type, _adapt in (
	(datetime.datetime, lambda value: value.strftime("%Y-%m-%d %H:%M:%S.%f")),
	(datetime.date, lambda value: value.isoformat()),
	(datetime.time, lambda value: value.strftime("%H:%M:%S.%f")),
	(datetime.timedelta, _duration_text),
	(decimal.Decimal, float),
):
	sqlite3.register_adapter(_type, _adapt)

for _name, _convert in (
	("timestamp", _datetime),
	("datetime", _datetime),
	("date", _date),
	("time", _duration),
):
	sqlite3.register_converter(_name, _lenient(_convert))


# MariaDB's functions that SQLite lacks. NULL in, NULL out, as there.


def _text(value: Any) -> str:
	return value.decode() if isinstance(value, bytes) else str(value)


def _concat(*values: Any) -> str | None:
	return None if None in values else "".join(map(_text, values))


def _concat_ws(separator: Any, *values: Any) -> str | None:
	return (
		None
		if separator is None
		else _text(separator).join(_text(value) for value in values if value is not None)
	)


def _greatest(*values: Any) -> Any:
	return None if None in values else max(values)


def _least(*values: Any) -> Any:
	return None if None in values else min(values)


def _now() -> str:
	return frappe.utils.now_datetime().strftime("%Y-%m-%d %H:%M:%S.%f")


def _today() -> str:
	return frappe.utils.today()


def _date_diff(later: Any, earlier: Any) -> int | None:
	if later is None or earlier is None:
		return None
	return (frappe.utils.getdate(later) - frappe.utils.getdate(earlier)).days


# MariaDB's format letters that strftime writes otherwise.
DATE_FORMATS = {
	"%i": "%M",
	"%s": "%S",
	"%T": "%H:%M:%S",
	"%c": "%-m",
	"%e": "%-d",
	"%M": "%B",
	"%W": "%A",
	"%v": "%V",
}


def _date_format(value: Any, pattern: str) -> str | None:
	if value is None:
		return None
	python_pattern = re.sub(r"%.", lambda match: DATE_FORMATS.get(match[0], match[0]), pattern)
	return frappe.utils.get_datetime(value).strftime(python_pattern)


def _part(name: str) -> Any:
	return lambda value: None if value is None else getattr(frappe.utils.get_datetime(value), name)


def _field(needle: Any, *values: Any) -> int:
	return next((position for position, value in enumerate(values, 1) if value == needle), 0)


def _regexp(pattern: Any, value: Any) -> bool | None:
	return (
		None
		if pattern is None or value is None
		else re.search(pattern, _text(value), re.IGNORECASE) is not None
	)


SQL_FUNCTIONS = (
	("concat", -1, _concat),
	("concat_ws", -1, _concat_ws),
	("greatest", -1, _greatest),
	("least", -1, _least),
	("if", 3, lambda condition, yes, no: yes if condition else no),
	("now", 0, _now),
	("curdate", 0, _today),
	("date_format", 2, _date_format),
	("datediff", 2, _date_diff),
	("year", 1, _part("year")),
	("month", 1, _part("month")),
	("day", 1, _part("day")),
	("hour", 1, _part("hour")),
	("field", -1, _field),
	("regexp", 2, _regexp),
	("char_length", 1, lambda value: None if value is None else len(_text(value))),
	("left", 2, lambda value, count: None if value is None else _text(value)[:count]),
	("right", 2, lambda value, count: None if value is None else _text(value)[-count:] if count else ""),
	(
		"unix_timestamp",
		1,
		lambda value: None if value is None else int(frappe.utils.get_datetime(value).timestamp()),
	),
)
