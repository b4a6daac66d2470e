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
    "version": "VER 1.002 is no version of the standard, or older than a record in the file",
    "domain-unstated": "a criminal type of transaction, but nothing shows the FBI's domain",
    "count": "CNT 1.003 does not count the records that are there",
    "count-order": "a record is not of the type that CNT announces in its place",
    "idc": "a record's IDC is not the one that CNT announces",
    "idc-repeated": "two images of one type have one IDC",
    "link": "records that share an IDC name different fingers or sizes",
    "link-missing": "minutiae whose IDC no image in the file has",
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
    # images
    "finger-position": "a position that is unknown, or not of a ten-print card",
    "finger-repeated": "a finger position twice",
    "finger-missing": "a finger neither imaged nor excused in AMP, or both",
    "image": "no image, or one whose header cannot be followed",
    "image-cut": "an image without the mark that ends it",
    "image-size": "width and height are not those of the image",
    "compression": "the image is not in the format that its record states",
    "bits": "BPX is not the image's bits a pixel",
    "resolution": "a resolution outside the range of its record type, or none at all",
    "resolution-unused": "NSR or NTR is stated, but no record in the file is scaled by it",
    "scale": "two statements of the image's scale contradict each other",
    # parts of an image
    "segment": "a box or outline outside the image, turned about, or of a finger not shown",
    "amputation": "AMP names a finger that the image could not show, or one that it does show",
    "quality": "a quality that is no score, or of a finger not shown",
    # minutiae
    "minutia-count": "a stated number of minutiae is not the number of those that are there",
    "minutia-order": "minutiae are not numbered 1, 2, 3 ...",
    "minutia-place": "a minutia, core or delta outside the image",
    "minutia-unreadable": "a minutia without a position and an angle in numbers of its form",
    "minutia-neighbour": "a ridge count to a minutia that is not there",
    "minutia-format": "the fields present are not those of the stated minutia format",
}
