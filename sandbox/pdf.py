"""A PDF of a document, written by hand: one page as high as its rows need, PDF 1.4, texts uncompressed.

It is there to be fetched, recognised and searched for a reference, not to be pretty. How much of its text
can be read back is a knob, since nobody has published how SmartBill's own files behave.
"""

import textwrap
import unicodedata
from dataclasses import dataclass, field

from sandbox.records import Company, Document

MEDIA_TYPE = "application/pdf"
WIDTH, MARGIN, LINE_HEIGHT = 595, 40, 14
SANS, BOLD, MONO = "F1", "F2", "F3"
FONTS = {SANS: "Helvetica", BOLD: "Helvetica-Bold", MONO: "Courier"}
# Every glyph of Courier is 600 thousandths of the font size wide: that is how amounts are set flush right.
MONO_WIDTH = 0.6
# Letters that fit a line: the whole page in Helvetica, and what the knob `wrapped` breaks them to.
LINE_LETTERS, NAME_LETTERS, BROKEN_LETTERS = 100, 45, 9
KINDS = {"estimate": "FACTURA PROFORMA", "invoice": "FACTURA"}
STATUSES = {"active": "emisa", "cancelled": "ANULATA"}


def render(document: Document, company: Company | None, style: str = "plain") -> bytes:
	"""`style` as the knob `pdf_text`: "plain", "wrapped" (texts broken in pieces) or "none" (blocks for
	letters).
	"""
	sheet = _Sheet(style)
	sheet.text("SANDBOX - document fictiv, fara valoare", BOLD, 10)
	sheet.text(f"{KINDS[document.kind]} {document.series}{document.number or ' (ciorna)'}", BOLD, 16)
	sheet.text(f"Seria: {document.series}  Numarul: {document.number or '-'}")
	sheet.text(f"Data: {document.issue_date}  Scadenta: {document.due_date}  Moneda: {document.currency}")
	sheet.text(f"Status: {'ciorna' if document.draft else STATUSES[document.status]}")
	sheet.gap()
	sheet.text(f"Furnizor: {company.name if company else ''} {document.cif}")
	sheet.text(f"Client: {document.client.get('name', '')}", BOLD)
	place = [document.client.get(name, "") for name in ("vatCode", "address", "city", "county", "country")]
	sheet.text(", ".join(filter(None, place)))
	sheet.gap()
	sheet.row("Denumire", ("Cant.", "Pret", "TVA %", "Valoare", "TVA"), BOLD)
	for row in document.rows:
		amounts = (row["quantity"], row["price"], row["tax_percentage"], row["net"], row["vat"])
		sheet.row(row["name"], ("", "", *amounts[2:]) if row["is_discount"] else amounts)
	sheet.gap()
	for label, name in (("Total fara TVA", "net"), ("TVA", "vat"), ("TOTAL", "gross")):
		sheet.row(label, ("", "", "", document.totals[name], document.currency), BOLD)
	sheet.gap()
	for line in document.mentions.splitlines():
		sheet.text(line)
	return _file(sheet)


@dataclass
class _Sheet:
	"""Text from top to bottom. `operations` hold the distance from the top; where the top is, is known only
	when the last line is set.
	"""

	style: str
	operations: list[tuple[float, float, str, float, str]] = field(default_factory=list)
	depth: float = MARGIN

	def text(self, text: str, font: str = SANS, size: float = 10) -> None:
		self.block(MARGIN, text, font, size, LINE_LETTERS)

	def row(self, name: str, amounts: tuple[str, ...], font: str = SANS) -> None:
		"""A name on the left, breaking over lines, and five amounts flush right on the first of them."""
		first_line = self.depth + LINE_HEIGHT
		self.block(MARGIN, name, font, 9, NAME_LETTERS)
		for place, amount in enumerate(amounts, start=1):
			left = 270 + place * 57 - len(amount) * 8 * MONO_WIDTH
			self.operations.append((left, first_line, MONO, 8, amount))

	def block(self, left: float, text: str, font: str, size: float, letters: int) -> None:
		if self.style == "wrapped":
			pieces = [text[at : at + BROKEN_LETTERS] for at in range(0, len(text), BROKEN_LETTERS)]
		else:
			pieces = textwrap.wrap(text, letters)
		for piece in pieces or [""]:
			self.depth += max(LINE_HEIGHT, size + 4)
			self.operations.append((left, self.depth, font, size, piece))

	def gap(self) -> None:
		self.depth += LINE_HEIGHT

	@property
	def height(self) -> float:
		return max(842, self.depth + MARGIN)

	def stream(self) -> bytes:
		"""The content of the page."""
		drawn = []
		for left, depth, font, size, text in self.operations:
			bottom = self.height - depth
			if self.style == "none":
				drawn.append(b"%.1f %.1f %.1f %.1f re f" % (left, bottom, len(text) * size / 2, size / 2))
			else:
				drawn.append(
					b"BT /%s %.1f Tf %.1f %.1f Td (%s) Tj ET"
					% (font.encode(), size, left, bottom, _escaped(text))
				)
		return b"\n".join(drawn)


def _escaped(text: str) -> bytes:
	r"""The bytes of a PDF string in WinAnsi. Letters it lacks lose their marks, or become a question mark."""
	encoded = bytearray()
	for letter in text:
		try:
			encoded += letter.encode("cp1252")
		except UnicodeEncodeError:
			encoded += unicodedata.normalize("NFKD", letter)[0].encode("cp1252", "replace")
	return bytes(encoded).replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _file(sheet: _Sheet) -> bytes:
	"""The objects, numbered from 1, and the table that says at which byte each begins."""
	stream = sheet.stream()
	fonts = b" ".join(b"/%s %d 0 R" % (name.encode(), 5 + at) for at, name in enumerate(FONTS))
	objects = [
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R" % (WIDTH, sheet.height)
		+ b" /Resources << /Font << %s >> >> >>" % fonts,
		b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
		*(
			b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name.encode()
			for name in FONTS.values()
		),
		b"<< /Title (SANDBOX) >>",
	]
	count = len(objects)
	content = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets = []
	for number, body in enumerate(objects, start=1):
		offsets.append(len(content))
		content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
	table_at = len(content)
	content += b"xref\n0 %d\n0000000000 65535 f \n" % (count + 1)
	content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
	content += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (count + 1, count)
	content += b"startxref\n%d\n%%%%EOF\n" % table_at
	return bytes(content)
