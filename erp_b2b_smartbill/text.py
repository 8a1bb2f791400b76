"""Small helpers for texts that people read and for texts that come from outside."""

import html
import re
import unicodedata


def N_(message: str) -> str:
	"""Marks a message for extraction where it is defined; it is translated where it is shown."""
	return message


def fold(text: str) -> str:
	"""Lower case, without diacritics and with single blanks: SmartBill's texts differ in all three."""
	if text.isascii():
		return " ".join(text.lower().split())
	# ş and ţ with cedilla, ș and ț with comma: all lose their mark by decomposing
	plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
	return " ".join(plain.lower().split())


def without_markup(text: str) -> str:
	"""The text with other brackets in place of those that a browser takes for markup. For what strangers write and what
	goes into the database past the documents, and so past Frappe's own filter."""
	return text.replace("<", "\u2039").replace(">", "\u203a")


def plain_text(markup: str) -> str:
	"""One line of text from something that may hold HTML. Not a sanitiser: escape the result on display."""
	return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def plain_lines(markup: str) -> str:
	"""The text of some HTML with its paragraphs and line breaks, and nothing of its markup."""
	text = re.sub(r"\s+", " ", markup)
	text = re.sub(r"(?i)<br\s*/?>|</(?:div|li|tr|h[1-6])>", "\n", text)
	text = re.sub(r"(?i)</p>|</(?:ul|ol|table)>", "\n\n", text)
	lines = html.unescape(re.sub(r"<[^>]*>", "", text)).split("\n")
	return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()
