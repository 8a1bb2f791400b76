// How months are written.

/** Of "2026-03": "mar", or the whole name and year. */
export function month_label(key, whole) {
	const [year, month] = key.split("-").map(Number);
	const format = whole ? { month: "long", year: "numeric" } : { month: "short" };
	const text = new Date(year, month - 1, 1).toLocaleDateString(
		frappe.boot.lang || undefined,
		format,
	);
	return whole ? text.charAt(0).toUpperCase() + text.slice(1) : text.replace(".", "");
}
