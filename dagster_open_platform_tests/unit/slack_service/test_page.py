"""The page shows what was posted, and nothing that was posted becomes a part of the page."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.slack import text
from dagster_open_platform.lib.slack.blocks import Context, Divider, Header, Image, Link, Section, Table
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform_local.services.saas.slack.mrkdwn import rendered
from dagster_open_platform_local.services.saas.slack.page import anchor, page_of
from dagster_open_platform_local.services.saas.slack.store import StoredMessage

NASTY = st.text(st.sampled_from("ab*_~`<>&\"'\n|:! \x00javascript:/"), max_size=40) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "</pre><b>",
        "&lt;b&gt;",
    ]
)
CHANNELS = {
    "C1": {"name": "data-platform", "is_private": True},
    "C2": {"name": "random", "is_private": False},
}
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "nav",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "a",
        "b",
        "i",
        "s",
        "main",
        "section",
    ),
    *(
        "div",
        "span",
        "article",
        "header",
        "hr",
        "figure",
        "figcaption",
        "img",
        "table",
        "tr",
        "td",
        "th",
        "code",
        "pre",
        "br",
    ),
    *("blockquote", "svg", "rect", "path"),
}


class Parsed(HTMLParser):
    """The page as a browser reads it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def links(self) -> list[str]:
        return [str(attributes["href"]) for tag, attributes in self.tags if tag == "a"]


def posted(message: Message, ts: str = "1785225600.000100", thread: str | None = None) -> StoredMessage:
    return StoredMessage("C1", ts, thread, message.as_json(), None)


def blocks_of(nasty: str) -> list:
    return [
        Header(nasty),
        Section(nasty, [nasty, text.bold(nasty), text.Mrkdwn(nasty)]),
        Section(text.code_block(nasty)),
        Section(text.link(nasty, nasty)),
        Context([nasty, text.code(nasty)]),
        Image(nasty, nasty, nasty),
        Table([nasty], [[Link(nasty, nasty)], [nasty]]),
        Divider(),
    ]


@given(NASTY)
def test_nothing_that_is_posted_becomes_a_part_of_the_page(nasty: str) -> None:
    page = page_of(
        CHANNELS,
        [posted(Message(nasty, blocks_of(nasty))), posted(Message(text.Mrkdwn(nasty)), "1785225601.000100")],
    )
    found = Parsed(page)
    assert {tag for tag, _ in found.tags} <= ALLOWED
    for _, attributes in found.tags:
        assert not [name for name in attributes if name.startswith("on")]
    assert all(link.startswith(("#", "http://", "https://", "mailto:")) for link in found.links)


@given(st.text(st.sampled_from("ab <>&\"'|:!"), min_size=1, max_size=30))
def test_escaped_text_is_shown_as_it_was_written(words: str) -> None:
    # What begins with > is a quotation in Slack, which has no escape for that.
    words = f"x{words}"
    assert "".join(Parsed(rendered(text.escaped(words))).texts) == words
    assert "".join(Parsed(rendered(text.code_block(words).source)).texts) == words


def test_markup_is_rendered() -> None:
    assert (
        rendered("*b* _i_ ~s~ `c*d*` a_b_c 2*3*4")
        == "<b>b</b> <i>i</i> <s>s</s> <code>c*d*</code> a_b_c 2*3*4"
    )
    assert (
        rendered("<https://x.y/?a=1&amp;b=2|a &lt; b>")
        == '<a href="https://x.y/?a=1&amp;b=2" rel="noreferrer">a &lt; b</a>'
    )
    assert rendered("<javascript:alert(1)|no>") == "no"
    assert rendered("<!channel> <#C1|data> <@U1>").count('class="mention"') == 3
    assert rendered("&gt; one\n&gt; *two*\nthree") == "<blockquote>one<br><b>two</b></blockquote>three"
    assert rendered("```\na &lt; *b*\n```") == "<pre>a &lt; *b*</pre>"
    assert rendered(":warning: :unknown_name:") == "⚠️ :unknown_name:"


def test_a_thread_stands_below_its_message_and_edits_are_marked() -> None:
    first, second = "1785225600.000100", "1785225605.000100"
    edited = StoredMessage("C1", first, None, Message("the first").as_json(), second)
    page = page_of(CHANNELS, [edited, posted(Message("an answer"), second, first)])
    assert page.index("the first") < page.index("(edited)") < page.index("1 reply") < page.index("an answer")
    assert page.index("an answer") < page.index("</article></div></div></article>")
    ids = [attributes["id"] for tag, attributes in Parsed(page).tags if tag == "article"]
    assert ids == [anchor("C1", first), anchor("C1", second)]


def test_channels_without_messages_are_listed_and_not_shown() -> None:
    found = Parsed(page_of(CHANNELS, [posted(Message("x"))]))
    assert [attributes["id"] for tag, attributes in found.tags if tag == "section"] == ["C1"]
    assert "random" in " ".join(found.texts)
    assert "Nothing has been posted yet." in page_of(CHANNELS, [])
