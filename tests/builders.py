"""A town, a chat, a reminder as the YAML would have them: a test says only what matters to it.

Each builder returns what stands in the file, as a dict. Keys that Python reserves are given with an underscore:
`from_`, `with_`. `a_schedule` passes everything through the real loader.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from bot.campaign.load import Loaded, parse
from bot.campaign.model import Schedule

Written = dict[str, Any]
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _written(defaults: Written, given: Mapping[str, Any]) -> Written:
    """The defaults, overruled; a key given as None is left out."""
    merged = {**defaults, **{key.rstrip("_"): value for key, value in given.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def an_office(id_: str = "police", **given: Any) -> Written:
    """An office that one member, 2001 on Telegram, may answer for."""
    return _written({"id": id_, "name": f"{id_} 所", "members": [{"telegram": 2001}]}, given)


def a_chat(id_: str = "duty-room", **given: Any) -> Written:
    """A Telegram chat in which every office reads."""
    return _written({"id": id_, "on": "telegram", "address": f"@{id_}", "audiences": ["offices"]}, given)


def a_town(**given: Any) -> Written:
    """Jinlong: 派出所, 综合执法大队, the village Longmen with a chat of its own, the committee that supervises."""
    offices = [
        an_office(name="派出所", members=[{"telegram": 2001}, {"wecom": "PoliceDuty"}]),
        an_office("enforcement", name="综合执法大队", aliases=["综合执法队"], members=[{"telegram": 2002}]),
        an_office("village-longmen", name="龙门村委会", tags=["village"], members=None, answer_from="chat"),
        an_office("fire-committee", name="镇消防安全委员会", tags=["supervisor"], members=[{"telegram": 2009}]),
    ]
    chats = [
        a_chat(name="消防安全工作群", address=-1001001),
        a_chat("longmen-office", address=-1001002, audiences=None, office="village-longmen"),
        a_chat("longmen-residents", address=-1001003, audiences=["residents"]),
    ]
    defaults = {"town": "jinlong", "name": "金龙镇", "admins": [{"telegram": 1001}], "offices": offices, "chats": chats}
    return _written(defaults, given)


def a_key_date(id_: str = "new-year", **given: Any) -> Written:
    """元旦, or by its own rule another."""
    return _written({"id": id_, "name": "元旦" if id_ == "new-year" else id_, "on": {"solar": "01-01"}}, given)


def some_key_dates() -> list[Written]:
    """The four of the notice: 元旦, 春节, 元宵节, 全国两会."""
    return [
        a_key_date(aliases=["元日"], watch={"from": -2, "until": 1}),
        a_key_date("spring-festival", name="春节", on={"lunar": "01-01"}, watch={"from": -8, "until": 7}),
        a_key_date("lantern", name="元宵节", on={"lunar": "01-15"}, watch={"from": -1, "until": 1}),
        a_key_date(
            "two-sessions",
            name="全国两会",
            on={"by_year": {2024: "2024-03-04..2024-03-11"}, "otherwise": "03-04..03-12"},
            watch={"from": -3, "until": 1},
        ),
    ]


def a_phase(id_: str = "carry-out", **given: Any) -> Written:
    """组织实施, from November 2026 to March 2027."""
    return _written({"id": id_, "name": f"{id_} 阶段", "from": "2026-11-01", "until": "2027-03-31"}, given)


def a_duty(id_: str = "fireworks", **given: Any) -> Written:
    """An item of the notice that 派出所 leads."""
    return _written({"id": id_, "item": "九.4", "name": "烟花爆竹安全管理", "lead": ["police"]}, given)


def a_reminder(id_: str = "warning", **given: Any) -> Written:
    """A broadcast to residents on 春节 at nine."""
    defaults = {
        "id": id_,
        "on": {"key_date": "spring-festival", "at": "09:00"},
        "to": ["residents"],
        "message": "sanqing-sanguan",
    }
    return _written(defaults, given)


def a_duty_alert(id_: str = "alert", **given: Any) -> Written:
    """An ask of 派出所 on 春节 at nine, owed within two hours."""
    answer = {"within": "2h", "expects": "done"}
    return a_reminder(id_, **{"to": {"offices": ["police"]}, "message": "duty-alert", "answer": answer, **given})


def a_campaign(id_: str = "winter-2026", **given: Any) -> Written:
    """One phase and one broadcast."""
    defaults = {"campaign": id_, "title": "今冬明春", "phases": [a_phase()], "reminders": [a_reminder()]}
    return _written(defaults, given)


def some_files(
    *,
    town: Written | None = None,
    key_dates: Sequence[Written] | None = None,
    workdays: Written | None = None,
    campaigns: Sequence[Written] | None = None,
    **campaign: Any,
) -> dict[str, bytes]:
    """The files of a `schedules/` folder. What is not one of the four files' parts goes to the one campaign."""
    dates = {"key_dates": list(some_key_dates() if key_dates is None else key_dates), "workdays": workdays or {}}
    files = {"town.yaml": a_town() if town is None else town, "key-dates.yaml": dates}
    for each in [a_campaign(**campaign)] if campaigns is None else campaigns:
        files[f"{each['campaign']}.yaml"] = each
    return {name: as_yaml(content) for name, content in files.items()}


def as_yaml(content: Written) -> bytes:
    """What a builder returns, as the bytes of a file."""
    return yaml.dump(content, Dumper=_DUMPER, allow_unicode=True, sort_keys=False).encode()


def a_loaded(**given: Any) -> Loaded:
    """What the loader says of `some_files`."""
    return parse(some_files(**given))


def a_schedule(**given: Any) -> Schedule:
    """The schedule of `some_files`; it must have no error. `a_schedule(reminders=[a_reminder(late="1h")])`."""
    loaded = a_loaded(**given)
    assert loaded.schedule is not None, "\n".join(each.in_words("en") for each in loaded.errors)
    return loaded.schedule
