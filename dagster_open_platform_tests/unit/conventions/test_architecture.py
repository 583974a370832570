"""The arrows that must never exist, the shape of an integration's folder, and the size of functions and files."""

import ast

from dagster_open_platform_tests.fixtures.repository import ROOT, imports, parsed, python_files, tracked_files

PLATFORM = "dagster_open_platform"
PRODUCTION = (PLATFORM, "dagster_open_platform_eu", "dagster_open_platform_dbt")
LONGEST_FILE = 330
LONGEST_FUNCTION = 50


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_production_code_does_not_know_the_local_stack() -> None:
    for package in PRODUCTION:
        wrong = [
            str(found)
            for found in imports(package)
            if within(found.module, "dagster_open_platform_local")
            or within(found.module, "dagster_open_platform_tests")
        ]
        assert wrong == []


def test_no_text_of_production_code_names_the_local_stack() -> None:
    for package in PRODUCTION:
        files = [path for path in tracked_files() if path.is_relative_to(package)]
        wrong = [str(path) for path in files if b"dagster_open_platform_local" in (ROOT / path).read_bytes()]
        assert wrong == []


def test_a_component_never_imports_an_instance() -> None:
    wrong = [str(f) for f in imports(f"{PLATFORM}/lib") if within(f.module, f"{PLATFORM}.defs")]
    assert wrong == []


def test_utilities_know_no_integration() -> None:
    wrong = [
        str(f)
        for f in imports(f"{PLATFORM}/utils")
        if within(f.module, f"{PLATFORM}.defs") or within(f.module, f"{PLATFORM}.lib")
    ]
    assert wrong == []


def test_integrations_meet_through_asset_keys_only() -> None:
    wrong = []
    for found in imports(f"{PLATFORM}/defs"):
        own = ".".join(found.path.parts[:3])
        if within(found.module, f"{PLATFORM}.defs") and not within(found.module, own):
            wrong.append(str(found))
    assert wrong == []


def test_no_private_module_of_a_dependency_is_imported() -> None:
    wrong = [
        str(found)
        for found in imports()
        if any(part.startswith("_") and part != "__future__" for part in found.module.split("."))
    ]
    assert wrong == []


def test_every_integration_folder_has_the_same_shape() -> None:
    allowed = {"components", "py"}
    wrong = set()
    for path in tracked_files():
        parts = path.parts
        if parts[:2] == (PLATFORM, "defs") and len(parts) > 3 and parts[3] not in allowed | {"__init__.py"}:
            wrong.add(str(path))
    assert wrong == set()


def test_a_file_fits_a_head() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in python_files()}
    tests = "dagster_open_platform_tests/"
    assert {p: n for p, n in lengths.items() if n > LONGEST_FILE and not p.startswith(tests)} == {}


def test_a_function_fits_a_screen() -> None:
    long = {}
    for path in python_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = code_lines(node)
                if lines > LONGEST_FUNCTION:
                    long[f"{path}:{node.lineno} {node.name}"] = lines
    assert long == {}


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function less its docstring, which is meant to be long, and less the functions inside it."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    total = span(node)
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        total -= span(first)
    return total - sum(span(child) for child in node.body if isinstance(child, inner))


def span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
