"""PyPI downloads: the raw events behind BigQuery's public table of them.

What belongs here: the table `file_downloads`. What does not: querying it (the BigQuery service).

A row is one download of one file, in the nested shape of `bigquery-public-data.pypi.file_downloads`
(https://packaging.python.org/en/latest/guides/analyzing-pypi-package-downloads/). One Parquet file a day (UTC),
ordered by time, written once: a day that is over does not change. The dirt in it:

- an installer that was not understood is null, and mirrors and browsers tell neither a Python version nor a system;
- a retried download appears twice, equal in every column; nothing tells the two apart;
- packages that are not Dagster's are there too, and `dagstermill` is Dagster's without the usual prefix;
- packages and versions appear on the day of their release and not before;
- weekends are low, release days high; on a few days a crawler doubles the total or half of the log is missing.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company import pypi_clients as clients
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, TIMESTAMP, unix_seconds
from dagster_open_platform_local.company.pypi_releases import Catalogue, catalogue, is_train_day, packages
from dagster_open_platform_local.company.settings import CompanySettings

_PER_DAY = 3000
_WEEKDAY_PERMILLE = (1090, 1140, 1130, 1110, 1030, 740, 760)
_RELEASE_PERMILLE, _DAY_AFTER_PERMILLE = 1130, 1060
_GROWTH_PERMILLE = 200
_CRAWLER_DAYS, _LOST_DAYS = 1 / 55, 1 / 110
_RETRIES = 0.003
_LAG_WEIGHTS = 1.0 / np.arange(1, 121, dtype=np.float64) ** 1.9

_TEXT = pa.string()
FILE = pa.struct([("filename", _TEXT), ("project", _TEXT), ("version", _TEXT), ("type", _TEXT)])
_NAME_AND_VERSION = pa.struct([("name", _TEXT), ("version", _TEXT)])
_LIBC = pa.struct([("lib", _TEXT), ("version", _TEXT)])
_DISTRO = pa.struct([("name", _TEXT), ("version", _TEXT), ("id", _TEXT), ("libc", _LIBC)])
_SYSTEM = pa.struct([("name", _TEXT), ("release", _TEXT)])
DETAILS = pa.struct(
    [
        ("installer", _NAME_AND_VERSION),
        ("python", _TEXT),
        ("implementation", _NAME_AND_VERSION),
        ("distro", _DISTRO),
        ("system", _SYSTEM),
        ("cpu", _TEXT),
        ("openssl_version", _TEXT),
        ("setuptools_version", _TEXT),
        ("rustc_version", _TEXT),
        ("ci", pa.bool_()),
    ]
)
FILE_DOWNLOADS = pa.schema(
    [
        ("timestamp", TIMESTAMP),
        ("country_code", _TEXT),
        ("url", _TEXT),
        ("project", _TEXT),
        ("file", FILE),
        ("details", DETAILS),
        ("tls_protocol", _TEXT),
        ("tls_cipher", _TEXT),
    ]
)


def file_downloads_directory(directory: Path) -> Path:
    """Where the day files lie, below a company's directory."""
    return directory / "pypi" / "file_downloads"


def day_file(directory: Path, day: date) -> Path:
    """The file of one day (UTC), below a company's directory."""
    return file_downloads_directory(directory) / f"day={day.isoformat()}.parquet"


