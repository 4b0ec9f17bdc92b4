import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";

/** A fresh directory of our own, 0700, in the system's directory for temporary files; disposing removes it with all in it. */
export function scratchDirectory(name: string): Disposable & { readonly path: string } {
  const path = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), `${name}-`)));
  return { path, [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }) };
}
