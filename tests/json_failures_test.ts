/**
 * Whatever fails with `--json`: one object on stderr, of one form and with the code that the command ends with; on stdout an
 * answer of one document, or nothing. On dist/appd.
 */
import assert from "node:assert/strict";
import { shownCommands } from "../src/cli/command.ts";
import { APPD } from "../src/cli/command_table.ts";
import { Instance, type RunResult } from "./support/instance.ts";

/** What was reported, after a look at its form. */
function failureOf({ code, stderr }: RunResult, line: string) {
  const { error, ...rest } = JSON.parse(stderr);
  assert.deepEqual(rest, {}, line);
  assert.equal(error.code, code, line);
  assert.equal(typeof error.message, "string", line);
  assert.ok(error.hint === null || typeof error.hint === "string", line);
  return error;
}

/** The command fails, and has no answer beside the failure. */
async function fails(app: Instance, line: string, code: number) {
  const result = await app.run(["--json", ...line.split(" ")]);
  assert.equal(result.code, code, `${line}\n${result.stdout}${result.stderr}`);
  assert.equal(result.stdout, "", line);
  return failureOf(result, line);
}

Deno.test("every command refuses a wrong option in one form", async () => {
  await using app = new Instance();
  for (const { path } of shownCommands(APPD)) {
    const { message } = await fails(app, `${path.join(" ")} --no-such-option`, 2);
    assert.match(message, /^cannot use option "--no-such-option": /, path.join(" "));
  }
});

Deno.test("a line that is not complete, or is about nobody, fails in one form", async () => {
  await using app = new Instance();
  for (const line of ["config", "schedule", "git hooks", "config get", "jobs run", "programs start", "help nobody"]) {
    await fails(app, line, 2);
  }
  for (const line of ["reload", "log-rotate", "jobs", "programs stop web", "events", "why web", "pause"]) {
    await fails(app, line, 3);
  }
});

Deno.test("a configuration that is not valid is told in one form, with each problem where it stands", async () => {
  await using app = new Instance();
  app.write('[server]\nprot = 1\n[log]\nlevel = "loud"\n');
  const all = [
    "start",
    "restart",
    "config check",
    "config list",
    "config get log.level",
    "schedule next",
    "programs graph",
  ];
  for (const line of all) {
    const { problems } = await fails(app, line, 78);
    assert.deepEqual(problems.map((one: { place: { line: number } }) => one.place.line), [2, 4], line);
  }
});

Deno.test("a daemon that is asked for what it cannot do: one form, also where there is an answer beside it", async () => {
  const ends = 'restart = "never"\n';
  await using app = new Instance(
    `[[program]]\nname = "one"\ncommand = ["false"]\n${ends}[[program]]\nname = "two"\ncommand = ["false"]\n${ends}` +
      '[[job]]\nname = "breaks"\ncommand = ["sh", "-c", "exit 5"]\n' +
      '[[job]]\nname = "slow"\ncommand = ["sleep", "600"]\nstop_timeout = "1s"\n',
  );
  await app.start();
  for (const line of ["programs stop nobody", "jobs show nobody", "jobs run nobody", "pause nobody", "why nobody"]) {
    await fails(app, line, 1);
  }
  await fails(app, "start -- sleep 5", 75);
  const late = await fails(app, "jobs run slow --wait --timeout 50ms", 124);
  assert.match(late.message, /^not ended after 50ms, run \d+ of slow goes on$/);
  await app.run(["jobs", "cancel", "slow"]);

  const both = await app.run(["programs", "start", "one", "two", "--json"]);
  assert.deepEqual([both.code, JSON.parse(both.stdout).ok], [1, false]);
  assert.equal(failureOf(both, "two programs").problems.length, 2);
  const broken = await app.run(["jobs", "run", "breaks", "--wait", "--json"]);
  assert.deepEqual([broken.code, JSON.parse(broken.stdout).state], [5, "failed"]);
  assert.match(failureOf(broken, "a job").message, /^run \d+ of breaks failed .*: exit 5$/);
});

Deno.test("a reload that is refused fails as everything else does, and one that succeeds says what it did", async () => {
  await using app = new Instance();
  await app.start();
  const done = await app.run(["reload", "--json"]);
  assert.deepEqual([done.code, done.stderr, JSON.parse(done.stdout).ok], [0, "", true]);
  app.write("[log\n");
  for (const line of ["reload", "reload --plan"]) {
    const { message, hint } = await fails(app, line, 78);
    assert.match(message, /^cannot reload ".*config\.toml": .*config\.toml:\d+:5: is not valid TOML/);
    assert.match(hint, /^the old configuration stays live; check the new one: appd config check$/);
  }
});
