// The preview of a document in the order in which SmartBill prints it, and its totals beside ERPNext's.
import { date, fill, html, join, number, quantity } from "./format";

export function document_html(preview) {
	const { seller, client } = preview;
	return html`<header class="sb-paper-head">
			<div>
				<div class="sb-paper-title">${__("Proforma")}</div>
				<div>${fill(__("Series {0}"), html`<b>${seller.series}</b>`)}</div>
			</div>
			<dl class="sb-dates">
				<div>
					<dt>${__("Issue date")}</dt>
					<dd>${date(preview.issue_date)}</dd>
				</div>
				<div>
					<dt>${__("Due date")}</dt>
					<dd>${date(preview.due_date) || "–"}</dd>
				</div>
				<div>
					<dt>${__("Currency")}</dt>
					<dd>${currency_of(preview)}</dd>
				</div>
				<div>
					<dt>${__("Language")}</dt>
					<dd>${preview.language}</dd>
				</div>
			</dl>
		</header>
		<div class="sb-parties">
			<div>
				<div class="sb-caption">${__("Supplier")}</div>
				<div class="sb-name">${seller.name}</div>
				<div>${seller.cif}</div>
			</div>
			<div>
				<div class="sb-caption">${__("Client")}</div>
				<div class="sb-name">${client.name}</div>
				${client_lines(client).map((line) => html`<div>${line}</div>`)}
			</div>
		</div>
		${rows_html(preview)} ${totals_html(preview)}
		${preview.mentions && html`<p class="sb-mentions">${preview.mentions}</p>`}`;
}

function currency_of({ currency, exchange_rate }) {
	const rate =
		exchange_rate && exchange_rate !== 1 && `1 ${currency} = ${quantity(exchange_rate, 4)}`;
	return join([currency, rate], " · ");
}

function client_lines(client) {
	return [
		[client.vat_code, client.reg_com].filter(Boolean).join(" · "),
		{ true: __("VAT payer"), false: __("Not a VAT payer") }[client.is_tax_payer],
		client.address,
		[client.city, client.county, client.country].filter(Boolean).join(", "),
		[client.contact, client.email, client.phone].filter(Boolean).join(" · "),
	].filter(Boolean);
}

function rows_html({ rows }) {
	if (!rows.length) return "";
	let position = 0;
	return html`<div class="sb-table-scroll">
		<table class="sb-table sb-rows">
			<thead>
				<tr>
					<th scope="col" class="sb-position">${__("No.")}</th>
					<th scope="col">${__("Product or service")}</th>
					<th scope="col" class="sb-number">${__("Quantity")}</th>
					<th scope="col" class="sb-number">${__("Unit price")}</th>
					<th scope="col" class="sb-number">${__("VAT rate")}</th>
					<th scope="col" class="sb-number">${__("Net")}</th>
					<th scope="col" class="sb-number">${__("VAT")}</th>
				</tr>
			</thead>
			<tbody>
				${rows.map((row) => row_html(row, row.is_discount ? "" : ++position))}
			</tbody>
		</table>
	</div>`;
}

function row_html(row, position) {
	const kind = row.is_discount ? "sb-row-discount" : row.is_charge ? "sb-row-charge" : "";
	const description = row.description !== row.name && row.description;
	const details = [row.code !== row.name && row.code, description].filter(Boolean).join(" · ");
	return html`<tr class="${kind}">
		<td class="sb-position">${position}</td>
		<td class="sb-product">
			<div>${row.name}</div>
			${details && html`<div class="text-muted sb-small">${details}</div>`}
		</td>
		<td class="sb-number" data-label="${__("Quantity")}">
			${row.is_discount ? "" : html`${quantity(row.quantity)} ${row.unit}`}
		</td>
		<td class="sb-number" data-label="${__("Unit price")}">
			${row.is_discount ? "" : quantity(row.price, 2)}
		</td>
		<td class="sb-number" data-label="${__("VAT rate")}" title="${row.vat_name}">
			${quantity(row.vat_rate)}%
		</td>
		<td class="sb-number" data-label="${__("Net")}">${number(row.net)}</td>
		<td class="sb-number" data-label="${__("VAT")}">${number(row.vat)}</td>
	</tr>`;
}

/** VAT by rate, then what SmartBill adds up; both ways of rounding VAT where they differ. */
function totals_html({ vat, smartbill, currency }) {
	// some rows could not be made: a sum of the others would be no total
	if (!smartbill)
		return html`<p class="text-muted sb-no-totals">
			${__("No totals yet: some rows are missing.")}
		</p>`;
	const { by_row, by_rate } = smartbill;
	const differ = by_row.total !== by_rate.total || by_row.vat !== by_rate.vat;
	const vat_of = (rate) =>
		differ && rate.by_row !== rate.by_rate
			? `${number(rate.by_row)} / ${number(rate.by_rate)}`
			: number(rate.by_row);
	const both = (key) =>
		differ && by_row[key] !== by_rate[key]
			? `${number(by_row[key])} / ${number(by_rate[key])}`
			: number(by_row[key]);
	return html`<table class="sb-table sb-totals">
			<tbody>
				<tr>
					<th scope="row">${__("Total without VAT")}</th>
					<td class="sb-number">${both("net")}</td>
				</tr>
				${vat.map(
					(rate) =>
						html`<tr>
							<th scope="row">
								${__("VAT {0}%", [quantity(rate.rate)])}
								<span class="text-muted">
									${join([rate.name, __("on {0}", [number(rate.base)])], " · ")}
								</span>
							</th>
							<td class="sb-number">${vat_of(rate)}</td>
						</tr>`,
				)}
				<tr class="sb-grand">
					<th scope="row">${__("To pay")}</th>
					<td class="sb-number">${both("total")} ${currency}</td>
				</tr>
			</tbody>
		</table>
		${differ &&
		html`<p class="text-muted sb-small">
			${__(
				"The first amount is with VAT rounded on every row, the second with VAT rounded by rate: SmartBill uses one of them.",
			)}
		</p>`}`;
}

export function comparison_html({ smartbill, erpnext, difference, tolerance, currency }) {
	if (!smartbill) return "";
	const { by_row, by_rate } = smartbill;
	const differ = by_row.total !== by_rate.total || by_row.vat !== by_rate.vat;
	const lines = [
		[__("Net"), "net"],
		[__("VAT"), "vat"],
		[__("Total"), "total"],
	];
	const level = !difference ? "green" : Math.abs(difference) > tolerance ? "red" : "orange";
	return html`<table class="sb-table sb-comparison">
		<caption>
			${__("Amounts in {0}", [currency])}
		</caption>
		<thead>
			<tr>
				<td></td>
				<th scope="col" class="sb-number">ERPNext</th>
				<th scope="col" class="sb-number">SmartBill</th>
			</tr>
		</thead>
		<tbody>
			${lines.map(
				([label, key]) =>
					html`<tr class="${key === "total" && "sb-grand"}">
						<th scope="row">${label}</th>
						<td class="sb-number">${number(erpnext[key])}</td>
						<td class="sb-number">
							${number(by_row[key])}
							${differ &&
							by_row[key] !== by_rate[key] &&
							html`<div class="text-muted">
								${__("or {0}", [number(by_rate[key])])}
							</div>`}
						</td>
					</tr>`,
			)}
			<tr class="sb-difference sb-difference-${level}">
				<th scope="row">${__("Difference")}</th>
				<td></td>
				<td class="sb-number">${number(difference)}</td>
			</tr>
		</tbody>
	</table>`;
}
