// What is added to ERPNext's own page of a Quotation.

import { Api } from "../registration/api";
import { el, move_to } from "../registration/dom";
import { favourites } from "./favourites";
import { Offer } from "./offer";

export async function open_quotation(data) {
	const api = new Api(data);
	const name = decodeURIComponent(location.pathname).replace(/^\/quotations\//, "");
	const offer = new Offer({ api, texts: data.texts, base: data.api, on_change: draw });
	const { data: view } = await api.get(offer.path(name));
	const place = document.querySelector(".page_content") || document.querySelector("main");
	if (!view || !place) return;
	const box = el("section.b2b.b2b-added", { "data-b2b-portal": "quotation" });
	place.append(box);
	const marks = data.favourites && favourites(api, data.texts, view);
	draw(view);

	function draw(shown, text, kind) {
		const part = el("div.b2b-part", el("h2", data.texts.your_answer), offer.foot(shown));
		const parts = marks ? [part, marks] : [part];
		if (!text) return box.replaceChildren(...parts);
		const told = el(`p.b2b-notice.b2b-notice-${kind}`, { role: "status", tabindex: "-1" }, text);
		box.replaceChildren(told, ...parts);
		move_to(told);
	}
}
