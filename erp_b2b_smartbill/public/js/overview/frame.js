// One tab of Customer 360 wherever it stands: what is chosen above it, its content, and every state in which there is none.
import { again_at, error_html, listen, mark, soon } from "../smartbill/format";
import { html, icon, open_list } from "./parts";
import { leave_charts } from "./chart";
import { commercial } from "./commercial";
import { credit } from "./credit";
import { history } from "./history";
import { invoices } from "./invoices";
import { preferences } from "./preferences";

/** By name: {html(data, context), ready($area, data, context), handlers(context)}. */
const TABS = { commercial, credit, invoices, preferences, history };

export const TAB_NAMES = ["commercial", "credit", "invoices", "preferences", "history"];

export const label_of = (name) =>
	({
		commercial: __("Commercial"),
		credit: __("Credit"),
		invoices: __("Invoices"),
		preferences: __("Preferences"),
		history: __("History"),
	})[name];

export class TabView {
	/** `store` says whose it is and what was answered; `frm` is the form that it stands in. */
	constructor($area, name, store, frm) {
		Object.assign(this, { $area, name, store, frm, part: TABS[name], filters: {} });
		$area.addClass("sb-360").attr({ role: "region", "aria-label": label_of(name) });
		this.listen();
	}

	/** Called whenever it is looked at; asks only for what is not there yet. */
	show() {
		if (this.store.tab(this.name)) this.draw();
		else this.load();
	}

	/** `filters` are of the tab itself and stay until they change. */
	async load(filters) {
		if (filters) Object.assign(this.filters, filters);
		this.draw_waiting();
		if (await this.store.load(this.name, this.filters)) this.draw();
	}

	draw_waiting() {
		this.$area.attr("aria-busy", "true");
		// what is there stays readable: only a first look has to wait for something to look at
		if (this.$area.children(".sb-360-body").length) this.$area.addClass("sb-360-waiting");
		else this.put(skeleton());
	}

	draw() {
		const shown = this.store.tab(this.name);
		// forgotten meanwhile: it is drawn when it is answered again
		if (!shown) return;
		const focused = this.focused();
		const { data, error } = shown;
		// what can be clicked stays this while it is asked for again
		this.data = data;
		this.put(
			html`${this.bar()}
				<div class="sb-360-body">
					${error ? state_of(error) : this.part.html(data, this)}
				</div>`,
		);
		if (data) this.part.ready?.(this.$area, data, this);
		this.focus(focused);
	}

	put(content) {
		leave_charts(this.$area);
		this.$area.attr("aria-busy", "false").removeClass("sb-360-waiting").html(String(content));
	}

	bar() {
		const { head } = this.store;
		if (!head) return null;
		const { companies, customers } = head;
		return html`<div class="sb-360-top">
			${companies.length > 1 && company_select(companies, this.store.company)}
			${(head.has_children || customers.length > 1) &&
			html`<label class="sb-360-group">
				<input
					type="checkbox"
					data-choice="children"
					${this.store.include_children && html`checked`}
				/>
				${__("With its group of companies")}
			</label>`}
			<span class="sb-360-asof">${__("as of {0}", [soon(head.as_of)])}</span>
			<button
				type="button"
				class="btn btn-xs sb-360-refresh"
				data-sb="refresh"
				title="${__("Refresh")}"
				aria-label="${__("Refresh")}"
			>
				${icon("refresh")}
			</button>
		</div>`;
	}

	listen() {
		listen(this.$area, {
			list: open_list,
			refresh: () => this.refresh(),
			again: () => this.refresh(),
			...this.part.handlers?.(this),
		});
		this.$area.on("change", "[data-choice]", ({ currentTarget }) => {
			const { choice } = currentTarget.dataset;
			this.store.choose(
				choice === "company"
					? { company: currentTarget.value }
					: { include_children: currentTarget.checked },
			);
			this.load();
		});
	}

	/** Everything is asked again: what was changed here shows in the other tabs too. */
	refresh() {
		this.store.forget();
		return this.load();
	}

	/** What had the focus, so that drawing does not take it away. */
	focused() {
		const element = document.activeElement;
		if (!element || !this.$area[0].contains(element)) return null;
		const { sb, choice, value } = element.dataset;
		if (sb) return `[data-sb="${sb}"]${value ? `[data-value="${CSS.escape(value)}"]` : ""}`;
		return choice ? `[data-choice="${choice}"]` : null;
	}

	focus(selector) {
		if (selector) this.$area.find(selector).first().trigger("focus");
	}
}

function company_select(companies, current) {
	return html`<select
		class="form-control input-xs sb-360-company"
		data-choice="company"
		aria-label="${__("Company")}"
	>
		${companies.map(
			(name) =>
				html`<option value="${name}" ${name === current && html`selected`}>
					${name}
				</option>`,
		)}
	</select>`;
}

function skeleton() {
	return html`<div class="sb-360-skeleton" role="status">
		<span class="sr-only">${__("Loading")}</span>
		<div class="sb-360-figures" aria-hidden="true">
			${[1, 2, 3, 4].map(
				() => html`<div class="sb-360-figure"><div class="sb-skeleton"></div></div>`,
			)}
		</div>
		<div aria-hidden="true">
			${[80, 65, 90, 70, 75].map(
				(width) => html`<div class="sb-skeleton" style="width: ${width}%"></div>`,
			)}
		</div>
	</div>`;
}

function state_of(error) {
	const is_refused = !error.can_repeat;
	return html`<div class="sb-empty" role="alert">
		${mark(is_refused ? "neutral" : "problem")}
		<div>${error.problems ? error_html(error) : error.message}</div>
		${error.code === "not_allowed" &&
		html`<div class="text-muted">
			${__("Ask your administrator for the role, if it belongs to your work.")}
		</div>`}
		<div class="text-muted">${again_at(error)}</div>
		${!is_refused &&
		html`<button type="button" class="btn btn-default btn-sm" data-sb="again">
			${__("Try again")}
		</button>`}
	</div>`;
}
