// What a customer likes, usually buys, and may want next: to be marked, and to be quoted from here.
import { alert, soon } from "../smartbill/format";
import * as api from "./api";
import { days_text } from "./credit";
import { add_rows, new_quotation, problem_of } from "./quote";
import {
	amount,
	badge,
	button,
	date,
	doc_link,
	figures,
	html,
	icon,
	list_link,
	nothing,
	number,
	quantity,
	section,
	table,
} from "./parts";

export const preferences = {
	html(data, view) {
		view.chosen = chosen_of(view, data);
		const { favourites, recommended, usual } = data;
		const shown = recommended.rows.length;
		return html`${figures([
			{
				label: __("Favourites"),
				value: number(favourites.total, 0),
				detail: __("marked by sales or by the buyer"),
				list: favourites.total ? favourites.list : null,
			},
			{
				label: __("Usual items"),
				value: number(usual.total, 0),
				detail: __("since {0}", [date(usual.since)]),
			},
			{
				label: __("Due now"),
				value: number(recommended.due, 0),
				detail: __("by what they usually reorder"),
				tone: recommended.due > 0 && "orange",
			},
			{
				label: __("Recommended"),
				value:
					recommended.total > shown
						? __("{0} of {1}", [number(shown, 0), number(recommended.total, 0)])
						: number(shown, 0),
				detail: recommended.computed_at
					? __("worked out {0}", [soon(recommended.computed_at)])
					: __("worked out every night"),
				list: shown ? recommended.list : null,
			},
		])}
		${quote_bar(view, data)}
		${section(__("Recommended"), recommended_html(recommended, view, data), {
			all: recommended.list,
			total: recommended.total,
			shown,
		})}
		${section(__("Favourites"), favourites_html(favourites, view, data), {
			all: favourites.list,
			total: favourites.total,
			shown: favourites.rows.length,
		})}
		${section(__("Usual items"), usual_html(usual, view, data), {
			total: usual.total,
			// documents, not items
			side: usual.list && list_link(usual.list, __("Orders"), "sb-360-all"),
			note:
				usual.total > usual.rows.length &&
				__("The {0} bought most often.", [usual.rows.length]),
		})}`;
	},

	ready($area, data, view) {
		$area.find("[data-choose]").on("change", ({ currentTarget }) => {
			const { choose } = currentTarget.dataset;
			if (currentTarget.checked) view.chosen.items.add(choose);
			else view.chosen.items.delete(choose);
			// the same item may stand in more than one list
			$area
				.find("[data-choose]")
				.filter((_place, one) => one.dataset.choose === choose)
				.prop("checked", currentTarget.checked);
			$area.find(".sb-360-quote").html(String(quote_buttons(view)));
		});
	},

	handlers: (view) => ({
		star: ({ item, on }) => star(view, item, on === "1"),
		quote: (_data, element) => quote(view, element),
	}),
};

/** What was chosen stays while nothing else is asked for. */
function chosen_of(view, data) {
	return view.chosen?.customer === view.store.customer
		? { ...view.chosen, of: data }
		: { customer: view.store.customer, of: data, items: new Set() };
}

const may_choose = (view, data) =>
	data.may_quote && (view.frm.doctype !== "Quotation" || view.frm.doc.docstatus === 0);

function quote_bar(view, data) {
	if (!may_choose(view, data)) return null;
	return html`<div class="sb-360-quote" role="status">${quote_buttons(view)}</div>`;
}

function quote_buttons(view) {
	const { size } = view.chosen.items;
	const is_open = view.frm.doctype === "Quotation";
	return html`<span class="text-muted">
			${size === 0
				? is_open
					? __("Choose items to add to this quotation.")
					: __("Choose items to quote.")
				: size === 1
				  ? __("1 item chosen")
				  : __("{0} items chosen", [size])}
		</span>
		${button("quote", is_open ? __("Add selected") : __("Quote selected"), {
			kind: "btn-primary",
			disabled: size === 0,
		})}`;
}

function columns_of(view, data, more) {
	return [
		may_choose(view, data) && {
			label: html`<span class="sr-only">${__("Choose")}</span>`,
			narrow: true,
			cell: (row) =>
				html`<input
					type="checkbox"
					data-choose="${row.item_code}"
					aria-label="${__("Choose {0}", [row.item_name])}"
					${view.chosen.items.has(row.item_code) && html`checked`}
					${!row.is_on_sale && html`disabled`}
				/>`,
		},
		{
			label: html`<span class="sr-only">${__("Favourite")}</span>`,
			narrow: true,
			cell: (row) => star_html(row, data),
		},
		...more,
		{
			label: __("Last price"),
			right: true,
			cell: ({ last_price }) =>
				last_price
					? html`${doc_link(last_price.document, amount(last_price))} /
							${__(last_price.uom)}
							<div class="sb-360-reason">${date(last_price.on)}</div>`
					: html`—`,
		},
	].filter(Boolean);
}

