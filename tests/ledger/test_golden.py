from __future__ import annotations

import pytest

from tests.ledger.golden.refresh import HERE, golden


@pytest.mark.parametrize("name", sorted(golden()))
def test_every_format_is_written_as_before(name):
    assert golden()[name] == (HERE / name).read_bytes()
