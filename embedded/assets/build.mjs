// Bundles what the desk and the website load in the browser, for Frappe and the apps of an embedded site:
//
//	node build.mjs --out <assets> --modules <node_modules> [--only <app>]... <app folder | app=folder>...
//
// Every public/**/*.bundle.{js,ts,css,scss} of an app becomes a file with a hash in its name, in
// <assets>/<app>/dist/{js,css}. All apps of the site are named, since the source of one may import that of
// another ("frappe/public/..."); --only says which are built now. assets.json is put together from what every
// app noted when it was last built. --made-by is noted with it, for builder.py, which decides what is stale.

import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const BUNDLE = /\.bundle\.(js|ts|css|scss)$/;
const STYLE = /\.(css|scss)$/;
const NOT_SOURCES = new Set(["node_modules", "dist"]);
const BINARY = [".png", ".gif", ".jpg", ".jpeg", ".webp", ".svg", ".woff", ".woff2", ".ttf", ".otf", ".eot"];

// What the desk asks for by its address in node_modules while it runs, so no bundle holds it.
const SERVED = [
	"ace-builds/src-min-noconflict",
	"frappe-gantt/dist/frappe-gantt.css",
	"frappe-gantt/dist/frappe-gantt.min.js",
	"html5-qrcode/html5-qrcode.min.js",
	"js-sha256/build/sha256.min.js",
	"photoswipe/src/photoswipe.css",
	"qz-tray/qz-tray.js",
];
// With developer_mode the desk asks for the editor unminified; the same files do under that name.
const SERVED_ALSO_AS = { "ace-builds/src-noconflict": "src-min-noconflict" };

class BuildError extends Error {}

function read_arguments() {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			out: { type: "string" },
			modules: { type: "string" },
			only: { type: "string", multiple: true },
			"made-by": { type: "string", default: "" },
		},
	});
	if (!values.out || !values.modules || !positionals.length)
		throw new BuildError(
			"node build.mjs --out <folder> --modules <node_modules> [--only <app>]... <app>...",
		);
	const apps = new Map(positionals.map(read_app));
	const only = values.only ?? [...apps.keys()];
	for (const name of only)
		if (!apps.has(name)) throw new BuildError(`--only ${name}: no such app was given`);
	return {
		out: path.resolve(values.out),
		modules: real(values.modules),
		apps,
		only,
		made_by: values["made-by"],
	};
}

function read_app(argument) {
	const [, name, folder] = argument.match(/^(?:(\w+)=)?(.+)$/);
	return [name ?? path.basename(path.resolve(folder)), real(folder)];
}

// esbuild and sass report real paths: ours have to be real too, or they would not compare.
function real(folder) {
	if (!fs.existsSync(folder)) throw new BuildError(`${folder}: no such folder`);
	return fs.realpathSync(folder);
}

// "frappe/public/node_modules/x" and "~x" mean a package, "<app>/x" a file of that app; others are not ours.
function locate(url, { apps, modules }) {
	const bare = url.replace(/^~/, "").replace(/^frappe\/public\/node_modules\//, "");
	if (bare !== url) return path.join(modules, bare);
	const [first, ...rest] = url.split("/");
	return rest.length && apps.has(first) ? path.join(apps.get(first), ...rest) : null;
}

// The tools live with the packages, not beside this file. Each on demand: two of them load slowly.
function load_tools(modules) {
	const load = createRequire(path.join(modules, "any.js"));
	return {
		get esbuild() {
			return load("esbuild");
		},
		get sass() {
			return load("sass");
		},
		get vue() {
			return load("@vue/compiler-sfc");
		},
	};
}

/** What one run shares: where things are, the tools, and what sass read (esbuild does not see that). */
function new_context(options) {
	return { ...options, tools: load_tools(options.modules), read_by_sass: new Set() };
}

// --- the kinds of source that esbuild does not know --------------------------------------------------------

function compile_scss(context, source, file) {
	const { sass } = context.tools;
	const importer = {
		findFileUrl: (url) => {
			const found = locate(url, context);
			return found && pathToFileURL(found);
		},
	};
	const { css, loadedUrls } = sass.compileString(source, {
		url: pathToFileURL(file),
		importers: [importer],
		loadPaths: [context.modules],
		logger: sass.Logger.silent,
	});
	for (const url of loadedUrls)
		if (url.protocol === "file:") context.read_by_sass.add(path.normalize(to_path(url)));
	return css;
}

function to_path(url) {
	return decodeURIComponent(url.pathname);
}

function sass_error(error, file) {
	const { span, sassMessage } = error;
	if (!span) return { text: error.message, location: { file } };
	const location = {
		file: span.url ? to_path(span.url) : file,
		line: span.start.line + 1,
		column: span.start.column,
	};
	return { text: sassMessage, location };
}

/** Names that reach into another app, and addresses that the browser resolves. */
function names(context) {
	return {
		name: "names",
		setup(build) {
			// An address of the site stays as it is: the browser resolves it.
			build.onResolve({ filter: /^(\/?assets|\/files)\// }, ({ path: file }) => ({
				path: file,
				external: true,
			}));
			// One copy of Vue in a bundle: packages that require() it would bring a second one.
			build.onResolve({ filter: /^vue$/ }, ({ kind, resolveDir }) =>
				build.resolve("vue/dist/vue.runtime.esm-bundler.js", { kind, resolveDir }),
			);
			const filter = new RegExp(`^(~|(${[...context.apps.keys()].join("|")})/)`);
			build.onResolve({ filter }, ({ path: file, kind, resolveDir }) =>
				build.resolve(locate(file, context), { kind, resolveDir }),
			);
		},
	};
}

