"""How large the shipped code is: `python -m docs.count_size` prints modules, lines by what they are, and imports.

A line is a docstring's, an import's, a comment, blank, or code.
"""

import ast
from collections import Counter
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src"


def kinds(text: str) -> list[str]:
    """What each line of a module is."""
    lines = text.splitlines()
    told = ["blank" if not line.strip() else "comment" if line.strip().startswith("#") else "code" for line in lines]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            mark(told, node, "import")
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and ast.get_docstring(node) is not None:
                mark(told, first, "docstring")
    return told


def mark(told: list[str], node: ast.stmt, kind: str) -> None:
    """Say of all lines of a statement what they are."""
    last = node.end_lineno or node.lineno
    told[node.lineno - 1 : last] = [kind] * (last - node.lineno + 1)


def main() -> None:
    """Print the counts."""
    modules = [kinds(path.read_text()) for path in SOURCES.rglob("*.py")]
    count = Counter(kind for module in modules for kind in module)
    total = count.total()
    print(f"{len(modules)} modules, {total:,} lines, the longest module {max(map(len, modules))}")
    print(", ".join(f"{kind} {lines:,} ({lines / total:.1%})" for kind, lines in count.most_common()))


if __name__ == "__main__":
    main()
