"""Whatever is sent as a registration: it is taken whole or refused with the reason, and never breaks anything.

FUZZ=5000 ./dev test tests/registration sends as many as are asked for; the usual run sends fewer. Each is a request of
werkzeug's, JSON or multipart, given to the endpoint as Frappe does; a part of them goes over HTTP.
"""

import io
import json
import os
import secrets
import sys
from collections import Counter
from email import message_from_string, policy
from html.parser import HTMLParser
from typing import Any

import frappe
import pytest
import requests
from frappe.app import make_form_dict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from erp_b2b_smartbill.api import routes
from erp_b2b_smartbill.exceptions import AppError
from erp_b2b_smartbill.registration import decide, form, limits, submit, tokens, view
from erp_b2b_smartbill.tests.registration_case import PDF, RegistrationCase, submission

EXAMPLES = int(os.environ.get("FUZZ") or 150)
OVER_HTTP = max(20, EXAMPLES // 15)
# of the stored ones so many-th is confirmed and approved, which takes longer than the rest together
APPROVED_EVERY = 12
# seconds; the machine may have other things to do
pytestmark = pytest.mark.timeout(120 + EXAMPLES)
ROUTE = next(route for route in routes.ROUTES if route.path == routes.REGISTRATIONS)

NASTY = [
	"",
	" ",
	"\x00",
	"\ud800",
	"\u202eSRL",
	"a\u200bb",
	"İ" * 50,
	"ﬁ" * 10,
	"x" * 100_000,
	"<script>alert(1)</script>",
	"<img src=x onerror=alert(1)>",
	"{{ 7*7 }}{% for x in [] %}",
	"'; DROP TABLE tabUser; --",
	"%s %(a)s {0} {a}",
	"Subject\r\nBcc: victim@example.com",
	"\\", "../../etc/passwd", "NaN", "-1", "1e999", "𝟙𝟚𝟛𝟜", "१२३४५६७४", "=cmd|'/C calc'!A0",
	"ana@example.ro\nBcc: x@y.ro", "a@b", "@", "ana@@example.ro", "J12/345/2019", "RO12345674", "12345674", "98765438",
	"1800101400016", "RO49AAAA1B31007593840000", "0722123456", "+40722123456", "tel:112", "0800-CALL-ME",
	"Cluj", "București", "Sector 3", "Yes", "No", "Romania", "România", "DE", "Germany",
]  # fmt: skip
VALUE = st.one_of(
	st.sampled_from(NASTY),
	st.text(max_size=40),
	st.text(st.characters(codec=None), max_size=10),
	st.integers(),
	st.floats(),
	st.booleans(),
	st.none(),
	st.lists(st.text(max_size=5), max_size=3),
	st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
	st.recursive(st.text(max_size=3), lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=2)),
)
UNKNOWN = (
	"documents",
	"status",
	"name",
	"access_id",
	"doctype",
	"tier",
	"credit_limit",
	"email_confirmed_at",
)
SPOILED = st.dictionaries(
	st.sampled_from([*form.MAX, "terms_accepted", "opened", limits.HONEYPOT, *UNKNOWN]), VALUE, max_size=4
)
# odd, and most of them to be taken: what gets deep into the code
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=60)
WORDS = st.one_of(
	PRINTABLE,
	st.sampled_from([
		"{{ 7*7 }}", "{% raw %}", "O'Brien & Fiii", '"Ghilimele" SRL', "&lt;b&gt;", "\u202eLRS", "a\u200bb SRL",
		"50% {0} %s", "\\'; DROP TABLE tabUser; --", "=1+1", "Ștefan ț ş ţ", "İŞ ﬁ ß", "公司 𝟙𝟚", "x" * 139, "ă" * 140,
		"javascript:alert(1)", "Subject: x Bcc: victim@example.com", "../../etc/passwd", "None", "null", "🏭 Fabrica",
	]),
)  # fmt: skip
DOMAINS = ["example.ro", "EXAMPLE.ro", "x.co", "a-b.c.ro"]
LOCAL = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)
ODD = st.fixed_dictionaries(
	{},
	optional={
		"company_name": WORDS,
		"first_name": WORDS,
		"last_name": WORDS,
		"address_line": WORDS,
		"city": WORDS,
		"message": st.one_of(WORDS, st.text(max_size=200)),
		"reg_com": WORDS,
		"email": st.builds("{}@{}".format, LOCAL, st.sampled_from(DOMAINS)),
		"phone": st.one_of(
			st.from_regex(r"(\+40|0|0040)?7[0-9]{8}", fullmatch=True), st.text("0123456789 +.-/()", max_size=16)
		),
		"country": st.sampled_from(["Germany", "DE", "românia", "ro", "France", "Republica Moldova"]),
		"cui": st.sampled_from(["RO 12345674", "98765438", "14399840", "1090", "42839", "DE136695976", "X"]),
		"language": st.sampled_from(["ro", "en", "en-GB", "xx"]),
		"terms_accepted": st.sampled_from(["1", 1, True, "on", "da", "yes"]),
	},
)  # fmt: skip


