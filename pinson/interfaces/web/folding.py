"""Templates with what never changes filled in when they are compiled: words, addresses of files, drawings, settings.

Called by `pages.py`. There is one environment a language, so `_("Rules")` has one value for as
long as the process lives; so has `static("site.css")`, `icon("home")` and `instance.title`. Once
they stand in the tree as constants, Jinja's own optimizer joins them with the HTML around them,
and most of a page's frame becomes one piece of text. Half of what a page cost was looking these up.

What a template shows is the same, folded or not; a test renders pages both ways.

Not here: words with blanks or plural forms, which are looked up as ever.
"""

from collections.abc import Mapping
from gettext import NullTranslations
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

WORDS = ("_", "gettext")
DRAWINGS = "_icon.html"  # the template of the macro `icon`
SETTINGS = "instance"


class FoldingEnvironment(jinja2.Environment):
    """An environment whose templates are folded before they are compiled."""

    def __init__(self, words: NullTranslations, known: Mapping[str, Any], **options: Any) -> None:
        """
        Args:
            words: of its language.
            known: what templates find under these names, `static` and `instance` among them.
        """
        super().__init__(**options, extensions=["jinja2.ext.i18n"])
        self.policies["ext.i18n.trimmed"] = True
        self.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
        self.globals.update(known, icon=self.icon)
        self.words = words
        self._drawings: dict[str, str] = {}

    def compile(self, source: str | nodes.Template, *args: Any, **options: Any) -> Any:
        """Parse, fold, and let Jinja do the rest."""
        if isinstance(source, str):
            name, filename = (*args, None, None)[:2]
            source = self.folded(source, name, filename)
        return super().compile(source, *args, **options)

    def folded(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The tree of a template, with constants where they are known."""
        tree = self.parse(source, name, filename)
        _Folding(self).visit(tree)
        return tree

    def icon(self, name: str) -> str:
        """A drawing. Templates import it by its name; here it is kept, and at hand in all of them."""
        if name not in self._drawings:
            drawings: Any = self.get_template(DRAWINGS).module
            self._drawings[name] = drawings.icon(name)
        return self._drawings[name]


class _Folding(NodeTransformer):
    """Replaces what is known by its value, from the inside out."""

    def __init__(self, environment: FoldingEnvironment) -> None:
        self._environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  (named after what it visits)
        self.generic_visit(node)
        if (
            not isinstance(node.node, nodes.Name)
            or node.kwargs
            or node.dyn_args
            or node.dyn_kwargs
            or not all(isinstance(given, nodes.Const) for given in node.args)
        ):
            return node
        environment, given = self._environment, [one.value for one in node.args if isinstance(one, nodes.Const)]
        value: str
        match node.node.name:
            case name if name in WORDS:
                value = Markup(environment.words.gettext(*given)) % {}  # noqa: S704  (ours)
            case "static":
                value = environment.globals["static"](*given)  # type: ignore[operator]
            case "icon":
                value = environment.icon(*given)
            case _:
                return node
        return nodes.Const(value, lineno=node.lineno)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name == SETTINGS:
            value = getattr(self._environment.globals[SETTINGS], node.attr, None)
            if type(value) in (str, bool, int):
                return nodes.Const(value, lineno=node.lineno)
        return node

    def visit_FromImport(self, node: nodes.FromImport) -> nodes.Node | None:  # noqa: N802
        is_known = isinstance(node.template, nodes.Const) and node.template.value == DRAWINGS and node.names == ["icon"]
        return None if is_known else node

    def visit_Include(self, node: nodes.Include) -> nodes.Node | list[nodes.Node]:  # noqa: N802
        """A part that says the same whoever asks becomes part of the page."""
        environment = self._environment
        if not isinstance(node.template, nodes.Const) or environment.loader is None:
            return node
        name: str = node.template.value
        source, filename, _ = environment.loader.get_source(environment, name)
        body = environment.folded(source, name, filename).body
        return list(body) if all(_is_constant(part) for part in body) else node


def _is_constant(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData | nodes.Const) for part in node.nodes
    )
