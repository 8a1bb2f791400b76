// The page "B2B Health": how the app does on this site, part by part.
import { badge, chips, doc_link, list_link, open_list } from "../overview/parts";
import { request } from "../smartbill/api";
import { again_at, error_html, html, listen, mark, number, soon } from "../smartbill/format";

const POLL_MS = 60000;
const MARKS = { ok: "ok", warning: "notice", failed: "problem", off: "neutral" };
const COLORS = { warning: "orange", failed: "red" };

const needs_attention = ({ state }) => state === "failed" || state === "warning";

const said = (state) =>
	({
		ok: __("fine"),
		warning: __("needs attention"),
		failed: __("failed"),
		off: __("off"),
	})[state];

export function show_health(page) {
	return new HealthPage(page).show();
}

class HealthPage {
	constructor(page) {
		this.filter = "all";
		this.$area = $('<div class="sb-health" role="region"></div>')
			.attr("aria-label", __("B2B Health"))
			.appendTo(page.body);
		page.set_secondary_action(__("Refresh"), () => this.load(), { icon: "refresh", size: "sm" });
		listen(this.$area, {
			list: open_list,
			again: () => this.load(),
			filter: ({ value }) => this.choose(value),
		});
		setInterval(() => {
			if (!document.hidden && this.$area.is(":visible")) this.load();
		}, POLL_MS);
	}

	/** Called whenever the page is opened. */
	show() {
		this.load();
		return this;
	}

	async load() {
		// what is there stays readable: only a first look has to wait for something to look at
		if (!this.report) this.$area.attr("aria-busy", "true").html(String(skeleton()));
		// a page that was left and opened again asks twice; the later answer counts
		const asked = (this.asked = Symbol());
		const { data, error } = await request("GET", "/api/v1/health");
		if (asked !== this.asked) return;
		this.report = data;
		this.$area.attr("aria-busy", "false");
		if (data) this.draw();
		else this.$area.html(String(error_of(error)));
	}

	choose(filter) {
		this.filter = filter;
		this.draw();
		this.$area.find(`[data-sb=filter][data-value=${filter}]`).trigger("focus");
	}

	draw() {
		const { report, filter } = this;
		const shown = report.groups
			.map((group) => ({
				...group,
				lines: filter === "all" ? group.lines : group.lines.filter(needs_attention),
			}))
			.filter(({ lines }) => lines.length);
		const { counts } = report;
		this.$area.html(
			String(html`
				${head(report)}
				${chips(
					"filter",
					__("Lines"),
					[
						["all", __("All")],
						["attention", __("Needs attention"), counts.failed + counts.warning],
					],
					filter,
				)}
				${shown.length ? shown.map(section) : nothing_to_do()}
			`),
		);
	}
}

function head({ state, counts, checked_at }) {
	return html`<div class="sb-health-head sb-health-head-${state}" role="status">
		${mark(MARKS[state])}
		<div>
			<h3>${headline(counts)}</h3>
			<div class="text-muted">
				${__("{0} fine, {1} switched off; as of {2}", [
					number(counts.ok, 0),
					number(counts.off, 0),
					soon(checked_at),
				])}
			</div>
		</div>
	</div>`;
}

function headline({ failed, warning }) {
	const failures = failed === 1 ? __("1 part has failed") : __("{0} parts have failed", [failed]);
	const warnings =
		warning === 1 ? __("1 part needs attention") : __("{0} parts need attention", [warning]);
	if (failed && warning) return html`${failures}, ${warnings}`;
	if (failed) return failures;
	return warning ? warnings : __("Everything works");
}

function section({ label, state, lines }) {
	return html`<section class="sb-health-group" aria-label="${label}">
		<h4>${label} ${COLORS[state] && badge(said(state), COLORS[state])}</h4>
		<ul>
			${lines.map(line)}
		</ul>
	</section>`;
}

function line({ check, label, about, state, text, advice, link }) {
	return html`<li class="sb-health-line sb-health-${state}" data-check="${check}" data-state="${state}">
		<div class="sb-health-name">
			${mark(MARKS[state])}
			<div>
				<span class="sr-only">${said(state)}: </span>
				<span class="sb-health-label">${label}</span>
				${about && html`<div class="text-muted">${about}</div>`}
			</div>
		</div>
		<div class="sb-health-said">
			<div>${text}</div>
			${advice && html`<div class="sb-health-advice">${advice}</div>`}
		</div>
		<div class="sb-health-link">${link && way_to(link, label)}</div>
	</li>`;
}

function way_to(link, label) {
	const text = html`${__("Open")}<span class="sr-only">: ${label}</span>`;
	return link.name ? doc_link(link, text) : list_link(link, text);
}

const nothing_to_do = () =>
	html`<div class="sb-empty">
		${mark("ok")}
		<div>${__("Nothing needs attention.")}</div>
	</div>`;

function skeleton() {
	return html`<div role="status">
		<span class="sr-only">${__("Loading")}</span>
		<div aria-hidden="true">
			${[45, 80, 65, 90, 70, 75].map(
				(width) => html`<div class="sb-skeleton" style="width: ${width}%"></div>`,
			)}
		</div>
	</div>`;
}

function error_of(error) {
	return html`<div class="sb-empty" role="alert">
		${mark("problem")}
		<div>${error_html(error)}</div>
		<div class="text-muted">${again_at(error)}</div>
		<button type="button" class="btn btn-default btn-sm" data-sb="again">
			${__("Try again")}
		</button>
	</div>`;
}
