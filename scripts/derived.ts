// deno-lint-ignore-file no-console -- a script speaks to the person who ran it
/**
 * Regenerates the files that are made from the code. `tests/derived_test.ts` fails when one of them is out of date.
 *
 * usage: deno task derived
 */
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { deployReadme, filesOf, GENERATED } from "./deploy_files.ts";
import { kitApiMarkdown } from "./kit_api.ts";
import { seedsMarkdown } from "./seeds.ts";

/** A file of the repository that is made. */
export interface DerivedFile {
  readonly path: string;
  /** Permission bits; default 0644. */
  readonly mode?: number;
  /** What the file should hold. */
  make(): Promise<string>;
}

/** What appd, run from its source, prints. */
function printed(...args: string[]): Promise<string> {
  return printedBy("main.ts", args);
}

/** What a program prints that is run from its source. */
async function printedBy(entry: string, args: readonly string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", entry, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`cannot run "${entry} ${args.join(" ")}": ${text(stderr).trim()}`);
  return text(stdout);
}

async function settingsPage(): Promise<string> {
  const { APPD_SCHEMA } = await import("../src/schema/appd_schema.ts");
  const { settingsMarkdown } = await import("../src/schema/markdown.ts");
  return settingsMarkdown(APPD_SCHEMA);
}

/** A unit of one of the examples, for a binary in /usr/local/bin. */
function exampleUnit(path: string, ...words: string[]): DerivedFile {
  const [app = ""] = path.split("/");
  const args = ["generate", ...words, "--binary", `/usr/local/bin/${app}`];
  return { path: `examples/${path}`, make: () => printedBy(`examples/${app}/${app}.ts`, args) };
}

const ROOT = new URL("../", import.meta.url);

const FIXED: readonly DerivedFile[] = [
  { path: "docs/cli.md", make: () => printed("man", "--format", "markdown") },
  { path: "docs/config.md", make: settingsPage },
  { path: "deploy/config.schema.json", make: () => printed("config", "schema") },
  { path: "deploy/README.md", make: deployReadme },
  exampleUnit(
    "mcpeg/deploy/mcpeg.service",
    ..."systemd --system --home /var/lib/mcpeg --config /etc/mcpeg/config.toml".split(" "),
  ),
  exampleUnit("mcpeg/deploy/mcpeg-dev.service", "systemd-user", "--name", "dev"),
  exampleUnit("vpo/deploy/vpo.service", ..."systemd --system --home /var/lib/vpo".split(" ")),
  { path: "docs/kit-api.md", make: () => kitApiMarkdown(fileURLToPath(ROOT)) },
  { path: "docs/seeds.md", make: () => seedsMarkdown(fileURLToPath(ROOT)) },
];

/** Every file that is made. */
export async function derivedFiles(): Promise<readonly DerivedFile[]> {
  const sets = await Promise.all(GENERATED.map(filesOf));
  const generated = sets.flatMap((files) => [...files]);
  return [
    ...FIXED,
    ...generated.map(([path, { text, mode }]) => ({
      path: `deploy/${path}`,
      mode,
      make: () => Promise.resolve(text),
    })),
  ];
}

/** What `file` holds now, empty when it is not there. */
export function current(file: DerivedFile): string {
  const path = new URL(file.path, ROOT);
  return fs.existsSync(path) ? fs.readFileSync(path, "utf8") : "";
}

if (import.meta.main) {
  for (const file of await derivedFiles()) {
    const text = await file.make();
    const changed = text !== current(file);
    const path = new URL(file.path, ROOT);
    fs.mkdirSync(new URL(".", path), { recursive: true });
    if (changed) fs.writeFileSync(path, text);
    fs.chmodSync(path, file.mode ?? 0o644);
    console.log(`${changed ? "written  " : "unchanged"} ${file.path}`);
  }
}
