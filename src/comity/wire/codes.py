"""The stable codes of findings and what each means. A code is never renamed nor used again."""

from __future__ import annotations

CODES = {
    # what the reader worked round
    "not-a-transaction": "the file cannot be read at all; the finding that stands for a WireError",
    "length": "LEN is not the length of its record",
    "truncated": "the file ends inside a record",
    "separator": "a separator is missing, is another one, or stands inside a value",
    "field-unreadable": "bytes where a tag should be carry none; kept as they are",
    "field-misplaced": "a tag names another record type than the record it stands in",
    "record-unreadable": "bytes where CNT announces a record are none; kept as they are",
    "bytes-left-over": "bytes follow the last record; a warning where they are blank",
    "limit": "more records or fields than any real file has; the rest is kept unread",
    # the file as a whole
    "version": "VER 1.002 is no version of the standard",
    "domain-unstated": "a criminal type of transaction, but nothing shows the FBI's domain",
    "count": "CNT 1.003 does not count the records that are there",
    "count-order": "a record is not of the type that CNT announces in its place",
    "idc": "a record's IDC is not the one that CNT announces",
    "idc-repeated": "two finger images have one IDC",
    "record-count": "too few or too many records of a type for this transaction",
    "character-set": "letters outside ASCII that no listed character set explains",
    "not-carried": "a record without fingerprints: kept in the file, never opened or passed on",
    "image-empty": "an image field without bytes",
    # single fields
    "field-missing": "a field that must be there is absent or empty",
    "field-repeated": "a tag twice in one record",
    "field-unexpected": "a field that this type of transaction does not have",
    "occurrence": "more values than the field may have",
    "item-count": "more items than a value may have",
    "item-missing": "an item that must be there is absent or empty",
    "characters": "characters outside the field's class",
    "value-length": "a value too short or too long",
    "code": "a value that is none of the field's codes",
    "date": "a date that is no day of the calendar",
    "date-order": "a date before or after what it must follow or precede",
    # fingerprint images
    "finger-position": "a finger position that is unknown, or not of a ten-print card",
    "finger-repeated": "a finger position twice",
    "finger-missing": "a finger neither imaged nor excused in AMP, or both",
    "image": "no image, or one whose header cannot be followed",
    "image-size": "width and height are not those of the image",
    "compression": "the image is not in the format that its record states",
    "resolution": "neither 500 nor 1000 pixels an inch, within 1 %, or no scale at all",
}