def _image(kind: str) -> bytes:
	content = io.BytesIO()
	Image.new("RGB", (4, 4), "red").save(content, kind)
	return content.getvalue()


WHOLE = [PDF, _image("PNG"), _image("JPEG")]


def _damage(content: bytes, changes: list[tuple[int, int]], keep: int) -> bytes:
	damaged = bytearray(content)
	for at, value in changes:
		damaged[at % len(damaged)] = value
	return bytes(damaged[: max(1, keep)])


CONTENT = st.one_of(
	st.sampled_from(WHOLE),
	st.builds(
		_damage,
		st.sampled_from(WHOLE),
		st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
		st.one_of(st.just(10**6), st.integers(1, 600)),
	),
	st.binary(max_size=60),
	st.sampled_from([b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n\x00", b"GIF89a", b"<svg onload=alert(1)>"]),
)
FILE_NAME = st.one_of(
	st.sampled_from([
		"a.pdf", "../../x.pdf", "..\\..\\x.png", "a\x00b.png", "x" * 300 + ".pdf", "con.exe", "ă ț.pdf", ".", "..",
		"𝟙" * 200 + ".pdf", "公" * 200, "a.pdf.exe", "<img src=x>.jpg", '"; filename="b.pdf', "%2e%2e%2fx.pdf",
		".htaccess", "a\r\nX: y.pdf", "{{7*7}}.pdf", "x.tar.gz.pdf",
	]),
	st.text(max_size=20),
)  # fmt: skip
FILES = st.one_of(st.just([]), st.just([]), st.lists(st.tuples(FILE_NAME, CONTENT), min_size=1, max_size=6))


def as_text(value: Any) -> str:
	return value if isinstance(value, str) else json.dumps(value)


def as_multipart(values: dict[str, Any], files: list[tuple[str, bytes]]) -> tuple[bytes, str]:
	"""As a hostile program writes it: nothing is quoted, what cannot be encoded is sent all the same."""
	boundary = secrets.token_hex(12)
	parts = []
	for key, value in values.items():
		text = as_text(value)
		parts.append(
			f'Content-Disposition: form-data; name="{key}"\r\n\r\n{text}'.encode("utf-8", "surrogatepass")
		)
	for name, content in files:
		head = f'Content-Disposition: form-data; name="documents"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
		parts.append(head.encode("utf-8", "surrogatepass") + content)
	body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
	return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Tags(HTMLParser):
	def __init__(self, html: str) -> None:
		super().__init__()
		self.found: list[str] = []
		self.feed(html)

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		self.found.append(" ".join([tag, *sorted(name for name, _value in attrs)]))


class FuzzCase(RegistrationCase):
	def fuzz(self, run: Any, count: int) -> None:
		settings(
			max_examples=count,
			deadline=None,
			database=None,
			# what was sent is told; shrinking would send thousands
			phases=[Phase.generate],
			suppress_health_check=list(HealthCheck),
		)(run)()

	def answer(self, body: bytes, content_type: str) -> Any:
		"""As Frappe answers a POST."""
		with self.request():
			builder = EnvironBuilder(
				method="POST",
				path=routes.REGISTRATIONS,
				input_stream=io.BytesIO(body),
				content_type=content_type,
			)
			builder.content_length = len(body)
			frappe.local.request = Request(builder.get_environ())
			try:
				make_form_dict(frappe.local.request)
			except frappe.DataError:
				# v16's reader refuses lone surrogates, v15's does not
				frappe.local.form_dict = frappe._dict(json.loads(body))
			return routes.answer(ROUTE)


class TestFuzzedSubmissions(FuzzCase):
	def setUp(self) -> None:
		super().setUp()
		self.tags = {
			language: self.tags_of_last_mail(self.submit(language=language).email)
			for language in ("ro", "en")
		}
		self.countries = submit.countries()
		self.stored_count = self.approved = 0

	def test_it_is_taken_whole_or_refused_and_nothing_breaks(self):
		counted: Counter[int] = Counter()

		@given(ODD, SPOILED, FILES, st.sampled_from(["odd", "odd", "spoiled", "bare"]), st.booleans())
		def run(odd: Any, spoiled: Any, files: Any, kind: str, as_json: bool) -> None:
			sent = {
				"opened": limits.opened_token(),
				**({} if kind == "bare" else {**submission(), **odd}),
				**({} if kind == "odd" else spoiled),
			}
			if as_json and not files:
				body, content_type = json.dumps(sent).encode(), "application/json"
			else:
				body, content_type = as_multipart(sent, files)
			before = frappe.db.count("B2B Registration")
			response = self.answer(body, content_type)
			counted[response.status_code] += 1
			assert response.status_code in (201, 422), (response.status_code, response.get_data(True), sent)
			if response.status_code == 422:
				error = json.loads(response.get_data())["error"]
				assert error["problems"] or error["code"] == "reload", (error, sent)
				assert all(one["field"] and one["message"] for one in error["problems"]), (error, sent)
			made = frappe.db.count("B2B Registration") - before
			robot = sent.get(limits.HONEYPOT)
			if content_type != "application/json" and limits.HONEYPOT in sent:
				robot = as_text(robot)
			robot = bool(str(robot or "").strip())
			if response.status_code == 422 or not robot:
				assert made == (response.status_code == 201), sent
			if made:
				frappe.db.commit()
				self.check(frappe.get_last_doc("B2B Registration"))

		self.fuzz(run, EXAMPLES)
		frappe.db.rollback()
		told = ", ".join(f"{status}: {count}" for status, count in sorted(counted.items()))
		told += f"; {self.stored_count} stored, {self.approved} of them approved"
		print(f"\n· {sum(counted.values())} fuzzed submissions: {told}", file=sys.stderr, flush=True)
		self.assertGreater(counted[201], EXAMPLES // 10)
		self.assertGreater(counted[422], EXAMPLES // 10)
		self.assertTrue(self.approved)

	def check(self, doc: Any) -> None:
		"""What is stored would be taken again as it is, holds no markup, and can be shown, mailed and approved."""
		again, problems = form.read({**doc.as_dict(), "terms_accepted": 1}, self.countries)
		assert problems == [] and again is not None, (problems, doc.as_dict())
		stored = {field: doc.get(field) or "" for field in form.MAX}
		assert {field: getattr(again, field) for field in form.MAX} == stored
		assert not any("<" in value or ">" in value for value in stored.values())
		assert all(str(value).isprintable() for field, value in stored.items() if field != "message")
		assert doc.status == "Awaiting Confirmation" and not (doc.tier or doc.credit_limit)
		shown = view.applicant(doc)
		assert shown["company_name"] == doc.company_name
		for row in doc.documents:
			assert not set(row.file_name) & set('<>/\\"\r\n\0') and len(row.file_name.encode()) <= 255
			assert frappe.get_doc("File", {"file_url": row.file}).get_content()
		assert self.tags_of_last_mail(doc.email, doc) == self.tags[doc.language]
		self.stored_count += 1
		if self.stored_count % APPROVED_EVERY == 1:
			self.approve_it(doc)

	def approve_it(self, doc: Any) -> None:
		with self.request():
			doc = decide.confirm(doc.name)
		assert doc.status == "Pending"
		try:
			self.approve(doc, create_new=True)
		except AppError as error:
			# several of these share an e-mail address with somebody
			frappe.db.rollback()
			assert error.http_status_code in (409, 422), error
			return
		doc = self.stored(doc)
		assert frappe.db.get_value("Customer", doc.customer, "customer_name") == doc.company_name
		assert frappe.db.get_value("User", doc.user, "email") == doc.email
		self.approved += 1

	def tags_of_last_mail(self, to: str, doc: Any = None) -> list[str]:
		"""The markup of the newest mail to somebody; its headers are ours alone."""
		mail = message_from_string(self.mails(to)[-1].message, policy=policy.default)
		assert len(mail.get_all("Subject")) == 1 and not mail.get_all("Bcc") and not mail.get_all("Cc")
		html = mail.get_body(("html",)).get_content()
		if doc:
			# jinja in a name stays what it is
			assert "".join(doc.company_name.split()) in "".join(str(mail["Subject"]).split()), mail["Subject"]
		return Tags(html).found


class TestFuzzedOverHttp(FuzzCase):
	def test_the_served_site_says_the_same(self):
		counted: Counter[int] = Counter()
		url = f"{os.environ['SITE_URL']}{routes.REGISTRATIONS}"
		session = requests.Session()
		frappe.db.commit()

		@given(ODD, SPOILED, FILES, st.sampled_from(["odd", "spoiled"]))
		def run(odd: Any, spoiled: Any, files: Any, kind: str) -> None:
			sent = {
				"opened": limits.opened_token(),
				**submission(),
				**odd,
				**(spoiled if kind == "spoiled" else {}),
			}
			if files:
				body, content_type = as_multipart(sent, files)
			else:
				body, content_type = json.dumps(sent).encode(), "application/json"
			response = session.post(url, data=body, headers={"Content-Type": content_type}, timeout=30)
			counted[response.status_code] += 1
			# 417 is Frappe's own, of a body that it cannot read
			allowed = (201, 422, 417) if "\\ud" in json.dumps(sent) else (201, 422)
			assert response.status_code in allowed, (response.status_code, response.text[:500], sent)
			if response.status_code != 201:
				return
			data = response.json()["data"]
			page = session.get(f"{os.environ['SITE_URL']}/b2b/status?token={data['token']}", timeout=30)
			assert page.status_code in (200, 404), page.status_code
			for markup in ("<script>alert(1)", "<img src=x", "<svg onload", "<b>"):
				assert markup not in page.text

		self.fuzz(run, OVER_HTTP)
		told = ", ".join(f"{status}: {count}" for status, count in sorted(counted.items()))
		print(f"\n· {sum(counted.values())} over HTTP: {told}", file=sys.stderr, flush=True)

	def test_every_other_open_route_takes_anything(self):
		doc = self.confirmed()
		decide.ask(doc.name, "De ce?")
		frappe.db.commit()
		token = tokens.make(doc, "status")
		public = [route for route in routes.ROUTES if any(o.is_public for o in route.operations.values())]

		@given(st.sampled_from(public), VALUE, VALUE, VALUE)
		def run(route: routes.Route, in_path: Any, one: Any, other: Any) -> None:
			method = next(iter(route.operations))
			given = {"token": one, "text": other, "county": one, "q": other, "cui": one, "_lang": "ro"}
			with self.request(**given):
				builder = EnvironBuilder(method=method, path=routes.REGISTRATIONS)
				frappe.local.request = Request(builder.get_environ())
				names = [part.strip("<>") for part in route.path.split("/") if part.startswith("<")]
				answer = routes.answer(route, **dict.fromkeys(names, str(in_path)))
			assert answer.status_code < 500, (route.path, given, answer.get_data(True))

		self.fuzz(run, OVER_HTTP * 2)

		@given(VALUE)
		def answer(text: Any) -> None:
			url = f"{os.environ['SITE_URL']}{routes.REGISTRATIONS}/status/{token}/answer"
			response = (
				requests.post(url, json={"text": text}, timeout=30) if not isinstance(text, float) else None
			)
			assert response is None or response.status_code < 500, response.text

		self.fuzz(answer, 20)
