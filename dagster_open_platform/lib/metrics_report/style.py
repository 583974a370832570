"""How the page looks, in the light and in the dark.

What belongs here: colors and the style sheet. What does not: what the page says (`page.py`). Colors are named once, so that their contrast
can be computed.
"""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "card": "#f6f7f9",
    "ink": "#1a202c",
    "pale": "#4a5568",
    "rule": "#cbd5e0",
    "link": "#3730a3",
    "told": "#4f46e5",
    "earlier": "#7d8798",
}
DARK: Mapping[str, str] = {
    "paper": "#12161f",
    "card": "#1c2230",
    "ink": "#edf0f5",
    "pale": "#b4bccb",
    "rule": "#3b4558",
    "link": "#a5b4fc",
    "told": "#a5b4fc",
    "earlier": "#77829a",
}
"""What stands for what: text is `ink`, `pale` or `link`, on `paper` or `card`; columns are `told` or `earlier`, on `card`."""

_RULES = """
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:72rem;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 .25rem}
h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.25rem 0}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.pale,figcaption,footer{color:var(--pale);font-size:.9rem}
section{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;padding:1rem;margin:1rem 0}
.metrics{display:grid;gap:1rem;grid-template-columns:minmax(0,1fr)}
.metrics section{margin:0;min-width:0}
@media(min-width:56rem){.metrics{grid-template-columns:repeat(2,minmax(0,1fr))}}
.value{font-size:1.75rem;font-weight:600;line-height:1.2}
figure{margin:.75rem 0}
svg{display:block;width:100%;max-width:32rem;height:auto}
svg line{stroke:var(--rule)}
svg text{fill:var(--pale)}
svg .told{fill:var(--told)}
svg .earlier{fill:var(--earlier)}
.scroll{overflow-x:auto}
/* Words in cells stay whole: tables scroll instead. */
table{overflow-wrap:normal;border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--pale);font-size:.9rem;padding-bottom:.25rem}
th,td{padding:.35rem .75rem .35rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
tbody th{font-weight:500}
.number{text-align:right;white-space:nowrap}
summary{cursor:pointer;padding:.35rem 0;font-weight:600}
ul{margin:.25rem 0;padding-left:1.25rem}
@media print{.metrics{display:block}section{break-inside:avoid;margin:1rem 0}}
"""


def _variables(colors: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{color}" for name, color in colors.items())


STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}\n"
    f"@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}{_RULES}"
)
"""The whole style sheet."""
