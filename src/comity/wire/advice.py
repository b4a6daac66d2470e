"""What usually lies behind a finding, and what to do about it: a sentence each, by code.

Where `comity wire repair` has the one right answer, the finding itself says so; here stands what
a person does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """cause  what usually brings it about;  action  what the sender does."""

    cause: str
    action: str


_RESEND = "take the file from the sending system again, in binary mode, and compare the sizes"
_SOFTWARE = "tell whoever maintains the software that wrote the file"
_CORRECT = "correct the value at its source and send again under a new TCN"

ADVICE = {
    "not-a-transaction": Advice(
        "another kind of file, an XML transaction, or a transfer that lost the beginning",
        "look at the first bytes: a transaction begins with `1.001:` or `1.01:`",
    ),
    "length": Advice(
        "the record was edited after LEN was computed, or line ends were changed in transfer",
        "if the values are right, repair LEN; if bytes are missing, send the file again",
    ),
    "truncated": Advice("a transfer that was cut off, or a disk that was full", _RESEND),
    "separator": Advice(
        "a text with a control character was put in unchecked, or a separator was stripped",
        "find which value it came from and clean it there; " + _SOFTWARE,
    ),
    "field-unreadable": Advice(
        "a separator inside a value, so that the rest of it looks like a field", _SOFTWARE
    ),
    "field-misplaced": Advice(
        "a field copied from another record type with its old tag",
        "give it the tag of the record it stands in, or move it to its own",
    ),
    "record-unreadable": Advice(
        "an earlier LEN or CNT is wrong, so that this record is looked for in the wrong place",
        "mend the first finding of the file and check again: others may go with it",
    ),
    "bytes-left-over": Advice(
        "blanks or line ends added in transfer, or a record that CNT does not announce",
        "blanks can be cut off; anything else belongs in a record and into CNT",
    ),
    "limit": Advice("a damaged or a hostile file", "do not process it; ask the sender"),
    "version": Advice(
        "software older or newer than its record types",
        "state the version whose record types are used: 0500 for 2011, 0400 for 2007",
    ),
    "domain-unstated": Advice(
        "a file of another domain that uses the word of a criminal submission",
        "state the domain and its version in DOM 1.013, or use the domain's own TOT",
    ),
    "count": Advice(
        "records were added or left out after CNT was written, or Type-1 was counted",
        "the first value is `1` and the number of the records after Type-1; then one a record",
    ),
    "count-order": Advice(
        "records were written in another order than they are listed in",
        "list them in CNT in the order of the file",
    ),
    "idc": Advice(
        "records were renumbered, but CNT was not",
        "give the record the IDC that CNT announces, or CNT the record's",
    ),
    "idc-repeated": Advice(
        "a counter that does not count up; minutiae and image of one print may share an IDC, "
        "two images may not",
        "number the images from 01 on, and CNT alike",
    ),
    "link": Advice(
        "minutiae or a copy were attached to another finger's image",
        "compare the two records; one of them has the wrong IDC or position",
    ),
    "link-missing": Advice(
        "minutiae were sent alone, or their image has another IDC",
        "nothing where that is meant; else give both the same IDC",
    ),
    "record-count": Advice(
        "a print was not captured, or the wrong type of transaction was chosen",
        "see `comity wire explain TOT` for what such a transaction is made of",
    ),
    "character-set": Advice(
        "names with accents written without a declared character set",
        "declare UTF-8 (index 003) in DCS 1.015, or write the names in ASCII",
    ),
    "not-carried": Advice(
        "the sending system adds faces, irises or signatures to every file",
        "nothing: the record stays in the file and is neither opened nor passed on",
    ),
    "image-empty": Advice(
        "the capture failed and the record was written all the same",
        "take the print again, or leave the record out and say why in AMP",
    ),
    "field-missing": Advice(
        "the booking form was left blank, or the software does not know the field",
        "fill it in; many fields have a code for unknown, see `comity wire explain TAG`",
    ),
    "field-repeated": Advice(
        "a value was written twice, or several values as fields instead of subfields",
        "write one field; several values are separated by RS",
    ),
    "field-unexpected": Advice(
        "a form for another type of transaction was used",
        "leave it out, or choose the type of transaction that has it",
    ),
    "occurrence": Advice(
        "more aliases, charges or marks than one transaction holds",
        "send the most important ones; the field's number of values is in its explanation",
    ),
    "item-count": Advice(
        "a text with the separator US in it, or a list written flat",
        "separate values by RS and the items of one value by US",
    ),
    "item-missing": Advice(
        "one part of a value was left blank",
        "fill the item in, or leave the whole value out where that is allowed",
    ),
    "characters": Advice(
        "punctuation, accents or lower case that the field does not take",
        "write the value with the characters that the field has",
    ),
    "value-length": Advice(
        "leading zeros left out (a height of `57` for `507`), or a text cut or too long",
        "write the value at its full width",
    ),
    "code": Advice(
        "a word or a local code where the standard's code is meant",
        "translate it: `comity wire explain TAG` lists the codes",
    ),
    "date": Advice(
        "day and month changed places, or a placeholder",
        "write CCYYMMDD; unknown parts are zeros only where the field says so",
    ),
    "date-order": Advice("a typing mistake, or the capture station's clock", _CORRECT),
    "finger-position": Advice(
        "a palm or a latent's position in a ten-print record",
        "give the print a position of its record type, 1 to 10 for rolled fingers",
    ),
    "finger-repeated": Advice(
        "one finger was taken twice under the same position",
        "look at both prints; one is another finger's",
    ),
    "finger-missing": Advice(
        "a finger was skipped at capture, or amputation was noted for a finger that was taken",
        "take the print, or state XX or UP for the finger in AMP",
    ),
    "image": Advice("a damaged image or one of another format", "send the image again"),
    "image-cut": Advice("the image was cut off when it was stored or sent", _RESEND),
    "image-size": Advice(
        "the image was cropped or turned after its size was noted",
        "state the image's own width and height",
    ),
    "compression": Advice(
        "the image was recompressed, or the format is a default that nobody set",
        "state the format that the image has",
    ),
    "bits": Advice("a default that does not fit the image", "state 8 for grey images"),
    "resolution": Advice(
        "the scale was left at a default such as 96, or stated in the wrong unit",
        "state the scanner's: 500 or 1000 pixels an inch, 19.69 or 39.37 a millimetre",
    ),
    "resolution-unused": Advice(
        "a template for records of types 3 to 7 was used",
        "write 00.00; tagged records state their own scale",
    ),
    "scale": Advice(
        "the image was resampled, but one of its statements was not changed",
        "find the scanner's scale and state it everywhere",
    ),
    "segment": Advice(
        "boxes computed on an image of another size, or left and right changed places",
        "segment the image again, after its last crop",
    ),
    "amputation": Advice(
        "AMP speaks of another hand's fingers, or of one that was printed after all",
        "state the fingers that this image should show and does not",
    ),
    "quality": Advice(
        "a score of another scale, or copied from another image",
        "compute it again, or leave the field out",
    ),
    "minutia-count": Advice("minutiae were edited after they were counted", "count them again"),
    "minutia-order": Advice(
        "minutiae were deleted by hand", "number them 1, 2, 3 ... and their neighbours alike"
    ),
    "minutia-place": Advice(
        "units or origin of another form: 0.01 mm from below in 9.012, pixels from above in 9.137",
        "write the positions in the form's own unit",
    ),
    "minutia-unreadable": Advice(
        "positions without their leading zeros",
        "write XXXXYYYYTTT with eleven digits",
    ),
    "minutia-neighbour": Advice(
        "minutiae were deleted, but not what refers to them", "compute the ridge counts again"
    ),
    "minutia-format": Advice(
        "the stated format is another vendor's or edition's",
        "state the format of the fields that are there",
    ),
}
