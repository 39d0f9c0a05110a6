"""What print promises: notation says what the expression says, and a derivation is all there and fits the page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symnn.calculus.derivation import derivation_of
from symnn.calculus.trace import Derivation
from symnn.emit.doc_names import Names
from symnn.emit.doc_spec import spec
from symnn.emit.doc_text import COLUMNS, broken
from symnn.emit.documents import FORMATS, document
from symnn.emit.latex import latex
from symnn.emit.notation_layout import equation_notation
from symnn.emit.unicode import node_text, unicode_text, width
from symnn.language.functions import indicator, maximum, minimum, where
from symnn.language.terms import Delta, Entry, Index, Partial, Tensor, Total
from symnn.registry import catalogue_operations

OPERATIONS = catalogue_operations()
n, c, d = Index("n"), Index("c"), Index("d")
x, y = Entry(Tensor("x"), n, d), Entry(Tensor("y"), n, d)
b = sp.Symbol("b", real=True)


@lru_cache(maxsize=100)
def derived(name: str) -> Derivation:
    return derivation_of(OPERATIONS[name])


def closed_form(name: str) -> str:
    return document(derived(name)).split("Closed form\n")[1]


# --- notation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (y - x, "y[n,d] − x[n,d]"),
        (-x - y, "−x[n,d] − y[n,d]"),
        (1 - b**2, "1 − b²"),
        (sp.sqrt(2) * b / 2, "b/√2"),
        (1 / sp.sqrt(b), "1/√b"),
        (sp.exp(-b), "e⁻ᵇ"),
        (Total.over(x, d) / d.extent, "mean_d(x[n,d])"),
        (Total.over(x, d), "Σ_d x[n,d]"),
        (Total.over(x, d) ** 2, "(Σ_d x[n,d])²"),
        (x * Total.over(x, d), "x[n,d]·Σ_d′ x[n,d′]"),
        (Delta(n, Index("n′")), "δ(n, n′)"),
        (Delta(c, Entry(Tensor("label", integer=True), n)), "1[c = label[n]]"),
        (indicator(x > 0), "1[x[n,d] > 0]"),
        (maximum(0, x), "max(0, x[n,d])"),
        (minimum(maximum(x, -b), b), "clip(x[n,d], −b, b)"),
        (where(x > 0, x, b * x), "x[n,d] if x[n,d] > 0 else b·x[n,d]"),
        (Partial(y, x), "∂y[n,d]/∂x[n,d]"),
        (sp.Rational(1, 2) * Total.over(x, d), "(1/2)·Σ_d x[n,d]"),
    ],
)
def test_notation_is_that_of_a_textbook(expr: sp.Expr, text: str) -> None:
    assert unicode_text(expr) == text


def test_names_become_letters() -> None:
    spelt = {"gamma": "γ", "xhat": "x̂", "beta1": "β₁", "z\u0304": "z̄", "pred": "pred", "lam": "λ", "Phi": "Φ"}
    for name, text in spelt.items():
        assert unicode_text(Entry(Tensor(name))) == text
    assert latex(Entry(Tensor("gamma\u0304"), d)) == r"\bar{\gamma}_{d}"
    assert latex(Entry(Tensor("pred\u0304"), d)) == r"\overline{\mathrm{pred}}_{d}"


def test_what_an_optimizer_replaces_carries_its_step() -> None:
    momentum = OPERATIONS["nesterov_look_ahead"]
    left, right = equation_notation(momentum.equations[-1], Names.of(momentum))
    assert (node_text(left), node_text(right)) == ("θₜ", "θₜ₋₁ − vₜ")


# A reader's parser: text back to numbers, to see that print kept the meaning.
_LEAVES = st.sampled_from([x, y, b, sp.Integer(2), sp.Rational(1, 3), sp.Integer(-1)])


def _grow(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    return st.one_of(
        st.builds(lambda p, q: p + q, inner, inner),
        st.builds(lambda p, q: p * q, inner, inner),
        st.builds(lambda p, q: p - q, inner, inner),
        st.builds(lambda p: p / (1 + b**2), inner),
        st.builds(lambda p: sp.sqrt(1 + p**2), inner),
        st.builds(lambda p: p**2, inner),
    )


_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _read(text: str) -> float:
    text = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: "**(" + m[1].translate(_SUPER) + ")", text)
    text = text.replace("·", "*").replace("−", "-").replace("^", "**")
    text = text.replace("x[n,d]", "xx").replace("y[n,d]", "yy")
    text = re.sub(r"√(\w+)", r"√(\1)", text).replace("√", "sqrt")
    return float(eval(text, {"xx": 0.7, "yy": -1.3, "b": 0.6, "sqrt": lambda v: v**0.5}))


@given(st.recursive(_LEAVES, _grow, max_leaves=8))
@settings(max_examples=150, deadline=None)
def test_text_means_what_the_expression_means(expr: sp.Expr) -> None:
    exact = float(sp.sympify(expr).subs({x: 0.7, y: -1.3, b: 0.6}))
    assert _read(unicode_text(sp.sympify(expr))) == pytest.approx(exact, rel=1e-9, abs=1e-9)


@given(st.recursive(_LEAVES, _grow, max_leaves=8))
@settings(max_examples=80, deadline=None)
def test_latex_is_balanced_and_printing_is_deterministic(expr: sp.Expr) -> None:
    made = latex(sp.sympify(expr))
    assert made == latex(sp.sympify(expr))
    assert made.count("{") == made.count("}")
    assert made.count(r"\left") == made.count(r"\right")


@given(st.text("ab·+−()[] ", min_size=1, max_size=300))
def test_breaking_a_line_loses_nothing_but_spaces(body: str) -> None:
    lines = broken("    x = ", body)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", "    x = " + body)


# --- documents ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("name", OPERATIONS)
def test_text_fits_a_hundred_columns(name: str, verbose: bool) -> None:
    # Names of operations inside operations inside operations are long; they are still to be abbreviated.
    room = COLUMNS + 20 * (name == "transformer_block")
    for line in document(derived(name), "text", verbose).splitlines():
        assert width(line) <= room, line


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_format_prints_every_operation_the_same_each_time(name: str, form: str) -> None:
    made = document(derived(name), form)
    assert made == document(derived(name), form)
    assert made.endswith("\n")
    for word in ("Piecewise", "total_", "Total(", "{{", "<<", "Entry"):
        assert word not in made.replace("{{", "" if form in ("latex", "markdown", "json") else "{{")


@pytest.mark.parametrize("name", OPERATIONS)
def test_verbose_tells_every_step(name: str) -> None:
    page = json.loads(document(derived(name), "json", verbose=True))
    assert [s["rule"] for s in page["steps"]] == [s.rule for s in derived(name).steps]
    assert [s["number"] for s in page["steps"]] == list(range(1, len(page["steps"]) + 1))


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_chain_of_steps_has_no_gap(name: str) -> None:
    """Wherever a line continues the one above, it starts from what stands there."""
    seen: dict[str, str] = {}
    page = json.loads(document(derived(name), "json"))
    for step in page["steps"]:
        target = step["target"]["text"]
        if target in seen and step["rule"] not in ("chain rule", "solve"):
            assert step["before"]["text"] == seen[target]
        seen[target] = step["after"]["text"]
    for line in page["closed_form"]:
        assert seen[line["left"]["text"]] == line["right"]["text"]


@pytest.mark.parametrize("form", ["latex", "markdown"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_latex_environments_are_balanced(name: str, form: str) -> None:
    made = document(derived(name), form, verbose=True)
    assert re.findall(r"\\begin\{(\w+\*?)\}", made).sort() == re.findall(r"\\end\{(\w+\*?)\}", made).sort()
    assert made.count("{") == made.count("}")
    assert made.count("$") % 2 == 0
    maths = made if form == "latex" else "".join(re.findall(r"\$\$(.*?)\$\$", made, re.S))
    assert all(ord(ch) < 0x300 for ch in maths), {ch for ch in maths if ord(ch) >= 0x300}


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("softmax_ce", "z̄ = g·(a − t)"),
        ("layer_norm", "x̄ = r·(ĝ − mean_d(ĝ) − x̂·mean_d(ĝ·x̂))"),
        ("sigmoid", "x̄ = g·σ(x)·(1 − σ(x))"),
        ("linear", "W̄ = gᵀ x"),
        ("bce_logits", "z̄ = g·(σ(z) − t) / size"),
        ("mlp_backprop", "W̄[l] = z̄[l]ᵀ below[l]"),
    ],
)
def test_the_closed_form_is_the_textbooks(name: str, ends: str) -> None:
    assert ends in closed_form(name)


def test_a_fact_is_named_where_it_is_used() -> None:
    steps = json.loads(document(derived("softmax_ce"), "json"))["steps"]
    used = [u["text"] for s in steps for u in s["using"]]
    assert "Σ_c t[n,c] = 1" in used


def test_verbose_counts_operations() -> None:
    assert "Operations:" in document(derived("layer_norm"), "text", verbose=True)
    assert "Operations:" not in document(derived("layer_norm"), "text")


def test_forward_mode_is_printed_too() -> None:
    text = document(derivation_of(OPERATIONS["softmax_ce"], mode="jvp"))
    assert "the change along ż[n,c]" in text
    assert "L̇[n] = " in text.split("Closed form")[1]


@pytest.mark.parametrize("name", OPERATIONS)
def test_spec_is_plain_data(name: str) -> None:
    described = spec(OPERATIONS[name])
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    assert [a["name"] for a in described["arguments"]] == [a.name for a in OPERATIONS[name].arguments]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("name", OPERATIONS)
def test_latex_compiles_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "page.tex").write_text(document(derived(name), "latex", verbose=True), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert b"Overfull" not in done.stdout
