// The labels of tabs, with how much is behind each. They are not replaced, for what is replaced while it is pressed hears
// of no click and loses the focus: null takes a count away, undefined leaves it.
import { number } from "./parts";

/** `tab` is Frappe's. */
export function show_count(tab, count) {
	const $link = tab?.tab_link?.find(".nav-link");
	if ($link?.length) put_count($link, ".sb-360-badge", '<span class="sb-360-badge">', count);
}

/** `$chips` are buttons that `chips` made; `counts` are by their values. */
export function show_on_chips($chips, counts, current) {
	for (const chip of $chips.toArray()) {
		const { value } = chip.dataset;
		chip.classList.toggle("sb-chip-on", value === current);
		chip.setAttribute("aria-pressed", value === current);
		put_count($(chip), "b", "<b>", counts[value]);
	}
}

function put_count($label, selector, markup, count) {
	if (count === undefined) return;
	const $there = $label.children(selector);
	if (!count) return $there.remove();
	const $mark = $there.length ? $there : $(markup).appendTo($label);
	$mark.text(number(count, 0));
}

export const tab_of = (frm, fieldname) =>
	frm.layout.tabs?.find((tab) => tab.df.fieldname === fieldname);

/** There are more tabs than room for them: the one that is open is to be seen. */
export function show_label(tab) {
	const label = tab.tab_link[0];
	const strip = label.closest(".form-tabs-list, .form-tabs");
	const past = label.getBoundingClientRect().right - strip.getBoundingClientRect().right;
	if (past > 0) label.scrollIntoView({ inline: "end", block: "nearest" });
}