function styles(context) {
	return {
		name: "styles",
		setup(build) {
			build.onLoad({ filter: /\.scss$/ }, ({ path: file }) => {
				try {
					const contents = compile_scss(context, fs.readFileSync(file, "utf8"), file);
					return { contents, loader: "css", resolveDir: path.dirname(file) };
				} catch (error) {
					return { errors: [sass_error(error, file)] };
				}
			});
		},
	};
}

/** A microtemplate: importing it fills frappe.templates. Comments go: the desk would run any {{ }} there. */
function templates() {
	return {
		name: "templates",
		setup(build) {
			build.onLoad({ filter: /\.html$/ }, ({ path: file }) => {
				const html = fs
					.readFileSync(file, "utf8")
					.replace(/<!--[^]*?-->/g, "")
					.replace(/\s+/g, " ");
				const name = path.basename(file, ".html");
				return { contents: `frappe.templates[${JSON.stringify(name)}] = ${JSON.stringify(html)};` };
			});
		},
	};
}

function components(context) {
	return {
		name: "components",
		setup(build) {
			build.onLoad({ filter: /\.vue$/ }, async ({ path: file }) => {
				try {
					return await compile_component(context, file);
				} catch (error) {
					return { errors: error.errors ?? [{ text: error.message, location: { file } }] };
				}
			});
		},
	};
}

/** One .vue file as a module: the component, with its styles put into the page when the module is run. */
async function compile_component(context, file) {
	const { vue } = context.tools;
	const { descriptor, errors } = vue.parse(fs.readFileSync(file, "utf8"), { filename: file });
	if (errors.length) throw component_errors(errors, file);
	const id = `data-v-${digest(name_of(file, context)).slice(0, 8)}`;
	const scoped = descriptor.styles.some((style) => style.scoped);
	const parts = [
		...component_code(vue, descriptor, { id, scoped, file }),
		scoped ? `component.__scopeId = ${JSON.stringify(id)};` : "",
		insert_style(await component_css(context, descriptor, { id, file })),
		"export default component;",
	];
	const loader = (descriptor.scriptSetup ?? descriptor.script)?.lang === "ts" ? "ts" : "js";
	return { contents: parts.join("\n"), loader, resolveDir: path.dirname(file) };
}

function component_code(vue, descriptor, { id, scoped, file }) {
	const { template, script, scriptSetup } = descriptor;
	const compilerOptions = { scopeId: scoped ? id : null };
	const compiled =
		script || scriptSetup
			? vue.compileScript(descriptor, {
					id,
					isProd: true,
					inlineTemplate: Boolean(scriptSetup),
					genDefaultAs: "component",
					templateOptions: { id, scoped, filename: file, compilerOptions },
				})
			: { content: "const component = {};", bindings: {} };
	if (!template || scriptSetup) return [compiled.content];
	const { code, errors } = vue.compileTemplate({
		id,
		scoped,
		filename: file,
		isProd: true,
		source: template.content,
		compilerOptions: { ...compilerOptions, bindingMetadata: compiled.bindings },
	});
	if (errors.length) throw component_errors(errors, file);
	return [
		compiled.content,
		code.replace("export function render", "function render"),
		"component.render = render;",
	];
}

