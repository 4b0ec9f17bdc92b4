import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { runCommand, wordsOf } from "./file_command.ts";
import { endStray } from "./stray.ts";

const never = new AbortController().signal;

Deno.test("the paths are put into the words, also where they look like a pattern", () => {
  const paths = { input: "/in/$& {output}.mkv", output: "/out/a.mkv" };
  assert.deepEqual(wordsOf(["x", "-i={input}", "{output}"], paths), ["x", "-i=/in/$& {output}.mkv", "/out/a.mkv"]);
});

Deno.test("a command that outlived its daemon is ended by its mark; one that has its PID today is not", async () => {
  const stop = new AbortController();
  const marks: (string | null)[] = [];
  const started = (mark: string | null) => Promise.resolve(void marks.push(mark));
  const run = runCommand(["sleep", "1000"], { signal: stop.signal, timeout: 0, started });
  const failed = assert.rejects(run, /was ended by SIGKILL/);
  while (marks.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const [mark = null] = marks;
  const pid = mark?.split(":")[0];
  assert.equal(endStray(`${pid}:1`), false, "another life of this PID");
  assert.ok(process.kill(Number(pid), 0), "it still runs");
  assert.equal(endStray(mark), true);
  await failed;
  assert.equal(endStray(mark), false, "it has ended");
});

for (const mark of [null, "", "0:1", "1:1", "nonsense", "-1:5"]) {
  Deno.test(`nothing is ended on the word of ${JSON.stringify(mark)}`, () => assert.equal(endStray(mark), false));
}

Deno.test("a command that cannot be written down is ended", async () => {
  const started = () => Promise.reject(new Error("the database is locked"));
  await assert.rejects(runCommand(["sleep", "1000"], { signal: never, timeout: 0, started }), /database is locked/);
});

Deno.test("a command sees a small environment, and no input", async () => {
  const place = mkdtempSync("/tmp/vpo-test-");
  process.env.VPO_TEST_SECRET = "x";
  const words = ["/bin/sh", "-c", `env >${place}/env; cat >${place}/input`];
  await runCommand(words, { signal: never, timeout: 0, started: () => Promise.resolve() });
  delete process.env.VPO_TEST_SECRET;
  assert.doesNotMatch(readFileSync(`${place}/env`, "utf8"), /VPO_|DENO_/);
  assert.ok(existsSync(`${place}/input`) && readFileSync(`${place}/input`).length === 0);
  rmSync(place, { recursive: true });
});

Deno.test("what a command leaves behind is ended with it, or let go when it has left the session", async () => {
  const started = () => Promise.resolve();
  await runCommand(["/bin/sh", "-c", "sleep 1000 &"], { signal: never, timeout: 0, started });
  const pids = `${mkdtempSync("/tmp/vpo-test-")}/pid`;
  const escapes = `setsid sh -c 'echo $$ >"${pids}"; exec sleep 1000' & while [ ! -s "${pids}" ]; do :; done; exit 3`;
  await assert.rejects(runCommand(["/bin/sh", "-c", escapes], { signal: never, timeout: 0, started }), /ended with 3/);
  process.kill(Number(readFileSync(pids, "utf8")), "SIGKILL");
  rmSync(dirname(pids), { recursive: true });
});

Deno.test("the last words of a command are in the reason", async () => {
  const words = ["/bin/sh", "-c", "seq 1 100000 >&2; echo the last one >&2; exit 3"];
  const run = runCommand(words, { signal: never, timeout: 0, started: () => Promise.resolve() });
  await assert.rejects(run, /99999\s100000\sthe last one$/);
});
