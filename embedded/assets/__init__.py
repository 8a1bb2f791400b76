"""The bundles, icons and fonts that the desk and the website load, built from the sources with esbuild."""

from embedded.assets.builder import AssetsError, build, find_node, install

__all__ = ["AssetsError", "build", "find_node", "install"]
