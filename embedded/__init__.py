"""A real Frappe site on SQLite, in one process, without a bench: for the tests and the demo only.

The framework is restored from a package of PyPI (restore.py), what that package lacks is put back when
its modules are imported (overrides/), and ERPNext is stood in for by an app of our own (erpnext/).
The app itself knows nothing of this folder.
"""
