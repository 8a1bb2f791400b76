"""The query builder in SQLite's dialect where the framework's own knows MariaDB and PostgreSQL only."""

from typing import Any

from frappe.query_builder.terms import SQLiteParameterizedValueWrapper
from pypika.dialects import SQLLiteQueryBuilder
from pypika.functions import Function
from pypika.terms import CustomFunction

from embedded.overrides import replace


class SQLiteQueryBuilder(SQLLiteQueryBuilder):
	"""Texts become parameters; `FOR UPDATE` stays in the text as the database's sign to lock."""

	def __init__(self, **kwargs: Any) -> None:
		super().__init__(**kwargs)
		# pypika's own class fixes the wrapper in its constructor.
		self._wrapper_cls = SQLiteParameterizedValueWrapper

	def for_update(self, *args: Any, **kwargs: Any) -> "SQLiteQueryBuilder":
		"""Lock what is read (in SQLite: the database), waiting for the lock whatever the arguments say."""
		return super().for_update()

	def _insert_sql(self, **kwargs: Any) -> str:
		return super()._insert_sql(**kwargs).replace("INSERT IGNORE ", "INSERT OR IGNORE ", 1)


@replace("frappe.query_builder.builder:SQLite._builder")
@classmethod
def _builder(cls: Any, *args: Any, **kwargs: Any) -> SQLiteQueryBuilder:
	return SQLiteQueryBuilder(**kwargs)


replace("frappe.query_builder.builder:SQLite._BuilderClasss")(SQLiteQueryBuilder)


@replace("frappe.query_builder.functions:GroupConcat")
class GroupConcat(Function):
	def __init__(self, column: Any, alias: str | None = None) -> None:
		super().__init__("GROUP_CONCAT", column, alias=alias)


@replace("frappe.query_builder.functions:CombineDatetime")
def CombineDatetime(date: Any, time: Any, alias: str | None = None) -> Function:
	return Function("CONCAT_WS", " ", date, time, alias=alias)


replace("frappe.query_builder.functions:DateFormat")(CustomFunction("DATE_FORMAT", ["date", "format"]))
