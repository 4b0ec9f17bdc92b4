import fs from "node:fs";
import { basename } from "node:path";

const ROOT = fs.realpathSync(new URL("../..", import.meta.url));

/**
 * Sees to it that the binary of an app is there and new; it is then `binaryOf(NAME)`.
 *
 * @param entry path of its entry from the repository's root, `examples/NAME/NAME.ts`
 * @returns its name
 */
export async function compiled(entry: string): Promise<string> {
  const args = ["scripts/compile.sh", "--if-stale", entry];
  const { success, stderr } = await new Deno.Command("bash", { args, cwd: ROOT, stdin: "null" }).output();
  if (!success) throw new Error(`cannot compile ${entry}: ${new TextDecoder().decode(stderr)}`);
  return basename(entry, ".ts");
}
