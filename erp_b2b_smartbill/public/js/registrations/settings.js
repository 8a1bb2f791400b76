// B2B Settings: what its rules mean for the next request, in words.
import { form_link, html, mark } from "../smartbill/format";

export function show_next_request(frm) {
	const { doc } = frm;
	const automatic = doc.approval_mode === "Automatic";
	frm.get_field("next_request").$wrapper.html(
		String(
			html`<div class="sb-next">
				${warnings(frm)}
				<ol>
					${doc.require_confirmed_email &&
					html`<li>${__("The applicant confirms the e-mail address.")}</li>`}
					${automatic
						? html`<li>
								${__("The company is approved at once, and its buyer let in, when all of this holds:")}
								<ul>
									${conditions(doc).map((condition) => html`<li>${condition}</li>`)}
								</ul>
						  </li>
						  <li>${__("Otherwise a manager decides, and reads which of it did not hold.")}</li>`
						: html`<li>${__("A manager decides. Until then nothing is created.")}</li>`}
				</ol>
				<p class="text-muted">
					${frm.is_dirty()
						? __("In force for the next request, once it is saved.")
						: __("In force for the next request. Those that were sent keep the rules they came under.")}
				</p>
			</div>`,
		),
	);
}

function warnings({ doc }) {
	return [
		!doc.enable_b2b_registration &&
			html`<p>
				${mark("notice")}
				${__("The registration is switched off under Features: there is no page to send a request from.")}
			</p>`,
		doc.__onload?.can_send_email === false &&
			html`<p>
				${mark("problem")}
				${__("This site has no outgoing e-mail account: nobody can be told, so nobody is approved.")}
				${form_link("Email Account", "", __("Open {0}", [__("Email Account")]))}
			</p>`,
	];
}

function conditions(doc) {
	const countries = (doc.allowed_countries || []).map(({ country }) => __(country));
	const blocked = (doc.block_list || "").split("\n").filter((line) => line.trim()).length;
	return [
		__("Its Romanian fiscal code is valid."),
		doc.require_active_at_anaf && __("ANAF answers, and the company is active and not struck off."),
		__("It is in one of these countries: {0}.", [countries.join(", ") || __("Romania")]),
		__("No Customer, user or other request looks like the same company."),
		blocked === 1 && __("The one line of the block list does not name it."),
		blocked > 1 && __("None of the {0} lines of the block list names it.", [blocked]),
	].filter(Boolean);
}
