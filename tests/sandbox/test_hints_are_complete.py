"""Every refusal that SmartBill documents has an action to take."""

import re

from embedded import paths
from erp_b2b_smartbill.smartbill.hints import hint_for

SHEET = paths.ROOT / "docs" / "smartbill-api.md"
# a status 500 leaves the outcome unknown, whatever it says; the others are pieces of sentences
NO_REFUSALS = {
	"Internal Server Error!",
	" Verificati ciful companiei.",
	"invoiceProducts ...",
	"... facturii.",
}


def documented_refusals() -> list[str]:
	"""The sentences in backticks of section 2.1.6 and of the common errors in 1.6."""
	text = SHEET.read_text(encoding="utf-8")
	refusals = text.split("#### 2.1.6")[1].split("### 2.2")[0]
	common = text.split("### 1.6")[1].split("### 1.7")[0]
	rows = [line for line in f"{refusals}\n{common}".splitlines() if line.startswith("|")]
	found = [sentence for row in rows for sentence in re.findall(r"`([^`]+)`", row.split("|", 2)[2])]
	return [sentence for sentence in found if " " in sentence.strip() and sentence not in NO_REFUSALS]


def test_each_documented_refusal_has_its_hint():
	sentences = documented_refusals()
	assert len(sentences) > 35
	without = [sentence for sentence in sentences if hint_for(sentence.replace("<name>", "Cablu")) is None]
	assert without == []


def test_the_refusals_of_an_invoice_have_theirs():
	for sentence in (
		"Factura proforma PRF20227 nu a fost gasita!",
		"Proforma nu a fost gasita!",
		"Proforma nu contine produse!",
		"invoiceProducts trebuie specificat si trebuie sa contina cel putin un element",
	):
		assert hint_for(sentence) is not None, sentence
