// Beside the form of a Quotation: what one has to know of the customer while one writes the offer.
import { alert, error_html, listen } from "../smartbill/format";
import * as api from "./api";
import { add_rows, problem_of } from "./quote";
import {
	amount,
	date,
	doc_link,
	html,
	icon,
	list_link,
	money,
	open_list,
	percent,
	quantity,
	usage_bar,
} from "./parts";

export class SideCard {
	constructor(frm) {
		this.frm = frm;
		this.$card = $(`<section class="sb-360-card"></section>`).attr(
			"aria-label",
			__("Customer"),
		);
		this.handlers = {
			list: open_list,
			add: ({ item, qty, uom }, element) =>
				this.add({ item_code: item, qty: Number(qty), uom }, element),
			again: () => this.show(this.customer, this.company, this.done),
			open: () => this.frm.layout.select_tab("b2b_customer_tab"),
		};
	}

	/** `done(data)` gets the essentials. */
	async show(customer, company, done) {
		// what was known of the same one stays to be read
		const is_same = customer === this.customer && company === this.company;
		const data_before = is_same ? this.data : null;
		Object.assign(this, { customer, company, done, data: data_before, error: null });
		this.put();
		if (!customer) return;
		const asked = (this.asked = {});
		const { data, error } = await api.essentials(customer, company);
		if (asked !== this.asked || customer !== this.customer) return;
		Object.assign(this, { data, error });
		this.put();
		if (data) done(data);
	}

	/** Frappe puts nothing beside a new document: the card is wanted there most. */
	put() {
		const $place = this.frm.page.sidebar;
		if (!this.customer) {
			this.$card.detach();
			if (this.frm.is_new()) $place.addClass("hide-sidebar");
			return;
		}
		$place.removeClass("hide-sidebar");
		if (!$.contains($place[0], this.$card[0])) this.$card.prependTo($place);
		// Frappe empties the place when it shows the form anew, and jQuery forgets what the card listened to
		listen(this.$card, this.handlers);
		// drawn anew only when something changed: a button that is replaced while it is pressed hears of no click
		const content = String(this.content());
		if (content === this.content_shown) return;
		this.content_shown = content;
		this.$card.html(content);
	}

	content() {
		const { data, error } = this;
		return html`<h4>
				<button
					type="button"
					class="sb-360-cardtitle"
					data-sb="open"
					title="${__("Open Customer 360")}"
				>
					${__("Customer")} ${icon("right", "xs")}
				</button>
			</h4>
			${error ? failed(error) : data ? this.essentials(data) : waiting()}`;
	}

	essentials({ credit, overdue, discount, last_order, items }) {
		return html`${credit && credit_html(credit)} ${overdue && overdue_html(overdue)}
		${discount &&
		html`<div class="sb-360-line">
			<span>${__("Discount")}</span>
			<b>${discount.percent == null ? "—" : percent(discount.percent)}</b>
			<div class="sb-360-source">${doc_link(discount.link, discount.text)}</div>
		</div>`}
		${last_order &&
		html`<div class="sb-360-line">
			<span>${__("Last order")}</span>
			<b>${amount(last_order.total)}</b>
			<div class="sb-360-source">
				${doc_link(last_order.link, last_order.name)} · ${date(last_order.date)}
			</div>
		</div>`}
		${last_order === null &&
		html`<div class="sb-360-line">
			<span>${__("Last order")}</span><b class="text-muted">${__("none yet")}</b>
		</div>`}
		${items?.length > 0 && this.items_html(items)}`;
	}

	items_html(items) {
		const is_draft = this.frm.doc.docstatus === 0;
		return html`<div class="sb-360-usual">
			<div class="sb-caption">${__("Usual items")}</div>
			<ul>
				${items.map(
					({ item_code, item_name, qty, uom }) =>
						html`<li>
							<span title="${item_code}">
								${item_name}
								<small>${quantity(qty)} ${__(uom)}</small>
							</span>
							${is_draft &&
							html`<button
								type="button"
								class="btn btn-xs btn-default"
								data-sb="add"
								data-item="${item_code}"
								data-qty="${qty}"
								data-uom="${uom}"
								title="${__("Add to this quotation")}"
								aria-label="${__("Add {0}", [item_name])}"
							>
								+
							</button>`}
						</li>`,
				)}
			</ul>
		</div>`;
	}

	async add(item, element) {
		element.disabled = true;
		try {
			await add_rows(this.frm, [item]);
		} catch (error) {
			alert(problem_of(error), "red");
		} finally {
			element.disabled = false;
		}
	}
}

function credit_html({ limit, used, available, currency, list }) {
	if (limit == null)
		return html`<div class="sb-360-line">
			<span>${__("Credit")}</span><b>${__("no limit")}</b>
			<div class="sb-360-source">
				${list_link(list, __("{0} used", [money(used, currency)]))}
			</div>
		</div>`;
	const is_over = available < 0;
	return html`<div class="sb-360-line ${is_over && "sb-360-red"}">
			<span>${is_over ? __("Over the limit") : __("Available credit")}</span>
			<b>${money(Math.abs(available), currency)}</b>
		</div>
		${usage_bar({ used, limit, label: __("Credit used") })}
		<div class="sb-360-source">
			${list_link(
				list,
				__("{0} of {1} used", [money(used, currency), money(limit, currency)]),
			)}
		</div>`;
}

function overdue_html({ value, currency, count, list }) {
	if (!count)
		return html`<div class="sb-360-line">
			<span>${__("Overdue")}</span><b>${__("nothing")}</b>
		</div>`;
	const bills = count === 1 ? __("1 invoice") : __("{0} invoices", [count]);
	return html`<div class="sb-360-line sb-360-red">
		<span>${__("Overdue")}</span>
		<b>${list_link(list, money(value, currency))}</b>
		<div class="sb-360-source">${bills}</div>
	</div>`;
}

function waiting() {
	return html`<div role="status">
		<span class="sr-only">${__("Loading")}</span>
		${[90, 60, 75, 80].map(
			(width) =>
				html`<div class="sb-skeleton" aria-hidden="true" style="width: ${width}%"></div>`,
		)}
	</div>`;
}

function failed(error) {
	return html`<div class="sb-360-cardfailed" role="alert">
		${error_html(error)}
		<div>
			<button type="button" class="sb-link" data-sb="again">${__("Try again")}</button>
		</div>
	</div>`;
}
