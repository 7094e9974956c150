/** How an exported page looks: narrow text, wide pictures that scroll on their own, light and dark. */
export const PAGE_STYLE = `:root{color-scheme:light dark;--ink:#1f2430;--dim:#5d6572;--back:#fff;--soft:#f3f4f7;--line:#d5d9e0;--good:#1a7f37;--bad:#b3261e;--warn:#8a5a00;--accent:#1558b0}
@media(prefers-color-scheme:dark){:root{--ink:#d5d8de;--dim:#9aa2b1;--back:#14161b;--soft:#1b1e25;--line:#3b404b;--good:#8fc17c;--bad:#e2777a;--warn:#d9b268;--accent:#7aa6da}}
body{margin:0;background:var(--back);color:var(--ink);font:17px/1.6 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{line-height:1.2;margin:0}h2{margin-top:2.2em;line-height:1.25}
.facts,figcaption,.kind,summary{color:var(--dim);font-size:.88em}
.facts{margin:.4em 0 2em}.kind{margin:0 0 .4em;font-weight:600}
a{color:var(--accent)}
code,pre{font:13px/1.45 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}
code{background:var(--soft);padding:.1em .3em;border-radius:3px}
pre{background:var(--soft);padding:.8em 1em;border-radius:6px;overflow-x:auto;margin:.6em 0}
pre code{padding:0}
figure,section.predict,section.claim,section.challenge{margin:1.4em 0;padding:.2em 0 .2em 1em;border-left:3px solid var(--line)}
section.predict{border-color:var(--accent)}section.claim{border-color:var(--warn)}section.challenge{border-color:var(--good)}
figcaption{font-family:ui-monospace,monospace}
.picture{overflow-x:auto;margin:.6em 0}.picture svg{display:block}
blockquote{margin:.4em 0;font-style:italic}blockquote p{margin:0}
.predict ol{padding-left:1.4em}.predict summary{color:var(--ink);font-size:1em;cursor:pointer}
.predict details p,.text .aloud{margin:.3em 0 .8em;color:var(--dim)}
.text .aloud{font-size:.88em}
table{border-collapse:collapse;display:block;overflow-x:auto}
th,td{border-bottom:1px solid var(--line);padding:.3em .8em .3em 0;text-align:left;vertical-align:top}
pre .dim,.dim{color:var(--dim)}pre .good,b.good,b.true{color:var(--good)}pre .bad,pre.bad,b.bad,b.false{color:var(--bad)}
pre .warn,b.imprecise,b.cond{color:var(--warn)}pre .accent{color:var(--accent)}pre .strong{font-weight:600}
.sources{font-size:.92em}`
