/** The page's style: light and dark as the reader's system has it, readable at any width and in print. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1c1e21; --soft: #5b6169; --line: #d9dde2; --mark: #0b57d0;
  --today: #eef4ff; --warn-back: #fff4d6; --warn: #6b4a00; }
@media (prefers-color-scheme: dark) { :root { --back: #15171a; --text: #e6e8eb; --soft: #a3a9b2; --line: #34393f;
  --mark: #8ab4f8; --today: #1c2634; --warn-back: #3a2f10; --warn: #ffdf8e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 46rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 0 0 .5rem; font-size: 1rem; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
p { margin: 0; }
a { color: var(--mark); }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--back); padding: .25rem .5rem; }
.soft { color: var(--soft); }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: 1rem 0 1.5rem; }
nav form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-left: auto; }
input, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--soft); border-radius: .375rem;
  padding: .25rem .6rem; min-height: 2.25rem; }
.note { margin: 0 0 1.5rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--warn-back); color: var(--warn); }
section { padding: 1rem; border-top: 1px solid var(--line); }
section.today { background: var(--today); }
.badge { margin-left: .5rem; padding: 0 .5rem; border: 1px solid currentcolor; border-radius: 1rem; font-size: .8rem;
  font-weight: 600; color: var(--mark); }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
li { display: grid; grid-template-columns: 7.5rem 1fr; gap: .25rem 1rem; }
.when { font-variant-numeric: tabular-nums; color: var(--soft); }
summary { cursor: pointer; color: var(--soft); }
.text { white-space: pre-wrap; padding: .25rem 0; }
footer { padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
@media (max-width: 30rem) { li { grid-template-columns: 1fr; gap: 0; } nav form { margin-left: 0; } }
@media print { nav, .skip, button { display: none; } section { break-inside: avoid; } }
`;
