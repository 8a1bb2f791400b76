"""Whether the app does its work on this site: every part on a line, with what is wrong and what to do about it.

`checks.run` is what the desk's page and `GET /api/v1/health` show. Nothing is called outside of the site, nothing is
written, and the number of queries does not depend on the data.
"""
