"""Why the operating system refused, in the reader's words."""

import errno
import os

from bot.language import Sentence, sentence

_REASONS = {
    errno.ENOSPC: "store.why-full",
    errno.EDQUOT: "store.why-full",
    errno.EFBIG: "store.why-full",
    errno.EROFS: "store.why-read-only",
    errno.EACCES: "store.why-not-allowed",
    errno.EPERM: "store.why-not-allowed",
    errno.EIO: "store.why-disk",
    errno.ENOENT: "store.why-not-there",
    errno.EISDIR: "store.why-is-folder",
    errno.ENOTDIR: "store.why-no-folder",
    errno.EEXIST: "store.why-no-folder",
}


def why(error: OSError) -> Sentence:
    """The reason of a refusal; what people seldom meet keeps the system's own words."""
    if error.errno in _REASONS:
        return sentence(_REASONS[error.errno])
    return sentence("store.why-other", text=os.strerror(error.errno) if error.errno else str(error))