function star_html({ item_code, item_name, is_favourite, marks, is_on_sale }, { may_mark }) {
	// what the buyer marked himself stays his
	const is_buyers = Boolean(marks?.buyer && !marks.sales);
	const label = is_favourite
		? __("{0} is a favourite", [item_name])
		: __("Mark {0} as a favourite", [item_name]);
	return html`<button
		type="button"
		class="sb-360-star ${is_favourite && "sb-360-star-on"}"
		data-sb="star"
		data-item="${item_code}"
		data-value="${item_code}"
		data-on="${is_favourite && !is_buyers ? "1" : ""}"
		aria-pressed="${is_favourite ? "true" : "false"}"
		aria-label="${label}"
		title="${is_buyers ? __("Marked by the buyer") : label}"
		${(!may_mark || (!is_favourite && !is_on_sale)) && html`disabled`}
	>
		${icon("star")}
	</button>`;
}

const item_cell = (row, grey) =>
	html`${doc_link(row.link, row.item_name)} ${!row.is_on_sale && badge(__("Not on sale"))}
		<div class="sb-360-reason">${grey}</div>`;

function recommended_html({ rows }, view, data) {
	if (!rows.length)
		return nothing(
			__("Nothing to recommend yet: it is worked out every night from what is bought."),
		);
	return table(
		__("Recommended"),
		columns_of(view, data, [
			{
				label: __("Item"),
				wide: true,
				cell: (row) => item_cell(row, html`${kind_badge(row)} ${row.reason.text}`),
			},
			{ label: __("Quantity"), right: true, cell: qty_of },
		]),
		rows,
	);
}

function kind_badge({ kind, is_due }) {
	if (kind !== "reorder") return badge(__("Bought together"));
	return is_due ? badge(__("Due"), "orange") : badge(__("Reorder"), "blue");
}

function favourites_html({ rows }, view, data) {
	if (!rows.length) return nothing(__("No favourites yet: the star beside an item marks it."));
	return table(
		__("Favourites"),
		columns_of(view, data, [
			{
				label: __("Item"),
				wide: true,
				cell: (row) => item_cell(row, mark_text(row.marks)),
			},
			{ label: __("Quantity"), right: true, cell: qty_of },
		]),
		rows,
		{ row_class: (row) => !row.is_on_sale && "sb-360-off" },
	);
}

function mark_text(marks) {
	const { sales, buyer, note } = marks || {};
	const texts = [
		buyer && __("by the buyer {0}", [buyer.name]),
		sales && __("by {0}", [sales.name]),
		note,
	];
	return texts.filter(Boolean).map((text, place) => html`${place > 0 && " · "}${text}`);
}

function usual_html({ rows }, view, data) {
	if (!rows.length) return nothing(__("Nothing was bought lately."));
	return table(
		__("Usual items"),
		columns_of(view, data, [
			{
				label: __("Item"),
				wide: true,
				cell: (row) =>
					item_cell(
						row,
						row.interval_days
							? __("every {0}, last on {1}", [
									days_text(row.interval_days),
									date(row.last_on),
							  ])
							: __("on {0}", [date(row.last_on)]),
					),
			},
			{ label: __("Bought"), right: true, cell: (row) => times(row.purchases) },
			{
				label: __("Usual quantity"),
				right: true,
				cell: (row) => `${quantity(row.usual_qty)} ${__(row.uom)}`,
			},
		]),
		rows,
		{ row_class: (row) => !row.is_on_sale && "sb-360-off" },
	);
}

const times = (count) => (count === 1 ? __("once") : __("{0} times", [number(count, 0)]));
const qty_of = ({ qty, uom }) => `${quantity(qty)} ${__(uom)}`;

// what is done here

async function star(view, item, is_on) {
	const { customer } = view.store;
	const path = `/favourites/${encodeURIComponent(item)}`;
	const { data, error } = await api.change(
		is_on ? "DELETE" : "PUT",
		customer,
		path,
		is_on ? undefined : {},
	);
	if (error) return alert(error.message, "red");
	const shown = view.store.tab("preferences")?.data;
	// the list of favourites, with what it is sorted by, is the server's
	for (const part of ["recommended", "usual", "favourites"])
		for (const row of shown?.[part].rows || [])
			if (row.item_code === item) Object.assign(row, data);
	view.draw();
	await view.refresh();
}

async function quote(view, element) {
	const { items: chosen, of: data } = view.chosen;
	const by_code = new Map(
		[...data.favourites.rows, ...data.usual.rows, ...data.recommended.rows].map((row) => [
			row.item_code,
			row,
		]),
	);
	const items = [...chosen]
		.map((code) => by_code.get(code))
		.filter(Boolean)
		.map(({ item_code, qty, uom }) => ({ item_code, qty, uom }));
	const { customer, company } = view.store;
	const is_open = view.frm.doctype === "Quotation";
	element.disabled = true;
	try {
		if (is_open) await add_rows(view.frm, items);
		else await new_quotation({ customer, company, items });
		chosen.clear();
		if (is_open)
			alert(
				items.length === 1 ? __("1 item added.") : __("{0} items added.", [items.length]),
			);
	} catch (error) {
		alert(problem_of(error), "red");
	} finally {
		element.disabled = false;
		view.draw();
	}
}