def downloads_of_day(settings: CompanySettings, day: date) -> pa.Table:
    """The downloads of one day (UTC), schema `FILE_DOWNLOADS`, ordered by time."""
    index = (day - settings.epoch).days
    usual, extra = _volume(settings, day)
    position = np.arange(usual + extra, dtype=np.int64)
    # A retry is its predecessor once more.
    again = Draws(settings.seed, "retries", (np.int64(index) << 32) | position).chance("again", _RETRIES)
    position = np.where(again & (position > 0), position - 1, position)
    draws = Draws(settings.seed, "file_downloads", (np.int64(index) << 32) | position)
    second = draws.below("second", DAY_SECONDS)
    order = np.argsort(second, kind="stable")
    draws = Draws(settings.seed, "file_downloads", draws.ids[order])
    crawled = position[order] >= usual
    file = _files(settings, day, draws, crawled)
    stamps = (unix_seconds(day) + second[order]) * 1_000_000
    files = catalogue(settings.seed)
    columns = [
        pa.array(stamps).cast(TIMESTAMP),
        pa.array(clients.COUNTRIES).take(pa.array(draws.pick("country", clients.COUNTRY_WEIGHTS))),
        *_file_columns(settings, draws, files, file),
        _details(draws, index, crawled),
        pa.array(["TLSv1.2", "TLSv1.3"]).take(pa.array(draws.pick("tls", thresholds([1, 9])))),
        pa.array(["ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"]).take(
            pa.array(draws.pick("tls", thresholds([1, 9])))
        ),
    ]
    return pa.table(columns, schema=FILE_DOWNLOADS)


