import type { Flaw, Path } from "../schema/kind.ts";
import type { LoadedFile } from "./config.ts";
import { codeFrame, type FrameSpot } from "./code_frame.ts";
import type { Problem, ProblemPlace } from "./config_error.ts";
import { type Positions, positionsOf } from "./positions.ts";

/** A flaw together with the layer whose value has it. */
export type PlacedFlaw =
  | { readonly flaw: Flaw; readonly from: "file" }
  | { readonly flaw: Flaw; readonly from: "option" | "variable"; readonly name: string };

/** Most problems that get their line drawn. */
const DRAWN = 20;

/** What stands for a file that is not there. */
const NO_FILE: LoadedFile = {
  ...{ path: "", text: "", document: {} },
  spelled: (path) => path,
  mentions: () => false,
};

/** Flaws as problems with their positions, in the order of the file; options and variables come first. */
export async function problemsOf(
  flaws: readonly PlacedFlaw[],
  file: LoadedFile | undefined = NO_FILE,
): Promise<Problem[]> {
  // A warning about a default has no place to be drawn, and a start that has one should not load a second parser for it.
  const inFile = flaws.some(({ from, flaw }) => from === "file" && (!flaw.warning || file.mentions(flaw.path)));
  const positions = inFile ? await positionsOf(file.text) : undefined;
  const placed = flaws.map((each) => ({ each, spot: spotOf(each, { positions, file }) }));
  placed.sort((a, b) => (a.spot?.line ?? 0) - (b.spot?.line ?? 0) || (a.spot?.column ?? 0) - (b.spot?.column ?? 0));
  return placed.map(({ each, spot }, index) => {
    const { flaw } = each;
    const hint = flaw.hint === undefined ? {} : { hint: flaw.hint };
    const base = { message: `${labelOf(file.spelled(flaw.path), file.document)} ${flaw.message}`, ...hint };
    if (each.from !== "file" || spot === undefined) {
      return {
        ...base,
        place: each.from === "file" ? at(file, { line: 1, column: 1 }) : { kind: each.from, name: each.name },
      };
    }
    const frame = positions && file.text !== "" && index < DRAWN ? codeFrame(file.text, spot) : undefined;
    return { ...base, place: at(file, spot), ...(frame === undefined ? {} : { frame }) };
  });
}

function at({ path }: LoadedFile, { line, column }: { line: number; column: number }): ProblemPlace {
  return { kind: "file", path, line, column };
}

function spotOf(
  { flaw, from }: PlacedFlaw,
  { positions, file }: { readonly positions: Positions | undefined; readonly file: LoadedFile },
): FrameSpot | undefined {
  if (from !== "file") return undefined;
  return positions?.find(file.spelled(flaw.path), flaw.target) ?? { line: 1, column: 1, length: 1 };
}

/** Longest step of a way that a message shows. */
const LONGEST_STEP = 64;

/** `server.port`; an element of an array of tables by its name: `program.web.stop_timeout`, or by its number: `program[2]`. */
export function labelOf(path: Path, document: Readonly<Record<string, unknown>> = {}): string {
  let label = "";
  let here: unknown = document;
  for (const step of path) {
    here = typeof here === "object" && here !== null && Object.hasOwn(here, step)
      ? (here as Record<string | number, unknown>)[step]
      : undefined;
    const name = typeof step === "number" ? (here as { name?: unknown } | undefined)?.name : undefined;
    const word = typeof step === "string"
      ? step
      : typeof name === "string" && /^[\w-][\w.-]{0,63}$/.test(name)
      ? name
      : undefined;
    if (word === undefined) label += `[${Number(step) + 1}]`;
    else label += (label === "" ? "" : ".") + (word.length > LONGEST_STEP ? `${word.slice(0, LONGEST_STEP)}…` : word);
  }
  return label;
}
