// The list below the input, and the row in it that Enter takes: a listbox whose focus stays in the input.
import { html } from "../smartbill/format";
import { create_html } from "./frame";
import { row_html } from "./row";

export class HitList {
	/** `take(option)` is what a click does; `near_end()` is called when the list should go on. */
	constructor({ id, $input, $list, take, near_end }) {
		Object.assign(this, { id, $input, $list, near_end });
		this.options = [];
		this.active = -1;
		$list
			// the focus stays in the input
			.on("mousedown", (event) => {
				if (!$(event.target).closest("a").length) event.preventDefault();
			})
			.on("mousemove", "[data-index]", ({ currentTarget }) =>
				this.activate(Number(currentTarget.dataset.index)),
			)
			.on("click", "[data-index]", ({ target, currentTarget }) => {
				if (!$(target).closest("a").length)
					take(this.options[Number(currentTarget.dataset.index)]);
			});
	}

	/** The option that Enter takes. */
	get chosen() {
		return this.options[this.active];
	}

	/** `create` is {cui} of a company that nobody has yet; `typed` is what the hits were found by. */
	show({ rows, create, typed, busy_id }) {
		this.options = create ? [...rows, { create: create.cui }] : rows;
		const markup = this.options.map((option, index) => {
			const at = { id: `${this.id}-${index}`, index, is_active: index === this.active };
			return option.create
				? create_html(option.create, at)
				: row_html(option, { ...at, typed, is_busy: option.id === busy_id });
		});
		this.$list.html(String(html`${markup}`)).toggleClass("hide", !markup.length);
		this.point();
	}

	/** Of new hits, the best one; of what nobody has asked for, none. */
	start(is_asked) {
		this.active = is_asked ? 0 : -1;
	}

	step(by) {
		const first = this.active < 0 ? -1 : 0;
		const last = this.options.length - 1;
		this.activate(Math.min(Math.max(this.active + by, first), last));
		this.$list.find(".sb-hit-active")[0]?.scrollIntoView({ block: "nearest" });
		this.near_end(last - this.active);
	}

	activate(index) {
		if (index === this.active || index < 0) return;
		this.active = index;
		this.$list.find("[data-index]").each((_place, element) => {
			const on = Number(element.dataset.index) === index;
			element.classList.toggle("sb-hit-active", on);
			element.setAttribute("aria-selected", on ? "true" : "false");
		});
		this.point();
	}

	/** For those who hear it: which row it is. */
	point() {
		this.$input.attr("aria-expanded", this.options.length ? "true" : "false");
		if (this.chosen) this.$input.attr("aria-activedescendant", `${this.id}-${this.active}`);
		else this.$input.removeAttr("aria-activedescendant");
	}
}
