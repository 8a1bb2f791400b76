// The dialog that finds a customer in ERP, B2B and SmartBill alike: one input, chips for the source, one list.
import { again_at, alert, error_html, html, listen } from "../smartbill/format";
import * as api from "./api";
import { CompanyCard } from "./company_card";
import {
	SOURCES,
	frame_html,
	said_of,
	state_html,
	tail_html,
	top_html,
	update_chips,
} from "./frame";
import { HitList } from "./hit_list";
import { is_whole } from "./row";
import { is_undecided } from "./row";
import { Search } from "./search";

// so long before its end the list goes on
const AHEAD_PX = 400;
const AHEAD_ROWS = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };

let pickers = 0;

/**
 * Let a person find a customer. `on_pick(name, answer)` gets the Customer, which the server may just have made; `text` is
 * looked for at once; `company` is whose credit is shown.
 */
export function pick_customer({ on_pick, text = "", company = "" }) {
	// the shortcut may be pressed twice
	if (window.cur_dialog?.$wrapper.hasClass("sb-picker-dialog")) return;
	new Picker({ on_pick, company }).open(text);
}

class Picker {
	constructor({ on_pick, company }) {
		this.on_pick = on_pick;
		this.source = "";
		this.opener = document.activeElement;
		this.search = new Search(company, (start) => this.changed(start));
		this.make_dialog();
		this.make_parts();
	}

	make_dialog() {
		this.dialog = new frappe.ui.Dialog({
			title: __("Find customer"),
			size: "large",
			// whoever types on sees what they type
			animate: false,
			no_focus: true,
			fields: [{ fieldname: "picker", fieldtype: "HTML" }],
			on_page_show: () => this.$input.trigger("focus"),
			on_hide: () => this.left(),
		});
		this.dialog.$wrapper.addClass("sb-dialog sb-picker-dialog");
	}

	make_parts() {
		const id = `sb-picker-${++pickers}`;
		this.$area = this.dialog.get_field("picker").$wrapper;
		this.$area.html(String(frame_html(id)));
		this.$scroll = this.part("scroll").on("scroll", () => this.scrolled());
		this.$input = this.part("input")
			.on("input", () => this.typed())
			.on("keydown", (event) => this.pressed(event.originalEvent));
		this.list = new HitList({
			id,
			$input: this.$input,
			$list: this.part("list"),
			take: (option) => this.take(option),
			near_end: (rows) => rows < AHEAD_ROWS && this.search.more(),
		});
		this.card = new CompanyCard(this.part("company"), {
			done: (data) => this.picked(data),
			back: () => {
				this.$area.removeClass("sb-picker-asks");
				this.$input.trigger("focus");
			},
		});
		listen(this.$area.find(".sb-picker-head, .sb-picker-scroll"), {
			source: ({ source }) => this.choose_source(source),
			again: () => this.search.again(),
		});
	}

	part(name) {
		return this.$area.find(`.sb-picker-${name}`);
	}

	put(name, content) {
		this.part(name).html(String(html`${content}`));
	}

	open(text) {
		this.$input.val(text);
		this.search.ask({ q: text.trim(), source: "" }, 0);
		this.dialog.show();
		this.$input.trigger("focus");
	}

	left() {
		this.is_left = true;
		this.search.leave();
		this.card.forget();
		// where Frappe would go back to at any later Escape
		this.dialog.last_focus = null;
		// Frappe takes the focus away after Escape
		setTimeout(() => {
			if (document.activeElement === document.body) this.opener?.focus?.();
		});
		this.dialog.$wrapper.one("hidden.bs.modal", () => this.dialog.$wrapper.remove());
	}

	// asking

	typed() {
		const q = this.$input.val().trim();
		this.say_error(null);
		this.card.leave();
		this.enter_waits = false;
		if (q !== this.search.wanted.q) this.search.ask({ q, source: this.source });
	}

	choose_source(source) {
		if (source !== this.source) {
			this.source = source;
			this.search.ask({ q: this.search.wanted.q, source }, 0);
		}
		this.$input.trigger("focus");
	}

	scrolled() {
		const { scrollTop, clientHeight, scrollHeight } = this.$scroll[0];
		if (scrollTop + clientHeight > scrollHeight - AHEAD_PX) this.search.more();
	}

