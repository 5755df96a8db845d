"""Who issues the document and to whom it goes: what follows from the town's name, its tags and the campaign's basis."""

import re
from collections.abc import Iterable

from bot.campaign.model import Schedule
from bot.language import Lang, say, sentence

_OWN = re.compile(r"(?:.*[省市区县旗])?(?P<own>[^省市区县旗]+?)(?P<rank>镇|乡|街道)$")
_RANKS = {"镇": "town", "乡": "township", "街道": "sub-district"}
_CODE = re.compile(r"(?P<code>\w+?)\s*[〔\[（(]\s*\d{4}\s*[〕\]）)]")


def organ(town: str, lang: Lang) -> str:
    """The organ that signs for a town: 镇 and 乡 have a 人民政府, a 街道 has its 办事处."""
    match _rank(town):
        case "镇" | "乡":
            return say(sentence("document.government", town=town), lang)
        case "街道":
            return say(sentence("document.sub-district", town=town), lang)
        case _:
            return town


def issue_number(town: str, bases: Iterable[str], year: int, lang: Lang) -> str:
    """发文字号, its number left blank (7.2.5): 金龙府发〔2027〕　号. The organ's code is known where a campaign
    is based on a document of the town's own government, and is left blank else.
    """
    found = _OWN.match(town)
    codes = [match["code"] for basis in bases if (match := _CODE.match(basis))]
    own = [code for code in codes if found and code.startswith((found["own"] + "府", found["own"] + "政"))]
    return say(sentence("document.number", code=own[0] if own else "　　　　", year=year), lang)


def addressees(schedule: Schedule, offices: Iterable[str], lang: Lang) -> str:
    """主送机关: the offices of the record by the names under which they are addressed together (统称)."""
    tags = [schedule.offices[each].tags if each in schedule.offices else () for each in offices]
    kinds = ["village" if "village" in each else "department" if "department" in each else "other" for each in tags]
    own = f"department-of-{_RANKS.get(_rank(schedule.town.name), 'town')}"
    keys = {"village": "village", "department": own, "other": "other"}
    together = [say(sentence(f"document.to-{key}"), lang) for kind, key in keys.items() if kind in kinds]
    if set(kinds) <= {"other"}:
        together = [say(sentence("document.to-offices"), lang)]
    return say(sentence("document.to", offices=_joined(together, lang)), lang)


def supervisor(schedule: Schedule, lang: Lang) -> str:
    """For whom a summing-up is written: who is tagged supervisor, or else the organ itself."""
    found = [schedule.offices[each].name for each in schedule.supervisors]
    return found[0] if found else organ(schedule.town.name, lang)


def _rank(town: str) -> str:
    found = _OWN.match(town)
    return found["rank"] if found else ""


def _joined(names: Iterable[str], lang: Lang) -> str:
    return ("，" if lang == "zh" else ", ").join(names)
