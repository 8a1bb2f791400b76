"""The demo's mailbox: whatever the site sends arrives as a page that can be opened."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

from embedded.mailbox import open_mailbox


def test_a_mail_arrives_as_a_page_and_is_told(tmp_path: Path) -> None:
	told: list[str] = []
	message = EmailMessage()
	message["Subject"] = "Confirmați adresa"
	message["From"], message["To"] = "site@example.com", "ana@example.com"
	message.set_content("text")
	message.add_alternative("<p>Bună, Ana</p>", subtype="html")
	with open_mailbox(tmp_path / "mailbox", told.append) as port, smtplib.SMTP("127.0.0.1", port) as smtp:
		smtp.send_message(message)
	(page,) = (tmp_path / "mailbox").glob("*.html")
	assert "Bună, Ana" in page.read_text(encoding="utf-8")
	assert "ana@example.com" in told[0] and str(page) in told[0]
