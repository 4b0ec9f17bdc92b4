import { escapeControls } from "../base/escape.ts";
import type { Style } from "./style.ts";
import { type Cell, free, table } from "./table.ts";

/** A program as the graph shows it. */
export interface GraphProgram {
  readonly name: string;
  readonly instances: number;
  /** Condition by name. */
  readonly dependsOn: Readonly<Record<string, string>>;
  /** How its instances are, in a word or two; undefined where no daemon runs. */
  readonly state: string | undefined;
}

/** The marks that the tree is drawn with. */
export interface Branches {
  readonly middle: string;
  readonly last: string;
}

const LINES: Branches = { middle: "├─", last: "└─" };
const ASCII: Branches = { middle: "|-", last: "`-" };

/** Whether the locale of who reads it has more than ASCII, locale(7). */
export function branchesFor(env: Readonly<Record<string, string | undefined>>): Branches {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return /utf-?8/i.test(locale) ? LINES : ASCII;
}

/** How the graph is drawn. */
export interface GraphView {
  readonly style: Style;
  readonly branches: Branches;
}

/** The steps of the start, one below the other, each with its programs and what they wait for. */
export function renderGraph(levels: readonly (readonly GraphProgram[])[], view: GraphView): string[] {
  const states = levels.flat().some(({ state }) => state !== undefined);
  const rows = levels.flatMap((level, step) =>
    level.map((program, index): Cell[] => {
      const branch = index === level.length - 1 ? view.branches.last : view.branches.middle;
      return [
        { text: index === 0 ? String(step + 1) : "", paint: view.style.bold },
        { text: `${branch} ${titleOf(program)}` },
        ...(states ? [{ text: program.state ?? "-", paint: view.style.dim }] : []),
        { text: afterText(program) },
      ];
    })
  );
  const head = ["STEP", free("   PROGRAM"), ...(states ? [free("STATE")] : []), free("AFTER")];
  return table(head, rows, view.style);
}

function titleOf({ name, instances }: GraphProgram): string {
  return `${escapeControls(name)}${instances > 1 ? ` x ${instances}` : ""}`;
}

/** `cache (started), db (ready)` */
function afterText({ dependsOn }: GraphProgram): string {
  return Object.entries(dependsOn).map(([name, condition]) => `${escapeControls(name)} (${condition})`).join(", ");
}
