import type { Flaw, Path } from "../schema/kind.ts";
import type { LoadedFile } from "./config.ts";
import { codeFrame } from "./code_frame.ts";
import type { Problem } from "./config_error.ts";
import { positionsOf } from "./positions.ts";

/** A flaw together with the layer whose value has it. */
export type PlacedFlaw =
  | { readonly flaw: Flaw; readonly from: "file" }
  | { readonly flaw: Flaw; readonly from: "option" | "variable"; readonly name: string };

/** Flaws as problems with their positions, in the order of the file. */
export async function problemsOf(flaws: readonly PlacedFlaw[], file: LoadedFile | undefined): Promise<Problem[]> {
  const inFile = flaws.some(({ from }) => from === "file");
  const positions = inFile && file ? await positionsOf(file.text) : undefined;
  const problems = flaws.map((placed): Problem => {
    const { flaw } = placed;
    const base = {
      message: `${labelOf(flaw.path, file?.document)} ${flaw.message}`,
      ...(flaw.hint === undefined ? {} : { hint: flaw.hint }),
    };
    if (placed.from !== "file") return { ...base, place: { kind: placed.from, name: placed.name } };
    const spot = positions?.find(flaw.path, flaw.target) ?? { line: 1, column: 1, length: 1 };
    const frame = file && positions ? codeFrame(file.text, spot) : undefined;
    const place = { kind: "file", path: file?.path ?? "", line: spot.line, column: spot.column } as const;
    return { ...base, place, ...(frame === undefined ? {} : { frame }) };
  });
  return problems.sort((a, b) => lineOf(a) - lineOf(b));
}

function lineOf({ place }: Problem): number {
  return place.kind === "file" ? place.line : 0;
}

/** `server.port`; an element of an array of tables by its name: `program.web.stop_timeout`, or by its number: `program[2]`. */
export function labelOf(path: Path, document: Readonly<Record<string, unknown>> = {}): string {
  let label = "";
  let here: unknown = document;
  for (const step of path) {
    here = typeof here === "object" && here !== null && Object.hasOwn(here, step)
      ? (here as Record<string | number, unknown>)[step]
      : undefined;
    const name = typeof step === "number" ? (here as { name?: unknown } | undefined)?.name : undefined;
    if (typeof step === "string") label += label === "" ? step : `.${step}`;
    else label += typeof name === "string" && name !== "" && name.length <= 64 ? `.${name}` : `[${step + 1}]`;
  }
  return label;
}
