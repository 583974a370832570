"""Ways to break a component instance in YAML, each with the place and the name that the error has to tell.

What belongs here: from a valid document to wrong ones. What does not: loading them, and judging what was said.

The document's own text is edited, so that comments, flow style and whatever else people write stay as they are.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from dagster_open_platform.conformance.yaml_schema import Place
from dagster_open_platform.lib.yaml_errors import DOCUMENT_KEYS

VARIABLE = "no_such_variable"
"""A template variable that nobody declares."""
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """A document that is wrong in one way.

    Args:
        name: Which way, and where.
        text: The whole document.
        line: Of the field that is wrong, from 1, in ``text``; if it is missing, of the nearest enclosing one.
        field: Its path as an error says it, such as ``attributes.assets.0.key``; empty if the text is not YAML.
        hint: What the message has to contain besides: the nearest valid name, or what was found.
    """

    name: str
    text: str
    line: int
    field: str
    hint: str

    @property
    def kind(self) -> str:
        """Which way, without where."""
        return self.name.partition(" ")[0]


@dataclass(frozen=True)
class Document:
    """One document of a file.

    Args:
        text: Without the marker between documents.
        first_line: In the file, from 1.
    """

    text: str
    first_line: int


def documents(text: str) -> list[Document]:
    """The documents of a file; a marker stands alone on its line, as it does in ours."""
    found: list[Document] = []
    lines: list[str] = []
    first = 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.rstrip() == "---":
            found.append(Document("".join(lines), first))
            lines, first = [], number + 1
        else:
            lines.append(line)
    found.append(Document("".join(lines), first))
    return [document for document in found if yaml.compose(document.text, Loader=yaml.CSafeLoader)]


def in_file(texts: Sequence[str], place: int, mutation: Mutation) -> tuple[str, int]:
    """A file in which one document is the wrong one, and the line of the wrong field in it.

    Args:
        texts: The file's documents.
        place: Which of them is replaced, from 0.
        mutation: What replaces it.
    """
    ended = [text if text.endswith("\n") else f"{text}\n" for text in texts]
    before = "".join(f"{text}---\n" for text in ended[:place])
    after = "".join(f"---\n{text}" for text in ended[place + 1 :])
    wrong = mutation.text if mutation.text.endswith("\n") else f"{mutation.text}\n"
    return before + wrong + after, before.count("\n") + mutation.line


@lru_cache(maxsize=4096)
def near_name(name: str, names: tuple[str, ...]) -> str | None:
    """A misspelling of a name that is nearest to it among all; None if each is valid or nearer to another."""
    middle = len(name) // 2
    for wrong in (name[:middle] + name[middle + 1 :], f"{name[:middle]}{name[middle:][:1]}{name[middle:]}"):
        near = difflib.get_close_matches(wrong, sorted(names), n=1)
        if wrong and wrong not in names and near == [name]:
            return wrong
    return None


def mutations(document_text: str, component: type) -> Iterator[Mutation]:
    """Every way to break a document that this module knows, at every place where it applies.

    Args:
        document_text: One valid document.
        component: The class that its `type` names.
    """
    root = yaml.compose(document_text, Loader=yaml.CSafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("not a component instance: expected a mapping with a type.")
    edit = _Editor(document_text, dict(_lines(root, ())))
    yield from edit.unknown(root, (), DOCUMENT_KEYS)
    yield from edit.doubled(root, ())
    yield from edit.broken(root, ())
    yield from edit.wrong_type_of_component(root)
    for key, value in root.value:
        if key.value == "attributes":
            yield from _below(edit, value, ("attributes",), Place.of(component))


def _below(edit: "_Editor", node: yaml.Node, path: Path, place: Place) -> Iterator[Mutation]:
    """The mutations of a value and of what it holds."""
    if len(path) > 1:
        yield from edit.wrong_values(node, path, place)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _below(edit, item, (*path, index), place.child(index))
    if not isinstance(node, yaml.MappingNode):
        return
    scalars = {key.value: value.value for key, value in node.value if isinstance(value, yaml.ScalarNode)}
    meant = place.meant(scalars)
    if node.value:
        yield from edit.unknown(node, path, tuple(meant.fields))
        yield from edit.doubled(node, path)
        yield from edit.broken(node, path)
        yield from edit.missing(node, path, meant)
    for key, value in node.value:
        yield from _below(edit, value, (*path, key.value), meant.child(key.value))


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    """The line by which an error names each value: that of its key, or in a list its own."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*path, index), item.start_mark.line + 1
            yield from _lines(item, (*path, index))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), key.start_mark.line + 1
            yield from _lines(value, (*path, key.value))


