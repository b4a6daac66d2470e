"""A plain reader of well-formed files: trusts LEN and CNT, keeps nothing but tags and values."""

import re


def records(data):
    """(type, [(tag number, value bytes)]) for tagged records, (type, bytes) for binary ones."""
    out = []
    listed = None
    at = 0
    while at < len(data):
        head = re.match(rb"(\d+)\.0*1:(\d+)", data[at : at + 40])
        if head:
            kind, size = int(head[1]), int(head[2])
            body = data[at : at + size]
            assert body.endswith(b"\x1c")
            fields = _fields(body[:-1], kind)
        else:
            kind, size = listed[len(out)], int.from_bytes(data[at : at + 4], "big")
            fields = data[at : at + size]
        out.append((kind, fields))
        if listed is None:
            count = dict(fields)[3]
            listed = [int(entry.split(b"\x1f")[0]) for entry in count.split(b"\x1e")]
        at += size
    return out


def _fields(body, kind):
    fields = []
    while body:
        tag, rest = body.split(b":", 1)
        _, number = tag.split(b".")
        if int(number) == 999 and kind >= 10:
            fields.append((999, rest))
            break
        value, _, body = rest.partition(b"\x1d")
        fields.append((int(number), value))
    return fields
