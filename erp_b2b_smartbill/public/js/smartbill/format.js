// How things are written: markup that escapes what it is given, amounts, dates, links.

class Markup {
	constructor(text) {
		this.text = text;
	}
	toString() {
		return this.text;
	}
}

/** A tagged template: what is put in is escaped, unless it is markup itself. Lists are joined, nothing is left out. */
export function html(strings, ...values) {
	return new Markup(
		strings.reduce((text, part, index) => text + part + render(values[index]), ""),
	);
}

function render(value) {
	if (value === undefined || value === null || value === false) return "";
	if (Array.isArray(value)) return value.map(render).join("");
	return value instanceof Markup ? value.text : frappe.utils.escape_html(String(value));
}

export function join(parts, separator) {
	return parts.filter(Boolean).map((part, index) => (index ? [separator, part] : part));
}

/** A translated sentence whose places take markup: fill(__("Proforma {0}"), html`<b>1</b>`). */
export function fill(sentence, ...values) {
	const parts = sentence.split(/\{(\d)\}/);
	return html`${parts.map((part, index) => (index % 2 ? values[Number(part)] : part))}`;
}

export function number(value, decimals = 2) {
	return format_number(Number(value) || 0, null, decimals);
}

/** As few decimals as the value has, at least `least`. */
export function quantity(value, least = 0) {
	const decimals = (String(Number(value) || 0).split(".")[1] || "").length;
	return number(value, Math.min(Math.max(decimals, least), 6));
}

export function money(value, currency) {
	return `${number(value)} ${currency || ""}`.trim();
}

export function date(value) {
	return value ? frappe.datetime.str_to_user(String(value).slice(0, 10)) : "";
}

export function moment_of(value) {
	return value ? frappe.datetime.str_to_user(String(value).slice(0, 19)) : "";
}

/** A moment without its seconds. */
export function minute_of(value) {
	return moment_of(value).replace(/:\d\d$/, "");
}

/** A moment as short as it can be told: today's by its time alone. */
export function soon(value) {
	const text = String(value || "").slice(0, 16);
	const today = frappe.datetime.get_today();
	return text.startsWith(today) ? text.slice(11) : minute_of(value);
}

/** The time of day in so many seconds. */
function time_in(seconds) {
	const at = new Date(Date.now() + seconds * 1000);
	return at.toLocaleTimeString(frappe.boot.lang || undefined, {
		hour: "2-digit",
		minute: "2-digit",
	});
}

/** A link that opens beside the desk. Only http(s) and addresses of the site. */
export function link(url, label) {
	if (!/^(https?:\/\/|\/)/i.test(url || "")) return label;
	return html`<a href="${url}" target="_blank" rel="noopener noreferrer" class="sb-link"
		>${label}</a
	>`;
}

/** A link into the desk, in the same tab. */
export function form_link(doctype, name, label) {
	return html`<a href="${frappe.utils.get_form_link(doctype, name)}" class="sb-link"
		>${label || name}</a
	>`;
}

/** A button that looks like a link; `data-sb` says what it does, see `listen`. */
export function action(name, label, attributes = "") {
	return html`<button type="button" class="sb-link" data-sb="${name}" ${attributes}>
		${label}
	</button>`;
}

/** Let every [data-sb] below `$parent` call the handler of its name. */
export function listen($parent, handlers) {
	$parent.off("click.sb").on("click.sb", "[data-sb]", (event) => {
		const element = event.currentTarget;
		if (element.href) {
			if (event.ctrlKey || event.metaKey || event.shiftKey) return;
			// the desk's router would follow it too
			event.stopPropagation();
		}
		event.preventDefault();
		handlers[element.dataset.sb]?.(element.dataset, element);
	});
}

export function open(url) {
	if (/^(https?:\/\/|\/)/i.test(url || "")) window.open(url, "_blank", "noopener");
}

const MARKS = {
	ok: ["green", '<path d="M4.5 8.2 7 10.7l4.5-5"/>'],
	notice: ["orange", '<path d="M8 4.6v4.2M8 11.2v.1"/>'],
	problem: ["red", '<path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8"/>'],
	neutral: ["gray", '<path d="M8 8h.01" style="stroke-width: 4"/>'],
};

/** A round mark; the words beside it say the same, so it is hidden from screen readers. */
export function mark(level) {
	const [color, path] = MARKS[level] || MARKS.neutral;
	return new Markup(
		`<svg class="sb-mark sb-mark-${color}" viewBox="0 0 16 16" aria-hidden="true">` +
			`<circle cx="8" cy="8" r="7.5"/>${path}</svg>`,
	);
}

export function spinner() {
	return html`<span class="sb-spinner" aria-hidden="true"></span>`;
}

/** While a request waits for its turn. */
export function waiting(seconds, message) {
	return html`${spinner()} ${message} ${__("Trying again by itself in {0} s.", [seconds])}`;
}

/** Returns the toast. */
export function alert(message, indicator = "green", seconds = 7) {
	return frappe.show_alert({ message: String(html`${message}`), indicator }, seconds);
}

/** Why something could not be done: the message and its problems, each with the way to what is to be changed. */
export function error_html(error, problem_link = record_link) {
	const problems = (error.problems || []).filter((one) => one.message !== error.message);
	const own = (error.problems || []).find((one) => one.message === error.message);
	return html`<b>${error.message}</b> ${own && problem_link(own)}${problems.length > 0 &&
		html`<ul class="sb-problems">
			${problems.map((one) => html`<li>${one.message} ${problem_link(one)}</li>`)}
		</ul>`}`;
}

/** Where the desk has a doctype: at different addresses in v15 and v16. */
export const desk_url = (doctype) =>
	frappe.utils.get_form_link(doctype, "x").replace(/\/x$/, "");

/** The way to the record that a problem or a check names. */
export function record_link({ doctype, name }) {
	if (!doctype || !frappe.model.can_read(doctype)) return "";
	const url = name ? frappe.utils.get_form_link(doctype, name) : desk_url(doctype);
	return link(url, __("Open {0}", [__(doctype)]));
}

/** When it will be possible again, for an error that says so. */
export function again_at(error) {
	if (!error.retry_after) return "";
	return error.retry_after < 90
		? __("Possible again in {0} seconds.", [error.retry_after])
		: __("Possible again at {0}.", [time_in(error.retry_after)]);
}
