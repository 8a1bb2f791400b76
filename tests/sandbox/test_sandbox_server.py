"""Starting, stopping and keeping a sandbox: embedded in a program, and alone by `python -m sandbox`."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from sandbox import server
from sandbox.__main__ import main

ROOT = Path(server.__file__).parents[1]
SERIES = "/SBORO/api/series?cif=RO12345674&type=p"
DEMO = ("demo@example.ro", "demo-token")


@contextmanager
def process(*arguments):
	"""A sandbox of its own process, and its address as it printed it."""
	command = [sys.executable, "-B", "-m", "sandbox", *map(str, arguments)]
	with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
		try:
			ready, url = child.stdout.readline().split()
			assert ready == "READY"
			yield child, url
		finally:
			child.kill()


def test_a_running_sandbox_is_a_context_with_an_address_and_a_state():
	with server.start() as running:
		assert requests.get(f"{running.url}/__control/health", timeout=5).json()["ok"] is True
		assert running.url.startswith("http://127.0.0.1:")
		assert running.state.find_series("RO12345674", "p", "PRFB2B").next == 1
	with pytest.raises(requests.ConnectionError):
		requests.get(running.url, timeout=5)


def test_an_embedded_sandbox_takes_a_seed_and_resets_to_it():
	seed = {"series": [{"cif": "RO12345674", "name": "A", "type": "p", "next": 7}]}
	with server.start(seed=seed) as running:
		for _ in range(2):
			listed = requests.get(running.url + SERIES, auth=DEMO, timeout=5).json()["list"]
			assert listed == [{"name": "A", "nextNumber": 7, "type": "p"}]
			requests.post(f"{running.url}/__control/reset", timeout=5)


def test_stopping_twice_is_stopping_once():
	running = server.start()
	running.stop()
	running.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.ro"])
def test_an_address_that_others_reach_is_refused_unless_it_is_allowed(host):
	with pytest.raises(ValueError, match="can be reached from outside"):
		server.start(host=host)


def test_an_address_that_others_reach_can_be_allowed():
	with server.start(host="0.0.0.0", allow_remote=True) as running:
		port = running.url.rpartition(":")[2]
		assert requests.get(f"http://127.0.0.1:{port}/__control/health", timeout=5).status_code == 200


def test_a_control_key_is_asked_for_on_every_control_call():
	with server.start(control_key="secret") as running:
		url = f"{running.url}/__control/health"
		for headers in ({}, {"X-Control-Key": "wrong"}):
			answer = requests.get(url, headers=headers, timeout=5)
			assert (answer.status_code, answer.json()["error"]["code"]) == (401, "wrong_key")
		assert requests.get(url, headers={"X-Control-Key": "secret"}, timeout=5).status_code == 200
		assert requests.get(running.url + SERIES, auth=DEMO, timeout=5).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_ready_on_loopback_and_leaves_with_0_when_told(number):
	with process("--port", 0) as (child, url):
		assert url.startswith("http://127.0.0.1:")
		assert requests.get(f"{url}/__control/health", timeout=5).status_code == 200
		child.send_signal(number)
		assert child.wait(5) == 0
		assert child.stdout.read() == "", "READY is all it says"


def test_the_process_listens_where_bind_says(tmp_path, sample):
	(tmp_path / "seed.json").write_text(json.dumps({"knobs": {"refusal_status": 422}}))
	arguments = ("--port", 0, "--bind", "0.0.0.0", "--seed", tmp_path / "seed.json", "--control-key", "K")
	with process(*arguments) as (_, url):
		assert url.startswith("http://0.0.0.0:")
		url = url.replace("0.0.0.0", "127.0.0.1")
		assert requests.get(f"{url}/__control/health", timeout=5).status_code == 401
		sample["seriesName"] = "NU"
		answer = requests.post(f"{url}/SBORO/api/estimate/v2", json=sample, auth=DEMO, timeout=5)
		assert answer.status_code == 422


@pytest.mark.parametrize("content", ["{", '{"planets": 1}', None])
def test_a_seed_that_cannot_be_read_ends_with_a_word_about_it(tmp_path, capsys, content):
	if content is not None:
		(tmp_path / "seed.json").write_text(content)
	assert main(["--port", "0", "--seed", str(tmp_path / "seed.json")]) == 2
	said = capsys.readouterr()
	assert said.out == "" and said.err.startswith("sandbox: ")


def test_a_state_file_survives_the_process(tmp_path, sample):
	kept = tmp_path / "state.json"
	with server.start(state_file=kept) as running:
		sample["client"] |= {"name": "Client nou", "saveToDb": True}
		url = f"{running.url}/SBORO/api/estimate/v2"
		answer = requests.post(url, json=sample, auth=DEMO, timeout=5)
		assert answer.json()["number"] == "0001"
		for path, body in (
			("/knobs", {"vat_rounding": "rate"}),
			("/clock", {"advance_s": 60}),
			("/faults", {"action": "late_commit", "delay_s": 600}),
		):
			requests.post(f"{running.url}/__control{path}", json=body, timeout=5)
		with pytest.raises(requests.ConnectionError):
			requests.post(url, json=sample, auth=DEMO, timeout=5)
		before = running.state.to_json()
	assert json.loads(kept.read_text()) == before
	with server.start(state_file=kept) as running:
		assert running.state.to_json() == before
		requests.post(f"{running.url}/__control/clock", json={"advance_s": 601}, timeout=5)
		assert [one.number for one in running.state.documents.values()] == ["0001", "0002"]


def test_a_state_file_is_written_at_once_and_wins_over_a_seed(tmp_path, sample):
	kept = tmp_path / "state.json"
	with server.start(state_file=kept) as running:
		requests.post(f"{running.url}/SBORO/api/estimate/v2", json=sample, auth=DEMO, timeout=5)
		assert list(json.loads(kept.read_text())["documents"]) == ["10001"]
	with server.start(state_file=kept, seed={"series": []}) as running:
		assert running.state.find_series("RO12345674", "p", "PRFB2B").next == 2


def test_addresses_in_answers_follow_the_host_that_was_asked(sandbox_server, box, sample):
	headers = {"Host": "sandbox.example:8080"}
	url = f"{box.url}/SBORO/api/estimate/v2"
	answer = requests.post(url, json=sample, auth=DEMO, headers=headers, timeout=5)
	assert answer.json()["documentUrl"] == "http://sandbox.example:8080/documente/editare/estimate/10001/"


def test_pages_without_a_document_are_plain_404s(box):
	for path in (
		"/",
		"/documente/extern/pf/estimate/nothing",
		"/documente/editare/estimate/1/",
		"/pay/nothing",
	):
		answer = requests.get(box.url + path, timeout=5)
		assert answer.status_code == 404 and "SANDBOX" in answer.text
	url = box.create(paymentUrl="Generate URL").json()["url"]
	assert "SANDBOX" in requests.get(url, timeout=5).text
