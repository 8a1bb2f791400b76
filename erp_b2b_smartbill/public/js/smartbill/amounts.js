// A stored document's amounts, ERPNext's beside those that SmartBill was expected to compute.
import { html, money, number } from "./format";

export function amounts_html(doc) {
	const has_prediction = Boolean(doc.predicted_total_by_row || doc.predicted_net_total);
	const differ =
		doc.predicted_vat_by_row !== doc.predicted_vat_by_rate ||
		doc.predicted_total_by_row !== doc.predicted_total_by_rate;
	const lines = [
		[__("Net"), doc.net_total, doc.predicted_net_total, doc.predicted_net_total],
		[__("VAT"), doc.vat_total, doc.predicted_vat_by_row, doc.predicted_vat_by_rate],
		[__("Total"), doc.grand_total, doc.predicted_total_by_row, doc.predicted_total_by_rate],
	];
	return html`<table class="sb-table sb-comparison">
			<caption>
				${__("Amounts in {0}", [doc.currency])}
			</caption>
			<thead>
				<tr>
					<td></td>
					<th scope="col" class="sb-number">ERPNext</th>
					${has_prediction &&
					html`<th scope="col" class="sb-number">
						SmartBill${differ &&
						html`<div class="text-muted">${__("VAT by row")}</div>`}
					</th>`}
					${has_prediction &&
					differ &&
					html`<th scope="col" class="sb-number">
						SmartBill
						<div class="text-muted">${__("VAT by rate")}</div>
					</th>`}
				</tr>
			</thead>
			<tbody>
				${lines.map(
					([label, ours, by_row, by_rate], index) =>
						html`<tr class="${index === 2 && "sb-grand"}">
							<th scope="row">${label}</th>
							<td class="sb-number">${number(ours)}</td>
							${has_prediction && html`<td class="sb-number">${number(by_row)}</td>`}
							${has_prediction &&
							differ &&
							html`<td class="sb-number">${number(by_rate)}</td>`}
						</tr>`,
				)}
			</tbody>
		</table>
		${has_prediction &&
		html`<p class="sb-small text-muted">
			${doc.difference
				? __("Largest difference: {0}.", [money(doc.difference, doc.currency)])
				: __("No difference, whichever way SmartBill rounds VAT.")}
		</p>`}`;
}
