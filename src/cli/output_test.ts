import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { reportFailure, reportFailures } from "./failure.ts";
import { fakeTerminal } from "./fake_terminal.ts";
import { createOutput, type OutputOptions } from "./output.ts";

const PLAIN: OutputOptions = { json: false, quiet: false, verbose: false, noColor: false, env: {} };

function failing(code: string): Error {
  return Object.assign(new Error(`${code} happened`), { code });
}

Deno.test("colours only on a terminal, and not against the user's wish", () => {
  const bold = (terminal: boolean, options: Partial<OutputOptions> = {}) =>
    createOutput(fakeTerminal({ terminal }), { ...PLAIN, ...options }).style.bold("x");
  assert.equal(bold(true), "\x1b[1mx\x1b[0m");
  assert.equal(bold(false), "x");
  assert.equal(bold(true, { noColor: true }), "x");
  assert.equal(bold(true, { env: { NO_COLOR: "1" } }), "x");
  assert.equal(bold(true, { env: { NO_COLOR: "" } }), "\x1b[1mx\x1b[0m"); // no-color.org: only when not empty
  assert.equal(bold(true, { env: { TERM: "dumb" } }), "x");
});

Deno.test("quiet silences what was done, not what was asked for", () => {
  const terminal = fakeTerminal();
  const output = createOutput(terminal, { ...PLAIN, quiet: true });
  output.tell("done");
  output.note("by the way");
  output.print("answer");
  output.complain("trouble");
  assert.deepEqual([terminal.stdout, terminal.stderr], ["answer\n", "trouble\n"]);
});

Deno.test("in the journal each line of a failure is an error, and what is only said is not", () => {
  const terminal = fakeTerminal();
  const output = createOutput(terminal, { ...PLAIN, journal: true });
  output.note("by the way");
  output.complain("appd: bad\n3 | x = 1\n  | ^");
  output.print("answer");
  assert.equal(terminal.stderr, "<6>by the way\n<3>appd: bad\n<3>3 | x = 1\n<3>  | ^\n");
  assert.equal(terminal.stdout, "answer\n");
});

Deno.test("a reader that went away ends the output silently", () => {
  const terminal = fakeTerminal({ failure: failing("EPIPE") });
  const output = createOutput(terminal, PLAIN);
  output.print("one");
  output.print("two");
  assert.ok(output.gone.aborted);
  assert.equal(terminal.stderr, "");
});

Deno.test("a full disk behind stdout is a failure", () => {
  const output = createOutput(fakeTerminal({ failure: failing("ENOSPC") }), PLAIN);
  assert.throws(() => output.print("one"), (error) => error instanceof AppdError && error.exit === "io");
});

Deno.test("a failure is one line and a hint", () => {
  const terminal = fakeTerminal();
  const error = new AppdError('cannot bind "127.0.0.1:1": in use', { exit: "unavailable", hint: "try: appd --port 2" });
  const code = reportFailure(createOutput(terminal, PLAIN), error, { program: "appd", stack: false });
  assert.equal(code, 69);
  assert.equal(terminal.stderr, 'appd: cannot bind "127.0.0.1:1": in use\nhint: try: appd --port 2\n');
});

Deno.test("with --json a failure is one object", () => {
  const terminal = fakeTerminal();
  const error = new AppdError("cannot", { exit: "config" });
  reportFailure(createOutput(terminal, { ...PLAIN, json: true }), error, { program: "appd", stack: false });
  assert.deepEqual(JSON.parse(terminal.stderr), { error: { message: "cannot", hint: null, code: 78 } });
});

Deno.test("several failures at once are one object too, and end with the code that they share", () => {
  const told = (errors: readonly AppdError[], json: boolean) => {
    const terminal = fakeTerminal();
    const code = reportFailures(createOutput(terminal, { ...PLAIN, json }), errors, { program: "appd", stack: false });
    return [code, terminal.stderr] as const;
  };
  const [one, two] = [new AppdError("one", { exit: "io", hint: "mend" }), new AppdError("two", { exit: "io" })];
  assert.deepEqual(told([], true), [0, ""]);
  assert.deepEqual(told([one, two], false), [74, "appd: one\nhint: mend\nappd: two\n"]);
  const [code, stderr] = told([one, two], true);
  const problems = [{ message: "one", hint: "mend", code: 74 }, { message: "two", hint: null, code: 74 }];
  assert.equal(code, 74);
  assert.deepEqual(JSON.parse(stderr), { error: { message: "one\ntwo", hint: null, code: 74, problems } });
  assert.deepEqual(JSON.parse(told([one], true)[1]), { error: { message: "one", hint: "mend", code: 74 } });
  assert.equal(told([one, new AppdError("three", { exit: "config" })], true)[0], 1);
});

Deno.test("what is no AppdError is a bug: one line, and the stack only when asked for", () => {
  const report = (stack: boolean) => {
    const terminal = fakeTerminal();
    const cause = new TypeError("deep");
    const code = reportFailure(createOutput(terminal, PLAIN), new Error("odd\x1b[2J", { cause }), {
      program: "appd",
      stack,
    });
    assert.equal(code, 70);
    return terminal.stderr;
  };
  assert.equal(
    report(false),
    "appd: internal error (this is a bug): odd\\x1b[2J\nhint: see the stack: run it again with --verbose\n",
  );
  assert.match(report(true), /this is a bug\): odd\\x1b\[2J\nError: odd[^]*at [^]*caused by: TypeError: deep/);
});

Deno.test("control characters in a message cannot drive a terminal; a drawn code frame keeps its lines", () => {
  const terminal = fakeTerminal();
  const error = new AppdError("a\n  1 | \x1b]0;x\x07", { exit: "config" });
  reportFailure(createOutput(terminal, PLAIN), error, { program: "appd", stack: false });
  assert.equal(terminal.stderr, "appd: a\n  1 | \\x1b]0;x\\x07\n");
});
