# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""The pages of the reference: one for each header in the order in which it says things, an index, and a
search over all names."""

import html
import json
import re

from tenonlib.headers import COMMENT

STYLE = """
:root { --text: #1c1c1c; --faint: #667; --line: #d8d8e0; --back: #fff; --box: #f6f6f8; --link: #0b57a4;
        --comment: #4c7a4c; --word: #7a3b8f; --tag: #94621a; color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --text: #ddd; --faint: #99a; --line: #3a3a44; --back: #17171a;
        --box: #212126; --link: #7db7f0; --comment: #86b886; --word: #c99ad8; --tag: #d9ae6c } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 62rem; padding: 0 1.2rem 6rem; color: var(--text); background: var(--back);
       font: 16px/1.5 system-ui, sans-serif }
header { display: flex; gap: 1rem; align-items: baseline; padding: .8rem 0; position: sticky; top: 0;
         background: var(--back); border-bottom: 1px solid var(--line); z-index: 1 }
header input { margin-left: auto; width: 20rem; max-width: 60%; padding: .3rem .5rem; font: inherit;
               color: inherit; background: var(--box); border: 1px solid var(--line); border-radius: 4px }
#found { position: absolute; right: 0; top: 3.2rem; width: 26rem; max-width: 100%; max-height: 70vh;
         overflow: auto; margin: 0; padding: 0; list-style: none; background: var(--back);
         border: 1px solid var(--line); border-radius: 4px; box-shadow: 0 4px 14px #0003 }
#found:empty { display: none }
#found a { display: block; padding: .25rem .6rem; color: inherit }
#found a:hover, #found a.at { background: var(--box) }
#found small { color: var(--faint); margin-left: .5rem }
a { color: var(--link); text-decoration: none } a:hover { text-decoration: underline }
h1 { font-size: 1.6rem; margin: 1.6rem 0 .4rem } h2 { font-size: 1.2rem; margin: 2.4rem 0 .3rem }
h3 { font-size: 1rem; margin: 1.6rem 0 .2rem }
section pre + span + pre { margin-top: -.9rem; padding-top: 0 }
section { margin: 1.4rem 0; padding-top: 1rem; border-top: 1px solid var(--line); scroll-margin-top: 3.5rem }
:target { scroll-margin-top: 3.5rem } section:target { border-top: 2px solid var(--link) }
p { margin: .5rem 0 } p, li { max-width: 46rem }
code, pre { font: 14px/1.45 ui-monospace, "DejaVu Sans Mono", monospace }
pre { background: var(--box); padding: .6rem .8rem; border-radius: 4px; overflow-x: auto; tab-size: 8;
      margin: .5rem 0 }
pre i { font-style: normal; color: var(--comment) } pre b, code b { font-weight: normal; color: var(--word) }
pre a, code a { color: inherit; text-decoration: underline dotted; text-underline-offset: 3px }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
         border-bottom: 1px solid var(--line) }
