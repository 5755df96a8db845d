"""Who signs, under which number, and to whom it goes."""

import pytest

from bot.reports.document.organ import addressees, issue_number, organ, supervisor
from tests.builders import a_chat, a_schedule, a_town, an_office


@pytest.mark.parametrize(
    ("town", "signs"),
    [
        ("重庆市永川区金龙镇", "重庆市永川区金龙镇人民政府"),
        ("某某乡", "某某乡人民政府"),
        ("重庆市永川区中山路街道", "重庆市永川区中山路街道办事处"),
        ("某某林场", "某某林场"),
    ],
)
def test_a_town_has_a_government_and_a_sub_district_its_office(town: str, signs: str) -> None:
    assert organ(town, "zh") == signs


@pytest.mark.parametrize(
    ("town", "bases", "number"),
    [
        ("重庆市永川区金龙镇", ["金龙府发〔2023〕96 号"], "金龙府发〔2027〕　号"),
        ("重庆市永川区金龙镇", ["永防发〔2023〕9 号"], "　　　　〔2027〕　号"),
        ("重庆市永川区金龙镇", ["金龙委发〔2023〕9 号"], "　　　　〔2027〕　号"),
        ("重庆市永川区金龙镇", ["永防发〔2023〕9 号", "金龙府发〔2023〕96 号"], "金龙府发〔2027〕　号"),
        ("重庆市永川区金龙镇", ["上级要求"], "　　　　〔2027〕　号"),
        ("某某林场", ["金龙府发〔2023〕96 号"], "　　　　〔2027〕　号"),
        ("金龙镇", [], "　　　　〔2027〕　号"),
    ],
)
def test_the_number_is_left_blank_and_the_code_where_it_is_not_known(town: str, bases: list[str], number: str) -> None:
    assert issue_number(town, bases, 2027, "zh") == number


def test_it_goes_to_the_villages_the_departments_and_the_others_that_were_asked() -> None:
    offices = [an_office(tags=["department"]), an_office("v", tags=["village"]), an_office("w")]
    schedule = a_schedule(town=a_town(offices=offices, chats=[a_chat(audiences=["offices", "residents"])]))
    assert addressees(schedule, ["police", "v", "w"], "zh") == "各村（居）民委员会，镇属各部门，各有关单位："
    assert addressees(schedule, ["v"], "zh") == "各村（居）民委员会："
    assert addressees(schedule, ["w", "gone"], "zh") == "各责任单位："


def test_a_summing_up_is_for_who_supervises() -> None:
    assert supervisor(a_schedule(), "zh") == "镇消防安全委员会"
