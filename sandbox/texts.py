"""The sentences SmartBill answers with, word for word (docs/smartbill-api.md sections 1.6, 2 and 4).

Names in braces are filled with `str.format`. Sentences under "invented" have no source: the real ones are
unknown.
"""

# Access (section 1.6)
AUTH_FAILED = "Autentificare esuata. Va rugam verificati datele si incercati din nou."
COMPANY_UNKNOWN = "Firma la care incercati sa va conectati nu mai este disponibila in Cloud."
COMPANY_FORBIDDEN = "Firma la care incercati sa va conectati nu este disponibila pentru acest utilizator."
CIF_MISSING = "Ciful firmei trebuie specificat!"
NO_RIGHT_TO_ISSUE = "Nu aveti dreptul de a adauga facturi"
SERVER_ERROR = "Internal Server Error!"
BLOCKED = (
	"Ai depasit limita maxima de requesturi admisa. Vei putea executa alte requesturi dupa {minutes} min"
	" de la momentul blocarii {moment}"
)

# Creating a document (section 2.1.6)
BAD_DATE = "Data documentului trebuie sa fie de forma yyyy-MM-dd."
ESTIMATE_TO_INVOICE_NOT_FOUND = "Factura proforma {series}{number} nu a fost gasita!"
COUNTRY_MISSING = "tara trebuie specificata"
CLIENT_INVALID = "Client invalid!"
CLIENT_EXISTS = "Clientul exista deja pe server"
NO_ROWS = {
	"estimate": "estimateProducts trebuie specificat si trebuie sa contina cel putin un element",
	"invoice": "invoiceProducts trebuie specificat si trebuie sa contina cel putin un element",
}
TOO_MANY_ROWS = "Numarul maxim acceptat de 400 intrari pe document a fost depasit."
ROW_NAME_MISSING = "name trebuie specificat pentru fiecare produs"
ROW_UNIT_MISSING = "measuringUnitName trebuie specificat pentru fiecare produs"
ROW_QUANTITY_MISSING = "quantity trebuie specificat pentru fiecare produs"
ROW_PRICE_MISSING = "price trebuie specificat pentru fiecare produs"
ROW_CODE_MISSING = "Produsul {name} nu are codul specificat."
RATE_MISSING = "Trebuie sa setezi o cota tva pentru produsul {name}"
RATE_UNKNOWN = "Cota tva a produsului {name} nu a fost gasita pe server!"
CURRENCY_UNKNOWN = "Moneda nu a fost gasita pe server!"
CURRENCY_MIXED = {
	"estimate": "Aveti produse care au pretul in alta moneda decat cea a proformei.",
	"invoice": "Aveti produse care au pretul in alta moneda decat cea a facturii.",
}
ONLY_DISCOUNT = (
	"Nu poti sa emiti un document care contine doar un discount."
	" Trebuie sa ai si produse / servicii adaugate."
)
DISCOUNT_PERCENT_MISSING = "Trebuie sa introduceti valoarea procentului!"
DISCOUNT_VALUE_MISSING = "discountValue trebuie specificat pentru fiecare produs de tip discount"
DISCOUNT_RATES_DIFFER = (
	"La aplicarea unui discount pentru produse cu cote tva diferite,"
	" trebuie sa specifici si cota tva a discountului."
)
DISCOUNT_RATE_UNKNOWN = "Cota {rate} nu a fost gasita pe server!"
SERIES_UNKNOWN = "Seria nu a fost gasita! Folositi o serie creata in contul de cloud."
QUOTA_REACHED = "Pentru acest pachet s-a emis numarul maxim de documente permis"
EMAIL_ADDRESS_MISSING = "Trebuie specificata adresa de email a clientului."
EMAIL_SERVER_MISSING = "Server-ul de email nu a fost configurat."

