"""One sandbox for all tests of this folder, put back to its seed before each, spoken to over real HTTP."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from sandbox import server

CIF = "RO12345674"
DEMO = ("demo@example.ro", "demo-token")
# 12:00 in Romania.
NOON = datetime(2026, 11, 23, 10, tzinfo=timezone.utc).timestamp()

# The composed example of docs/smartbill-api.md section 2.1.5.
SAMPLE = {
	"companyVatCode": CIF,
	"seriesName": "PRFB2B",
	"isDraft": False,
	"issueDate": "2026-11-23",
	"dueDate": "2026-12-07",
	"currency": "RON",
	"language": "RO",
	"precision": 2,
	"sendEmail": False,
	"mentions": "Ref. SAL-QTN-2026-00017/1",
	"client": {
		"name": "Atelier Demo SRL",
		"vatCode": "RO98765438",
		"isTaxPayer": True,
		"regCom": "J12/345/2019",
		"address": "Str. Exemplu 7",
		"city": "Cluj-Napoca",
		"county": "Cluj",
		"country": "Romania",
		"email": "comenzi@example.ro",
		"saveToDb": False,
	},
	"products": [
		{
			"name": "Cablu demo",
			"code": "CAB-1",
			"quantity": 10,
			"price": 25.5,
			"measuringUnitName": "buc",
			"currency": "RON",
			"isTaxIncluded": False,
			"taxName": "Normala",
			"taxPercentage": 21,
			"isService": False,
			"saveToDb": False,
		},
		{
			"name": "Discount 10% Cablu demo",
			"isDiscount": True,
			"numberOfItems": 1,
			"discountType": 2,
			"discountPercentage": 10,
			"measuringUnitName": "buc",
			"currency": "RON",
			"isTaxIncluded": False,
			"taxName": "Normala",
			"taxPercentage": 21,
		},
	],
}


class Box:
	"""What a test does with the sandbox. Every method is one HTTP call, or a few."""

	def __init__(self, url: str) -> None:
		self.url = url
		self.http = requests.Session()
		# Neither a proxy nor a stored password of the machine has any business here.
		self.http.trust_env = False

	@staticmethod
	def sample() -> Any:
		return deepcopy(SAMPLE)

	# The control API

	def control(self, method: str, path: str, body: Any = None, **arguments: Any) -> requests.Response:
		return self.http.request(method, f"{self.url}/__control{path}", json=body, timeout=5, **arguments)

	def done(self, method: str, path: str, body: Any = None) -> Any:
		"""The JSON of a control call that has to succeed."""
		answer = self.control(method, path, body)
		assert answer.status_code == 200, answer.text
		return answer.json()

	def reset(self, **seed: Any) -> None:
		self.done("POST", "/reset", {"seed": seed})

	def knobs(self, **values: Any) -> None:
		self.done("POST", "/knobs", values)

	def fault(self, action: str, **order: Any) -> int:
		return self.done("POST", "/faults", {"action": action, **order})["id"]

	def advance(self, seconds: float) -> None:
		self.done("POST", "/clock", {"advance_s": seconds})

	def state(self) -> Any:
		return self.done("GET", "/state")

	def documents(self) -> list[Any]:
		return list(self.done("GET", "/state?documents=1")["documents"].values())

	def journal(self, since: int = 0) -> list[Any]:
		return self.done("GET", f"/journal?since={since}")["journal"]

	# V1

	def v1(
		self, method: str, path: str, body: Any = None, auth: Any = DEMO, timeout: float = 5, **arguments: Any
	) -> requests.Response:
		return self.http.request(
			method, f"{self.url}/SBORO/api{path}", json=body, auth=auth, timeout=timeout, **arguments
		)

	def named(
		self,
		method: str,
		path: str,
		number: str | None = "0001",
		series: str | None = "PRFB2B",
		**arguments: Any,
	) -> requests.Response:
		"""A call about one document, named in the query."""
		query = {"cif": CIF, "seriesname": series, "number": number}
		return self.v1(method, path, params=query, **arguments)

	def create(
		self, body: Any = None, path: str = "/estimate/v2", timeout: float = 5, **changes: Any
	) -> requests.Response:
		"""Sends the sample, or `body`, with some fields changed; None leaves a field out."""
		sent = {**(self.sample() if body is None else body), **changes}
		return self.v1(
			"POST", path, {name: value for name, value in sent.items() if value is not None}, timeout=timeout
		)

	def created(self, *given: Any, **changes: Any) -> Any:
		"""The document, as it is stored, of a create that has to succeed."""
		answer = self.create(*given, **changes)
		assert answer.status_code == 200 and answer.json()["errorText"] == "", answer.text
		return self.documents()[-1]

	def invoice(self, number: str = "0001", **changes: Any) -> requests.Response:
		body = {
			"companyVatCode": CIF,
			"seriesName": "FACT",
			"useEstimateDetails": True,
			"estimate": {"seriesName": "PRFB2B", "number": number},
		}
		return self.v1("POST", "/invoice/v2", {**body, **changes})

	def next_number(self, series: str = "PRFB2B", type_: str = "p") -> Any:
		answer = self.v1("GET", "/series", params={"cif": CIF, "type": type_}).json()
		return next(one["nextNumber"] for one in answer["list"] if one["name"] == series)

	# V3 and ANAF

	def v3(
		self, path: str = "/clients", token: str | None = "demo-v3-token", cif: str = CIF, **query: Any
	) -> requests.Response:
		headers = {"Authorization": f"Bearer {token}"} if token else {}
		url = f"{self.url}/SBORO/api/v3/companies/{cif}{path}"
		return self.http.get(url, params=query, headers=headers, timeout=5)

	def anaf(self, *cuis: Any, body: Any = None) -> requests.Response:
		questions = [{"cui": cui, "data": "2026-11-23"} for cui in cuis] if body is None else body
		return self.http.post(f"{self.url}/anaf/api/PlatitorTvaRest/v9/tva", json=questions, timeout=5)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[server.Running]:
	with server.start() as sandbox:
		yield sandbox


@pytest.fixture(scope="session")
def session_box(sandbox_server: server.Running) -> Box:
	return Box(sandbox_server.url)


@pytest.fixture
def box(sandbox_server: server.Running, session_box: Box, monkeypatch: pytest.MonkeyPatch) -> Box:
	"""A fresh sandbox whose time stands still unless the test moves it."""
	monkeypatch.setattr("sandbox.state.time", SimpleNamespace(time=lambda: NOON))
	sandbox_server.state.reset()
	return session_box


@pytest.fixture
def sample(box: Box) -> Any:
	return box.sample()


@pytest.fixture
def product(sample: Any) -> Any:
	return sample["products"][0]


@pytest.fixture
def discount(sample: Any) -> Any:
	return sample["products"][1]
