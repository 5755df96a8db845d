"""What `docs/` tells an admin to write, to set and to expect is true."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from bot.app.platforms import KNOWN
from bot.cli import COMMANDS
from bot.language import sentences
from bot.settings import PREFIX, Settings, TelegramSettings, WebSettings, WecomSettings, known_names
from bot.web.answer import ROOT
from bot.web.callback import PATH as CALLBACK
from tests.app.stage import on
from tests.app.test_check import judged
from tests.builders import a_duty_alert, a_reminder, a_town

TOWN = Path(__file__).parents[2]
PAGES = sorted((TOWN / "docs").glob("*.md"))
READERS = [*PAGES, TOWN / "README.md"]


def everything() -> Settings:
    """All that a town may have set up."""
    return Settings(
        telegram=TelegramSettings(token=SecretStr("1:a")),
        wecom=WecomSettings(
            bot_id="b",
            bot_secret=SecretStr("s"),
            corp_id="ww1",
            agent_id=7,
            app_secret=SecretStr("s"),
            callback_token=SecretStr("t"),
            callback_aes_key=SecretStr("k" * 43),
        ),
        web=WebSettings(public_url="https://huo.example.gov.cn"),
    )


def blocks(page: Path, kind: str) -> Iterator[str]:
    yield from re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def each_block(kind: str) -> list[Any]:
    return [
        pytest.param(text, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, text in enumerate(blocks(page, kind), 1)
    ]


def test_there_is_a_page_for_each_way() -> None:
    names = {page.stem for page in PAGES}
    assert {*KNOWN} - {"board"} <= names
    assert {"README", "several-platforms"} <= names


@pytest.mark.parametrize("page", READERS, ids=lambda page: str(page.relative_to(TOWN)))
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z][A-Z0-9_]*[A-Z0-9]", page.read_text(encoding="utf-8")))
    assert {name for name in named if not name.startswith(f"{PREFIX}CHAT")} <= known_names()


@pytest.mark.parametrize("written", each_block("yaml"))
def test_every_snippet_is_a_town_that_has_nothing_to_mend(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(sorted(set(re.findall(r"GENGFU_CHAT_\w+", written))), 1001):
        monkeypatch.setenv(name, f"693a91f6-7bc4-4a97-9a0e-8a6c1ba9{number}")
    parts = yaml.load(written, yaml.BaseLoader)
    residents = any("residents" in chat.get("audiences", ()) for chat in parts["chats"])
    reminders = [a_duty_alert(on=on("09:00"), to={"offices": "all"})]
    reminders += [a_reminder(on=on("10:00"))] if residents else []
    found = judged(*reminders, town=a_town(**parts), set_to=everything())
    assert [each.in_words() for each in found.problems] == []
    assert found.in_force is not None


@pytest.mark.parametrize("shown", each_block("console"))
def test_what_is_said_to_be_shown_is_what_is_said(shown: str) -> None:
    said = [_pattern(each["zh"]) for each in sentences().values()]
    for line in shown.strip().splitlines():
        if line.startswith("$ gengfu "):
            assert line.split()[2] in COMMANDS, line
        else:
            words = re.sub(r"^[✓!✗] ", "", line)
            assert any(each.fullmatch(words) for each in said), words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_quoted_beside_its_meaning_is_what_is_said(page: Path) -> None:
    said = [each["zh"] for each in sentences().values()]
    whole = [_pattern(each) for each in said]
    last = page.read_text(encoding="utf-8").rpartition("\n## ")[2]
    quoted = [row.split(" | ")[0] for row in last.splitlines() if row.startswith("| `") and "gengfu doctor" not in row]
    for words in re.findall(r"`([^`]+)`", " ".join(quoted)):
        begun = words.removesuffix("…")
        assert any(each.fullmatch(words) for each in whole) or (begun != words and _begins(begun, said)), words


def test_a_quote_that_nobody_says_is_found() -> None:
    said = ["在 {chats} 里没法替 {office} 回执：请写上", "没有发成：{why}"]
    assert _begins("在 duty-room 里没法替 派出所 回执：请", said)
    assert _begins("没有发成：", said)
    assert not _begins("在 duty-room 里没法替 派出所 作答", said)
    assert not _begins("没有送到：", said)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_address_that_an_example_names_is_set_on_that_page(page: Path) -> None:
    named = {name for text in blocks(page, "yaml") for name in re.findall(r"GENGFU_CHAT_\w+", text)}
    said = {name for text in blocks(page, "sh") for name in re.findall(r"^(GENGFU_CHAT_\w+)=", text, re.MULTILINE)}
    assert named <= said


def test_the_proxy_lets_nobody_pass_for_who_sits_at_the_machine() -> None:
    """By a name that who calls may choose the board would be reached, and pressed (`bot.web.guard`)."""
    (proxy,) = blocks(TOWN / "docs" / "wecom-app.md", "nginx")
    assert re.findall(r"proxy_set_header (\S+) +(\S+);", proxy) == [
        ("Host", "$server_name"),
        ("X-Forwarded-For", "$remote_addr"),
    ]
    assert re.findall(r"location (.+?) +\{ proxy_pass", proxy) == [f"^~ {ROOT}", f"= {CALLBACK}"]
    assert proxy.count("proxy_pass") == 2


def test_nor_does_it_write_a_link_down() -> None:
    """Whoever has a link answers by it. nginx names the request in each error of a bot that is being started again."""
    (proxy,) = blocks(TOWN / "docs" / "wecom-app.md", "nginx")
    assert "access_log off;" in proxy
    assert re.search(r"error_log +\S+ crit;", proxy)


@pytest.mark.parametrize("page", READERS, ids=lambda page: str(page.relative_to(TOWN)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        file, _, heading = target.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def test_the_readme_points_to_every_page() -> None:
    text = (TOWN / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"(docs/{page.name})" not in text] == []


def test_every_way_ends_with_what_doctor_and_a_test_should_say() -> None:
    for page in PAGES:
        last = page.read_text(encoding="utf-8").rpartition("\n## ")[2]
        assert "gengfu doctor" in last, page.stem
        assert "gengfu chats --test" in last, page.stem


def _begins(words: str, said: Iterable[str]) -> bool:
    """Whether one of these sentences, filled in, may begin like this."""
    return any(_pattern(each[:end]).fullmatch(words) for each in said for end in _ends(each))


def _ends(sentence: str) -> Iterator[int]:
    """Where a sentence may be broken off: not within a field, which reads as anything, nor right behind it."""
    inside = [match.span() for match in re.finditer(r"\{\{|\}\}|\{\w+\}", sentence)]
    yield from (end for end in range(1, len(sentence) + 1) if not any(a < end <= b for a, b in inside))


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", sentence.replace("{{", "\0").replace("}}", "\1"))
    return re.compile(".+?".join(re.escape(part.replace("\0", "{").replace("\1", "}")) for part in parts), re.DOTALL)
