import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { shownCommands } from "./command.ts";
import { APPD } from "./command_table.ts";
import { manPage, roff } from "./man_page.ts";
import { markdown } from "./markdown.ts";

function isInstalled(command: string): boolean {
  return spawnSync(command, [], { input: "", timeout: 10_000 }).error === undefined;
}

Deno.test("roff: nothing in a text is taken for a request or turned into a typographic sign", () => {
  assert.equal(roff(".so /etc/passwd"), "\\&.so /etc/passwd");
  assert.equal(roff("'a"), "\\(aqa");
  assert.equal(roff("a\\b --c ~d"), "a\\eb \\-\\-c \\(tid");
});

Deno.test("the manual names every command", () => {
  const page = manPage(APPD);
  for (const { path } of shownCommands(APPD)) {
    assert.ok(page.includes(`.SS ${roff(["appd", ...path].join(" "))}`), path.join(" "));
  }
});

/** Complaints of a checker of manual pages, one a line. */
function complaints(command: string, args: readonly string[]): string[] {
  const { stdout, stderr } = spawnSync(command, args, { input: manPage(APPD) + "\n", encoding: "utf8" });
  return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
}

/** A test with a checker; where it is missing the test is skipped and says so. */
function checkerTest(command: string, name: string, fn: () => void): void {
  const ignore = !isInstalled(command);
  Deno.test({ name: `${command} ${name}${ignore ? ` (skipped: no ${command})` : ""}`, ignore, fn });
}

checkerTest("groff", "finds nothing wrong with the manual", () => {
  assert.deepEqual(complaints("groff", ["-man", "-Tutf8", "-ww", "-z"]), []);
});

checkerTest("mandoc", "misses only a date, which would make two builds differ", () => {
  const [first, ...more] = complaints("mandoc", ["-T", "lint", "-W", "warning"]);
  assert.match(first ?? "", /missing date/);
  assert.deepEqual(more, []);
});

Deno.test("docs/cli.md is what the table says; else: deno run -A main.ts man --format markdown > docs/cli.md", async () => {
  const path = new URL("../../docs/cli.md", import.meta.url);
  assert.equal(await Deno.readTextFile(path), markdown(APPD) + "\n");
});
