"""Every moment has a zone: no record takes one without (design.md, promise 6; fault 11)."""

from datetime import datetime

import pytest
from pydantic import BaseModel, ValidationError

from bot.ledger.deliveries import Delivery, Issued, Owing
from bot.ledger.entries import Entry
from bot.ledger.inbound import Inbound
from tests.app.stage import EIGHT
from tests.outbox.stage import an_ask
from tests.store.records import a_delivery, an_entry, an_inbound

NAIVE = EIGHT.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (an_entry(), "at"),
        (an_inbound(), "at"),
        (a_delivery(), "due"),
        (a_delivery(), "sent_at"),
        (a_delivery(), "not_before"),
        (an_ask(), "due"),
        (an_ask().owing, "deadline"),
    ],
)
def test_no_record_takes_a_moment_without_a_zone(record: BaseModel, field: str) -> None:
    given = record.model_dump()
    type(record).model_validate({**given, field: EIGHT})
    with pytest.raises(ValidationError, match="timezone"):
        type(record).model_validate({**given, field: NAIVE})


@pytest.mark.parametrize("kind", [Entry, Inbound, Delivery, Issued, Owing])
def test_and_there_is_no_other_kind_of_moment_in_them(kind: type[BaseModel]) -> None:
    assert all(field.annotation is not datetime or field.metadata for field in kind.model_fields.values())
