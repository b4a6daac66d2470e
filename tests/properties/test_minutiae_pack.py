import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from comity.minutiae import iso, pack
from comity.records import Template

minutia = st.tuples(
    st.integers(0, 4095), st.integers(0, 4095), st.integers(0, 359), st.integers(0, 2)
)


@st.composite
def templates(draw: st.DrawFn) -> Template:
    rows = sorted(draw(st.lists(minutia, max_size=255)), key=lambda m: (m[1], m[0], m[2], m[3]))
    reliability = draw(st.lists(st.integers(0, 100), min_size=len(rows), max_size=len(rows)))
    quality = draw(st.none() | st.integers(0, 100))
    return Template(
        minutiae=np.array(rows, np.int16).reshape(-1, 4),
        reliability=np.array(reliability, np.uint8),
        width_px=draw(st.integers(0, 4096)),
        height_px=draw(st.integers(0, 4096)),
        finger=draw(st.integers(0, 10)),
        extractor=draw(st.sampled_from(["mindtct", "leader", "synthetic", ""])),
        quality=quality,
        quality_algorithm="" if quality is None else "nfiq2",
    )


@given(templates())
def test_unpack_undoes_pack(template: Template) -> None:
    data = pack.pack(template)
    again = pack.unpack(data)
    assert again.minutiae.tolist() == template.minutiae.tolist()
    gaps = again.reliability.astype(int) - template.reliability.astype(int)
    assert np.abs(gaps).max(initial=0) <= 2
    for field in ("width_px", "height_px", "finger", "extractor", "quality", "quality_algorithm"):
        assert getattr(again, field) == getattr(template, field)
    assert len(data) <= 26 + 5 * len(template)
    assert pack.pack(again) == data


@given(st.lists(templates(), max_size=4), st.sampled_from(["iso-2005", "ansi-2004"]))
def test_a_record_gives_its_templates_back_within_an_angle_unit(
    given_templates: list[Template], standard: iso.Standard
) -> None:
    record = iso.from_templates(given_templates, standard)
    data = iso.write(record)
    assert iso.read(data) == record
    assert iso.write(iso.read(data)) == data
    for one, other in zip(given_templates, iso.to_templates(record), strict=True):
        assert other.finger == one.finger

        def places(template: Template) -> list[list[int]]:
            return sorted(template.minutiae[:, [0, 1, 3]].tolist())

        assert places(one) == places(other)
        turns = sorted(one.minutiae[:, 2].tolist()), sorted(other.minutiae[:, 2].tolist())
        unit = iso.ANGLE_UNIT_DEG[standard]
        gap = sum(turns[1]) - sum(turns[0])
        # Each angle moves by half a unit and a rounding at most, or once round the circle.
        assert min(abs(gap - 360 * k) for k in range(-len(one), len(one) + 1)) <= unit * max(
            len(one), 1
        )