	/** Something was asked, or answered: `start` is given with an answer. */
	changed(start) {
		const { search } = this;
		this.$area.attr("aria-busy", search.is_waiting ? "true" : "false");
		this.$area.toggleClass("sb-picker-waiting", search.is_waiting);
		if (start === 0) this.list.start(search.wanted.q);
		this.show();
		if (start === undefined) return;
		if (start === 0) this.$scroll.scrollTop(0);
		this.part("said").text(said_of(search, this.source));
		this.scrolled();
		if (this.enter_waits) this.take_the_only_one();
	}

	show() {
		const { search } = this;
		update_chips(this.$area.find(".sb-chip"), this.source, search.counts);
		// what stands there is not touched while something else is asked
		if (search.answered && search.is_waiting && !this.busy_id) return;
		this.put("top", top_html(search));
		this.put("state", state_html(search, this.source));
		this.list.show({ ...search, typed: search.answered?.q || "", busy_id: this.busy_id });
		this.put("tail", tail_html(search));
	}

	say_error(error) {
		const color = error?.is_notice ? "orange" : "red";
		this.put(
			"error",
			error &&
				html`<div class="sb-note sb-note-${color}" role="alert">
					${error_html(error)} ${again_at(error)}
				</div>`,
		);
	}

	// keys

	pressed(event) {
		const { key, altKey, shiftKey } = event;
		const with_ctrl = event.ctrlKey || event.metaKey;
		if (event.isComposing || altKey || shiftKey) return;
		// the list that the keys are for is behind ANAF's card
		if (this.$area.hasClass("sb-picker-asks")) return this.card.pressed(event);
		if (with_ctrl && ["ArrowLeft", "ArrowRight"].includes(key)) {
			const place = SOURCES.indexOf(this.source) + (key === "ArrowRight" ? 1 : -1);
			this.choose_source(SOURCES[(place + SOURCES.length) % SOURCES.length]);
		} else if (!with_ctrl && STEPS[key]) {
			this.list.step(STEPS[key]);
		} else if (!with_ctrl && key === "Enter") {
			this.enter();
		} else {
			return;
		}
		event.preventDefault();
		event.stopPropagation();
	}

	enter() {
		if (!this.search.is_waiting) return this.take(this.list.chosen);
		// what stands there answers another question
		this.enter_waits = true;
		this.search.now();
	}

	/** Who typed a code and Enter in one go has seen no list: taken is what leaves no choice, here or in another source. */
	take_the_only_one() {
		this.enter_waits = false;
		const { searched, error, counts, answered } = this.search;
		const { options } = this.list;
		if (error || searched === "text" || options.length !== 1) return;
		const [only] = options;
		const is_certain =
			only.create ||
			(counts.all === 1 && only.selectable && is_whole(only.match?.text, answered.q));
		if (is_certain) this.take(only);
	}

	// taking

	take(option) {
		if (!option || this.busy_id || this.card.is_making) return;
		this.say_error(null);
		if (option.create) {
			this.$area.addClass("sb-picker-asks");
			this.card.show(option.create);
		} else if (option.selectable) {
			this.select(option);
		} else if (is_undecided(option)) {
			const { name } = option.registration;
			const url = frappe.utils.get_form_link("B2B Registration", name);
			window.open(url, "_blank", "noopener");
		} else {
			const message = `${option.display_name}: ${option.status_text}`;
			this.say_error({ message, is_notice: true });
		}
	}

	async select({ id }) {
		this.busy_id = id;
		this.show();
		const { data, error } = await api.select({ id });
		this.busy_id = null;
		if (data) return this.picked(data);
		if (this.is_left) return;
		this.show();
		this.say_error(error);
	}

	picked(data) {
		const { customer, display_name, created, linked } = data;
		const said = created
			? __("{0} is a Customer now.", [display_name])
			: linked && __("{0} is linked with SmartBill now.", [display_name]);
		if (said) alert(said);
		// whoever left meanwhile wants nobody put into the document
		if (this.is_left) return;
		frappe.utils.add_link_title("Customer", customer, display_name);
		this.dialog.hide();
		this.on_pick(customer, data);
	}
}
