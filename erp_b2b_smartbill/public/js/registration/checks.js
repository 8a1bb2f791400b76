// What can be told without the server. It has the last word: these save a round trip, no more.

const CUI_KEY = [7, 5, 3, 2, 1, 7, 5, 3, 2];

/** The digits of a Romanian fiscal code, or null for something else. */
export function cui_digits(text) {
	const found = compact(text).match(/^(?:RO)?([1-9]\d{1,9})$/);
	return found ? found[1] : null;
}

export function has_right_check_digit(digits) {
	const body = digits.slice(0, -1).padStart(9, "0");
	const sum = CUI_KEY.reduce((total, factor, index) => total + factor * Number(body[index]), 0);
	return ((sum * 10) % 11) % 10 === Number(digits.slice(-1));
}

export function is_email(text) {
	return /^[^\s@,;<>]+@[^\s@,;<>.]+(\.[^\s@,;<>.]+)+$/.test(text);
}

export function is_phone(text) {
	const digits = text.replace(/\D/g, "");
	return /^[\d\s()+./-]+$/.test(text) && digits.length >= 7 && digits.length <= 15;
}

/** By its check digits (ISO 13616). */
export function is_iban(text) {
	const iban = compact(text);
	if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
	const numbers = (iban.slice(4) + iban.slice(0, 4)).replace(
		/[A-Z]/g,
		(c) => c.charCodeAt(0) - 55,
	);
	return [...numbers].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}

export function is_postal_code(text) {
	return /^\d{6}$/.test(text.replace(/\s/g, ""));
}

/** Equal but for case, diacritics, punctuation and spaces. */
export function same(one, other) {
	return folded(one) === folded(other);
}

export function folded(text) {
	return String(text)
		.normalize("NFD")
		.replace(/[\u0300-\u036f]/g, "")
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, " ")
		.trim();
}

function compact(text) {
	return text.replace(/[\s.\-]/g, "").toUpperCase();
}