function component_errors(errors, file) {
	const messages = errors.map((error) => ({
		text: error.message ?? String(error),
		location: { file, line: error.loc?.start?.line, column: error.loc?.start?.column },
	}));
	return Object.assign(new BuildError("component"), { errors: messages });
}

async function component_css(context, descriptor, { id, file }) {
	const blocks = descriptor.styles.map(({ content, lang, scoped }) => {
		const source = lang === "scss" ? compile_scss(context, content, file) : content;
		const { code, errors } = context.tools.vue.compileStyle({
			source,
			id,
			scoped,
			filename: file,
			isProd: true,
		});
		if (errors.length) throw component_errors(errors, file);
		return bundle_css(context, code, file);
	});
	return (await Promise.all(blocks)).join("");
}

/** A component's css with what it imports: the browser could not follow "@import 'some-package/x.css'". */
async function bundle_css(context, contents, file) {
	const stdin = { contents, loader: "css", resolveDir: path.dirname(file), sourcefile: file };
	const result = await context.tools.esbuild.build({ ...common_options(context), stdin, write: false });
	return result.outputFiles[0].text.trim();
}

function insert_style(css) {
	if (!css) return "";
	return [
		'const style = document.createElement("style");',
		`style.textContent = ${JSON.stringify(css)};`,
		"document.head.append(style);",
	].join("\n");
}

// --- one app -----------------------------------------------------------------------------------------------

function common_options(context) {
	return {
		bundle: true,
		minify: true,
		target: "es2017",
		logLevel: "silent",
		nodePaths: [context.modules],
		plugins: [names(context), styles(context), templates(), components(context)],
		loader: Object.fromEntries(BINARY.map((extension) => [extension, "dataurl"])),
		define: {
			"process.env.NODE_ENV": '"production"',
			__VUE_OPTIONS_API__: "true",
			__VUE_PROD_DEVTOOLS__: "false",
			__VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
		},
	};
}

function find_entries(folder) {
	if (!fs.existsSync(folder)) return [];
	return fs
		.readdirSync(folder, { withFileTypes: true })
		.flatMap((entry) => {
			const file = path.join(folder, entry.name);
			if (entry.isDirectory()) return NOT_SOURCES.has(entry.name) ? [] : find_entries(file);
			return BUNDLE.test(entry.name) ? [file] : [];
		})
		.sort();
}

function to_entry(file) {
	const name = path.basename(file).replace(/\.\w+$/, "");
	return { in: file, out: path.join(STYLE.test(file) ? "css" : "js", name) };
}

/** The name under which Frappe asks for a bundle: what the browser gets, not what it was written in. */
function bundle_name(file) {
	return path
		.basename(file)
		.replace(/\.scss$/, ".css")
		.replace(/\.ts$/, ".js");
}

/** Frappe asks for a bundle by its bare name, so one of two with the same name could never be had. */
function refuse_twins(entries) {
	const first = new Map();
	for (const file of entries) {
		const name = bundle_name(file);
		if (first.has(name))
			throw new BuildError(`${file}: the bundle ${name} is also made from ${first.get(name)}`);
		first.set(name, file);
	}
}

async function build_app(context, name) {
	const started = Date.now();
	const folder = context.apps.get(name);
	const dist = path.join(context.out, name, "dist");
	const entries = find_entries(path.join(folder, "public"));
	refuse_twins(entries);
	context.read_by_sass.clear();
	const result = await context.tools.esbuild.build({
		...common_options(context),
		entryPoints: entries.map(to_entry),
		entryNames: "[dir]/[name].[hash]",
		outdir: dist,
		absWorkingDir: path.dirname(folder),
		metafile: true,
	});
	const from_here = (file) => path.resolve(path.dirname(folder), file);
	const bundles = {};
	for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs))
		if (entryPoint) bundles[bundle_name(entryPoint)] = address(context, from_here(file));
	const read = [...Object.keys(result.metafile.inputs).map(from_here), ...context.read_by_sass];
	const previous = read_state(context.out, name)?.bundles ?? {};
	remove_old(dist, [...Object.values(bundles), ...Object.values(previous)]);
	if (name === "frappe") copy_served(context);
	write_json(state_file(context.out, name), {
		bundles,
		made_by: context.made_by,
		entries: entries.map((file) => name_of(file, context)),
		inputs: digests(read, started, context),
	});
	return entries.length;
}

