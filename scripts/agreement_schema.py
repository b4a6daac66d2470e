"""Write docs/spec/agreement.schema.json from the grammar: `python scripts/agreement_schema.py`."""

from __future__ import annotations

import json
from pathlib import Path

from comity.agreement.schema import schema

PAGE = Path(__file__).resolve().parents[1] / "docs" / "spec" / "agreement.schema.json"


def text() -> str:
    """The file as it should be."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
    print(f"wrote {PAGE}")
