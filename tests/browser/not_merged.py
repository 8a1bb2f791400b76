"""What the screens need and other branches build. Remove an entry when its part is merged: its tests then run."""

import pytest

NOT_MERGED = {
	"life": "cancel, restore, email, link and follow are not merged yet",
	"bulk": "/api/v1/smartbill/runs is not merged yet",
}


def needs(part: str) -> pytest.MarkDecorator:
	return pytest.mark.skipif(part in NOT_MERGED, reason=NOT_MERGED.get(part, ""))
