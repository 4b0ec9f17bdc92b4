import assert from "node:assert/strict";
import { join } from "node:path";
import { systemFiles } from "../system/files.ts";
import type { LoadOptions } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import { loadConfig } from "./load.ts";

/** For tests: a home with a configuration file, or none; removed when disposed. */
export function homeWith(text: string | undefined, more: Partial<LoadOptions> = {}): LoadOptions & AsyncDisposable {
  const home = Deno.makeTempDirSync({ prefix: "appd-config-" });
  const file = join(home, "config.toml");
  if (text !== undefined) Deno.writeTextFileSync(file, text);
  const remove = () => Deno.remove(home, { recursive: true });
  return { home, file, flags: {}, env: {}, files: systemFiles, ...more, [Symbol.asyncDispose]: remove };
}

/** For tests: the error of a configuration that has to be refused. */
export async function errorOf(options: LoadOptions): Promise<ConfigError> {
  try {
    await loadConfig(options);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

/** For tests: every problem of a text as `line:column message (hint)`. */
export async function problemLines(text: string): Promise<string[]> {
  await using home = homeWith(text);
  const { problems } = await errorOf(home);
  return problems.map(({ place, message, hint }) => {
    const where = place.kind === "file" ? `${place.line}:${place.column}` : place.name;
    return `${where} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

/** For tests: what is said of a text that is accepted, without the path of its file. */
export async function warningLines(text: string): Promise<string[]> {
  await using home = homeWith(text);
  return (await loadConfig(home)).warnings.map((warning) => warning.replace(`${home.file}:`, ""));
}
