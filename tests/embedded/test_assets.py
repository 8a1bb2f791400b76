"""The desk's assets: every bundle is there, only what changed is built, what is broken is named."""

import importlib.util
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import paths
from embedded.assets import AssetsError, build, builder, find_node, install

APP = "sample_app"


@pytest.fixture(scope="session")
def modules() -> Path:
	"""The folder with the packages, kept between runs."""
	try:
		install(paths.NODE_MODULES)
	except AssetsError as error:
		pytest.skip(str(error))
	return paths.NODE_MODULES


@pytest.fixture
def app(tmp_path: Path) -> Path:
	"""An app with a bundle of each kind."""
	return write_app(tmp_path / "apps" / APP)


@pytest.fixture
def assets(tmp_path: Path) -> Path:
	return tmp_path / "assets"


@pytest.fixture(scope="session")
def framework() -> Path:
	"""The restored framework's package folder."""
	spec = importlib.util.find_spec("frappe")
	if not spec or not spec.origin:
		pytest.skip("the framework is not restored in this environment")
	return Path(spec.origin).parent


@pytest.fixture(scope="session")
def framework_assets(framework: Path, modules: Path) -> Path:
	"""The assets that this checkout's sites serve, brought up to date."""
	build(paths.ASSETS, {"frappe": framework}, modules_folder=modules)
	return paths.ASSETS


COMPONENT = """<script setup>
import { ref } from "vue";
const title = ref("card title");
</script>
<template><b>{{ title }}</b></template>
<style lang="scss" scoped>$tone: rebeccapurple;
b { i { color: $tone; } }
</style>
"""
SOURCES = {
	"js/sample_app.bundle.js": 'import "./greeting";\nimport "./note.html";\n',
	"js/greeting.ts": 'const greeting: string = "hello from typescript";\nconsole.log(greeting);\n',
	"js/note.html": "<!-- {{ unknown }} -->\n<p>\n\t{{ it.text }}\n</p>\n",
	"js/typed.bundle.ts": "export const answer: number = 42;\nconsole.log(answer);\n",
	"css/sample_app.bundle.scss": '@import "./tones";\n.sample { a { color: $tone; } }\n',
	"css/_tones.scss": "$tone: #123456;\n",
	"css/plain.bundle.css": '.plain { background: url("/assets/sample_app/images/dot.svg"); }\n',
	"images/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
}


def write_app(folder: Path) -> Path:
	for name, content in SOURCES.items():
		change(folder / "public" / name, content)
	return folder


def add_component(app: Path, content: str = COMPONENT) -> None:
	"""Let the app's bundle hold a Vue component. Not in every test: compiling one takes longest."""
	change(app / "public" / "js" / "Card.vue", content)
	bundle = app / "public" / "js" / "sample_app.bundle.js"
	change(bundle, SOURCES["js/sample_app.bundle.js"] + 'import "./Card.vue";\n')


def change(file: Path, content: str) -> None:
	"""Write a source as of a moment ago: one that changes while it is built counts as not built."""
	file.parent.mkdir(parents=True, exist_ok=True)
	file.write_text(content)
	before = time.time() - 5
	os.utime(file, (before, before))


def bundles(assets: Path) -> dict[str, str]:
	return json.loads((assets / "assets.json").read_text())


def text_of(assets: Path, bundle: str) -> str:
	return served(assets, bundles(assets)[bundle]).read_text()


def served(assets: Path, url: str) -> Path:
	"""Return the file that a site answers with at this address."""
	return assets / url.removeprefix("/assets/")


def test_every_kind_of_source_becomes_a_bundle(assets: Path, app: Path, modules: Path) -> None:
	add_component(app)
	assert build(assets, {APP: app}, modules_folder=modules) == [APP]
	assert set(bundles(assets)) == {
		"sample_app.bundle.js",
		"typed.bundle.js",
		"sample_app.bundle.css",
		"plain.bundle.css",
	}
	script = text_of(assets, "sample_app.bundle.js")
	assert "hello from typescript" in script
	assert 'frappe.templates.note=" <p> {{ it.text }} </p> "' in script
	assert "card title" in script
	assert re.search(r"b i\[data-v-\w+\]\{color:#639\}", script)
	assert ".sample a{color:#123456}" in text_of(assets, "sample_app.bundle.css")
	assert "/assets/sample_app/images/dot.svg" in text_of(assets, "plain.bundle.css")