th { color: var(--faint); font-weight: normal }
td p { margin: .1rem 0 } table.index td:first-child { width: 12rem }
.faint { color: var(--faint) } dt { font-family: ui-monospace, monospace }
ul.names { columns: 3; list-style: none; padding: 0; font-size: 14px }
@media (max-width: 40rem) { ul.names { columns: 1 } #found { width: 100% } }
"""

SCRIPT = """
const field = document.querySelector('input'), list = document.querySelector('#found');
let at = -1;
function find() {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const rank = name => name === words[0] ? 0 : name.startsWith(words[0]) ? 1 :
        name.startsWith('tn_' + words[0]) ? 2 : 3;
  const hits = words.length ? NAMES.filter(n => words.every(w => n[0].toLowerCase().includes(w))) : [];
  hits.sort((a, b) => rank(a[0].toLowerCase()) - rank(b[0].toLowerCase()) || a[0].length - b[0].length);
  list.replaceChildren(...hits.slice(0, 40).map(([name, kind, link]) => {
    const item = document.createElement('li'), a = document.createElement('a'),
          small = document.createElement('small');
    a.href = link; a.textContent = name; small.textContent = kind; a.append(small); item.append(a);
    return item;
  }));
  at = -1;
}
function move(step) {
  const links = list.querySelectorAll('a');
  if (!links.length) return;
  if (at >= 0) links[at].className = '';
  at = (at + step + links.length) % links.length;
  links[at].className = 'at';
  links[at].scrollIntoView({ block: 'nearest' });
}
field.addEventListener('input', find);
field.addEventListener('keydown', event => {
  if (event.key === 'ArrowDown') { move(1); event.preventDefault(); }
  if (event.key === 'ArrowUp') { move(-1); event.preventDefault(); }
  if (event.key === 'Escape') { field.value = ''; find(); }
  const links = list.querySelectorAll('a');
  if (event.key === 'Enter' && links.length) {
    location.href = links[Math.max(at, 0)].href;
    field.value = ''; find();
  }
});
document.addEventListener('keydown', event => {
  if (event.key === '/' && document.activeElement !== field) { field.focus(); event.preventDefault(); }
});
"""

WORDS = set("void bool char int unsigned long short signed const static inline struct enum union typedef "
            "return if else while for do switch case default break continue sizeof extern volatile "
            "size_t uint8_t uint16_t uint32_t uint64_t int32_t int64_t uintptr_t true false "
            "define include undef".split())


def identifier(name):
    """A declaration's name without tag and parameters."""
    return re.sub(r"^(struct|enum|union) ", "", name.partition("(")[0])


class Names:
    """Where each name is explained."""

    def __init__(self):
        self.place, self.rows = {}, []
        self.here = "" # what is being explained: not linked to itself

    def add(self, name, kind, link, shown=None):
        self.place.setdefault(name, link)
        self.rows.append((shown or name, kind, link))

    def link(self, word):
        link = self.place.get(word)
        return (f'<a href="{link}">{word}</a>' if link and link != self.here
                else html.escape(word))


def collect(headers, public):
    names = Names()
    for header in headers:
        page = header.name + ".html"
        names.add(header.name, "header", page)
        names.place.setdefault("tenon/" + header.name, page)
        for d in public(header):
            name = identifier(d.name)
            if d.kind != "opaque" or d.documented and d.leads:
                names.add(name, d.kind if d.kind != "opaque" else "struct", f"{page}#{name}")
            if d.kind == "interface":
                for suffix in ("cap", "ops", "serve", "interface", "dispatch"):
                    names.place.setdefault(f"{name}_{suffix}", f"{page}#{name}")
                names.place.setdefault(d.list_name, f"{page}#{name}")
                for f in d.functions:
                    names.add(f"{name}_{f.name}", f"RPC of {header.name}",
                              f"{page}#{name}_{f.name}")
            for value in enumerators(d):
                names.add(value, f"of {d.name}", f"{page}#{name}")
    return names


def enumerators(declaration):
    if declaration.kind == "macro":
        return [row[0] for row in table_rows(declaration.text) or []
                if row[0].startswith("TN_")]
    if declaration.kind not in ("enum", "struct"):
        return []
    return re.findall(r"\b(TN_[A-Z0-9_]+)\b(?=\s*(?:=[^,}]*)?[,}])",
                      COMMENT.sub(" ", " ".join(re.findall(r"enum[^{;]*(\{.*?\})", declaration.text,
                                                           re.S))))


# -- text --

def inline(text, names):
    """Backquotes, names, and the few commands of structured comments."""
    text = re.sub(r"@(?:p|c|a) (\w+)", r"`\1`", text)
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(f"<code>{words(p[1:-1], names)}</code>" if p.startswith("`") and len(p) > 2
                   else words(p, names) for p in parts)


def words(text, names):
    def one(match):
        word = match.group()
        bare = word.rstrip("()") if word.endswith("()") else word
        link = names.place.get(bare)
        if not link or link == names.here or (bare.islower() and "_" not in bare and "." not in bare):
            return html.escape(word)
        return f'<a href="{link}"><code>{html.escape(word)}</code></a>'
    out, last = [], 0
    for match in re.finditer(r"(?:tenon/)?\b[A-Za-z_]\w*(?:\.h\b)?(?:\(\))?", text):
        out += [html.escape(text[last:match.start()]), one(match)]
        last = match.end()
    return "".join(out) + html.escape(text[last:])


def paragraphs(text, names):
    """A comment as HTML: paragraphs, indented blocks as they are, parameters as a list."""
    text = re.sub(r"@file\n?|@brief ?|@name [^\n]*\n?|@\{|@\}", "", text)
    blocks = re.split(r"@code(?:\{\.c\})?\n(.*?)@endcode", text, flags=re.S)
    out = []
    for number, block in enumerate(blocks):
        if number % 2:
            out.append("<h3>Example</h3>" + code(block.rstrip("\n"), names))
            continue
        block = re.sub(r"\n(?=@(?:param|return))", "\n\n", block)
        for part in re.split(r"\n[ \t]*\n", block):
            out.append(paragraph(part, names))
    return "\n".join(filter(None, out))


def paragraph(part, names):
    if not part.strip():
        return ""
    if match := re.match(r"\s*@param (\w+)\s+(.*)", part, re.S):
        return f"<p><code>{match.group(1)}</code>: {inline(match.group(2), names)}</p>"
    if match := re.match(r"\s*@return (.*)", part, re.S):
        return f"<p>Returns {inline(match.group(1), names)}</p>"
    lines = part.split("\n")
    text = [line for line in lines if not re.match(r"\s{2,}\S", line)]
    if any("   " in line.strip() for line in text):
        return f"<pre>{code_inside(part, names)}</pre>"  # a table
    if len(text) != len(lines):
        before = "\n".join(text)
        drawn = "\n".join(lines[len(text):]) if lines[:len(text)] == text else "\n".join(lines)
        lead = f"<p>{inline(before, names)}</p>" if drawn != "\n".join(lines) and before.strip() else ""
        return lead + f"<pre>{code_inside(drawn, names)}</pre>"
    return f"<p>{inline(part, names)}</p>"


def code(text, names):
    return f"<pre>{code_inside(text, names)}</pre>"


def code_inside(text, names):
    out, last = [], 0
    for match in COMMENT.finditer(text):
        out.append(code_words(text[last:match.start()], names))
        out.append(f"<i>{html.escape(match.group())}</i>" if match.group(1)
                   else html.escape(match.group()))
        last = match.end()
    return "".join(out) + code_words(text[last:], names)


def code_words(text, names):
    out, last = [], 0
    for match in re.finditer(r"[A-Za-z_]\w*", text):
        word = match.group()
        out.append(html.escape(text[last:match.start()]))
        known = word in names.place and ("_" in word)
        out.append(f"<b>{word}</b>" if word in WORDS else names.link(word) if known else word)
        last = match.end()
    return "".join(out) + html.escape(text[last:])


# -- declarations --

def table_rows(text):
    """Of a list macro (X): the arguments of each X; None if it is another macro."""
    head = re.match(r"#define \w+\((\w+)\)\s*\\\n", text)
    if not head:
        return None
    body = re.sub(r"\\\n", "\n", text[head.end():])
    rows = re.findall(r"\b" + head.group(1) + r"\(((?:[^()\"]|\"[^\"]*\")*)\)", body)
    if not rows:
        return None
    return [[c.strip().strip('"') for c in re.findall(r'(?:"[^"]*"|[^,"])+', row)] for row in rows]


def prototype(declaration):
    text = re.sub(r"\b(TN_EXTERN|static inline|TN_MUST_USE|TN_NO_RETURN) ?", "", declaration.text)
    text = re.sub(r"\s*__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)", "", text)
    text = re.sub(r"\s+", " ", text).strip().rstrip(";") + ";"
    head, mark, rest = text.partition("(")
    if len(text) <= 90:
        return text
    depth, parts = 0, [""]
    for letter in rest:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return f"{head}(" + ",".join(f"\n        {p.strip()}" for p in parts)


def interface(declaration, names):
    name, rows = declaration.name, []
    for function in declaration.functions:
        parameters = "<br>".join(f"<code>{code_inside(p, names)}</code>" for p in function.parameters)
        comment = f"<p>{inline(function.comment, names)}</p>" if function.comment else (
            '<p class="faint">said at the top of this page</p>')
        stub = ", ".join(f"{t} {n}".replace("* ", "*").replace(" on_", " cap")
                         for t, n in function.prototype)
        rows.append(f'<tr id="{name}_{function.name}"><td><code>{function.name}</code></td>'
                    f"<td>{parameters or '<span class=faint>none</span>'}</td><td>{comment}"
                    f'<p class="faint"><code>{name}_{function.name}({html.escape(stub)})</code></p>'
                    "</td></tr>")
    return (f'<p>Interface <code>{name}</code>: capability <code>{name}_cap</code>, operations '
            f"<code>struct {name}_ops</code>, served by <code>{name}_serve()</code>; what a list makes "
            f'is explained in {names.link("rpc.h")}.</p>'
            "<table><tr><th>function</th><th>parameters</th><th>what it does, and the client's call"
            f"</th></tr>{''.join(rows)}</table>")


def shown(declaration, names):
    if declaration.kind == "interface":
        return interface(declaration, names)
    if declaration.kind == "function":
        return code(prototype(declaration), names)
    text = declaration.text
    if declaration.kind == "macro":
        rows = table_rows(text)
        if rows:
            return (f"<p><code>{html.escape(declaration.name)}</code></p><table>" + "".join(
                f"<tr>{''.join(f'<td>{inline(c, names)}</td>' for c in row)}</tr>"
                for row in rows) + "</table>")
        if "\\\n" in text:
            text = f"#define {declaration.name} …"
        if declaration.trailing:
            text += f" /* {declaration.trailing} */"
    if declaration.kind in ("enum",) and "TABLE(" in text:
        text = f"enum {identifier(declaration.name)};"
    return code(text, names)


def sections(header, public, names):
    """Headings, and declarations with those that share their comment."""
    items = [(place, "heading", text) for place, text in header.headings]
    items += [(d.begin, "declaration", d) for d in public(header)]
    out, group = [], []

    def flush():
        if not group:
            return
        comment = paragraphs(group[0].comment, names)
        out.append(f'<section id="{identifier(group[0].name)}">')
        first = group[0].kind in ("function", "macro", "typedef", "opaque")
        if not first:
            out.append(comment)
        for d in group:
            names.here = f"{header.name}.html#{identifier(d.name)}"
            if d is not group[0]:
                out.append(f'<span id="{identifier(d.name)}"></span>')
            out.append(shown(d, names))
        if first:
            out.append(comment)
        names.here = ""
        out.append("</section>")
        group.clear()

    for _, kind, item in sorted(items, key=lambda i: i[0]):
        if kind == "heading":
            flush()
            out.append(heading(item, names))
            continue
        if item.kind == "opaque" and not (item.documented and item.leads):
            continue
        if item.leads:
            flush()
        group.append(item)
    flush()
    return "\n".join(filter(None, out))


def heading(text, names):
    if not re.sub(r"@\}|@\{", "", text).strip():
        return ""
    text = re.sub(r"^-- ?| ?--$", "", text.strip())
    named = re.match(r"@name ([^\n]*)", text)
    title, _, rest = (named.group(1), "", text[named.end():]) if named else text.partition("\n\n")
    title = re.sub(r"\s+", " ", title)
    return f"<h2>{words(title[:1].upper() + title[1:], names)}</h2>" + paragraphs(rest, names)


# -- pages --

def page(title, body):
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="style.css"></head><body>
<header><a href="index.html">Tenon reference</a>
<input type="search" placeholder="search: a name, or part of one ( / )" aria-label="search" autocomplete="off">
<ul id="found"></ul></header>
{body}
<script src="names.js"></script><script src="search.js"></script>
</body></html>
"""


def first_sentence(header):
    text = re.sub(r"@file\n?|@brief ?", "", header.file_comment)
    text = re.sub(r"\s+", " ", re.split(r"\n[ \t]*\n|@code", text)[0])
    return re.match(r"(.*?(?:[.](?=\s)|$))", text).group(1).rstrip(".:")


def kind_of(header, public):
    declarations = public(header)
    functions = [d for d in declarations if d.kind == "function" and "static inline" not in
                 header.source[max(0, d.begin - 60):d.begin + 40]]
    if any(d.text.startswith("TN_EXTERN") for d in functions):
        return "What each component has: the runtime"
    if any(d.kind == "interface" for d in declarations) and not functions:
        return "Interfaces of services"
    if any(d.kind == "function" for d in declarations) and header.name not in ("error.h", "rpc.h"):
        return "Static libraries"
    return "Types and machinery"


def index(headers, public, names):
    groups = {}
    for header in headers:
        groups.setdefault(kind_of(header, public), []).append(header)
    out = ["<h1>Tenon reference</h1>", "<p>The public headers, made from what the compiler says they "
           f'declare. Begin with {names.link("component.h")}, {names.link("rpc.h")} and '
           f'{names.link("session.h")}; then {names.link("memory.h")}, {names.link("signal.h")}, '
           f'{names.link("thread.h")}. Each page begins with the header\'s contract and an example '
           "that was compiled.</p>"]
    for title in ("What each component has: the runtime", "Interfaces of services",
                  "Static libraries", "Types and machinery"):
        rows = "".join(f'<tr><td><a href="{h.name}.html"><code>{h.name}</code></a></td>'
                       f"<td>{inline(first_sentence(h), names)}</td></tr>"
                       for h in groups.get(title, []))
        out.append(f"<h2>{title}</h2><table class=\"index\">{rows}</table>")
    everything = sorted({(identifier(d.name), f"{h.name}.html") for h in headers
                         for d in public(h) if d.kind != "opaque" or d.documented and d.leads})
    out.append('<h2>All names</h2><ul class="names">' + "".join(
        f'<li><a href="{link}#{name}">{name}</a></li>' for name, link in everything) + "</ul>")
    return page("Tenon reference", "\n".join(out))


def write_pages(folder, headers, public):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    names = collect(headers, public)
    for header in headers:
        body = (f"<h1>{header.name}</h1><p><code>#include &lt;tenon/{header.name}&gt;</code></p>\n" +
                paragraphs(header.file_comment, names) + sections(header, public, names))
        (folder / f"{header.name}.html").write_text(page(f"{header.name}: Tenon reference", body))
    (folder / "index.html").write_text(index(headers, public, names))
    (folder / "style.css").write_text(STYLE.lstrip())
    (folder / "search.js").write_text(SCRIPT.lstrip())
    rows = sorted(set(names.rows))
    (folder / "names.js").write_text(f"const NAMES = {json.dumps(rows)};\n")


def dead_links(folder):
    """Links that lead nowhere."""
    texts = {path.name: path.read_text() for path in folder.glob("*.html")}
    anchors = {name: set(re.findall(r' id="([^"]+)"', text)) for name, text in texts.items()}
    dead = set()
    for name, text in texts.items():
        for link in re.findall(r'href="([^"]+\.html[^"]*)"', text):
            page_name, _, anchor = link.partition("#")
            if page_name not in texts or anchor and anchor not in anchors[page_name]:
                dead.add(f"{name}: {link}")
    return sorted(dead)
