"""A drawing as a PNG, with Pillow and the font it carries: no machine's own fonts matter."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from comity.search.scene import Box, Circle, Line, Picture, Scene, Words

FINER = 2  # drawn so many times larger and made smaller: smooth edges, evenly set letters
BOLD_PX = 0.35  # of outline; the font that Pillow carries has one weight
HALO_PX = 2
PAPER = 230  # the darkest channel of a colour that counts as a tint of paper
GREYS, COLOURS_MAX = 64, 48  # of a file's 256 colours; 4 steps to white at the least
WHITE = "#ffffff"
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(scene: Scene) -> bytes:
    """A drawing as a PNG file on white; its title is kept as the file's description."""
    size = round(scene.width), round(scene.height)
    canvas = Image.new("RGB", (size[0] * FINER, size[1] * FINER), "white")
    pen = ImageDraw.Draw(canvas, "RGBA")
    for mark in scene.marks:
        if isinstance(mark, Picture):
            box = round(mark.w * FINER), round(mark.h * FINER)
            grey = Image.fromarray(mark.pixels).resize(box, Image.Resampling.LANCZOS)
            canvas.paste(grey.convert("RGB"), (round(mark.x * FINER), round(mark.y * FINER)))
        elif not isinstance(mark, Words):
            _draw(pen, mark)
    for mark in scene.marks:
        if isinstance(mark, Words):
            _write(pen, mark)
    canvas = canvas.resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    flat = canvas.quantize(palette=_palette(scene), dither=Image.Dither.NONE)
    # Pillow looks colours up to within a few levels, which greys the paper.
    paper = canvas.convert("L").point([0] * 254 + [255] * 2)
    flat.paste(GREYS - 1, mask=paper)
    flat.save(file, "PNG", optimize=True, pnginfo=_described(scene.title))
    return file.getvalue()


def _palette(scene: Scene) -> Image.Image:
    """Greys, and each colour of the drawing in steps to white: 256, so that none is dulled."""
    used = {
        bytes.fromhex(colour.removeprefix("#"))
        for mark in scene.marks
        for colour in (getattr(mark, name, "") for name in ("colour", "stroke", "fill"))
        if colour
    }
    # Without tints of paper: Pillow's rounding would take white for them.
    colours = sorted(c for c in used if len(set(c)) > 1 and min(c) < PAPER)[:COLOURS_MAX]
    steps = (256 - GREYS) // max(len(colours), 1)
    entries = [[round(255 * level / (GREYS - 1))] * 3 for level in range(GREYS)]
    for colour in colours:
        paler = (step / steps for step in range(steps))
        entries += [[round(c + (255 - c) * part) for c in colour] for part in paler]
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for entry in entries for channel in entry])
    return palette


def _draw(pen: ImageDraw.ImageDraw, mark: Line | Circle | Box) -> None:
    width = max(1, round(mark.width * FINER))
    if isinstance(mark, Line):
        ends = [mark.x1 * FINER, mark.y1 * FINER, mark.x2 * FINER, mark.y2 * FINER]
        pen.line(ends, fill=_rgba(mark.colour, mark.opacity), width=width)
        return
    if isinstance(mark, Circle):
        box = [mark.x - mark.r, mark.y - mark.r, mark.x + mark.r, mark.y + mark.r]
        fill = _rgba(mark.fill, 1.0) if mark.fill else None
        # Pillow draws the outline inside its box, SVG on both sides of the edge.
        box = [
            (place + side * mark.width / 2) * FINER
            for place, side in zip(box, (-1, -1, 1, 1), strict=True)
        ]
        pen.ellipse(box, fill=fill, outline=_rgba(mark.stroke, 1.0), width=width)
        return
    corners = [mark.x, mark.y, mark.x + mark.w, mark.y + mark.h]
    pen.rectangle(
        [place * FINER for place in corners],
        fill=_rgba(mark.fill, mark.opacity) if mark.fill else None,
        outline=_rgba(mark.stroke, 1.0) if mark.stroke else None,
        width=width,
    )


def _write(pen: ImageDraw.ImageDraw, mark: Words) -> None:
    place, anchor = (mark.x * FINER, mark.y * FINER), ANCHORS[mark.anchor]
    font = _font(mark.size * FINER)
    bold = BOLD_PX * FINER if mark.bold else 0
    if mark.halo:
        halo = bold + HALO_PX * FINER
        pen.text(place, mark.text, WHITE, font, anchor, stroke_width=halo, stroke_fill=WHITE)
    pen.text(place, mark.text, mark.colour, font, anchor, stroke_width=bold)


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _rgba(colour: str, opacity: float) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue, round(255 * opacity)


def _described(title: str) -> PngInfo:
    info = PngInfo()
    info.add_itxt("Description", title)
    return info
