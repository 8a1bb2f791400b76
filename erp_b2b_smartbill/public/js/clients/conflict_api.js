// The conflicts' REST routes, for the desk.
import { request } from "../smartbill/api";

const BASE = "/api/v1/smartbill/conflicts";
const path_of = (name) => `${BASE}/${encodeURIComponent(name)}`;

export const show = (name) => request("GET", path_of(name));
export const settle = (name, decision) => request("POST", `${path_of(name)}/settle`, decision);
/** {counts} by kind of those with this status. */
export const counts = (status) =>
	request("GET", `${BASE}?limit=1&status=${encodeURIComponent(status)}`);
export const settle_many = (action, names) => request("POST", `${BASE}/bulk`, { action, names });
export const bulk_progress = (job) => request("GET", `${BASE}/bulk/${encodeURIComponent(job)}`);