def _volume(settings: CompanySettings, day: date) -> tuple[int, int]:
    """Downloads of a day, and those that a crawler adds."""
    index = (day - settings.epoch).days
    draws = Draws(settings.seed, "download_days", np.array([index], dtype=np.int64))
    total = int(_PER_DAY * settings.scale * 1000)
    total = total * (1000 + _GROWTH_PERMILLE * index // clients.HALF_YEAR) // 1000
    total = total * _WEEKDAY_PERMILLE[day.weekday()] // 1000
    if is_train_day(day):
        total = total * _RELEASE_PERMILLE // 1000
    elif is_train_day(date.fromordinal(day.toordinal() - 1)):
        total = total * _DAY_AFTER_PERMILLE // 1000
    total = total * (950 + int(draws.below("noise", 100)[0])) // 1000
    if draws.chance("lost", _LOST_DAYS)[0]:
        total = total // 2
    usual = max(1, total // 1000)
    return usual, usual if draws.chance("crawler", _CRAWLER_DAYS)[0] else 0


def _files(
    settings: CompanySettings, day: date, draws: Draws, crawled: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Which version of which package each download is of: an index into the catalogue."""
    every = packages(settings.seed)
    released = np.array([package.released(day) for package in every], dtype=np.int64)
    weights = np.where(released > 0, [package.weight for package in every], 0.0)
    package = draws.pick("package", thresholds(weights))
    wanted = Draws(settings.seed, "crawlers", np.array([day.toordinal()])).pick(
        "package", thresholds(weights)
    )
    package = np.where(crawled, wanted[0], package)
    available = released[package]
    lag = draws.pick("lag", thresholds(_LAG_WEIGHTS))
    # Who would want something older than the oldest version takes any.
    lag = np.where(lag < available, lag, draws.below_each("any_version", available))
    return catalogue(settings.seed).first[package] + available - 1 - lag


def _file_columns(
    settings: CompanySettings, draws: Draws, files: Catalogue, file: NDArray[np.int64]
) -> tuple[pa.Array, pa.Array, pa.StructArray]:
    """The columns `url`, `project` and `file`."""
    sdist = draws.chance("sdist", 0.06)
    used, inverse = np.unique(file * 2 + sdist, return_inverse=True)
    hashes = Draws(settings.seed, "files", used).bits("hash").tolist()
    names, urls = [], []
    for number, digest in zip(used.tolist(), hashes, strict=True):
        project = files.projects[files.package[number // 2]].replace("-", "_")
        stem = f"{project}-{files.versions[number // 2]}"
        names.append(f"{stem}.tar.gz" if number % 2 else f"{stem}-py3-none-any.whl")
        text = f"{digest:016x}"
        urls.append(f"/packages/{text[:2]}/{text[2:4]}/{text[4:] * 5}/{names[-1]}")
    row = pa.array(inverse.astype(np.int64))
    project = pa.array(files.projects).take(pa.array(files.package[file]))
    struct = pa.StructArray.from_arrays(
        [
            pa.array(names, _TEXT).take(row),
            project,
            pa.array(files.versions).take(pa.array(file)),
            pa.array(["bdist_wheel", "sdist"]).take(pa.array(sdist.astype(np.int64))),
        ],
        fields=list(FILE),
    )
    return pa.array(urls, _TEXT).take(row), project, struct


def _details(draws: Draws, index: int, crawled: NDArray[np.bool_]) -> pa.StructArray:
    """The column `details`: what the user agent told."""
    installer = draws.pick("installer", clients.installer_weights(index))
    installer = np.where(crawled, clients.CRAWLER, installer)
    silent = ~np.array([each.tells for each in clients.INSTALLERS])[installer]
    no_python = silent | draws.chance("no_python", 0.01)
    python = pa.array(clients.PYTHONS).take(
        pa.array(draws.pick("python", clients.python_weights(index)), mask=no_python)
    )
    cpython = pa.array(np.zeros(installer.size, dtype=np.int64), mask=no_python)
    implementation = pa.StructArray.from_arrays(
        [pa.array(["CPython"]).take(cpython), python],
        fields=list(_NAME_AND_VERSION),
        mask=pa.array(no_python),
    )
    distro, system, cpu = _system(draws, silent)
    setuptools = pa.array(clients.SETUPTOOLS, _TEXT)
    columns = [
        _installer(draws, installer),
        python,
        implementation,
        distro,
        system,
        cpu,
        _taken(pa.array(clients.OPENSSL), draws.below("openssl", len(clients.OPENSSL)), no_python),
        _taken(setuptools, draws.below("setuptools", len(clients.SETUPTOOLS)), no_python),
        pa.array(["1.89.0"]).take(
            pa.array(np.zeros(installer.size, dtype=np.int64), mask=~draws.chance("rustc", 0.1))
        ),
        pa.array(draws.chance("ci", 0.55), mask=silent | draws.chance("ci_unknown", 0.4)),
    ]
    return pa.StructArray.from_arrays(columns, fields=list(DETAILS))


def _installer(draws: Draws, installer: NDArray[np.int64]) -> pa.StructArray:
    names = pa.array([each.name for each in clients.INSTALLERS], _TEXT)
    counts = np.array([len(each.versions) for each in clients.INSTALLERS], dtype=np.int64)
    first = np.cumsum(counts) - counts
    versions = pa.array([version or None for each in clients.INSTALLERS for version in each.versions], _TEXT)
    which = first[installer] + draws.below_each("installer_version", counts[installer])
    unknown = np.array([each.name is None for each in clients.INSTALLERS])[installer]
    return pa.StructArray.from_arrays(
        [names.take(pa.array(installer)), versions.take(pa.array(which))],
        fields=list(_NAME_AND_VERSION),
        mask=pa.array(unknown),
    )


def _system(draws: Draws, silent: NDArray[np.bool_]) -> tuple[pa.StructArray, pa.StructArray, pa.Array]:
    """The columns `distro`, `system` and `cpu`, null where the installer is silent."""
    system = draws.pick("system", clients.SYSTEM_WEIGHTS)
    name, release, distro, version, code, libc, libc_version, cpu = (
        _taken(pa.array([each[field] for each in clients.SYSTEMS], _TEXT), system, silent)
        for field in range(8)
    )
    mask = pa.array(silent)
    libc_struct = pa.StructArray.from_arrays([libc, libc_version], fields=list(_LIBC), mask=libc.is_null())
    distro_struct = pa.StructArray.from_arrays(
        [distro, version, code, libc_struct], fields=list(_DISTRO), mask=distro.is_null()
    )
    return distro_struct, pa.StructArray.from_arrays([name, release], fields=list(_SYSTEM), mask=mask), cpu


def _taken(values: pa.Array, index: NDArray[np.int64], mask: NDArray[np.bool_]) -> pa.Array:
    return values.take(pa.array(index, mask=mask))
