// Elements made without markup: a text can only ever become a text.

/** el("p.b2b-hint", "text", child) or el("button.btn", { type: "button", onclick }, "text") */
export function el(name, ...parts) {
	const [tag, ...classes] = name.split(".");
	const element = document.createElement(tag);
	element.className = classes.join(" ");
	const [first] = parts;
	if (first && typeof first === "object" && !(first instanceof Node)) {
		set_properties(element, parts.shift());
	}
	element.append(...parts.filter((part) => part !== null && part !== undefined && part !== ""));
	return element;
}

function set_properties(element, properties) {
	for (const [name, value] of Object.entries(properties)) {
		if (value === null || value === undefined || value === false) continue;
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else element.setAttribute(name, value === true ? "" : value);
	}
}

export function show(element, visible = true) {
	element.hidden = !visible;
}

/** Say something in an element that assistive technology listens to; nothing hides it. */
export function say(element, text) {
	element.textContent = text || "";
	show(element, Boolean(text));
}

/** Move the reader there without the page jumping more than it must. */
export function move_to(element) {
	element.focus({ preventScroll: true });
	const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
	element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

export function debounced(wait, action) {
	let timer;
	return (...values) => {
		clearTimeout(timer);
		timer = setTimeout(() => action(...values), wait);
	};
}
