"""The append-only proof of every decision and release, which outsiders can check.

entry and vocabulary say what an entry is; tree hashes and proves; note, checkpoint,
cosignature and proof are the signed text files; tiles writes the public folder; audit checks it.
"""
