"""The app speaks Romanian completely: every text of it is translated, with the same places for values."""

import json
import re
import unittest
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po

import erp_b2b_smartbill

APP = Path(erp_b2b_smartbill.__file__).parent


def catalog(name: str) -> Catalog:
	with (APP / "locale" / name).open("rb") as file:
		return read_po(file)


class TestTranslations(unittest.TestCase):
	def test_romanian_is_complete(self):
		romanian = catalog("ro.po")
		for message in catalog("main.pot"):
			if message.id:
				translated = romanian.get(message.id, message.context)
				self.assertTrue(translated and translated.string, message.id)
				self.assertFalse(translated.fuzzy, message.id)

	def test_translations_keep_the_places_for_values(self):
		for message in catalog("ro.po"):
			if message.id:
				places = sorted(re.findall(r"\{\d\}", message.id))
				self.assertEqual(places, sorted(re.findall(r"\{\d\}", message.string)), message.id)

	def test_romanian_letters_are_the_right_ones(self):
		text = (APP / "locale" / "ro.po").read_text(encoding="utf-8")
		self.assertFalse(set("şţŞŢ") & set(text), "s and t take a comma in Romanian, not a cedilla")

	def test_every_text_of_the_code_is_in_the_catalogue(self):
		known = {(message.id, message.context) for message in catalog("main.pot")}
		ids = {message_id for message_id, _ in known}
		for path in sorted(APP.rglob("*.py")):
			if "tests" not in path.parts:
				for _, text, _, _ in extract_from_file("python", path, DEFAULT_KEYWORDS):
					self.assertIn(text, ids, path)
		for path in sorted(APP.rglob("*.js")):
			if "dist" in path.parts:
				# what a bench has built of our sources
				continue
			source = path.read_text(encoding="utf-8")
			for text in re.findall(r'\b__\(\s*"((?:[^"\\]|\\.)*)"', source):
				self.assertIn(text, ids, path)
		for path in sorted(APP.rglob("*.html")):
			source = path.read_text(encoding="utf-8")
			for _quote, text in re.findall(r"""\b_\(\s*(["'])(.*?)\1""", source):
				self.assertIn(text, ids, path)

	def test_every_label_of_our_doctypes_is_in_the_catalogue(self):
		ids = {message.id for message in catalog("main.pot")}
		for path in sorted(APP.glob("doctype/*/*.json")):
			doctype = json.loads(path.read_text(encoding="utf-8"))
			self.assertIn(doctype["name"], ids)
			for field in doctype["fields"]:
				for key in ("label", "description"):
					if field.get(key):
						self.assertIn(field[key], ids, path)

	def test_every_text_of_the_workspace_its_steps_and_tours_is_in_the_catalogue(self):
		ids = {message.id for message in catalog("main.pot")}
		for path in sorted(
			path
			for kind in ("workspace", "module_onboarding", "onboarding_step", "form_tour")
			for path in APP.glob(f"{kind}/*/*.json")
		):
			doc = json.loads(path.read_text(encoding="utf-8"))
			rows = [doc, *(row for table in doc.values() if isinstance(table, list) for row in table)]
			for row in rows:
				for key in ("title", "subtitle", "success_message", "description", "action_label", "label"):
					# the tours' own titles are names
					if row.get(key) and not (row is doc and doc["doctype"] == "Form Tour"):
						self.assertIn(row[key], ids, path)
