"""Romanian identifiers as far as the sandbox makes or compares them (docs/smartbill-api.md section 6), and
client ids.
"""

import hashlib


def digits(code: str) -> str:
	"""The digits of a CIF: what stays the same with and without RO."""
	return "".join(character for character in code if character.isdecimal())


def cui(body: int) -> str:
	"""The digits of a valid CUI: `body` and its check digit."""
	weights = (7, 5, 3, 2, 1, 7, 5, 3, 2)
	weighed = sum(int(digit) * weight for digit, weight in zip(f"{body:09d}", weights, strict=True))
	return f"{body}{weighed * 10 % 11 % 10}"


def cnp(body: str) -> str:
	"""A valid personal code: its first 12 digits and the check digit."""
	weights = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
	rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
	return f"{body}{1 if rest == 10 else rest}"


def client_id(moment_ms: int, salt: str) -> str:
	"""`cus_` and 32 hex digits that grow with time, laid out like a UUID of version 7 (section 2.14)."""
	noise = hashlib.sha256(salt.encode()).hexdigest()
	return f"cus_{moment_ms:012x}7{noise[:3]}8{noise[3:18]}"
