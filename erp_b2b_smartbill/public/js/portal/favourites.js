// What the buyer marks among the items of a Quotation: sales sees it when the next offer is made.

import { press } from "../registration/button";
import { fill } from "../registration/data";
import { el, say } from "../registration/dom";

/** Null where nothing can be marked. */
export function favourites(api, texts, { company, items }) {
	const marks = new Map(items.filter((item) => item.item_code).map((item) => [item.item_code, item]));
	if (!marks.size) return null;
	const told = el("p.b2b-notice.b2b-notice-danger", { role: "alert" });
	say(told, "");

	async function toggle(item, star) {
		const is_marked = star.getAttribute("aria-pressed") === "true";
		const path = `/favourites/${encodeURIComponent(item.item_code)}?company=${encodeURIComponent(company)}`;
		const answer = await press(star, "…", () => api.send(is_marked ? "DELETE" : "PUT", path));
		if (!answer) return;
		if (answer.data) draw(star, answer.data.is_favourite);
		say(told, answer.error?.message ?? "");
	}

	return el(
		"div.b2b-part",
		{ "data-favourites": "" },
		el("h2", texts.favourites),
		el("p.b2b-hint", texts.favourites_hint),
		told,
		el("ul.b2b-favourites", ...[...marks.values()].map((item) => row(item, toggle, texts))),
	);
}

function row(item, toggle, texts) {
	const star = el("button.b2b-star", {
		type: "button",
		"aria-label": fill(texts.favourite, item.item_name),
	});
	draw(star, item.is_favourite);
	star.addEventListener("click", () => toggle(item, star));
	return el("li", star, el("span", item.item_name));
}

function draw(star, is_marked) {
	star.setAttribute("aria-pressed", String(Boolean(is_marked)));
	star.textContent = is_marked ? "★" : "☆";
}
