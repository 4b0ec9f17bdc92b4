import fs from "node:fs";
import os from "node:os";
import { basename, join } from "node:path";

/** Copies of files in a directory of their own that nobody else can enter; it goes with them. */
export interface ScratchCopy extends Disposable {
  readonly directory: string;
}

/** Copies what is there of `paths`, under the same names. Throws what node throws. */
export function scratchCopy(paths: readonly string[]): ScratchCopy {
  const directory = fs.mkdtempSync(join(os.tmpdir(), "appd-doctor-"));
  const copy = { directory, [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }) };
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
