"""The conformance suite as a pytest plugin.

    pytest --conforms my_project.lib.MyComponent
    pytest --conforms my_project.defs

tries every instance of a component class in the project's defs folder, or every instance of a defs folder. What stands around the instances
is given by the hook `pytest_conformance_world` in a `conftest.py`, or by `--conformance-world package.module:function`; without either it is
a warehouse of DuckDB files.

What belongs here: options, collection, and how a failure shows. What does not: the clauses. All imports wait until they are needed, since
pytest loads this module whatever is tested.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dagster_open_platform.conformance.subject import DefsFolder, Subject
    from dagster_open_platform.conformance.trial import Trial
    from dagster_open_platform.conformance.world import OpenWorld


class ConformanceHooks:
    """What a `conftest.py` may say."""

    @pytest.hookspec(firstresult=True)
    def pytest_conformance_world(self, subject: Subject) -> OpenWorld | None:
        """What opens the world around an instance; None: the next one decides."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """The hook of this plugin."""
    pluginmanager.add_hookspecs(ConformanceHooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this plugin."""
    group = parser.getgroup("conformance", "whether components keep what all of them must")
    group.addoption(
        "--conforms",
        action="append",
        default=[],
        metavar="NAME",
        help="A component class or a package of instances, by its dotted name. Nothing else is tested unless it is named.",
    )
    group.addoption(
        "--conformance-world",
        metavar="MODULE:FUNCTION",
        help="Opens the world around the instances (dagster_open_platform.conformance.world.OpenWorld).",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves out files that nobody named, if instances are to be tried."""
    del collection_path  # of the hook
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return True if config.getoption("conforms") and not named else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Adds the clauses of all instances."""
    for name in session.config.getoption("conforms") or ():
        collector = ConformanceCollector.from_parent(session, name=name)
        items.extend(collector.collect())


class ConformanceCollector(pytest.Collector):
    """A component class or a package of instances."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each clause and instance."""
        from dagster_open_platform.conformance.clauses import CLAUSES

        found = list(self._subjects())
        if not found:
            raise pytest.UsageError(f"--conforms {self.name}: there are no instances.")
        for subject in found:
            for clause in CLAUSES:
                yield ConformanceItem.from_parent(
                    self, name=f"{subject}:{clause}", subject=subject, clause=clause
                )

    def _subjects(self) -> Iterator[Subject]:
        from dagster_open_platform.conformance.subject import subjects

        project = _project(self.config.rootpath)
        target = _named(self.name)
        if isinstance(target, type):
            yield from subjects(_folder(project["defs_module"], self.config.rootpath), target)
        else:
            yield from subjects(_folder(self.name, self.config.rootpath))


class ConformanceItem(pytest.Item):
    """A clause of an instance."""

    def __init__(self, *, subject: Subject, clause: str, **options: Any) -> None:
        super().__init__(**options)
        self.subject = subject
        self.clause = clause

    def runtest(self) -> None:
        """Tries it."""
        from dagster_open_platform.conformance.clauses import CLAUSES, nothing_to_do

        trial = self._trial()
        if reason := nothing_to_do(self.clause, trial):
            self.user_properties.append((_NOTHING, reason))
        CLAUSES[self.clause](trial)

    def _trial(self) -> Trial:
        """The trial of the instance, which its clauses share; all are made when the first is needed, to be loaded together."""
        from dagster_open_platform.conformance.trial import Trial, together

        trials = self.config.stash.setdefault(_TRIALS, {})
        if not trials:
            items = [item for item in self.session.items if isinstance(item, ConformanceItem)]
            for item in {item.subject: item for item in items}.values():
                temporary = tempfile.TemporaryDirectory(prefix="conformance-")
                self.config.add_cleanup(temporary.cleanup)
                trials[item.subject] = Trial.of(item.subject, Path(temporary.name), item.world())
            together(trials.values())
        return trials[self.subject]

    def world(self) -> OpenWorld:
        """What opens the world around the instance."""
        from dagster_open_platform.conformance.world import duckdb_world

        if option := self.config.getoption("conformance_world"):
            return _named(option.replace(":", "."))
        return self.config.hook.pytest_conformance_world(subject=self.subject) or duckdb_world

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Of what does not conform, the message; of anything else, the traceback."""
        from dagster_open_platform.conformance.subject import NotConformingError

        if isinstance(excinfo.value, NotConformingError):
            return f"{self.subject} does not keep {self.clause}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the instance stands."""
        return self.subject.folder.path / self.subject.file, 0, self.name


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says of how many clauses there was nothing to try, and why: they are kept, and prove nothing."""
    reports = terminalreporter.stats.get("passed", ())
    reasons = Counter(reason for each in reports for name, reason in each.user_properties if name == _NOTHING)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"conformance: {count} of these had nothing to try: {reason}.")


_NOTHING = "conformance had nothing to try"
_TRIALS = pytest.StashKey[dict["Subject", "Trial"]]()


def _project(root: Path) -> dict[str, Any]:
    """What dg knows of the project.

    Raises:
        pytest.UsageError: There is none.
    """
    file = root / "pyproject.toml"
    if not file.is_file():
        raise pytest.UsageError(f"--conforms needs a dg project: there is no {file}.")
    project = tomllib.loads(file.read_text()).get("tool", {}).get("dg", {}).get("project", {})
    if "root_module" not in project:
        raise pytest.UsageError(f"--conforms needs a dg project: {file} has no [tool.dg.project].")
    return {"defs_module": f"{project['root_module']}.defs", **project}


def _folder(module: str, root: Path) -> DefsFolder:
    from dagster_open_platform.conformance.subject import DefsFolder

    return DefsFolder(module, root)


def _named(name: str) -> Any:
    """A module, or something in one.

    Raises:
        pytest.UsageError: There is nothing of that name.
    """
    import importlib

    module, _, attribute = name.rpartition(".")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        try:
            return getattr(importlib.import_module(module), attribute)
        except (ModuleNotFoundError, AttributeError, ValueError):
            raise pytest.UsageError(f"There is no {name}.") from missing
