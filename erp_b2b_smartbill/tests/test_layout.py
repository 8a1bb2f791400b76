"""The package that lets Frappe find the module in the flat layout."""

import importlib
import pkgutil
import sys
import unittest

import erp_b2b_smartbill
import erp_b2b_smartbill.erp_b2b_smartbill as alias

SHORT = "erp_b2b_smartbill.doctype.smartbill_account.smartbill_account"
LONG = f"erp_b2b_smartbill.{SHORT}"


class TestLayout(unittest.TestCase):
	def test_every_file_is_one_module_object(self):
		long, short = importlib.import_module(LONG), importlib.import_module(SHORT)
		self.assertIs(long, short)
		self.assertIs(sys.modules[LONG], sys.modules[SHORT])
		self.assertEqual(short.SmartBillAccount.__module__, SHORT)

	def test_what_does_not_exist_is_not_found(self):
		for name in ("doctype.nothing.nothing", "nothing", "erp_b2b_smartbill", "erp_b2b_smartbill.doctype"):
			with self.assertRaises(ModuleNotFoundError):
				importlib.import_module(f"erp_b2b_smartbill.erp_b2b_smartbill.{name}")

	def test_walking_the_packages_ends(self):
		names = [
			found.name for found in pkgutil.walk_packages(erp_b2b_smartbill.__path__, "erp_b2b_smartbill.")
		]
		self.assertEqual(len(names), len(set(names)))
		self.assertFalse([name for name in names if name.startswith("erp_b2b_smartbill.erp_b2b_smartbill.")])

	def test_the_module_folder_is_the_app(self):
		self.assertEqual(alias.__file__, erp_b2b_smartbill.__file__)
		self.assertEqual(alias.__path__, [])

	def test_one_finder_is_registered(self):
		importlib.reload(alias)
		kinds = [type(finder).__name__ for finder in sys.meta_path]
		self.assertEqual(kinds.count("FlatLayoutFinder"), 1)