class _Editor:
    """Edits the text of a document at the places that its nodes name.

    Args:
        text: The document.
        lines: On which line each value is.
    """

    def __init__(self, text: str, lines: Mapping[Path, int]) -> None:
        self.text = text
        self.lines = lines

    def _made(self, name: str, start: int, end: int, new: str, line: int, field: Path, hint: str) -> Mutation:
        text = self.text[:start] + new + self.text[end:]
        return Mutation(name, text, line, _dotted(field), hint)

    def _put_first(
        self, name: str, node: yaml.MappingNode, entry: str, field: Path, hint: str, doubled: int = 0
    ) -> Mutation:
        """With another entry before a mapping's first; wrong is the new line, or the line of the key that it doubles."""
        mark = node.value[0][0].start_mark
        new = f"{entry}, " if node.flow_style else f"{entry}\n{' ' * mark.column}"
        line = doubled + new.count("\n") if doubled else mark.line + 1
        return self._made(name, mark.index, mark.index, new, line, field, hint)

    def unknown(self, node: yaml.MappingNode, path: Path, names: tuple[str, ...]) -> Iterator[Mutation]:
        """A field whose name is nearly that of another."""
        for name in names:
            if (wrong := near_name(name, names)) is not None:
                field = (*path, wrong)
                yield self._put_first(f"unknown {_dotted(field)}", node, f"{wrong}: 1", field, repr(name))

    def doubled(self, node: yaml.MappingNode, path: Path) -> Iterator[Mutation]:
        """A key that is there twice; the second is the one that is too many."""
        for key, _ in node.value:
            field = (*path, key.value)
            name, line = f"doubled {_dotted(field)}", key.start_mark.line + 1
            yield self._put_first(name, node, f"{key.value}: 1", field, "twice", doubled=line)

    def broken(self, node: yaml.MappingNode, path: Path) -> Iterator[Mutation]:
        """Text that is not YAML, on the line of the mapping's first key."""
        for wrong in (
            "@reserved: 1",
            "*no_such_anchor : 1",
            *(() if node.flow_style else ("a: b: c", "a: ]")),
        ):
            yield self._put_first(f"broken {_dotted((*path, wrong))}", node, wrong, (), "not YAML")

    def wrong_type_of_component(self, root: yaml.MappingNode) -> Iterator[Mutation]:
        """A component that does not exist, with nearly the name of one that does."""
        for key, value in root.value:
            if key.value != "type":
                continue
            module, _, name = value.value.rpartition(".")
            for wrong in (f"{module}.{name[:-1]}", f"{module}_.{name}", f"{module}.{name}s"):
                start, end, line = value.start_mark.index, value.end_mark.index, value.start_mark.line + 1
                yield self._made(f"component {wrong}", start, end, wrong, line, ("type",), repr(value.value))

    def missing(self, node: yaml.MappingNode, path: Path, place: Place) -> Iterator[Mutation]:
        """A required field that is not there."""
        for number, (key, value) in enumerate(node.value):
            if key.value not in place.required or len(node.value) == 1:
                continue
            start, end = key.start_mark.index, value.end_mark.index
            if number + 1 < len(node.value):
                end = node.value[number + 1][0].start_mark.index
            elif node.flow_style:
                start = node.value[number - 1][1].end_mark.index
            field = (*path, key.value)
            yield self._made(f"missing {_dotted(field)}", start, end, "", self.lines[path], field, "required")

    def wrong_values(self, node: yaml.Node, path: Path, place: Place) -> Iterator[Mutation]:
        """A value of another type, and a template that names a variable that nobody declares."""
        start = node.start_mark.index
        # A block ends where the next key begins; the line breaks before that stay.
        end = start + len(self.text[start : node.end_mark.index].rstrip())
        for wrong in place.wrong_values():
            name, found = f"wrong {_dotted(path)}: {wrong}", repr(yaml.safe_load(wrong))
            yield self._made(name, start, end, wrong, self.lines[path], path, found)
        if isinstance(node, yaml.ScalarNode) and "{{" not in node.value:
            wrong = f'"{{{{ {VARIABLE} }}}}"'
            yield self._made(f"variable {_dotted(path)}", start, end, wrong, self.lines[path], path, VARIABLE)


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)
