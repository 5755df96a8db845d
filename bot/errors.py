"""The exception tree. Each carries one sentence for the reader: what is wrong, where, what to do.

GengfuError
├── SettingsError        a setting cannot be used
├── TownMissing          the folder is no town
├── ScheduleRefused      the schedule has errors; carries all of them
├── StoreError
│   ├── StoreUnwritable  the data folder cannot be written
│   │   └── HoldLost     the town is not held any more: another may write it
│   ├── StoreDamaged     what is on disk is not what was written
│   └── TownHeld         another bot holds the town
├── Overtaken            what a change was based on has changed meanwhile
├── BackupRefused        a backup is not whole, or of a later form
├── OutUnwritable        a file that was asked for cannot be written
├── PortInUse            the board's address is taken
├── RehearsalRefused     a rehearsal cannot be played so
├── PauseRefused         paused already, or not paused
├── LinkRefused          a link to answer by cannot be used
│   ├── LinkStale        its time is over
│   ├── LinkTampered     this town has not made it so
│   └── LinkElsewhere    it is another town's
├── CallbackRefused      what came to the app's callback is not for us
├── NotFound             no such chat, campaign, occurrence
└── SendError            a channel did not deliver
    ├── NotSent          for sure not sent, and trying again may help
    │   ├── Throttled    the platform asked to wait
    │   └── Moved        the chat has a new address
    ├── Refused          for sure not sent, and trying again does not help
    │   ├── ChatGone     nothing reaches this chat any more (kicked, blocked, deleted)
    │   └── ChannelDown  the platform refuses this bot altogether (its token was revoked)
    └── Uncertain        perhaps sent
"""

from datetime import timedelta

from bot.language import Lang, Sentence, say


class GengfuError(Exception):
    """What went wrong, as one sentence for the reader. `say(error.sentence, lang)` puts it into words."""

    def __init__(self, what: Sentence) -> None:
        super().__init__(what)
        self.sentence = what

    def __str__(self) -> str:
        return say(self.sentence)

    def in_words(self, lang: Lang) -> str:
        """The one line that a user reads."""
        return say(self.sentence, lang)


class SettingsError(GengfuError):
    """A setting cannot be used as it stands."""


class TownMissing(GengfuError):
    """The folder holds no town: no `schedules/town.yaml`."""


class ScheduleRefused(GengfuError):
    """A schedule has errors; `problems` holds all of them (`bot.campaign.problems.Problem`)."""

    def __init__(self, what: Sentence, problems: tuple[object, ...]) -> None:
        super().__init__(what)
        self.problems = problems


class StoreError(GengfuError):
    """The store cannot do what it promises."""


class StoreUnwritable(StoreError):
    """The data folder cannot be written: read-only, full, or not ours."""


class HoldLost(StoreUnwritable):
    """The hold on the town was taken away: another bot may write and send now, so this one must not."""


class StoreDamaged(StoreError):
    """A file of the store is not what was written."""


class TownHeld(StoreError):
    """Another bot holds the town; the sentence names its process and since when."""


class Overtaken(GengfuError):
    """What a change was based on stands otherwise by now: nothing of it was written; look again."""


class BackupRefused(GengfuError):
    """A backup is not what was written, or was written by a later version; nothing was done with it."""


class OutUnwritable(GengfuError):
    """A file that was asked for (`--out`) cannot be written where it should stand."""


class PortInUse(GengfuError):
    """The address of the board is taken."""


class RehearsalRefused(GengfuError):
    """A rehearsal cannot be played so: its span, its speed, or what it would play."""


class PauseRefused(GengfuError):
    """The town is paused already, or it is not and cannot be resumed; the sentence says since when and by whom."""


class LinkRefused(GengfuError):
    """A link to answer by cannot be used; the sentence says why, and how to answer instead."""


class LinkStale(LinkRefused):
    """The link's time is over."""


class LinkTampered(LinkRefused):
    """The link is not as this town made it, or it made none."""


class LinkBusy(LinkRefused):
    """Too much was put on record by the link in too short a time."""


class LinkElsewhere(LinkRefused):
    """The link is another town's."""


class CallbackRefused(GengfuError):
    """What came to the callback of WeCom's app is not WeCom's, not for this corp, or not of now."""


class CallbackMismatched(CallbackRefused):
    """What came has all that WeCom sends, and our settings do not fit it: so nothing of WeCom's is heard."""


class NotFound(GengfuError):
    """Nothing is known by that name; the sentence offers the nearest one."""


class SendError(GengfuError):
    """A channel did not deliver. The class says whether it was sent, and whether to try again."""


class NotSent(SendError):
    """For sure not sent; trying again may help."""


class Throttled(NotSent):
    """The platform asked to wait for `retry_after` before anything more goes to this chat."""

    def __init__(self, what: Sentence, retry_after: timedelta) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class Moved(NotSent):
    """The chat lives at `new_address` from now on (a Telegram group that became a supergroup)."""

    def __init__(self, what: Sentence, new_address: str) -> None:
        super().__init__(what)
        self.new_address = new_address


class Refused(SendError):
    """For sure not sent, and the same request will be refused again: kicked, blocked, deleted, malformed."""


class ChatGone(Refused):
    """No message reaches this chat any more: kicked, blocked, deleted, no right to write. Others go on."""


class ChannelDown(Refused):
    """The platform refuses this bot altogether: a wrong or revoked token."""


class Uncertain(SendError):
    """Perhaps sent: the request left and no answer that can be read came back."""
