"""What must hold whenever nothing moves. Pure: what the site says and what the sandbox has in, violations out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from erp_b2b_smartbill.tests.faults.schedules import CREATE, LONGEST_PROVABLE_COMMIT_S, Schedule

NOTHING_THERE = (None, "Queued", "Rejected")
IN_DOUBT = ("Sending", "Unknown")
# an answer with one of these says that no document was sent at all
NOT_SENT_CODES = (
	"smartbill_unreachable",
	"too_many_calls",
	"series_busy",
	"series_unsettled",
	"not_live",
	"paused",
)
KNOWN_CODES = (
	*NOT_SENT_CODES,
	"smartbill_rate_limited",
	"smartbill_refused",
	"smartbill_credentials_refused",
	"changed",
	"busy",
)


@dataclass(frozen=True)
class Paper:
	"""A document of ours in the sandbox."""

	number: str
	created_at: datetime


@dataclass
class Sandboxed:
	"""What SmartBill has: papers, requests whose documents come later, and the creates, each by Quotation."""

	papers: dict[str, list[Paper]] = field(default_factory=dict)
	coming: dict[str, int] = field(default_factory=dict)
	posts: dict[str, int] = field(default_factory=dict)
	links: set[str] = field(default_factory=set)
	# actions of the faults that took effect
	hits: list[str] = field(default_factory=list)


def read_sandbox(state: dict[str, Any], quotations: list[str]) -> Sandboxed:
	"""From the control API's state."""
	seen = Sandboxed(hits=[fault["action"] for fault in state["faults"] if fault["hits"]])
	documents = state["documents"]
	for document in documents.values() if isinstance(documents, dict) else documents:
		seen.links.add(document["view_hash"])
		for quotation in quotations:
			mine = f"Ref. {quotation}/" in document["mentions"]
			if mine and not document["foreign"] and document["status"] == "active":
				paper = Paper(document["number"], datetime.fromisoformat(document["created_at"]))
				seen.papers.setdefault(quotation, []).append(paper)
	for entry in state["journal"]:
		if entry["path"] == CREATE and entry["method"] == "POST":
			_count(seen.posts, entry["body"], quotations)
	for pending in state["pending"]:
		_count(seen.coming, pending["request"], quotations)
	return seen


def _count(counts: dict[str, int], body: str, quotations: list[str]) -> None:
	mentions = json.loads(body).get("mentions", "")
	for quotation in quotations:
		if f"Ref. {quotation}/" in mentions:
			counts[quotation] = counts.get(quotation, 0) + 1


def is_settled(observed: dict[str, Any], sandbox: Sandboxed) -> bool:
	"""Whether nothing is left that a scheduled pass or a person would have to look after."""
	if sandbox.coming:
		return False
	for seen in observed["seen"].values():
		data = seen["view"]["data"]
		if data and data["status"] != "Issued":
			return False
	return True


def excuses(schedule: Schedule) -> list[str]:
	"""What this schedule does that nobody can prevent: then the second document must be told, not avoided."""
	found = []
	for fault in schedule.faults:
		if fault.action == "duplicate":
			found.append("SmartBill creates twice")
		if fault.action == "late_commit" and fault.delay_s > LONGEST_PROVABLE_COMMIT_S:
			found.append("SmartBill commits after every look")
	return found


def check(
	quotations: list[str], observed: dict[str, Any], sandbox: Sandboxed, excused: list[str]
) -> list[str]:
	"""Violations, as sentences."""
	wrong = []
	for quotation in quotations:
		seen = observed["seen"][quotation]
		papers = sandbox.papers.get(quotation, [])
		for text in _check_one(seen, papers, sandbox, quotation, bool(excused)):
			wrong.append(f"{quotation}: {text}")
	return wrong


def _check_one(
	seen: dict[str, Any], papers: list[Paper], sandbox: Sandboxed, quotation: str, excused: bool
) -> list[str]:
	wrong = []
	rows = seen["rows"]
	if len(rows) > 1:
		wrong.append(f"{len(rows)} proformas on the site")
	row = rows[0] if rows else None
	data = seen["view"]["data"]
	shown = data["status"] if data else None
	numbers = [paper.number for paper in papers]

	if bool(row) != bool(data):
		wrong.append(f"the view answers {seen['view']['http']}, stored is {row and row['status']}")
	projected = seen["projected"]["smartbill_status"] or None
	if projected != (row["status"] if row else None):
		wrong.append(f"the Quotation shows {projected}, stored is {row and row['status']}")
	if row and row["number"] and seen["projected"]["smartbill_number"] != f"{row['series']} {row['number']}":
		wrong.append(f"the Quotation shows the number {seen['projected']['smartbill_number']}")

	if len(papers) > 1 and not excused:
		wrong.append(f"SmartBill has {len(papers)} documents: {', '.join(numbers)}")
	if shown in NOTHING_THERE:
		to_be_verified = shown == "Queued" and row and row["verify_from"]
		if papers and not to_be_verified and not excused:
			wrong.append(f"shown as {shown or 'nothing'}, and SmartBill has {', '.join(numbers)}")
		if sandbox.coming.get(quotation) and not excused:
			wrong.append(f"shown as {shown or 'nothing'} while SmartBill still works on it")
	elif shown == "Issued":
		if row["number"] not in numbers:
			wrong.append(f"issued as {row['number']}, SmartBill has {', '.join(numbers) or 'nothing'}")
	elif shown not in IN_DOUBT:
		wrong.append(f"shown as {shown}")
	if row and row["status"] not in ("Issued",) and row["number"]:
		wrong.append(f"{row['status']} with the number {row['number']}")
	if sandbox.posts.get(quotation, 0) > (row["attempt"] if row else 0):
		wrong.append(f"sent {sandbox.posts[quotation]} times in {row['attempt'] if row else 0} attempts")
	return wrong


def check_end(quotations: list[str], observed: dict[str, Any], sandbox: Sandboxed) -> list[str]:
	"""After everything: issued everywhere, once; where nobody could prevent a second one, it is told with its number."""
	wrong = []
	for quotation in quotations:
		seen = observed["seen"][quotation]
		data = seen["view"]["data"]
		if not data or data["status"] != "Issued":
			wrong.append(f"{quotation}: ends as {data and data['status']}: {data and data['message']}")
			continue
		numbers = [paper.number for paper in sandbox.papers.get(quotation, [])]
		if len(numbers) < 2:
			continue
		told = "\n".join([*data["notices"], data["message"]])
		silent = [number for number in numbers if number not in told]
		if silent or not seen["duplicates_told"]:
			wrong.append(
				f"{quotation}: {', '.join(numbers)} in SmartBill, and nobody is told of {silent}: {told}"
			)
	return wrong


def check_answer(answer: dict[str, Any]) -> list[str]:
	"""What one press was told, with what its process did meanwhile."""
	if answer.get("failed"):
		return [answer["failed"]]
	wrong = []
	posts, code, data = answer["posts"], answer["code"], answer["data"]
	if posts > 1:
		wrong.append(f"one press sent {posts} times")
	if code and code not in KNOWN_CODES:
		wrong.append(f"answered {answer['http']} {code}: {answer['body']}")
	if code in NOT_SENT_CODES and posts:
		wrong.append(f"answered {code} though it was sent")
	if data:
		expected = {201: ("Issued",), 200: ("Issued", "Rejected"), 202: ("Sending", "Unknown", "Queued")}
		if data["status"] not in expected[answer["http"]]:
			wrong.append(f"answered {answer['http']} with {data['status']}")
		if answer["http"] == 201 and not posts:
			wrong.append("says that it issued and sent nothing")
	return wrong