# Existing documents (sections 2.3 to 2.7). SmartBill ends the same sentence with "!" or "." by endpoint.
# Those about invoices mirror the published ones about proformas, NOT_LAST and the two of the payment status
# apart.
NUMBER_PARAM_MISSING = {
	"estimate": "Numarul proformei trebuie specificat in url in parametrul 'number'!",
	"invoice": "Numarul facturii trebuie specificat in url in parametrul 'number'!",
}
SERIES_PARAM_MISSING = {
	"estimate": "Seria proformei trebuie specificata in url in parametrul 'seriesname'!",
	"invoice": "Seria facturii trebuie specificata in url in parametrul 'seriesname'!",
}
NAMED = {
	"estimate": "Proforma cu seria si numarul {series}{number}",
	"invoice": "Factura cu seria si numarul {series}{number}",
}
NOT_FOUND = {kind: named + " nu a fost gasita!" for kind, named in NAMED.items()}
CANCELLED = {kind: named + " a fost anulata cu succes." for kind, named in NAMED.items()}
RESTORED = {kind: named + " a fost restaurata cu succes." for kind, named in NAMED.items()}
DELETED = {kind: named + " a fost stearsa cu succes." for kind, named in NAMED.items()}
ALREADY_CANCELLED = {
	"estimate": "Proforma {series}{number} este deja anulata.",
	"invoice": "Factura {series}{number} este deja anulata.",
}
NOT_CANCELLED = {
	"estimate": "Proforma {series}{number} nu necesita restaurare.",
	"invoice": "Factura {series}{number} nu necesita restaurare.",
}
NOT_LAST = (
	"Nu poti sterge documentul cu seria si numarul {series} {number}, deoarece nu este ultimul din serie!"
)
ESTIMATE_NOT_INVOICED = "Proforma cu seria {series} si numarul {number} nu a fost facturata."
ESTIMATE_UNKNOWN = "Proforma cu seria {series} si numarul {number} nu a fost gasita."
INVOICE_NUMBER_MISSING = "Numarul facturii trebuie specificat"
INVOICE_NOT_FOUND = "Factura nu a fost gasita"
PAYMENT_TYPE_UNKNOWN = "Tipul documentului nu a fost gasit pe server!"
SERIES_TYPE_UNKNOWN = (
	"Tipul documentului nu poate fi {type}! Parametrul type poate lua valorile:"
	" 'f' pentru factura, 'p' pentru proforma si 'c' pentru chitanta."
)

# Email (section 2.8). The two blanks in two of them are SmartBill's own; the second half of
# EMAIL_TYPE_MISSING is taken from EMAIL_TYPE_UNKNOWN.
EMAIL_SENT = "Documentul a fost trimis cu succes."
EMAIL_DOCUMENT_NOT_FOUND = "Documentul nu a fost gasit"
EMAIL_TYPE_MISSING = "type  trebuie specificat. Valorile acceptate sunt: factura, proforma."
EMAIL_TYPE_UNKNOWN = (
	"Valoarea campului 'type' nu este suportata ({type}). Valorile acceptate sunt: factura, proforma."
)
EMAIL_NUMBER_MISSING = "Numarul documentului  trebuie specificat"
EMAIL_SUBJECT_NOT_BASE64 = "Subiectul emailului trebuie sa fie codat folosind Base64."
EMAIL_BODY_NOT_BASE64 = "Continutul emailului trebuie sa fie codat folosind Base64."
ADDRESS_INVALID = "Invalid Addresses"
ADDRESS_WITHOUT_DOMAIN = "Missing domain"
ADDRESS_WITHOUT_NAME = "Missing local name"
ADDRESS_DOMAIN_ILLEGAL = "Domain contains illegal character"

# Invented: SmartBill refuses or may refuse here, in words nobody has published
UNIT_UNKNOWN = "Unitatea de masura {unit} nu a fost gasita pe server!"
DESCRIPTION_TOO_LONG = "Descrierea produsului depaseste limita."
PRICE_NEGATIVE = "price trebuie sa fie mai mare sau egal cu 0"
DISCOUNT_TOO_MANY_ITEMS = "numberOfItems depaseste numarul de produse de dinaintea discountului."
ESTIMATE_INVOICED = "Proforma {series}{number} a fost facturata."
PAYMENT_VALUE_MISSING = "value trebuie specificat"
