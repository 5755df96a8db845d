"""A Jinja2 sandbox in which a template pays for what it does, so that none can stall or fill the machine.

Every value is paid for by its size where it is made, looped over, compared, filtered or printed, out of one budget
a rendering. What could grow out of all proportion is paid for before it is made. No time is measured, so a template
that renders once renders always; and none may draw lots, so that what is shown is what is sent.
"""

import re
from collections.abc import Callable, Mapping, MappingView, Set
from contextvars import ContextVar
from functools import wraps
from math import prod
from typing import Any

from jinja2 import Template, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

BUDGET = 500_000
"""Characters, items and turns; the longest message that a platform takes is a hundredth of it."""

MOST_CHARACTERS = 20_000
"""The longest text: no platform takes a quarter of it."""

_CALL = 10
_FILE = 500
_BY_LOT = ("random", "lipsum")
_GROWING = {"batch", "center", "expandtabs", "indent", "join", "ljust", "replace", "rjust", "round", "slice"}
_GROWING |= {"to_bytes", "tojson", "translate", "wordwrap", "zfill"}
"""Filters and methods that make much of little: as much as the product of what they are given, at most."""
_WIDE = re.compile(r"%(\([^)]*\))?[^a-zA-Z%]*?(\d{4}|\*)|\{[^{}]*:[^{}]*(\d{4}|\{)")
"""A format that pads to thousands of characters, or to as many as a value says."""

_left: ContextVar[int] = ContextVar("_left")


class TooMuch(SecurityError):
    """The budget is spent, or the text is longer than any message may be."""


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox with a budget. Render with `text_of`; its templates know no other way."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, optimized=False)
        self.globals = {name: each for name, each in self.globals.items() if name not in _BY_LOT}
        self.globals["range"] = range
        self.filters = {**_all_paying(self.filters), "turns": _turns, "made": _made}
        self.tests = _all_paying(self.tests)

    def text_of(self, name: str, values: Mapping[str, Any]) -> str:
        """A template's text. Raises `TooMuch`, and whatever else a template may fail with."""
        _left.set(BUDGET)
        text = ""
        for piece in self.get_template(name).generate(values):
            text += piece
            if len(text) > MOST_CHARACTERS:
                raise TooMuch(f"> {MOST_CHARACTERS}")
        return text

    def get_template(self, *args: Any, **options: Any) -> Template:
        """A file costs something, also one that includes itself twice."""
        _spend(_FILE)
        return super().get_template(*args, **options)

    def select_template(self, *args: Any, **options: Any) -> Template:
        """One of several files costs no less."""
        _spend(_FILE)
        return super().select_template(*args, **options)

    def call(__self, __context: Context, __obj: Any, *args: Any, **named: Any) -> Any:  # noqa: N805 - names may be any
        """Call what a template calls, paid for."""
        _spend(_CALL)
        own = getattr(__obj, "__self__", None)
        if isinstance(own, str | bytes | int):
            _beforehand(getattr(__obj, "__name__", ""), own, *args, *named.values())
        for each in (*args, *named.values()):
            pay(each)
        return pay(super().call(__context, __obj, *args, **named))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Reckon, paid for: what grows before it is reckoned."""
        pay(left)
        pay(right)
        if operator == "*" and not (isinstance(left, int) and isinstance(right, int)):
            _spend(_times(left) * _times(right))
        elif operator == "**" and isinstance(left, int) and isinstance(right, int):
            _spend(left.bit_length() * abs(right))
        elif operator == "%" and isinstance(left, str):
            _must_be_narrow(left)
        return pay(super().call_binop(context, operator, left, right))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """A format that pads to thousands of characters is refused."""
        wrapped = super().wrap_str_format(value)
        if wrapped is not None:
            _must_be_narrow(value.__self__)
        return wrapped

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(_Paying().visit(source), *args, **options)


class _Paying(NodeTransformer):
    """Puts a toll before every loop, comparison and subscript, and behind everything that is put together."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - the visitor's own names
        self.generic_visit(node)
        node.iter = _toll(node.iter, "turns")
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _toll(node.node, "turns")
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _toll(node.expr, "made")
        for operand in node.ops:
            operand.expr = _toll(operand.expr, "made")
        return node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        return self.visit_List(node) if node.ctx == "load" else node

    def visit_List(self, node: nodes.Expr) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _toll(node, "made")

    visit_Dict = visit_Concat = visit_List  # noqa: N815

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802
        """The text itself is printed like every other value."""
        return nodes.Const(Markup(node.data), lineno=node.lineno, environment=node.environment)  # noqa: S704


def _toll(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=node.environment)


def pay(value: Any) -> Any:
    """Pay for a value and for all that is in it; returns it. Raises `TooMuch`."""
    _spend(1 + (value.bit_length() if isinstance(value, int) else _times(value)))
    if isinstance(value, list | tuple | Set):
        for each in value:
            pay(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            pay(key)
            pay(each)
    return value


@pass_context
def _made(context: Context, value: Any) -> Any:
    del context
    return pay(value)


@pass_context
def _turns(context: Context, value: Any) -> Any:
    del context
    if not isinstance(value, int):
        _spend(1 + _times(value))
    return value


def _all_paying(works: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _paying(name, work) for name, work in works.items() if name not in _BY_LOT}


def _paying(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    skipped = 1 if hasattr(work, "jinja_pass_arg") else 0

    @wraps(work)
    def paid(*args: Any, **named: Any) -> Any:
        given = (*args[skipped:], *named.values())
        _beforehand(name, *given)
        for each in given:
            pay(each)
        return pay(work(*args, **named))

    return paid


def _beforehand(name: str, *values: Any) -> None:
    if name in _GROWING:
        _spend(prod(max(1, _times(each)) for each in values))
    elif name == "format" and isinstance(values[0], str):
        _must_be_narrow(values[0])


def _times(value: Any) -> int:
    """How long a value is, or how often another would be repeated by it."""
    match value:
        case int():
            return abs(value)
        case str() | bytes() | list() | tuple() | range() | Mapping() | Set() | MappingView():
            return len(value)
        case _:
            return 0


def _must_be_narrow(format_: str) -> None:
    if _WIDE.search(format_):
        raise TooMuch(format_)


def _spend(cost: int) -> None:
    left = _left.get() - cost
    if left < 0:
        raise TooMuch(f"> {BUDGET}")
    _left.set(left)
