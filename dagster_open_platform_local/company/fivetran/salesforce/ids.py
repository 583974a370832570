"""Ids as Salesforce writes them: 18 characters that say which kind of record it is.

What belongs here: how a number becomes an id, which other tools refer to as well. What does not: which numbers there are.

Fifteen characters of base 62 (three for the kind of record, three for the instance, nine for the number) are followed by three that
say which of them are capitals, so that ids differ even where case does not count. Prefixes and checksum: Salesforce's help article
"Standard Field Record ID Prefix Decoder" and its page "ID field type" in the Object Reference.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.product.columns import Integers, Mask, only

PREFIXES = {
    "account": "001",
    "account_history": "017",
    "campaign": "701",
    "campaign_member": "00v",
    "campaign_member_status": "01Y",
    "contact": "003",
    "contact_history": "017",
    "contract": "800",
    "contract_status": "01J",
    "currency_type": "01L",
    "dated_conversion_rate": "04w",
    "event": "00U",
    "event_relation": "0RE",
    "forecasting_quota": "0J9",
    "group": "00G",
    "group_member": "011",
    "lead": "00Q",
    "lead_history": "017",
    "lead_status": "01J",
    "opportunity": "006",
    "opportunity_contact_role": "00K",
    "opportunity_field_history": "017",
    "opportunity_history": "008",
    "opportunity_line_item": "00k",
    "opportunity_stage": "01J",
    "organization": "00D",
    "period": "026",
    "pricebook_2": "01s",
    "pricebook_entry": "01u",
    "product_2": "01t",
    "profile": "00e",
    "queue_sobject": "03g",
    "record_type": "012",
    "task": "00T",
    "task_priority": "01J",
    "task_status": "01J",
    "user": "005",
    "user_role": "00E",
}
"""The first three characters, by the name of the table. Kinds that share them share the numbers."""

_INSTANCE = "5e0"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_NUMBER_LENGTH, _LENGTH = 9, 18
_FIRST_PERSON = 100
"""Users with lower numbers are no people."""


def salesforce_ids(kind: str, number: Integers, absent: Mask | None = None) -> pa.Array:
    """Ids of records.

    Args:
        kind: A key of `PREFIXES`.
        number: Of each record, not negative and below 62^9; two records of one kind never share one.
        absent: Where there is none: null.
    """
    found = number if absent is None else np.where(absent, 0, number)
    characters = np.zeros((found.size, _LENGTH), dtype=np.uint8)
    characters[:, :6] = np.frombuffer(f"{PREFIXES[kind]}{_INSTANCE}".encode(), dtype=np.uint8)
    digits = np.frombuffer(_DIGITS.encode(), dtype=np.uint8)
    rest = found.astype(np.int64)
    for place in range(_NUMBER_LENGTH):
        rest, digit = rest // 62, rest % 62
        characters[:, 14 - place] = digits[digit]
    characters[:, 15:] = _checksums(characters[:, :15])
    offsets = np.arange(found.size + 1, dtype=np.int32) * _LENGTH
    ids = pa.Array.from_buffers(
        pa.string(), found.size, [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(characters.tobytes())]
    )
    return ids if absent is None else only(ids, ~absent)


def _checksums(characters: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Three characters, each of which says which of five are capitals, the first of them in the lowest bit."""
    capital = (characters >= ord("A")) & (characters <= ord("Z"))
    weights = 1 << np.arange(5)
    bits = (capital.reshape(-1, 3, 5) * weights).sum(axis=2)
    return np.frombuffer(_CHECKS.encode(), dtype=np.uint8)[bits]


def user_ids(people: Integers) -> pa.Array:
    """Ids of the users who are the people of sales, by their numbers (`company/commercial/staff.py`)."""
    return salesforce_ids("user", people + _FIRST_PERSON)
