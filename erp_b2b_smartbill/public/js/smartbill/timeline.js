// What happened to a document, newest last, as erp_b2b_smartbill.smartbill.history tells it.
import { html, mark, moment_of } from "./format";

const METHOD = "erp_b2b_smartbill.smartbill.history.of_document";

export async function put_timeline($parent, doc) {
	$parent.html(
		String(
			html`<div aria-busy="true">
				${[60, 45, 52].map(
					(width) => html`<div class="sb-skeleton" style="width: ${width}%"></div>`,
				)}
			</div>`,
		),
	);
	const events = await frappe
		.xcall(METHOD, { doctype: doc.doctype, name: doc.name })
		.catch(() => null);
	$parent.html(String(events ? timeline_html(events) : failed_html()));
}

function timeline_html(events) {
	if (!events.length) return html`<p class="text-muted">${__("Nothing has happened yet.")}</p>`;
	return html`<ol class="sb-timeline">
		${events.map(
			({ label, detail, at, user, level }) =>
				html`<li class="sb-event">
					${mark(level)}
					<div>
						<div><b>${label}</b></div>
						${detail && html`<div class="sb-detail">${detail}</div>`}
						<div class="text-muted sb-small">
							<time datetime="${at}">${moment_of(at)}</time>${user &&
							html` · ${user}`}
						</div>
					</div>
				</li>`,
		)}
	</ol>`;
}

function failed_html() {
	return html`<p class="text-muted">
		${__("What happened could not be loaded. Reload the page.")}
	</p>`;
}
