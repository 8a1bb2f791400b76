// The registrations' REST routes, for the desk.
import { request } from "../smartbill/api";

const BASE = "/api/v1/registrations";
const path_of = (name) => `${BASE}/${encodeURIComponent(name)}`;

export const review = (name) => request("GET", `${path_of(name)}/review`);
export const act = (name, action, body) => request("POST", `${path_of(name)}/${action}`, body || {});
export const preview = (name, action, body) => request("POST", `${path_of(name)}/${action}?preview=1`, body);
export const counts = () => request("GET", `${BASE}/counts`);
export const decide_many = (action, names, reason) => request("POST", `${BASE}/bulk`, { action, names, reason });
export const bulk_progress = (job) => request("GET", `${BASE}/bulk/${encodeURIComponent(job)}`);
