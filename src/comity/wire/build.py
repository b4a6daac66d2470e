"""Builders of the programme's transactions, in one place.

    submission        CAR, CNA, CPDR, CPNU     `car`               card.py
    first response    SRE or ERRT              `sre`, `errt`       answer.py
    second response   an unsolicited SRE       `second_response`   answer.py
    status query      Nlets text               `iaq`, `iar`        nlets.py

What they write passes `validate` without a finding, or they raise WireError.
Decisions 0302 and 0303.
"""

from comity.wire.answer import Kind, errt, second_response, sre
from comity.wire.card import car
from comity.wire.nlets import iaq, iar

__all__ = ["Kind", "car", "errt", "iaq", "iar", "second_response", "sre"]
