"""The packed form written bit by bit, from its description in minutiae/pack/__init__.py."""

NAMES = ["", "mindtct", "leader", "synthetic", "record", "nfiq2", "not stated"]


def bits(value: int, width: int) -> str:
    assert 0 <= value < 2**width or width == value == 0
    return format(value, f"0{width}b") if width else ""


def name(text: str) -> bytes:
    if text in NAMES:
        return bytes([128 + NAMES.index(text)])
    return bytes([len(text)]) + text.encode("ascii")


def packed(
    minutiae: list[tuple[int, int, int, int]],
    reliability: list[int],
    width: int,
    height: int,
    finger: int,
    extractor: str,
    quality: int | None,
    algorithm: str,
) -> bytes:
    places = [y for _, y, _, _ in minutiae]
    stepped = places == sorted(places)
    heights = (
        [y - before for y, before in zip(places, [0, *places], strict=False)] if stepped else places
    )
    x_bits = max((x for x, _, _, _ in minutiae), default=0).bit_length()
    y_bits = max(heights, default=0).bit_length()
    head = bytes([2, finger, 255 if quality is None else quality])
    head += width.to_bytes(2, "big") + height.to_bytes(2, "big")
    head += bytes([len(minutiae), x_bits, y_bits + (128 if stepped else 0)])
    stream = ""
    for (x, _, angle, kind), y, sure in zip(minutiae, heights, reliability, strict=True):
        stream += bits(x, x_bits) + bits(y, y_bits) + bits(angle, 9) + bits(kind, 2)
        stream += bits(round(sure * 31 / 100), 5)
    stream += "0" * (-len(stream) % 8)
    body = bytes(int(stream[at : at + 8], 2) for at in range(0, len(stream), 8))
    return head + name(extractor) + name(algorithm) + body
