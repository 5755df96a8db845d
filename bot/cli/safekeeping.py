"""backup, restore: the record as one file, taken beside a running bot, put back while none runs."""

from datetime import UTC
from pathlib import Path

import click

from bot.app.safekeeping.backups import take_backup, with_evidence, write_backup
from bot.app.safekeeping.restoring import restore as put_back
from bot.cli.options import Call, common, short
from bot.cli.usage import told
from bot.clock import SystemClock
from bot.store.tables import FILE, parsed_town

_file = click.argument("file", type=click.Path(path_type=Path))


@click.command(help=told("help-backup"))
@common
@_file
def backup(call: Call, file: Path) -> int:
    """The record, its archives, the evidence and the version in force, as one file."""
    data = call.settings.data
    parcel = with_evidence(take_backup(data, SystemClock().now()), data)
    write_backup(parcel, file)
    contents = parsed_town(file, parcel.files[FILE])[1]
    entries = contents.archived + len(contents.entries)
    click.echo(call.say("safekeeping.written", file=str(file), entries=entries, bytes=file.stat().st_size))
    return 0


@click.command(help=told("help-restore"))
@common
@_file
def restore(call: Call, file: Path) -> int:
    """A backup in the record's place; what was there before is kept."""
    done = put_back(call.settings.data, file, SystemClock().now())
    made = short(done.made.astimezone(UTC) if done.made else None)
    click.echo(call.say("safekeeping.put-back", made=made, before=str(call.settings.data / done.before)))
    click.echo(call.say("safekeeping.put-back-meaning"))
    return 0
