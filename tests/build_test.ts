/** The build: two of one commit are byte-identical, and the binary says which commit it is. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";

const ROOT = fs.realpathSync(new URL("..", import.meta.url));

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.ok(success, `${command} ${args.join(" ")}: ${text(stderr)}`);
  return text(stdout).trim();
}

async function buildClone(directory: string): Promise<string> {
  await run("git", ["clone", "--quiet", ROOT, directory], ROOT);
  await run("scripts/compile.sh", [], directory);
  return fs.readFileSync(join(directory, "dist", "SHA256SUMS"), "utf8");
}

const isClone = fs.existsSync(join(ROOT, ".git"));

Deno.test({
  name: `two builds of one commit, in folders with different names, are byte-identical${
    isClone ? "" : " (skipped: no git clone)"
  }`,
  ignore: !isClone,
  async fn() {
    const directory = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "appd-build-"));
    try {
      const [one, two] = [join(directory, "one"), join(directory, "a b", "second one")];
      const sums = await buildClone(one);
      assert.match(sums, /^[0-9a-f]{64} [ *]appd\n$/);
      assert.equal(await buildClone(two), sums);
      const commit = await run("git", ["rev-parse", "HEAD"], one);
      assert.match(await run(join(one, "dist", "appd"), ["version"], one), new RegExp(`\\(${commit.slice(0, 12)}\\)$`));
      assert.equal(await run("scripts/compile.sh", ["--if-stale"], one), "compile: dist/appd is up to date");
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  },
});

Deno.test("an app anywhere on the host is compiled, and again when a file beside its entry is newer", async () => {
  const directory = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "appd-build-"));
  try {
    const [entry, words, output] = ["fig.ts", "words.ts", "fig"].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    const door = join(ROOT, "src/mod.ts");
    fs.writeFileSync(words, 'export const summary = "a fruit";\n');
    fs.writeFileSync(
      entry,
      `import { Hono } from "hono";\nimport { defineApp, run } from ${JSON.stringify(door)};\n` +
        'import { summary } from "./words.ts";\n' +
        'await run(defineApp({ name: "fig", version: "3.2.1", summary, routes: () => new Hono() }));\n',
    );
    const compile = () => run("scripts/compile.sh", ["--if-stale", "--output", output, entry], ROOT);
    assert.match(await compile(), /\bfig \(/);
    assert.match(await run(output, ["version"], directory), /^fig 3\.2\.1 \((kit [0-9a-f]{12}(-dirty)?|unknown)\)$/);
    assert.match(await compile(), /fig is up to date$/);
    fs.writeFileSync(words, 'export const summary = "another fruit";\n');
    await compile();
    assert.match(await run(output, ["--help"], directory), /^fig: another fruit\n/);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
});

Deno.test("an option that compile.sh does not know is refused", async () => {
  const { code, stderr } = await new Deno.Command(join(ROOT, "scripts/compile.sh"), { args: ["--targt", "x"] })
    .output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /unknown option --targt/);
});
