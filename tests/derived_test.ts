/** Files that are made from the code are what the code makes. `deno task derived` writes them. */
import assert from "node:assert/strict";
import { BUILD } from "../src/base/version.ts";
import { current, derivedFiles } from "../scripts/derived.ts";

for (const file of await derivedFiles()) {
  Deno.test(`${file.path} is up to date (deno task derived)`, async () => {
    assert.equal(current(file), await file.make());
    const { mode } = await Deno.stat(new URL(`../${file.path}`, import.meta.url));
    assert.equal((mode ?? 0) & 0o111, (file.mode ?? 0) & 0o111, "executable or not");
  });
}

Deno.test("one version: deno.json, the binary and the change log", async () => {
  const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));
  const { version } = JSON.parse(await read("deno.json"));
  assert.equal(BUILD.version, version);
  assert.match(await read("CHANGELOG.md"), new RegExp(`^## ${version.replaceAll(".", "\\.")}\\b`, "m"));
});

Deno.test("one Deno: scripts, gate and readme pin the same version", async () => {
  const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));
  const pinned = /DENO_VERSION=([\d.]+)/.exec(await read("scripts/deno.sh"))?.[1];
  for (const path of [".ci/run", "README.md", "scripts/seed_denort.ts"]) {
    const named = [...(await read(path)).matchAll(/(?:deno@|DENO_VERSION = ")([\d.]+\d)/g)].map((match) => match[1]);
    assert.ok(named.length > 0, `${path} names no version`);
    assert.deepEqual([...new Set(named)], [pinned], path);
  }
});
