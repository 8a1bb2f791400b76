// The labels of a form's tabs, with how much is behind each.
import { html, number } from "./parts";

/** `tab` is Frappe's; null takes the count away. */
export function show_count(tab, count) {
	const $link = tab?.tab_link?.find(".nav-link");
	if (!$link?.length) return;
	$link.find(".sb-360-badge").remove();
	if (count) $link.append(String(html`<span class="sb-360-badge">${number(count, 0)}</span>`));
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
