import { join } from "node:path";
import { systemFiles } from "../system/files.ts";
import type { LoadOptions } from "./config.ts";

/** For tests: a home with a configuration file, or none; removed when disposed. */
export function homeWith(text: string | undefined, more: Partial<LoadOptions> = {}): LoadOptions & AsyncDisposable {
  const home = Deno.makeTempDirSync({ prefix: "appd-config-" });
  const file = join(home, "config.toml");
  if (text !== undefined) Deno.writeTextFileSync(file, text);
  const remove = () => Deno.remove(home, { recursive: true });
  return { home, file, flags: {}, env: {}, files: systemFiles, ...more, [Symbol.asyncDispose]: remove };
}
