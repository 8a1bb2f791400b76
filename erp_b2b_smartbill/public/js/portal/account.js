// The list of the buyer's quotations.

import { Api } from "../registration/api";
import { press } from "../registration/button";
import { fill } from "../registration/data";
import { el, move_to, say, show } from "../registration/dom";
import { Offer } from "./offer";

export function open_account(root, data) {
	const { texts } = data;
	const list = root.querySelector("[data-offers]");
	const more = root.querySelector("[data-more]");
	const told = root.querySelector("[data-told]");
	const api = new Api(data);
	const offer = new Offer({ api, texts, base: data.api, on_change: changed });
	let { page } = data.quotations;

	function row(view) {
		return el(
			"li.b2b-part.b2b-offer",
			{ "data-quotation": view.name },
			el(
				"div.b2b-offer-head",
				el("a.b2b-offer-name", { href: `/quotations/${encodeURIComponent(view.name)}` }, view.name),
				el("span.b2b-offer-total", view.total),
			),
			el(
				"div.b2b-offer-state",
				el("span.b2b-pill", view.status_label),
				el(
					"span",
					[view.date, view.valid_till && fill(texts.valid_till, view.valid_till)].filter(Boolean).join(" · "),
				),
			),
			offer.foot(view),
		);
	}

	function changed(view, text, kind) {
		list.querySelector(`[data-quotation="${CSS.escape(view.name)}"]`).replaceWith(row(view));
		told.className = `b2b-notice b2b-notice-${kind}`;
		say(told, text);
		move_to(told);
	}

	function append({ rows, more: has_more }) {
		list.append(...rows.map(row));
		show(more, has_more);
	}

	more.addEventListener("click", async () => {
		const answer = await press(more, "…", () => api.get(`/quotations?page=${page + 1}`));
		if (answer?.data) {
			page = answer.data.page;
			append(answer.data);
		} else if (answer) {
			told.className = "b2b-notice b2b-notice-danger";
			say(told, answer.error.message);
		}
	});

	if (!data.quotations.rows.length) list.append(el("li.b2b-hint", texts.none));
	append(data.quotations);
}
