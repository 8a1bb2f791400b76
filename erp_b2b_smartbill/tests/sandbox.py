"""Speaks to the control side of a running SmartBill sandbox, over HTTP like everything else."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import requests

CREATE = "/SBORO/api/estimate/v2"


class Sandbox:
	def __init__(self, url: str):
		self.url = url.rstrip("/")
		self.api_url = f"{self.url}/SBORO/api"

	def reset(self, **seed: Any) -> None:
		"""The default seed, `seed` in place of parts of it; the rate limit is off, for the tests of one token would
		reach it together."""
		self._control("POST", "reset", {"seed": {"knobs": {"v1_limit": 0}, **seed}})

	def knobs(self, **values: Any) -> None:
		self._control("POST", "knobs", values)

	def fault(self, action: str, *, when: str = "before", path: str = CREATE, **more: Any) -> None:
		"""The next call of `path` fails in this way."""
		match = {"path": path}
		self._control("POST", "faults", {"match": match, "when": when, "action": action, "times": 1, **more})

	def order(self, fault: dict[str, Any]) -> None:
		"""A fault in the control API's own words."""
		self._control("POST", "faults", fault)

	def no_faults(self) -> None:
		"""Whatever was to go wrong and did not yet, does not any more."""
		self._control("DELETE", "faults")

	def advance(self, seconds: float) -> None:
		"""Move the sandbox's clock, as the test moves the app's."""
		self._control("POST", "clock", {"advance_s": seconds})

	def foreign_document(self, series: str, mentions: str = "") -> str:
		"""Somebody types a document into the series by hand; returns its number."""
		order = {"series": series, "client": "Altcineva", "mentions": mentions}
		return self._control("POST", "foreign-document", order)["number"]

	def invoice_by_hand(self, series: str, number: str, draft: bool = False) -> dict[str, Any]:
		"""Somebody makes an invoice of a proforma in SmartBill."""
		return self._control("POST", "invoice-estimate", {"series": series, "number": number, "draft": draft})

	def pay(self, series: str, number: str, amount: float) -> None:
		self._control("POST", "pay", {"series": series, "number": number, "amount": amount})

	def finalize_draft(self, document_id: int) -> dict[str, Any]:
		"""Somebody finishes a draft in SmartBill: it gets its number."""
		return self._control("POST", "finalize-draft", {"documentId": document_id})

	def delete_by_hand(self, kind: str, series: str, number: str) -> None:
		"""Somebody deletes a document in SmartBill; `kind` is estimate or invoice."""
		self._by_hand("DELETE", f"/{kind}", series, number)

	def cancel_by_hand(self, series: str, number: str) -> None:
		"""Somebody cancels a proforma in SmartBill."""
		self._by_hand("PUT", "/estimate/cancel", series, number)

	def change_clients(self, upsert: list[dict[str, Any]], delete: list[str]) -> None:
		"""Somebody changes, adds or deletes clients in SmartBill."""
		self._control("POST", "clients", {"upsert": upsert, "delete": delete})

	def _by_hand(self, method: str, path: str, series: str, number: str) -> None:
		query = {"cif": "RO12345674", "seriesname": series, "number": number}
		login = ("demo@example.ro", "demo-token")
		response = requests.request(method, self.api_url + path, params=query, auth=login, timeout=10)
		response.raise_for_status()

	def document(self, number: str, series: str = "PRF2") -> dict[str, Any]:
		"""The document as the sandbox holds it."""
		found = [one for one in self.documents() if (one["series"], one["number"]) == (series, number)]
		return found[0]

	def requests(self, path: str) -> list[dict[str, Any]]:
		"""Every request of a path below /SBORO/api."""
		journal = self._control("GET", "journal?since=0")
		return [entry for entry in journal["journal"] if entry["path"] == f"/SBORO/api{path}"]

	def state(self) -> dict[str, Any]:
		"""All that the sandbox remembers, its tokens apart."""
		return self._control("GET", "state")

	def is_at_rest(self, calls: int) -> bool:
		"""Whether so many calls were taken since the reset and each of them is done with, client or not."""
		health = self._control("GET", "health")
		return health["calls"] >= calls and health["serving"] == 0

	def documents(self) -> list[dict[str, Any]]:
		documents = self._control("GET", "state?documents=1")["documents"]
		return list(documents.values()) if isinstance(documents, dict) else documents

	def creates(self) -> list[dict[str, Any]]:
		"""Every request that could have made a proforma."""
		journal = self._control("GET", "journal?since=0")
		entries = journal["journal"] if isinstance(journal, dict) else journal
		return [entry for entry in entries if entry["path"] == CREATE]

	def writes(self) -> list[dict[str, Any]]:
		"""Every request that could have changed anything."""
		return [entry for entry in self.calls() if entry["method"] != "GET"]

	def calls(self) -> list[dict[str, Any]]:
		return self._control("GET", "journal?since=0")["journal"]

	def user(self, **changes: Any) -> None:
		"""Change a token or a right, see the sandbox's README."""
		self._control("POST", "users", changes)

	def seed(self, **parts: Any) -> None:
		"""Begin anew with other data."""
		self.reset(**parts)

	def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
		# a test makes some ten of these calls and the fault walk thousands: `requests` takes five times as long
		connection = HTTPConnection(urlsplit(self.url).netloc, timeout=10)
		try:
			content = None if body is None else json.dumps(body)
			connection.request(method, f"/__control/{path}", content, {"Content-Type": "application/json"})
			response = connection.getresponse()
			answer = response.read()
		finally:
			connection.close()
		assert response.status == 200, f"{method} {path}: {response.status} {answer.decode()}"
		return json.loads(answer)
