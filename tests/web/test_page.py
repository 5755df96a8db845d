from bot.web.page import MOST_UNTOLD, Page


async def told(page: Page) -> list[str]:
    """What a page is sent, to the end."""
    return [chunk.decode() async for chunk in page.events()]


async def test_a_page_that_reads_slowly_is_told_the_newest_of_each_and_then_its_version() -> None:
    page = Page()
    for number in range(100):
        page.tell("message-1", f"一 {number};".encode())
        page.tell("message-2", f"二 {number};".encode())
        page.seen(f"v{number}")
    page.close()
    (chunk,) = await told(page)
    assert chunk.startswith("一 99;二 99;id: v99")
    assert chunk.count("v99") == 2


async def test_the_same_word_is_not_said_twice_but_after_a_reload_it_is() -> None:
    page = Page()
    page.tell("state", b"calm;")
    events = page.events()
    assert await anext(events) == b"calm;"
    page.tell("state", b"calm;")
    page.tell("state", b"busy;")
    assert await anext(events) == b"busy;"
    page.reload()
    page.tell("state", b"busy;")
    assert b"event: reload" in (chunk := await anext(events))
    assert chunk.endswith(b"busy;")


async def test_a_page_that_would_have_too_much_to_read_loads_itself_anew() -> None:
    page = Page()
    for number in range(MOST_UNTOLD + 1):
        page.tell(f"message-{number}", b"old;")
    page.close()
    (chunk,) = await told(page)
    assert "old;" not in chunk
    assert "event: reload" in chunk
