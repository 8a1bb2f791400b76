// The routes of the search: what the picker asks the server.
import { request } from "../smartbill/api";

const CUSTOMERS = "/api/v1/customers";

/** `source` is erp, b2b or smartbill; nothing means all of them. */
export function search({ q, source, company, start, limit }, signal) {
	const query = new URLSearchParams({ q, start, limit });
	if (source) query.set("sources", source);
	if (company) query.set("company", company);
	return request("GET", `${CUSTOMERS}/search?${query}`, undefined, signal);
}

/** `what` is {id} of a hit, or {cui} of a company that ANAF knows. */
export const select = (what) => request("POST", `${CUSTOMERS}/select`, what);

/** What ANAF says of a fiscal code. */
export const company_of = (cui, signal) =>
	request("GET", `${CUSTOMERS}/company?${new URLSearchParams({ cui })}`, undefined, signal);
