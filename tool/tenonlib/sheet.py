# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Pages of results: one file each, nothing loaded from elsewhere, no script. Light or dark as the reader has it;
a chart is a table with bars in its cells, so that each bar has its number beside it."""

import html

STYLE = """
:root { --text: #1c1c1c; --faint: #5c5c68; --line: #d0d0d8; --back: #fff; --box: #f4f4f7; --good: #1a6b2c;
        --bad: #b00020; --bad-back: #fdeaec; --bar: #3a6ea5; --warn: #8a5a00; --warn-back: #fdf3dc;
        color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --text: #e2e2e2; --faint: #a2a2b0; --line: #3c3c46; --back: #151518;
        --box: #202026; --good: #7fce8e; --bad: #ff8a94; --bad-back: #3a1a1f; --bar: #6fa8dc; --warn: #e8bd6a;
        --warn-back: #332a15 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 76rem; padding: 0 1.2rem 4rem; color: var(--text); background: var(--back);
       font: 16px/1.45 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 1.2rem 0 .3rem } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem }
p, li { max-width: 60rem; margin: .4rem 0 } ul { padding-left: 1.2rem }
code, pre, .mono { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
pre { white-space: pre-wrap; background: var(--box); padding: .5rem .7rem; margin: .4rem 0 }
.faint { color: var(--faint) }
.verdict { font-size: 1.15rem; padding: .7rem 1rem; border-left: .4rem solid; background: var(--box) }
.verdict.good { border-color: var(--good) } .verdict.bad { border-color: var(--bad); background: var(--bad-back) }
.good b, b.good { color: var(--good) } .bad b, b.bad { color: var(--bad) }
.finding { border-left: .4rem solid var(--warn); background: var(--warn-back); padding: .4rem .8rem; margin: .4rem 0 }
.finding.worse { border-color: var(--bad); background: var(--bad-back) }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
caption { text-align: left; color: var(--faint); padding: .2rem 0 }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line) }
thead th { color: var(--faint); font-weight: 600 } tbody th { font-weight: 600 }
tr.bad td, tr.bad th, td.bad { background: var(--bad-back) } tr.bad th { border-left: .3rem solid var(--bad);
       padding-left: .4rem }
td.warn { background: var(--warn-back) }
svg.bar { display: block; width: 100%; min-width: 6rem; height: .7rem; background: var(--box) }
svg.bar rect { fill: var(--bar) } svg.bar rect.tick { fill: var(--text) }
details { margin: .4rem 0 } summary { cursor: pointer } details[open] > summary { font-weight: 600 }
@media (max-width: 44rem) {
  body { padding: 0 .7rem 3rem }
  table.stack, table.stack tbody, table.stack tr, table.stack td, table.stack th, table.stack caption {
       display: block }
  table.stack thead { position: absolute; left: -9999px }
  table.stack tr { border-bottom: 2px solid var(--line); padding: .4rem 0 } table.stack td, table.stack th {
       border: 0; padding: .15rem .3rem }
  table.stack td[data-head]::before { content: attr(data-head) ": "; color: var(--faint) }
}
"""


def text(value):
    return html.escape(str(value))


def page(title, *parts):
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<link rel="icon" href="data:,">\n'
            f"<style>{STYLE}</style></head>\n<body><main>\n<h1>{text(title)}</h1>\n" + "\n".join(parts) +
            "\n</main></body></html>\n").encode()


class Cell:
    """What stands in a table: HTML, and how it is marked: "", "bad", "warn"."""

    def __init__(self, content, mark=""):
        self.content, self.mark = content, mark


def cell(value):
    return value if isinstance(value, Cell) else Cell(text(value))


def table(caption, heads, rows, bad=()):
    """Each row begins with its name. `bad`: the indices of rows that are marked."""
    def row_html(index, row):
        name, *values = map(cell, row)
        marked = ' class="bad"' if index in bad else ""
        cells = "".join(f'<td data-head="{text(head)}"' + (f' class="{v.mark}"' if v.mark else "") +
                        f">{v.content}</td>" for head, v in zip(heads[1:], values))
        return f'<tr{marked}><th scope="row">{name.content}</th>{cells}</tr>'

    head = "".join(f'<th scope="col">{text(h)}</th>' for h in heads)
    body = "\n".join(row_html(i, row) for i, row in enumerate(rows))
    return (f'<div class="wide"><table class="stack"><caption>{text(caption)}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>\n{body}\n</tbody></table></div>")


def bar(value, most, label, mark=""):
    """A bar from 0; the number is beside it, so that a reader of texts needs no bar."""
    share = 100 * value / most if most else 0
    return Cell(f'{text(label)}<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
                f'<rect width="{share:.2f}" height="10"/></svg>', mark)


def spans(pieces, ticks, most, label):
    """A line of time, with pieces (from, to) and ticks on it."""
    def scaled(value):
        return 100 * value / most if most else 0
    shapes = "".join(f'<rect x="{scaled(a):.2f}" width="{max(scaled(b - a), .4):.2f}" y="3" height="4"/>'
                     for a, b in pieces)
    shapes += "".join(f'<rect class="tick" x="{scaled(at):.2f}" width=".5" height="10"/>' for at in ticks)
    return Cell(f'{text(label)}<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
                f"{shapes}</svg>")
