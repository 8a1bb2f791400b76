"""Lets Frappe find the module "ERP B2B SmartBill" although doctype/, workspace/ ... lie in the app package.

Frappe looks for `erp_b2b_smartbill.erp_b2b_smartbill.doctype...`; the files are `erp_b2b_smartbill.doctype...`.
One finder answers the long names with the very module objects of the short ones, so a controller class exists
once. This package stays a module object of its own with nothing to walk: test runners list packages by walking
`__path__`, and a package that contained itself would never end.
"""

import importlib
import importlib.abc
import importlib.util
import os
import sys

ALIAS = __name__
REAL = __name__.rpartition(".")[0]

__path__ = []
# Frappe takes the module's folder from here
__file__ = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__init__.py")


class FlatLayoutFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
	def find_spec(self, fullname, path=None, target=None):
		real = self.real_name(fullname)
		if real is None or importlib.util.find_spec(real) is None:
			return None
		return importlib.util.spec_from_loader(fullname, self)

	def exec_module(self, module):
		sys.modules[module.__name__] = importlib.import_module(self.real_name(module.__name__))

	@staticmethod
	def real_name(fullname: str) -> str | None:
		if not fullname.startswith(f"{ALIAS}."):
			return None
		rest = fullname[len(ALIAS) + 1 :]
		if rest.partition(".")[0] == ALIAS.rpartition(".")[2]:
			return None
		return f"{REAL}.{rest}"


# In front of Python's own path finder, which would load a second copy below an aliased package.
if not any(type(finder).__name__ == FlatLayoutFinder.__name__ for finder in sys.meta_path):
	sys.meta_path.insert(0, FlatLayoutFinder())
