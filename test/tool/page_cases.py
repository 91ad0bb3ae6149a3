# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""The pages of correlate and matrix, as a browser has them: nothing is missing, nothing comes from elsewhere, nothing
sticks out of a narrow screen, and all can be read."""

import html.parser
import re
import shutil
import subprocess

import harness
from harness import case, expect, tenon
from matrix_cases import THING, Result, made_up, tool
from tenonlib.sheet import STYLE

# Put at the page's end: what only a browser knows, as attributes of the body.
PROBE = """<script>
addEventListener('load', () => {
  const set = (name, value) => document.body.setAttribute('data-' + name, value);
  document.querySelectorAll('details').forEach(d => d.open = true);
  set('fetched', performance.getEntriesByType('resource').length);
  set('width', innerWidth);
  set('overflow', document.documentElement.scrollWidth - innerWidth);
  set('back', getComputedStyle(document.body).backgroundColor);
  set('text', getComputedStyle(document.body).color);
  set('bars', [...document.querySelectorAll('svg.bar rect')].filter(r => r.getBoundingClientRect().width > 0).length);
});
</script></body>"""
DARK = ("--blink-settings=preferredColorScheme=0",)


def browser():
    found = shutil.which("chromium")
    if not found:
        raise harness.Skip("no chromium: apt-get install chromium")
    return found


def look(page, width, *options):
    """(the document's attributes, what it has on it, what the console says)"""
    copy = page.with_name("looked-at.html")
    copy.write_text(page.read_text().replace("</body>", PROBE))
    profile = harness.context.folder / "profile"
    done = subprocess.run(
        [browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
         "--disable-background-networking", "--virtual-time-budget=2000", "--enable-logging=stderr",
         f"--window-size={width},900", *options, "--dump-dom", copy.as_uri()], capture_output=True, text=True,
        timeout=100)
    expect(done.returncode == 0, done.stderr[-2000:])
    attributes = dict(re.findall(r'data-(\w+)="([^"]*)"', re.search(r"<body[^>]*>", done.stdout)[0]))
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return attributes, done.stdout, console


class Outline(html.parser.HTMLParser):
    """Tags that are opened and not closed, and what each table has."""
    VOID = {"meta", "link", "br", "rect"}

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.tables, self.heads = [], [], 0, 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tables += tag == "table"
        self.heads += tag == "caption"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def expect_readable(page, parts, bars):
    for width, options in ((1200, ()), (500, DARK)):
        seen, document, console = look(page, width, *options)
        expect(not console, "the console says:", console)
        for part in parts:
            expect(part in document, part, "is not on the page at width", width)
        expect(seen["fetched"] == "0", "something is fetched from elsewhere:", seen)
        expect(int(seen["overflow"]) <= 0, "sticks out at width", width, seen)
        expect(int(seen["bars"]) >= bars, "bars:", seen)
        expect(seen["back"] == ("rgb(21, 21, 24)" if options else "rgb(255, 255, 255)"), seen)
    outline = Outline(page.read_text())
    expect(not outline.wrong and not outline.open, "not well formed:", outline.wrong, outline.open)
    expect(outline.tables == outline.heads > 0, "a table without a caption")


@case
def correlate_page():
    page = harness.context.folder / "page.html"
    tenon("correlate", "demo", "-o", page)
    kernels = harness.context.kernels
    expect_readable(page, [*kernels, "init -&gt; client", "Executables", "RAM by core's accounts", "rpc.null",
                           "timer signal after at least 100000 us"], 30 * len(kernels))


@case
def matrix_page():
    build = made_up(Result("one.a", "one", THING, passed=["x"]), Result("two.a", "two", THING, failed=[("y", "why")]))
    tool("matrix", build)
    expect_readable(build / "matrix.html", ["thing", THING["x86_64/bin/thing"], "FAILED"], 0)


@case
def hostile_lines():
    """What a component says is text, whatever it says."""
    path = harness.scenario('end on="hello"\nstart "hello"\n', "a<script>alert(1).kdl")
    page = harness.context.folder / "page.html"
    tenon("correlate", path, "--no-probe", "-o", page)
    said = page.read_text()
    expect("<script" not in said and "a&lt;script&gt;alert(1)" in said, "markup gets through")


def luminance(color):
    """As the web's accessibility guidelines define it."""
    color = color * 2 if len(color) == 3 else color
    parts = [int(color[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@case
def contrast_in_light_and_dark():
    light, dark = (dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", part)) for part in
                   STYLE.partition("@media (prefers-color-scheme: dark)")[::2])
    for colors in (light, {**light, **dark}):
        for front, back in (("text", "back"), ("text", "box"), ("faint", "back"), ("good", "back"), ("good", "box"),
                            ("bad", "back"), ("bad", "bad-back"), ("text", "bad-back"), ("faint", "bad-back"),
                            ("text", "warn-back")):
            expect(contrast(colors[front], colors[back]) >= 4.5, front, "on", back, colors[front], colors[back])
        expect(contrast(colors["bar"], colors["box"]) >= 3, "bars")
