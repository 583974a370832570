"""A headless Chromium that draws a page into a file.

What belongs here: finding it, its switches, and making the file small. What does not: which pages there are.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from dagster_open_platform_local.stack.errors import StackError

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""The names under which Chromium and its relatives are installed; the first that is there is used."""
LARGEST_BYTES = 300_000
_TIMEOUT_SECONDS = 300
_EMPTY = 0.995
"""A page of which a greater part has one colour shows nothing: the sparsest of ours has 0.93."""


class ScreenshotError(StackError):
    """There is no browser, or it drew nothing."""


def find_browser(path: str | None = None) -> str:
    """The browser's program.

    Args:
        path: Where to look; default: the variable PATH.

    Raises:
        ScreenshotError: There is none.
    """
    for name in PROGRAMS:
        if found := shutil.which(name, path=path):
            return found
    raise ScreenshotError(
        f"There is no Chromium to draw the pages: none of {', '.join(PROGRAMS)} is on the PATH. Install one (on Debian:"
        " `apt-get install chromium`) and try again."
    )


def photograph(
    program: str, url: str, file: Path, size: tuple[int, int], scale: float, settle_seconds: int
) -> int:
    """Draw a page into a PNG file.

    Args:
        program: The browser.
        url: The page.
        file: Is written only if the picture shows something.
        size: Of the window, in the page's own pixels: width, height.
        scale: Pixels of the picture for each of these.
        settle_seconds: How long the page's own clock runs before it is drawn. The browser lets it run faster than ours when nothing is
            awaited.

    Returns:
        Size of the file in bytes.

    Raises:
        ScreenshotError: The browser failed or hung, or the page stayed empty.
    """
    with tempfile.TemporaryDirectory(prefix="dop-screenshot-", ignore_cleanup_errors=True) as folder:
        raw = Path(folder) / "page.png"
        command = [
            program,
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
            f"--window-size={size[0]},{size[1]}",
            f"--force-device-scale-factor={scale}",
            f"--virtual-time-budget={settle_seconds * 1000}",
            f"--user-data-dir={folder}/profile",
            f"--screenshot={raw}",
            url,
        ]
        try:
            done = subprocess.run(  # noqa: S603 - a program that was looked up by its name
                command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise ScreenshotError(f"{program} did not draw {url} within {_TIMEOUT_SECONDS} s.") from None
        if done.returncode != 0 or not raw.exists():
            last = " ".join(done.stderr.split())[-300:]
            raise ScreenshotError(f"{program} ended with exit code {done.returncode} at {url}: {last}")
        picture = Image.open(raw).convert("RGB")
    if blank_share(picture) > _EMPTY:
        raise ScreenshotError(f"The page {url} stayed empty. Is the UI there? {file} is as it was.")
    file.parent.mkdir(parents=True, exist_ok=True)
    # A user interface has few colours: 256 are as good to the eye as all, in a third of the bytes.
    picture.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


def blank_share(picture: Image.Image) -> float:
    """The part of a picture that has its most frequent colour, 0 to 1."""
    colours = picture.getcolors(picture.width * picture.height) or [(0, None)]
    return max(count for count, _ in colours) / (picture.width * picture.height)
