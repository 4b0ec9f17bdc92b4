/**
 * The TypeScript of the documents is real: each block that begins with `// NAME.ts` is a file, all of one document stand in
 * one directory beside the kit, their types are checked, and their tests are run.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { starterFiles } from "../src/starter/starter.ts";

const ROOT = fs.realpathSync(new URL("..", import.meta.url));
/** Where the documents say that the kit is. */
const KIT = "../appd";
/** Only signatures. */
const EXEMPT = new Set(["docs/kit-api.md"]);

interface Code {
  readonly name: string;
  readonly text: string;
}

function documents(): string[] {
  const inDocs = fs.readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md")).sort();
  return ["README.md", ...inDocs.map((name) => `docs/${name}`)].filter((path) => !EXEMPT.has(path));
}

function blocks(document: string, language: string): string[] {
  const text = fs.readFileSync(join(ROOT, document), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, code = ""]) => code);
}

/** @throws AssertionError when a block does not say which file it is */
function codeOf(document: string): Code[] {
  return blocks(document, "ts").map((code) => {
    const [, name, text] = /^\/\/ (\w+\.ts)\n([^]*)$/.exec(code) ?? [];
    assert.ok(name !== undefined && text !== undefined, `${document}: a block of TypeScript begins with // NAME.ts`);
    return { name, text };
  });
}

/** The files of a document, with the kit of this repository. */
function written(code: readonly Code[]): Disposable & { readonly path: string; readonly names: readonly string[] } {
  const path = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), "docs-")));
  for (const { name, text } of code) fs.writeFileSync(join(path, name), text.replaceAll(`"${KIT}/`, `"${ROOT}/`));
  return { path, names: code.map(({ name }) => name), [Symbol.dispose]: () => fs.rmSync(path, { recursive: true }) };
}

async function deno(args: readonly string[], cwd: string): Promise<void> {
  const [verb = "", ...rest] = args;
  const command = new Deno.Command(Deno.execPath(), {
    args: [verb, "--quiet", "--config", join(ROOT, "deno.json"), ...rest],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
}

for (const document of documents()) {
  const code = codeOf(document);
  if (code.length === 0) continue;

  Deno.test(`the TypeScript of ${document} has the right types`, async () => {
    using directory = written(code);
    await deno(["check", ...directory.names], directory.path);
  });

  const tests = code.filter(({ name }) => name.endsWith("_test.ts")).map(({ name }) => name);
  if (tests.length === 0) continue;
  Deno.test(`the tests of ${document} pass`, async () => {
    using directory = written(code);
    await deno(["test", "-A", "--no-check", ...tests], directory.path);
  });
}

Deno.test("the app of the guide's beginning is what appd new writes", () => {
  const words = (text: string) => text.replaceAll(/\s+|,(?=\s*[\]})])/g, "");
  const shown = codeOf("docs/kit.md").find(({ name }) => name === "hello.ts");
  const [starter] = starterFiles({ name: "hello", kit: KIT });
  assert.equal(words(shown?.text ?? ""), words(starter?.text ?? "none"));
});

Deno.test("the app of the guide takes the configuration of the guide", async () => {
  using directory = written(codeOf("docs/kit.md"));
  const [config = ""] = blocks("docs/kit.md", "toml");
  fs.writeFileSync(join(directory.path, "config.toml"), config);
  await deno(["run", "-A", "--no-check", "lookout.ts", "config", "check", "--config", "config.toml"], directory.path);
});
