// How a request stands, as the server tells it: three steps, a headline, and what comes next.

import { el } from "./dom";

const SIGNS = { done: "✓", failed: "×" };

export function draw_steps(steps, texts) {
	const rows = steps.map(({ label, state }, index) => {
		const current = state === "current" ? { "aria-current": "step" } : {};
		return el(
			`li.b2b-progress-step.b2b-progress-${state}`,
			current,
			el(
				"span.b2b-progress-mark",
				{ "aria-hidden": "true" },
				SIGNS[state] || String(index + 1),
			),
			el("span.b2b-progress-label", label),
			el("span.sr-only", ` (${texts.states[state]})`),
		);
	});
	return el("ol.b2b-progress", ...rows);
}

export function draw_head({ company_name, headline, next }, above = company_name) {
	return el(
		"header.b2b-head",
		above ? el("p.b2b-company", above) : null,
		el("h1", { tabindex: "-1" }, headline),
		el("p", next),
	);
}
