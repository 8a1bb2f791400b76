"""docs/permissions.md says what the tests try."""

from erp_b2b_smartbill.tests.permissions_page import BLOCK, PAGE, PARTS, page


def test_the_page_is_made_of_the_matrix_that_is_tried() -> None:
	written = PAGE.read_text(encoding="utf-8")
	assert [name for _begin, name, _end in BLOCK.findall(written)] == list(PARTS)
	assert page() == written, "docs/permissions.md is stale: run ./dev permissions"
