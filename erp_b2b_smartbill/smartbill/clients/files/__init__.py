"""SmartBill's export of clients as a file: what it really is, its rows, which column is what, and the rows refused.

No database and no network. A file is hostile until it is read: sizes are those that come out of it, not those that it
declares, and every limit ends in a FileRefused with a sentence for a person.

    refusal   how a file is refused, and the limits
    sniff     what a file is, by its content
    archive   an xlsx under watch while it is unpacked
    encodings the letters of a text file
    tables    the rows of an HTML table
    titles    the names that columns have
    readers   the rows of every kind
    cells     texts that a spreadsheet would take for a formula
    mapping   which column is what, and a row as a record
    rejects   the refused rows, given back as a file
"""

from erp_b2b_smartbill.smartbill.clients.files.mapping import (
	Column,
	Mapping,
	Rejection,
	mapping_of,
	notices,
	record_of,
	with_choice,
)
from erp_b2b_smartbill.smartbill.clients.files.readers import rows
from erp_b2b_smartbill.smartbill.clients.files.refusal import FileRefused
from erp_b2b_smartbill.smartbill.clients.files.rejects import write_rejects
from erp_b2b_smartbill.smartbill.clients.files.sniff import sniff

__all__ = [
	"Column",
	"FileRefused",
	"Mapping",
	"Rejection",
	"mapping_of",
	"notices",
	"record_of",
	"rows",
	"sniff",
	"with_choice",
	"write_rejects",
]
