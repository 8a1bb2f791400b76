// The routes of Customer 360.
import { request } from "../smartbill/api";

const path_of = (customer, rest) => `/api/v1/customers/${encodeURIComponent(customer)}${rest}`;

/** What of a question is said: nothing is left out that is false, everything that is empty. */
function query_of(values) {
	const given = Object.entries(values).filter(([, value]) => value !== "" && value != null);
	return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** `tabs` of none brings the counts alone; `more` are the filters of a tab. */
export function load(customer, { tabs, company, include_children, ...more }) {
	const query = query_of({ company, include_children: include_children ? 1 : 0, ...more });
	query.set("tabs", tabs.join(","));
	return request("GET", `${path_of(customer, "/360")}?${query}`);
}

export const essentials = (customer, company) =>
	request("GET", `${path_of(customer, "/360/essentials")}?${query_of({ company })}`);

export const change_tier = (customer, tier, reason) =>
	request("POST", path_of(customer, "/tier"), { tier, reason });

/** A part of a tab by its own route, e.g. the next page of the ledger. */
export const part = (customer, name, values) =>
	request("GET", `${path_of(customer, `/360/${name}`)}?${query_of(values)}`);

export const address_of_part = (customer, name, values) =>
	`${path_of(customer, `/360/${name}`)}?${query_of(values)}`;

export const change = (method, customer, rest, body) =>
	request(method, path_of(customer, rest), body);
