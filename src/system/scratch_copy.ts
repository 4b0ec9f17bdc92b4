import fs from "node:fs";
import { basename, join } from "node:path";
import { scratchDirectory } from "./scratch.ts";

/** Copies of files in a directory of their own that nobody else can enter; it goes with them. */
export interface ScratchCopy extends Disposable {
  readonly directory: string;
}

/** Copies what is there of `paths`, under the same names. Throws what node throws. */
export function scratchCopy(paths: readonly string[]): ScratchCopy {
  const scratch = scratchDirectory("appd-doctor");
  const directory = scratch.path;
  const copy = { directory, [Symbol.dispose]: () => scratch[Symbol.dispose]() };
  try {
    for (const path of paths.filter((one) => fs.existsSync(one))) {
      fs.copyFileSync(path, join(directory, basename(path)));
    }
    return copy;
  } catch (error) {
    copy[Symbol.dispose]();
    throw error;
  }
}
