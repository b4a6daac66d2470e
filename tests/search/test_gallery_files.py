import zlib
from pathlib import Path

import numpy as np
import pytest

from comity.errors import GalleryError
from comity.search.disk import durable, kernels, record, tombstones
from comity.search.disk.index import Index
from comity.search.reading import stretches


def test_the_crc_is_zlibs() -> None:
    data = np.random.default_rng(1).integers(0, 256, 300).astype(np.uint8)
    data.flags.writeable = False
    for start in range(9):
        for end in range(start, 300, 7 if start else 1):
            assert int(kernels.crc32(data, start, end)) == zlib.crc32(data[start:end].tobytes())


def test_rows_are_found_by_hash_like_in_a_dictionary() -> None:
    rng = np.random.default_rng(2)
    index, model, row = Index(), {}, 0
    for size in [0, 1, 1, 3, 100, 2, 0, 1, 57, 400, 1, 1]:
        hashes = rng.integers(0, 150, size).astype(np.uint64)
        index.add(hashes)
        for value in hashes.tolist():
            model.setdefault(value, []).append(row)
            row += 1
        assert len(index) == row
        asked = rng.integers(0, 200, 60).astype(np.uint64)
        places, rows = index.find(asked)
        wanted = [(p, r) for p, h in enumerate(asked.tolist()) for r in model.get(h, [])]
        assert list(zip(places.tolist(), rows.tolist(), strict=True)) == wanted


def test_a_record_gives_back_what_it_was_written_from() -> None:
    heads = [record.texts("ann", ""), record.texts("böb", "2011"), record.texts("", "x")]
    packed = np.frombuffer(b"thumbindexring", np.uint8)
    bodies, starts, crcs = record.write(
        heads,
        packed,
        np.array([0, 5, 10, 14]),
        np.array([1, 2, 4], np.uint8),
        np.array([0, 2, 3, 3]),
    )
    names = []
    for n in range(3):
        body = bodies[starts[n] : starts[n + 1]].tobytes()
        identity, encounter, at = record.read_head(body, int(crcs[n]), "")
        names.append((identity, encounter))
        assert record.names(body) == names[-1]
        count, listed = body[at - 1], body[at:]
        assert listed[7 * count :] == [b"thumbindex", b"ring", b""][n]
        assert [listed[7 * k] for k in range(count)] == [[1, 2], [4], []][n]
        for k, name in enumerate([[b"thumb", b"index"], [b"ring"], []][n]):
            assert listed[7 * k + 3 : 7 * k + 7] == zlib.crc32(name).to_bytes(4, "little")
    assert names == [("ann", ""), ("böb", "2011"), ("", "x")]


@pytest.mark.parametrize("text", ["x" * 1001, "\ud800"])
def test_a_name_that_cannot_be_stored_is_refused(text: str) -> None:
    for names in ((text, ""), ("", text)):
        with pytest.raises(GalleryError) as caught:
            record.texts(*names)
        assert "1000 bytes" in caught.value.expected


def test_deletions_are_read_in_order_from_where_one_stopped(tmp_path: Path) -> None:
    path = tmp_path / "000001.deleted"
    durable.create([path])
    assert tombstones.read(path, 0).tolist() == []
    tombstones.append(path, 0, np.array([7, 3]))
    tombstones.append(path, 2, np.array([2**40]))
    assert tombstones.read(path, 0).tolist() == [7, 3, 2**40]
    assert tombstones.read(path, 2).tolist() == [2**40]
    tombstones.append(path, 1, np.array([9]))  # cuts off what was not acknowledged
    assert tombstones.read(path, 0).tolist() == [7, 9]


def test_stretches_are_where_it_is_true() -> None:
    for text in ["", "0", "1", "0110", "1011", "111", "010101"]:
        kept = np.array([c == "1" for c in text], bool)
        found = [i for low, high in stretches(kept) for i in range(low, high)]
        assert found == np.flatnonzero(kept).tolist()
        assert len(list(stretches(kept))) == len([s for s in text.split("0") if s])


def test_a_write_cuts_off_what_lay_behind(tmp_path: Path) -> None:
    path = tmp_path / "f"
    durable.create([path])
    durable.extend([(path, 0, b"abcdef")])
    durable.extend([(path, 3, b"x")])
    assert path.read_bytes() == b"abcx"
    durable.replace(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
    assert path.read_bytes() == b"new"
    durable.remove([path, path])
    assert list(tmp_path.iterdir()) == []
