"""The style of the page of rules: plain, light or dark as the reader's system is, printable."""

STYLE = """
:root { color-scheme: light dark; --text: #14181d; --quiet: #55606c; --line: #d3d8de; --page: #ffffff; --soft: #f1f3f5;
  --critical: #a80d27; --warning: #7a5b00; --advisory: #0a6d83; }
@media (prefers-color-scheme: dark) {
  :root { --text: #eef1f4; --quiet: #a4aeb9; --line: #2e353e; --page: #0d1014; --soft: #1b2027;
    --critical: #ff6f77; --warning: #ffd23e; --advisory: #39c8e0; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
article, .rules { margin-bottom: 2rem; }
article > p { max-width: 46rem; }
a { color: inherit; text-decoration-color: var(--quiet); }
nav ul { columns: 18rem; }
nav ul ul { columns: auto; }
nav li { break-inside: avoid; }
code { font: 0.85rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--soft); }
td:first-child { font-variant-numeric: tabular-nums; }
.named, .setting { color: var(--quiet); font-size: 0.9rem; }
.setting { margin: 0; }
.name, .critical, .warning, .advisory { white-space: nowrap; }
.critical { color: var(--critical); font-weight: 700; }
.warning { color: var(--warning); font-weight: 600; }
.advisory { color: var(--advisory); }
:target { background: var(--soft); }
@media print { nav { display: none; } article { break-inside: avoid; } }
"""
