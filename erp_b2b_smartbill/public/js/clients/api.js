// The routes of SmartBill's clients.
import { request, upload } from "../smartbill/api";

const BASE = "/api/v1/smartbill";
const path_of = (run) => `${BASE}/sync/${encodeURIComponent(run)}`;

export const get_account = (account) =>
	request("GET", `${BASE}/sync?account=${encodeURIComponent(account)}`);
export const start_sync = (account) => request("POST", `${BASE}/sync`, { account });
export const get_run = (run) => request("GET", path_of(run));
export const stop_run = (run) => request("POST", `${path_of(run)}/stop`, {});

/** Upload the file and see what importing it would do. */
export const preview_upload = (account, file) =>
	upload(`${BASE}/imports/preview`, { account, file });
export const preview = (account, file, columns) =>
	request("POST", `${BASE}/imports/preview`, { account, file, columns });
export const start_import = (account, file, columns) =>
	request("POST", `${BASE}/imports`, { account, file, columns });

/** A file that was looked at and not imported is not kept. */
export const forget_file = (file) =>
	request("DELETE", `/api/resource/File/${encodeURIComponent(file)}`);
