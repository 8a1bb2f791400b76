"""What the tests of the picker share: ways through it, and answers of a server that has every kind of customer."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from conflict_helpers import switch

SEARCH, COMPANY = "/api/v1/customers/search", "/api/v1/customers/company"
READY = {"state": "Ready", "done": 0, "total": 0}


@contextlib.contextmanager
def search_is_on(frappe: Any) -> Iterator[None]:
	"""With an index of what there is, and what is saved meanwhile."""
	from erp_b2b_smartbill import features
	from erp_b2b_smartbill.customers.search import rebuild
	from erp_b2b_smartbill.tests.search_case import empty_index

	before = frappe.db.get_single_value("B2B Settings", features.SEARCH)
	switch(frappe, features.SEARCH, 1)
	rebuild.rebuild(fresh=True)
	frappe.db.commit()
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		empty_index()
		switch(frappe, features.SEARCH, before)


# answers


def row(number: int, **values: Any) -> dict[str, Any]:
	name = values.pop("name", f"Atelier Demo {number} SRL")
	source = values.get("source", "erp")
	return {
		"id": f"{source}:{name}",
		"display_name": name,
		"cui": f"RO{21000000 + number}",
		"email": f"birou{number}@example.ro",
		"phone": f"+4072212{number:04}",
		"city": "Cluj-Napoca",
		"source": source,
		"sources": [source],
		"customer": name if source == "erp" else None,
		"credit": None,
		"discount": None,
		"tier": None,
		"match": {"field": "name", "text": name, "where": None, "ranges": [[0, 7]]},
		"status": None,
		"status_text": None,
		"registration": None,
		"selectable": True,
		"last_used": None,
		**values,
	}


def credit(limit: float | None, used: float) -> dict[str, Any]:
	available = None if limit is None else limit - used
	return {"limit": limit, "used": used, "available": available, "currency": "RON"}


def answer(*rows: dict[str, Any], **values: Any) -> dict[str, Any]:
	counts = {source: sum(source in one["sources"] for one in rows) for source in ("erp", "b2b", "smartbill")}
	return {
		"customers": list(rows),
		"counts": {**counts, "all": len(rows)},
		"next": None,
		"index": READY,
		"searched": "text",
		"create": None,
		**values,
	}


EVERY_KIND = (
	row(
		1,
		name="Atelier Carpați SRL",
		sources=["erp", "b2b", "smartbill"],
		tier="Gold",
		credit=credit(50_000, 12_500),
		discount=12,
	),
	row(2, name="Atelier Mureș Distribuție SRL", credit=credit(10_000, 9_200), discount=7.5),
	row(
		3,
		name="Atelier Nord PFA",
		credit=credit(5_000, 6_350.5),
		status="over_limit",
		status_text="Over limit",
		match={"field": "phone", "text": "0722 555 010", "where": "contact Ana Pop", "ranges": []},
	),
	row(4, name="Atelier Sud SRL", status="blocked", status_text="Blocked", credit=credit(None, 0)),
	row(5, name="Atelier Someș SRL", source="smartbill", cui="RO31415926"),
	row(
		6,
		name="Atelier Bihor SRL",
		source="b2b",
		status="pending_registration",
		status_text="Pending",
		selectable=False,
		registration={"name": "B2B-REG-0001", "status": "Pending"},
	),
	row(7, name="Atelier Vechi SRL", status="disabled", status_text="Disabled", selectable=False),
	row(
		8,
		name="Altelier Dunărea SRL",
		email=None,
		match={"field": "typo", "text": "altelier", "where": None, "ranges": [[0, 8]]},
	),
)


class FakeServer:
	"""Answers the search in the place of the site; `asked` are the questions in their order. While `holds`, answers wait
	for `let_go`."""

	def __init__(self, page: Any, say: Any):
		self.asked: list[dict[str, str]] = []
		self.page = page
		self.say = say
		self.holds = False
		self._held: list[Any] = []
		page.route(lambda url: urlsplit(url).path == SEARCH, self._take)

	def _take(self, route: Any) -> None:
		query = parse_qs(urlsplit(route.request.url).query, keep_blank_values=True)
		self.asked.append({key: values[0] for key, values in query.items()})
		if self.holds:
			self._held.append(route)
		else:
			self._answer(route, self.asked[-1])

	def _answer(self, route: Any, question: dict[str, str]) -> None:
		said = self.say(question) if callable(self.say) else self.say
		status, body = said if isinstance(said, tuple) else (200, {"data": said})
		route.fulfill(status=status, content_type="application/json", body=json.dumps(body))

	@property
	def in_the_air(self) -> int:
		return len(self._held)

	def let_go(self) -> None:
		"""Answer the oldest question, which may be on its way yet."""
		for _wait in range(200):
			if self._held:
				break
			self.page.wait_for_timeout(50)
		self._answer(self._held.pop(0), self.asked[-1 - len(self._held)])


def say_of_company(page: Any, **values: Any) -> None:
	"""What ANAF's card shows, in the place of the site."""
	told = {
		"state": "found",
		"cui": "12345674",
		"customer": None,
		"customer_name": None,
		"name": "DEMO ACHIZITII SRL",
		"reg_com": "J12/345/2019",
		"address": "Str. Exemplu, nr. 7",
		"city": "Cluj-Napoca",
		"county": "Cluj",
		"vat_payer": True,
		"active": True,
		"struck_off": False,
		**values,
	}
	page.route(
		lambda url: urlsplit(url).path == COMPANY,
		lambda route: route.fulfill(
			status=200, content_type="application/json", body=json.dumps({"data": told})
		),
	)


def refusal(status: int, code: str, message: str) -> tuple[int, dict[str, Any]]:
	return status, {"error": {"code": code, "message": message, "problems": []}}


# ways


def new_form(page: Any, doctype: str = "Quotation") -> None:
	slug = doctype.lower().replace(" ", "-")
	page.goto(f"/desk/{slug}/new")
	page.locator(f'.form-layout:visible [data-fieldname="{party_field(doctype)}"]').first.wait_for()


def party_field(doctype: str) -> str:
	return "party_name" if doctype == "Quotation" else "customer"


def party_input(page: Any, doctype: str = "Quotation") -> Any:
	return page.locator(f'.form-layout:visible input[data-fieldname="{party_field(doctype)}"]')


def find_button(page: Any) -> Any:
	return page.locator(".form-layout:visible").get_by_role("button", name="Find customer")


def open_picker(page: Any) -> None:
	find_button(page).click()
	picker(page).locator('[data-fieldname="picker"]').wait_for()


def picker(page: Any) -> Any:
	return page.locator(".sb-picker-dialog.show")


def search_input(page: Any) -> Any:
	return picker(page).get_by_role("combobox")


def look_for(page: Any, text: str) -> None:
	"""Type it, and wait for the answer."""
	search_input(page).fill(text)
	picker(page).locator('[data-fieldname="picker"][aria-busy="false"]').wait_for()


def hits(page: Any) -> Any:
	return picker(page).get_by_role("option")


def hit(page: Any, text: str) -> Any:
	return hits(page).filter(has_text=text)


def active(page: Any) -> Any:
	return picker(page).locator('[role="option"][aria-selected="true"]')


def source_chip(page: Any, name: str) -> Any:
	return picker(page).get_by_role("group", name="Source").get_by_role("button", name=name)
