"""What each key of the schedule files means, as an editor shows it beside the key: Chinese, then English."""

_AT = "时间，如 09:00，可写几个：[09:00, 18:00] / times of the day, one or several"
_SHIFT = "遇休息日顺延：next-workday 延后到工作日，previous-workday 提前到工作日 / moves a day off to a workday"
_DAYS = "提前或推后几天：-3 是前 3 天，0 是当天 / days before (-3) or after the edge, 0 on it"
_NAME = "名称 / its name"
_ID = "代号，用文字、数字、- 和 _；定下后不要改 / its id: letters, digits, - and _; keep it once used"
_ALIASES = "别名，引用时也认 / other names, by which it may be referred to"

MEANINGS: dict[str, dict[str, str]] = {
    "Town": {
        "town": _ID,
        "name": "镇的全称 / the town's full name",
        "timezone": "时区，默认 Asia/Shanghai / the zone of all times, Asia/Shanghai by default",
        "quiet_hours": "免打扰时段，默认 21:30 至 07:00 / when nobody is woken, 21:30 to 07:00 by default",
        "burden": "一个单位一周最多被要求答复几次 / how many asks an office may get in a week",
        "admins": "管理员 / who may change schedules and is told of troubles",
        "offices": "责任单位 / who must answer",
        "chats": "群 / the chats in which the bot speaks",
    },
    "QuietHours": {
        "from": "开始时间（含） / from this time on it is quiet",
        "until": "结束时间（不含） / from this time on it is not",
    },
    "Burden": {
        "per_week": "每周次数，超过时 check 会提醒；默认 10 / asks a week above which check warns, 10 by default"
    },
    "Office": {
        "id": _ID,
        "name": _NAME,
        "aliases": _ALIASES,
        "tags": "标签，提醒可按标签写给一类单位 / words by which reminders pick offices",
        "members": "谁能替它答复，如 {telegram: 2001} / who may answer for it",
        "answer_from": "写 chat 时，它自己群里的任何人都能答复 / chat: anyone in its own chat may answer for it",
    },
    "Chat": {
        "id": _ID,
        "on": "平台：telegram、wecom-robot、wecom-bot、wecom-app 或 board / the platform",
        "name": "群名 / what people call it",
        "address": "平台上的编号；要保密的写 {env: 变量名} / its id on the platform; a secret one is named",
        "audiences": "受众；offices 指所有责任单位 / who reads here; offices means every office",
        "office": "这个群属于哪个责任单位 / the office whose own chat this is",
        "mention_by": "智能机器人不能 @ 人，由同群的哪个群机器人点名 / the group robot that mentions for a smart bot",
    },
    "KeyDatesFile": {
        "key_dates": "重要节点 / holidays and events",
        "workdays": "按年写明放假和调休上班，以国务院通知为准 / by year: days off and make-up days, as announced",
    },
    "KeyDate": {
        "id": _ID,
        "name": _NAME,
        "aliases": _ALIASES,
        "on": "哪一天，只用一种规则 / which day it is, by one rule",
        "watch": "高等级防范期 / the days round it in which the level is raised",
    },
    "KeyDateRule": {
        "solar": "公历，如 01-01 / month and day of the civil year",
        "lunar": "农历，如 01-15 / month and day of the lunar year",
        "lunar_last_day": "农历某月的最后一天，12 就是除夕 / the last day of a lunar month, 12 for 除夕",
        "solar_term": "节气，如 清明 / a solar term",
        "by_year": "按年写明，如 {2024: 2024-03-04..2024-03-11} / by year, first and last day as announced",
        "otherwise": "没有公布的年份先按这个，标为暂定 / what other years are taken for until announced",
    },
    "Watch": {
        "from": "从第一天起算，-3 是前 3 天 / offset from the first day",
        "until": "从最后一天起算，1 是后 1 天 / offset from the last day",
    },
    "YearOfWorkdays": {
        "off": "放假，如 02-05..02-12 / days off",
        "work": "调休上班，如 02-13 / make-up days that are worked",
    },
    "Campaign": {
        "campaign": _ID,
        "title": "专项行动名称 / the campaign's title",
        "basis": "依据的文号 / the notice that it rests on",
        "phases": "阶段，前后相接 / its phases, one after the other",
        "duties": "职责，即文件里的条目和牵头单位 / the notice's items and who leads them",
        "reminders": "提醒 / the reminders",
    },
    "Phase": {
        "id": _ID,
        "name": _NAME,
        "from": "第一天 / its first day",
        "until": "最后一天，即期限 / its last day, the deadline",
    },
    "Duty": {
        "id": _ID,
        "item": "文件里的条目号，如 九.4 / the notice's item",
        "name": "做什么 / what is to be done",
        "lead": "牵头单位，由它们答复 / the offices that lead, and are asked",
        "with": "配合单位，只在文字里写明 / the offices that help, named in the text only",
    },
    "Reminder": {
        "id": _ID,
        "on": "什么时候：key_date、watch、phase、every、date 选一个 / when, by one of five rules",
        "to": "给谁；直接写列表就是受众 / to whom; a list names audiences",
        "message": "消息模板，即 messages/ 下不带 .j2 的文件名 / the template in messages/, without .j2",
        "answer": "要谁答复、多久之内；不写就是只通知 / the answer that is owed; without it, a broadcast",
        "late": "停机之后多久之内仍要补发，默认 6h / how long it is still worth sending late, 6h by default",
        "on_doubt": "不知道发没发出时：resend 再发，hold 不发 / when it may have been sent already",
        "urgent": "true 时连催办也不等免打扰结束 / true: not even its reminders wait for quiet hours to end",
    },
    "OnKeyDate": {
        "key_date": "重要节点 / the key date",
        "days": _DAYS,
        "edge": "从第一天（from）还是最后一天（until）算，默认 from / counted from its first or last day",
        "at": _AT,
        "shift": _SHIFT,
    },
    "OnWatch": {"watch": "哪个节点的防范期，期内每天 / every day of this key date's watch", "at": _AT, "shift": _SHIFT},
    "OnPhase": {
        "phase": "阶段 / the phase",
        "edge": "从第一天（from）还是最后一天（until）算，默认 until / counted from its first or last day",
        "days": _DAYS,
        "at": _AT,
        "shift": _SHIFT,
    },
    "OnEvery": {
        "every": "day 每天，week 每周，month 每月 / the rhythm",
        "day": "每周：mon … sun 或 周一 … 周日；每月：1 至 31 或 last / the day of the week or month",
        "during": "只在哪个阶段 / only during this phase",
        "at": _AT,
        "shift": _SHIFT,
    },
    "During": {"phase": "阶段 / the phase"},
    "OnDate": {"date": "日期，如 2026-12-20 / the day", "at": _AT, "shift": _SHIFT},
    "Addressees": {
        "audiences": "受众 / audiences, as they stand on chats",
        "offices": "责任单位，all 是全部 / offices, or all",
        "tags": "有这个标签的责任单位 / the offices that bear a tag",
        "duty": "这项职责的牵头单位 / the offices that lead a duty",
    },
    "Answer": {
        "within": "多久之内，如 2h、1d / by when, counted from the due moment",
        "expects": "received 收到即可，done 要已落实 / which answer is owed",
        "remind_every": "没有答复时多久催一次 / how often who owes is reminded",
        "then": "还没有答复时依次告诉谁 / who is told then, step by step",
    },
    "Step": {
        "after": "多久之后 / after so long",
        "tell": "告诉哪些责任单位 / these offices are told",
    },
}
"""By model and key."""
