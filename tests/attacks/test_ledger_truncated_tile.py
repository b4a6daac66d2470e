"""A file of the ledger is cut short, or has bytes after its end."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import audit
from tests.ledger.sample import LOG, publish

PATHS = ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"]


@pytest.mark.parametrize("path", [*PATHS, "tile/entries/001.p/44"])
def test_truncated_tile(tmp_path, path):
    publish(tmp_path, 300)
    whole = (tmp_path / path).read_bytes()
    for keep in (0, 1, 31, 32, len(whole) // 2, len(whole) - 32, len(whole) - 1):
        if keep < len(whole):
            (tmp_path / path).write_bytes(whole[:keep])
            with pytest.raises(LedgerError):
                audit.verify_directory(tmp_path, [LOG.verifier_key])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("more", [b"\x00", b"\x00" * 32])
def test_tile_with_bytes_after_its_end(tmp_path, path, more):
    publish(tmp_path, 300)
    whole = (tmp_path / path).read_bytes()
    (tmp_path / path).write_bytes(whole + more)
    with pytest.raises(LedgerError):
        audit.verify_directory(tmp_path, [LOG.verifier_key])
