"""The texts of the registration's e-mails. Places: contact, company_name, seller, link, reason, question, days, cui,
county, reasons, has_password."""

from __future__ import annotations

from erp_b2b_smartbill.email_templates import MailText

_HELLO = {"ro": "<p>Bună ziua, {{ contact }},</p>", "en": "<p>Dear {{ contact }},</p>"}
_END = {"ro": "<p>Cu stimă,<br>{{ seller }}</p>", "en": "<p>Kind regards,<br>{{ seller }}</p>"}


def _button(label: str) -> str:
	return (
		f'<p><a class="btn btn-primary" href="{{{{ link }}}}">{label}</a></p>'
		'<p style="font-size: 12px">{{ link }}</p>'
	)


def _text(language: str, subject: str, body: str) -> tuple[str, str]:
	return subject, _HELLO[language] + body + _END[language]


VERIFY = MailText(
	"B2B Registration Confirmation",
	{
		"ro": _text(
			"ro",
			"Confirmați adresa de e-mail pentru {{ company_name }}",
			"<p>Am primit cererea de înregistrare pentru <b>{{ company_name }}</b>. Confirmați adresa de e-mail, ca să "
			"o putem analiza.</p>"
			+ _button("Confirm adresa de e-mail")
			+ "<p>Linkul este valabil {{ days }} zile. Dacă nu dumneavoastră ați trimis cererea, ignorați acest mesaj: "
			"nu se întâmplă nimic.</p>",
		),
		"en": _text(
			"en",
			"Confirm your e-mail address for {{ company_name }}",
			"<p>We received the registration of <b>{{ company_name }}</b>. Confirm your e-mail address, so that we can "
			"look at it.</p>"
			+ _button("Confirm my e-mail address")
			+ "<p>The link works for {{ days }} days. If you did not send this request, ignore this message: nothing "
			"will happen.</p>",
		),
	},
)
RECEIVED = MailText(
	"B2B Registration Received",
	{
		"ro": _text(
			"ro",
			"Am primit cererea pentru {{ company_name }}",
			"<p>Cererea de înregistrare pentru <b>{{ company_name }}</b> este la noi. Răspundem de obicei în {{ days }} "
			"zile lucrătoare. Aici vedeți oricând în ce stadiu este:</p>" + _button("Stadiul cererii"),
		),
		"en": _text(
			"en",
			"We received the request of {{ company_name }}",
			"<p>The registration of <b>{{ company_name }}</b> is with us. We usually answer within {{ days }} working "
			"days. Here you see at any time how it stands:</p>" + _button("Status of the request"),
		),
	},
)
APPROVED = MailText(
	"B2B Registration Approved",
	{
		"ro": _text(
			"ro",
			"Bine ați venit: contul pentru {{ company_name }} este activ",
			"<p>Cererea pentru <b>{{ company_name }}</b> a fost aprobată.</p>"
			"{% if has_password %}<p>Aveți deja o parolă pe acest site: autentificați-vă cu adresa dumneavoastră de "
			"e-mail.</p>{% else %}<p>Alegeți o parolă, apoi autentificați-vă cu adresa dumneavoastră de e-mail. Linkul "
			"este valabil {{ days }} zile.</p>{% endif %}" + _button("Intru în cont"),
		),
		"en": _text(
			"en",
			"Welcome: the account of {{ company_name }} is active",
			"<p>The request of <b>{{ company_name }}</b> was approved.</p>"
			"{% if has_password %}<p>You have a password on this site already: log in with your e-mail "
			"address.</p>{% else %}<p>Choose a password, then log in with your e-mail address. The link works for "
			"{{ days }} days.</p>{% endif %}" + _button("Open my account"),
		),
	},
)
REJECTED = MailText(
	"B2B Registration Rejected",
	{
		"ro": _text(
			"ro",
			"Cererea pentru {{ company_name }}",
			"<p>Ne pare rău, nu putem aproba cererea pentru <b>{{ company_name }}</b>.</p><p>{{ reason }}</p>",
		),
		"en": _text(
			"en",
			"Your request for {{ company_name }}",
			"<p>We are sorry: we cannot approve the request of <b>{{ company_name }}</b>.</p><p>{{ reason }}</p>",
		),
	},
)
QUESTION = MailText(
	"B2B Registration Question",
	{
		"ro": _text(
			"ro",
			"O întrebare despre cererea pentru {{ company_name }}",
			"<p>Pentru a decide asupra cererii pentru <b>{{ company_name }}</b>, avem o întrebare:</p>"
			"<p>{{ question }}</p>" + _button("Răspund"),
		),
		"en": _text(
			"en",
			"A question about the request of {{ company_name }}",
			"<p>Before we decide about the request of <b>{{ company_name }}</b>, we have a question:</p>"
			"<p>{{ question }}</p>" + _button("Answer"),
		),
	},
)
MANAGERS = MailText(
	"B2B Registration for Managers",
	{
		"ro": (
			"Înregistrare nouă: {{ company_name }}",
			"<p><b>{{ company_name }}</b> ({{ cui }}, {{ county }}) așteaptă o decizie.</p>"
			"<p>{{ reasons }}</p>" + _button("Deschid cererea"),
		),
		"en": (
			"New registration: {{ company_name }}",
			"<p><b>{{ company_name }}</b> ({{ cui }}, {{ county }}) waits for a decision.</p>"
			"<p>{{ reasons }}</p>" + _button("Open the request"),
		),
	},
)
ALL = (VERIFY, RECEIVED, APPROVED, REJECTED, QUESTION, MANAGERS)
