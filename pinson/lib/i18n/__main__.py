"""For those who write Pinson: find every string people read, and hold its French complete.

    python -m pinson.lib.i18n extract   after a string was added, changed or removed
    python -m pinson.lib.i18n check     part of `make check`; says what is missing

Strings are what templates and code give to `_()`, `gettext`, `ngettext` and their like, and the
`text` of every Refusal: pages show it, so it is translated too, without a mark of its own, as in
`translations.gettext(refusal.text).format(**refusal.facts)`.

Texts that change lose their translation, rather than keep one that is nearly right; git has it.
"""

import ast
import re
import sys
from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.pofile import generate_po, read_po

from pinson.lib.i18n import TRANSLATED

PACKAGE = Path(__file__).parents[2]

# Names and positions that the program fills in; a lone % breaks the filling in.
_BLANKS = re.compile(r"%(?:\(\w+\)s|%)?|\{\w*\}")


def extract(package: Path) -> None:
    """Write locale/messages.pot from what is in `package`, and bring each language's catalog in line with it."""
    template = _found_in(package)
    _template_file(package).parent.mkdir(exist_ok=True)
    _template_file(package).write_bytes(_written(template))
    for lang in TRANSLATED:
        path = _catalog_file(package, lang)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = _read(path, lang)
        catalog.update(template, no_fuzzy_matching=True)
        path.write_bytes(_written(catalog))


def check(package: Path) -> list[str]:
    """What keeps the catalogs from being complete and true, a sentence each; empty when all is well."""
    template = _found_in(package)
    problems = []
    if not _template_file(package).exists() or _template_file(package).read_bytes() != _written(template):
        problems.append(f"{_template_file(package).name} is not what the source says: run `extract`")
    for lang in TRANSLATED:
        catalog = _read(_catalog_file(package, lang), lang)
        for message in _texts(template):
            problems += [f"{lang}: {flaw}: {message.id!r}" for flaw in _flaws(message, catalog)]
        unused = [message.id for message in _texts(catalog) if template.get(message.id, message.context) is None]
        problems += [f"{lang}: unused: {id!r}" for id in (*unused, *(old.id for old in catalog.obsolete.values()))]
    return problems


def main(arguments: list[str]) -> int:
    """Run one of the two commands; 0 when all is well."""
    match arguments:
        case ["extract"]:
            extract(PACKAGE)
            return 0
        case ["check"]:
            problems = check(PACKAGE)
            print("\n".join(problems), end="\n" * bool(problems))
            return 1 if problems else 0
        case _:
            print(__doc__)
            return 2


def _template_file(package: Path) -> Path:
    return package / "locale" / "messages.pot"


def _catalog_file(package: Path, lang: str) -> Path:
    return package / "locale" / lang / "LC_MESSAGES" / "messages.po"


def _found_in(package: Path) -> Catalog:
    catalog = Catalog()
    methods: list[tuple[str, Any]] = [("**.py", _python), ("**/templates/**", "jinja2")]
    options = {"**/templates/**": {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}}
    found = extract_from_dir(package, methods, options, comment_tags=("Translators:",), strip_comment_tags=True)
    for file, line, message, comments, context in found:
        catalog.add(message, None, [(f"{package.name}/{file}", line)], auto_comments=comments, context=context)
    return catalog


def _python(file: IO[bytes], keywords: Any, comment_tags: Collection[str], options: Any) -> Iterator[Any]:
    """A Babel extractor: what Babel finds in Python, and the text of each refusal (a class with `code` and `text`).

    Args and yields as Babel documents extractors, not as it annotates them: `keywords` are names
    alone; yields line, name of the function or None, string or strings, comments.
    """
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.ClassDef):
            stated = dict(_assigned(node))
            match stated.get("text"):
                case ast.Constant(value=str(text), lineno=line) if "code" in stated and _BLANKS.sub("", text):
                    yield line, None, text, []


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Names that the body of a class sets, with what they are set to: `a = 1` and `a, b = 1, 2`."""
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                yield from (
                    (name.id, value) for name, value in zip(names, values, strict=True) if isinstance(name, ast.Name)
                )


def _read(path: Path, lang: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=lang)
    return read_po(BytesIO(path.read_bytes()), locale=lang, abort_invalid=True)


def _written(catalog: Catalog) -> bytes:
    """A catalog as a file that changes only when a string or the file it stands in does: no dates, no line numbers."""
    header = ["Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"]
    if catalog.locale:
        header += [f"Language: {catalog.locale_identifier}", f"Plural-Forms: {catalog.plural_forms}"]
    head = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in header) + "\n"
    body = generate_po(
        catalog, omit_header=True, include_lineno=False, ignore_obsolete=True, sort_by="message", width=100
    )
    return (head + "".join(body)).rstrip("\n").encode() + b"\n"


def _texts(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)  # the header has none


def _forms(text: str | Collection[str] | None) -> list[str]:
    """One text, or singular and plural; an untranslated one is empty."""
    return list(text) if isinstance(text, list | tuple) else [str(text or "")]


def _flaws(message: Message, catalog: Catalog) -> Iterator[str]:
    """What is wrong with the translation of `message`, in a word or two."""
    translated = catalog.get(message.id, message.context)
    if translated is None or not all(_forms(translated.string)):
        yield "missing"
        return
    if translated.fuzzy:
        yield "fuzzy"
    source, target = _forms(message.id), _forms(translated.string)
    blanks = {blank for form in source for blank in _BLANKS.findall(form)}
    for form in target:
        filled = set(_BLANKS.findall(form))
        if filled - blanks or (len(source) == 1 and filled != blanks):  # a singular may leave its number out
            yield f"other blanks than {sorted(blanks)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
