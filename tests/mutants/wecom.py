"""The weaknesses of careless clients of WeCom's (facts: wecom): what they resend, forget, believe, or let out."""

from tests.mutants.mutant import Mutant, Patch

WECOM = (
    Mutant(
        "reconnect when pushed out",
        "a newer connection of the same bot is fought over: both push each other out for ever",
        "the SDKs of the smart bot",
        (
            Patch(
                "bot/channels/wecom_bot/connection.py",
                """            self.pushed_out = True
            return False
""",
                """            return False
""",
            ),
        ),
        ("tests/channels/wecom_bot/test_connection.py", "tests/channels/wecom_bot/test_channel.py"),
    ),
    Mutant(
        "resend what had no ack",
        "a frame whose ack was lost is taken for one that was not sent",
        "wecomkit",
        (
            Patch(
                "bot/channels/wecom_bot/connection.py",
                """        raise Uncertain(sentence("wecom.uncertain", detail="no ack"))
""",
                """        raise NotSent(sentence("wecom.uncertain", detail="no ack"))
""",
            ),
        ),
        ("tests/channels/wecom_bot/test_connection.py", "tests/channels/wecom_bot/test_channel.py"),
    ),
    Mutant(
        "resend what had no reply",
        "a request to WeCom whose reply was lost is taken for one that never left",
        "wecomkit",
        (
            Patch(
                "bot/channels/wecom/codes.py",
                """_NEVER_LEFT = (
    httpx.ConnectError,
""",
                """_NEVER_LEFT = (
    httpx.ReadTimeout,
    httpx.ConnectError,
""",
            ),
        ),
        ("tests/channels/test_wecom_robot.py", "tests/channels/test_wecom_every_error.py"),
    ),
    Mutant(
        "take any answer for success",
        "what is refused with a 200 and an errcode counts as sent",
        "scripts that look at the status alone",
        (Patch("bot/channels/wecom/wire.py", "        if self.errcode != 0:\n", "        if self.errcode is None:\n"),),
        ("tests/channels/test_wecom_robot.py",),
    ),
    Mutant(
        "forget the robot's limit",
        "a group robot is asked as fast as Telegram is, and WeCom shuts it for a minute",
        "pywgb",
        (
            Patch(
                "bot/channels/wecom_robot/platform.py",
                "group_per_minute=20,",
                "group_per_minute=2_000,",
            ),
        ),
        ("tests/promises/test_pace.py",),
    ),
    Mutant(
        "believe an unsigned callback",
        "whoever knows the address of the callback speaks for anybody",
        "homemade callbacks",
        (
            Patch(
                "bot/channels/wecom_app/callback.py",
                "        if not crypt.is_signed(said, self._token, timestamp, nonce, sealed):\n",
                "        if not sealed:\n",
            ),
        ),
        ("tests/channels/wecom_app", "tests/web/test_callback.py"),
    ),
    Mutant(
        "believe an old callback",
        "what was overheard once can be told again for ever",
        "homemade callbacks",
        (Patch("bot/channels/wecom_app/callback.py", "_OLDEST = 600\n", "_OLDEST = 600_000_000\n"),),
        ("tests/channels/wecom_app", "tests/web/test_callback.py"),
    ),
    Mutant(
        "say 200 before it is on disk",
        "WeCom is told that a press was heard that the next crash forgets",
        "homemade callbacks",
        (
            Patch(
                "bot/channels/wecom_app/channel.py",
                "        return await self._in_time(self._inbox.put(inbound), _KEPT_WITHIN)\n",
                "        self._inbox.put(inbound)\n        return True\n",
            ),
        ),
        ("tests/channels/wecom_app",),
    ),
    Mutant(
        "take any link",
        "a link that somebody has changed answers for whom they like",
        "links that are only long",
        (
            Patch(
                "bot/acknowledgements/links.py",
                "    if not hmac.compare_digest(signature.encode(), _signature(key, said).encode()):\n",
                "    if not signature:\n",
            ),
        ),
        ("tests/acknowledgements/test_links.py",),
    ),
    Mutant(
        "let the key out",
        "the key of a group robot stands in what httpx logs of each request",
        "wecom-notifier",
        (
            Patch(
                "bot/channels/wecom/wire.py",
                "        logging.getLogger(name).setLevel(logging.WARNING)\n",
                "        logging.getLogger(name).setLevel(logging.INFO)\n",
            ),
        ),
        ("tests/channels/test_wecom_robot.py", "tests/promises/test_secrets.py"),
    ),
)
