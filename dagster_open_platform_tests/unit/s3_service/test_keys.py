"""Keys as paths: nothing is lost, nothing collides, nothing leaves the bucket."""

from pathlib import PurePosixPath

from hypothesis import example, given
from hypothesis import strategies as st

from dagster_open_platform_local.services.s3.keys import directory_of, key_of, part_of, path_of

ODD = st.sampled_from(
    ["/", ".", "..", "+", "^", "%", "%2F", "~", " ", "\n", "\0", "é", "日", "a", "A", "a" * 79, "a" * 80]
)
KEYS = st.one_of(
    st.lists(ODD, min_size=1, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
)


@given(KEYS)
@example("/")
@example("a//")
@example("../../etc/passwd")
@example("a" * 1024)
@example("日" * 341)
def test_a_key_is_read_back_from_its_path(key: str) -> None:
    assert key_of(path_of(key)) == key


@given(KEYS, KEYS)
def test_no_file_is_where_another_key_needs_a_directory(one: str, other: str) -> None:
    first, second = PurePosixPath(path_of(one)), PurePosixPath(path_of(other))

    assert (first == second) == (one == other)
    assert first not in second.parents


@given(KEYS)
def test_a_path_stays_in_its_bucket_and_fits_a_file_system(key: str) -> None:
    for name in path_of(key).split("/"):
        assert name
        assert not name.startswith(".")
        assert len(name.encode()) <= 255
        assert "\0" not in name


@given(KEYS)
def test_names_of_directories_and_of_files_differ(key: str) -> None:
    *directories, file = path_of(key).split("/")

    assert all(part_of(name)[1] for name in directories)
    assert not part_of(file)[1]


@given(KEYS, st.data())
def test_every_key_with_a_prefix_lies_in_the_prefixs_directory(key: str, data: st.DataObject) -> None:
    prefix = key[: data.draw(st.integers(0, len(key)))]

    directory, known = directory_of(prefix)

    assert prefix.startswith(known)
    assert path_of(key).startswith(f"{directory}/" if directory else "")
    assert key.startswith(known)
