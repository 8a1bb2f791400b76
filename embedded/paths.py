"""Where things are: all that is made or installed lies below .dev/ of the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".dev"
APPS = HOME / "apps"
ASSETS = HOME / "assets"
NODE_MODULES = HOME / "node"
SITES = HOME / "sites"
DEMO_SITE = SITES / "demo"
