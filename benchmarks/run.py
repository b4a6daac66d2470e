"""Run the quick benchmarks in order and add their figures to benchmarks/results.csv.

    python benchmarks/run.py [--json]

The same as `comity bench --quick` and `make bench`.
"""

from __future__ import annotations

import sys

from comity.cli import main

if __name__ == "__main__":
    main(["bench", "--quick", *sys.argv[1:]])