def test_static_files_are_linked(assets: Path, app: Path, modules: Path) -> None:
	build(assets, {APP: app}, modules_folder=modules)
	assert served(assets, "/assets/sample_app/images/dot.svg").read_text().startswith("<svg")
	shutil.rmtree(app / "public" / "images")
	change(app / "public" / "sounds" / "bell.txt", "ding")
	build(assets, {APP: app}, modules_folder=modules)
	assert not (assets / APP / "images").is_symlink()
	assert served(assets, "/assets/sample_app/sounds/bell.txt").read_text() == "ding"


def test_what_a_package_lacks_is_stood_in_for(
	assets: Path, app: Path, modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
	missing = "/assets/sample_app/images/logo.svg"
	build(assets, {APP: app}, modules_folder=modules)
	monkeypatch.setattr(builder, "STAND_INS", {APP: {"images/logo.svg": "images/dot.svg"}})
	build(assets, {APP: app}, modules_folder=modules)
	assert (
		served(assets, missing).read_text() == served(assets, "/assets/sample_app/images/dot.svg").read_text()
	)
	change(app / "public" / "images" / "logo.svg", "<svg>the app's own</svg>")
	build(assets, {APP: app}, modules_folder=modules)
	assert "own" in served(assets, missing).read_text()
	assert (assets / APP / "images").is_symlink()


def test_right_to_left_languages_get_the_ordinary_styles(assets: Path, app: Path, modules: Path) -> None:
	build(assets, {APP: app}, modules_folder=modules)
	mirrored = json.loads((assets / "assets-rtl.json").read_text())
	assert mirrored["rtl_sample_app.bundle.css"] == bundles(assets)["sample_app.bundle.css"]


def test_unchanged_input_is_not_built_again(
	assets: Path, app: Path, modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
	build(assets, {APP: app}, modules_folder=modules)

	def refuse(*args: object, **kwargs: object) -> None:
		raise AssertionError("nothing had to be run")

	monkeypatch.setattr(builder, "run", refuse)
	assert build(assets, {APP: app}) == []
	source = app / "public" / "js" / "greeting.ts"
	source.touch()
	assert build(assets, {APP: app}) == [], "a new date alone is no change"


@pytest.mark.parametrize(
	("changed", "bundle"),
	[
		("js/greeting.ts", "sample_app.bundle.js"),
		("js/note.html", "sample_app.bundle.js"),
		("css/_tones.scss", "sample_app.bundle.css"),
	],
)
def test_a_change_below_a_bundle_is_noticed(
	assets: Path, app: Path, modules: Path, changed: str, bundle: str
) -> None:
	build(assets, {APP: app}, modules_folder=modules)
	before = bundles(assets)
	source = app / "public" / changed
	change(source, re.sub("hello|text|123456", "abcdef", source.read_text()))
	assert build(assets, {APP: app}, modules_folder=modules) == [APP]
	after = bundles(assets)
	assert [name for name in after if after[name] != before[name]] == [bundle]
	assert served(assets, before[bundle]).exists(), "an open page still asks for the bundle it was told of"


def test_added_and_removed_bundles_are_noticed(assets: Path, app: Path, modules: Path) -> None:
	build(assets, {APP: app}, modules_folder=modules)
	change(app / "public" / "js" / "second.bundle.js", "console.log(2);\n")
	assert build(assets, {APP: app}, modules_folder=modules) == [APP]
	assert "second.bundle.js" in bundles(assets)
	(app / "public" / "js" / "second.bundle.js").unlink()
	assert build(assets, {APP: app}, modules_folder=modules) == [APP]
	assert "second.bundle.js" not in bundles(assets)


def test_only_the_changed_app_is_built(assets: Path, app: Path, modules: Path) -> None:
	other = app.with_name("other_app")
	change(other / "public" / "js" / "other_app.bundle.js", 'import "sample_app/public/js/greeting";\n')
	change(other / "public" / "js" / "alone.bundle.js", "console.log(1);\n")
	apps = {APP: app, "other_app": other}
	assert build(assets, apps, modules_folder=modules) == [APP, "other_app"]
	change(other / "public" / "js" / "alone.bundle.js", "console.log(2);\n")
	assert build(assets, apps, modules_folder=modules) == ["other_app"]
	assert {"sample_app.bundle.js", "alone.bundle.js"} <= set(bundles(assets))
	change(app / "public" / "js" / "greeting.ts", 'console.log("changed for both");\n')
	assert build(assets, apps, modules_folder=modules) == [APP, "other_app"]
	assert "changed for both" in text_of(assets, "other_app.bundle.js")


@pytest.mark.parametrize(
	("file", "content", "place"),
	[
		("js/sample_app.bundle.js", "const fine = 1;\nconst = 2;\n", "js/sample_app.bundle.js:2"),
		("js/sample_app.bundle.js", 'import "./absent";\n', "js/sample_app.bundle.js:1"),
		("css/_tones.scss", "$tone: #123456\n.a { b: c }\n", "css/_tones.scss:"),
		("css/sample_app.bundle.scss", '@import "./absent";\n', "css/sample_app.bundle.scss:1"),
	],
)
def test_a_broken_source_is_named_and_the_last_good_bundles_stay(
	assets: Path, app: Path, modules: Path, file: str, content: str, place: str
) -> None:
	build(assets, {APP: app}, modules_folder=modules)
	before = bundles(assets)
	change(app / "public" / file, content)
	for _ in range(2):
		with pytest.raises(AssetsError, match=re.escape(place)):
			build(assets, {APP: app}, modules_folder=modules)
	assert bundles(assets) == before
	assert all(served(assets, url).exists() for url in before.values())
	change(app / "public" / file, SOURCES[file])
	assert build(assets, {APP: app}, modules_folder=modules) == []


@pytest.mark.parametrize(
	"content",
	[
		"<template><b>{{ 1 + }}</b></template>\n",
		"<template><b></template>\n",
		"<script setup>\nconst = 1;\n</script>\n<template><b/></template>\n",
		'<template><b/></template>\n<style lang="scss">b { color: $none }</style>\n',
	],
)
def test_a_broken_component_is_named(assets: Path, app: Path, modules: Path, content: str) -> None:
	add_component(app, content)
	with pytest.raises(AssetsError, match=r"js/Card\.vue"):
		build(assets, {APP: app}, modules_folder=modules)


def test_two_bundles_of_one_name_are_refused(assets: Path, app: Path, modules: Path) -> None:
	change(app / "public" / "js" / "deeper" / "typed.bundle.js", "console.log(1);\n")
	with pytest.raises(AssetsError, match=r"typed\.bundle"):
		build(assets, {APP: app}, modules_folder=modules)


def test_an_app_without_public_folder_has_no_bundles(assets: Path, tmp_path: Path, modules: Path) -> None:
	(tmp_path / "bare_app").mkdir()
	assert build(assets, {"bare_app": tmp_path / "bare_app"}, modules_folder=modules) == ["bare_app"]
	assert build(assets, {"bare_app": tmp_path / "bare_app"}, modules_folder=modules) == []
	assert bundles(assets) == {}


def test_every_bundle_of_the_framework_is_built(framework: Path, framework_assets: Path) -> None:
	sources = [file.name for file in (framework / "public").rglob("*.bundle.*")]
	expected = {re.sub(r"\.ts$", ".js", re.sub(r"\.scss$", ".css", name)) for name in sources}
	assert {"desk.bundle.js", "desk.bundle.css", "login.bundle.css", "website.bundle.css"} <= expected
	built = bundles(framework_assets)
	assert expected <= set(built)
	for url in map(built.get, expected):
		assert served(framework_assets, url).stat().st_size, url
		assert re.search(r"\.bundle\.[A-Z0-9]{8}\.(js|css)$", url)
	assert not list((framework_assets / "frappe" / "dist").rglob("*.map"))


def test_what_the_framework_loads_from_packages_is_there(framework: Path, framework_assets: Path) -> None:
	wanted = set()
	for source in (framework / "public" / "js").rglob("*.js"):
		wanted |= set(re.findall(r"/?(assets/frappe/node_modules/[\w./@-]+)", source.read_text()))
	wanted.add(importlib.import_module("frappe.hooks").app_logo_url.lstrip("/"))
	assert len(wanted) > 5
	missing = [url for url in wanted if not served(framework_assets.parent, url).exists()]
	assert missing == []


def test_fresh_assets_of_the_framework_cost_next_to_nothing(
	framework: Path, framework_assets: Path, modules: Path
) -> None:
	started = time.perf_counter()
	assert build(framework_assets, {"frappe": framework}, modules_folder=modules) == []
	assert time.perf_counter() - started < 0.5, "about 10 ms on an idle machine"


def test_lockfile_names_the_public_registry_only() -> None:
	lock = json.loads((builder.HERE / "package-lock.json").read_text())
	packages = {name: each for name, each in lock["packages"].items() if name}
	for name, each in packages.items():
		assert each.get("resolved", "https://registry.npmjs.org/").startswith(
			"https://registry.npmjs.org/"
		), name
		assert each["integrity"].startswith("sha512-"), name


def test_versions_are_pinned() -> None:
	package = json.loads((builder.HERE / "package.json").read_text())
	lock = json.loads((builder.HERE / "package-lock.json").read_text())
	assert package["dependencies"] == lock["packages"][""]["dependencies"]
	for name, version in package["dependencies"].items():
		assert lock["packages"][f"node_modules/{name}"]["version"] == version


@pytest.fixture
def no_system_node(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
	"""A machine without Node; yields the commands that were run."""
	commands: list[list[str]] = []
	monkeypatch.setattr(builder.shutil, "which", lambda name: None)
	monkeypatch.setattr(builder, "run", lambda command, *args: commands.append(command))
	yield commands


def test_node_of_the_system_needs_npm_and_a_recent_version(
	monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
	node = tmp_path / "node"
	for version, expected in (("v16.20.2", None), ("v18.0.0", node), ("v22.1.0", node)):
		node.write_text(f"#!/bin/sh\necho {version}\n")
		node.chmod(0o755)
		monkeypatch.setattr(builder.shutil, "which", lambda name: str(tmp_path / name))
		assert builder.system_node() == expected
	monkeypatch.setattr(builder.shutil, "which", lambda name: str(node) if name == "node" else None)
	assert builder.system_node() is None


def test_node_comes_from_a_wheel_where_there_is_none(
	no_system_node: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
	package = tmp_path / builder.NODE_PACKAGE

	def pip(command: list[str], *args: object) -> None:
		no_system_node.append(command)
		change(package / "__init__.py", "")
		change(package / "bin" / "node", "")
		change(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", "")

	monkeypatch.setattr(builder, "run", pip)
	monkeypatch.setattr(sys, "path", [str(tmp_path)])
	monkeypatch.delitem(sys.modules, builder.NODE_PACKAGE, raising=False)
	node = find_node()
	assert node == package / "bin" / "node"
	assert builder.npm_command(node)[1].endswith("npm-cli.js")
	assert no_system_node[0][-1] == builder.NODE_REQUIREMENT
	assert find_node() == node
	assert len(no_system_node) == 1


def test_a_wheel_without_node_is_reported(
	no_system_node: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
	monkeypatch.setattr(builder, "packaged_node", lambda: None)
	with pytest.raises(AssetsError, match="holds no Node"):
		find_node()
