// The routes of requests for another credit limit, for the desk.
import { request } from "../smartbill/api";

const path_of = (customer) => `/api/v1/customers/${encodeURIComponent(customer)}/credit-requests`;

export const ask = ({ customer, ...body }) => request("POST", path_of(customer), body);

/** `step` is approve, reject or withdraw. */
export const decide = ({ customer, name }, step, body) =>
	request("POST", `${path_of(customer)}/${encodeURIComponent(name)}/${step}`, body || {});
