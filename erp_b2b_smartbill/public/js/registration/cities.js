// Names of places to choose from while the city is typed; any other name may be typed all the same.

import { debounced, el } from "./dom";

const SHORTEST = 2;

export function suggest_cities(fields, api) {
	const input = fields.form.querySelector("#city");
	const list = fields.form.querySelector("#cities");
	let last = "";
	const ask = debounced(250, async () => {
		const typed = input.value.trim();
		if (fields.is_abroad() || typed.length < SHORTEST) return;
		const query = new URLSearchParams({ county: fields.county_code(), q: typed }).toString();
		if (query === last) return;
		last = query;
		const { data } = await api.get(`/cities?${query}`);
		// a slow answer must not replace that to a newer question
		if (last === query && Array.isArray(data))
			list.replaceChildren(...data.map((name) => el("option", { value: name })));
	});
	input.addEventListener("input", ask);
}
