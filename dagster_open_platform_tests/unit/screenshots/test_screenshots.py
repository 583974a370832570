"""What is said when there is no browser, no UI, nothing to show, or an empty page; and what a picture becomes."""

import stat
import sys
from pathlib import Path

import pytest
from PIL import Image

from dagster_open_platform_local.screenshots.browser import (
    PROGRAMS,
    ScreenshotError,
    blank_share,
    find_browser,
    photograph,
)
from dagster_open_platform_local.screenshots.pages import chosen_run


def program(folder: Path, name: str, code: str) -> str:
    """A program that stands for a browser."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def drawing(folder: Path, picture: Image.Image) -> str:
    """A browser that draws this, whatever the page."""
    picture.save(folder / "drawn.png")
    return program(
        folder,
        "chromium",
        "import shutil\n"
        "[target] = [word.partition('=')[2] for word in sys.argv if word.startswith('--screenshot=')]\n"
        f"shutil.copy({str(folder / 'drawn.png')!r}, target)",
    )


def lines() -> Image.Image:
    picture = Image.new("RGB", (200, 100), "white")
    picture.paste((79, 67, 221), (10, 10, 60, 60))
    return picture


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_browser_is_found_under_each_of_its_names(tmp_path: Path, name: str) -> None:
    assert find_browser(
        str(tmp_path.parent / "nowhere") + ":" + str(Path(program(tmp_path, name, "")).parent)
    )


def test_without_a_browser_its_names_and_the_way_to_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(
        ScreenshotError, match=r"none of chromium, .* is on the PATH.*apt-get install chromium"
    ):
        find_browser(str(tmp_path))


def test_a_picture_keeps_what_it_shows_in_fewer_bytes(tmp_path: Path) -> None:
    file = tmp_path / "docs" / "page.png"
    size = photograph(drawing(tmp_path, lines()), "http://127.0.0.1", file, (200, 100), 1.0, 1)
    assert size == file.stat().st_size <= (tmp_path / "drawn.png").stat().st_size
    assert Image.open(file).convert("RGB").tobytes() == lines().tobytes()


def test_an_empty_page_leaves_the_old_picture(tmp_path: Path) -> None:
    file = tmp_path / "page.png"
    file.write_bytes(b"as it was")
    empty = Image.new("RGB", (200, 100), "white")
    with pytest.raises(ScreenshotError, match="stayed empty"):
        photograph(drawing(tmp_path, empty), "http://127.0.0.1", file, (200, 100), 1.0, 1)
    assert file.read_bytes() == b"as it was"


def test_a_browser_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    failing = program(tmp_path, "chromium", "sys.exit('no room in /dev/shm')")
    with pytest.raises(ScreenshotError, match="exit code 1 at http://x: no room in /dev/shm"):
        photograph(failing, "http://x", tmp_path / "page.png", (200, 100), 1.0, 1)


def test_blank_is_what_has_one_colour() -> None:
    assert blank_share(Image.new("RGB", (10, 10), "white")) == 1.0
    assert blank_share(lines()) == 1 - 50 * 50 / (200 * 100)


def test_the_run_with_the_most_steps_is_shown() -> None:
    runs = [{"runId": str(steps), "stats": {"stepsSucceeded": steps}} for steps in (1, 7, 3)]
    assert chosen_run([*runs, {"runId": "none", "stats": {}}]) == "7"
    with pytest.raises(ScreenshotError, match="Run `just demo` first"):
        chosen_run([])