function address(context, file) {
	return "/assets/" + path.relative(context.out, file).split(path.sep).join("/");
}

/** <app>/<path>, the same on every machine; a file of no app keeps its full path. */
function name_of(file, { apps }) {
	for (const [name, folder] of apps) {
		const inside = path.relative(folder, file);
		if (!inside.startsWith("..") && !path.isAbsolute(inside))
			return `${name}/${inside.split(path.sep).join("/")}`;
	}
	return file;
}

/** What the bundles were made of. A file changed meanwhile gets no digest: the next run shall build again. */
function digests(files, started, context) {
	const found = {};
	for (const file of [...new Set(files)].sort()) {
		if (file.startsWith(context.modules + path.sep) || !fs.existsSync(file)) continue;
		const changed = fs.statSync(file).mtimeMs >= started;
		found[name_of(file, context)] = changed ? "" : digest(fs.readFileSync(file));
	}
	return found;
}

function digest(content) {
	return createHash("sha256").update(content).digest("hex");
}

/** A page that is open may still ask for the bundles it was told of: those of the build before stay. */
function remove_old(dist, wanted) {
	const keep = new Set(wanted.map((url) => path.posix.basename(url)));
	for (const kind of ["js", "css"]) {
		const folder = path.join(dist, kind);
		for (const file of fs.existsSync(folder) ? fs.readdirSync(folder) : [])
			if (!keep.has(file)) fs.rmSync(path.join(folder, file), { recursive: true, force: true });
	}
}

function copy_served({ out, modules }) {
	const target = path.join(out, "frappe", "node_modules");
	fs.rmSync(target, { recursive: true, force: true });
	for (const name of SERVED)
		fs.cpSync(path.join(modules, name), path.join(target, name), { recursive: true });
	for (const [name, same] of Object.entries(SERVED_ALSO_AS)) fs.symlinkSync(same, path.join(target, name));
}

// --- all apps ----------------------------------------------------------------------------------------------

function state_file(out, name) {
	return path.join(out, ".state", `${name}.json`);
}

function read_state(out, name) {
	const file = state_file(out, name);
	return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : null;
}

/** Written whole or not at all: a site may read the file at any moment. */
function write_json(file, content) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(`${file}.new`, JSON.stringify(content, null, "\t") + "\n");
	fs.renameSync(`${file}.new`, file);
}

/** Frappe first, so that an app may replace a bundle of its, as on a bench. */
function write_manifest(out) {
	const built = fs
		.readdirSync(path.dirname(state_file(out, "any")))
		.filter((file) => file.endsWith(".json"));
	const apps = built
		.map((file) => path.basename(file, ".json"))
		.sort((a, b) => (b === "frappe") - (a === "frappe"));
	const manifest = Object.assign({}, ...apps.map((name) => read_state(out, name).bundles));
	write_json(path.join(out, "assets.json"), manifest);
	// No mirrored styles are made: a right-to-left language gets the ordinary ones instead of none.
	const styles = Object.entries(manifest).filter(([name]) => name.endsWith(".css"));
	write_json(
		path.join(out, "assets-rtl.json"),
		Object.fromEntries(styles.map(([name, url]) => [`rtl_${name}`, url])),
	);
}

function describe({ text, location }) {
	if (!location) return text;
	const place = [location.file, location.line, location.column]
		.filter((part) => part !== undefined)
		.join(":");
	return `${place}: ${text}`;
}

async function main() {
	const context = new_context(read_arguments());
	for (const name of context.only) {
		const started = Date.now();
		const count = await build_app(context, name);
		console.log(`${name}: ${count} bundles in ${((Date.now() - started) / 1000).toFixed(1)} s`);
	}
	write_manifest(context.out);
}

try {
	await main();
} catch (error) {
	if (!error.errors?.length && !(error instanceof BuildError)) throw error;
	console.error((error.errors ?? [{ text: error.message }]).map(describe).join("\n"));
	process.exitCode = 1;
}
