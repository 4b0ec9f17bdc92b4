// deno-lint-ignore-file no-console -- a script speaks to the person who ran it
/**
 * Regenerates the files that are made from the code. `tests/derived_test.ts` fails when one of them is out of date.
 *
 * usage: deno task derived
 */
import fs from "node:fs";

/** A file in the repository and the arguments that make appd print it. */
export interface DerivedFile {
  readonly path: string;
  readonly args: readonly string[];
}

export const DERIVED: readonly DerivedFile[] = [
  { path: "docs/cli.md", args: ["man", "--format", "markdown"] },
  { path: "deploy/config.schema.json", args: ["config", "schema"] },
];

const ROOT = new URL("../", import.meta.url);

/** What `file` should hold now; runs appd from its source. */
export async function generate(file: DerivedFile): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", "main.ts", ...file.args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`cannot generate "${file.path}": ${text(stderr).trim()}`);
  return text(stdout);
}

/** What `file` holds now, empty when it is not there. */
export function current(file: DerivedFile): string {
  const path = new URL(file.path, ROOT);
  return fs.existsSync(path) ? fs.readFileSync(path, "utf8") : "";
}

if (import.meta.main) {
  for (const file of DERIVED) {
    const text = await generate(file);
    const changed = text !== current(file);
    if (changed) fs.writeFileSync(new URL(file.path, ROOT), text);
    console.log(`${changed ? "written  " : "unchanged"} ${file.path}`);
  }
}
