import assert from "node:assert/strict";
import fs from "node:fs";
import type { ProgramStatus } from "../../base/program_reports.ts";
import { systemFiles } from "../../system/files.ts";
import { APPD_APP } from "../kit/app.ts";
import { Journal } from "../events/journal.ts";
import { explainProgram } from "./report.ts";

function program(name: string, more: Partial<ProgramStatus> = {}): ProgramStatus {
  return {
    name,
    state: "running",
    ready: true,
    pid: 42,
    restarts: 0,
    uptime_s: 60,
    exit: null,
    next_retry_at: null,
    cpu_percent: null,
    rss_bytes: null,
    log_file: "/nowhere/output.log",
    crash_loop: false,
    critical: false,
    adopted: false,
    error: null,
    ...more,
  };
}

function explain(name: string, programs: readonly ProgramStatus[]) {
  const journal = new Journal();
  return explainProgram(name, {
    files: systemFiles,
    app: APPD_APP,
    journal,
    programs,
    now: 0,
    configured: true,
    words: (text) => text,
  });
}

Deno.test("the last output is the end of the log, each line cut", async () => {
  const directory = fs.mkdtempSync("/tmp/appd-why-");
  try {
    const log_file = `${directory}/output.log`;
    fs.writeFileSync(log_file, `one\n${"x".repeat(1000)}\n\x1b[31mlast\n`);
    const down = program("web", { state: "failed", ready: false, error: "exit code 78", log_file });
    assert.deepEqual((await explain("web", [down])).last_output, ["one", "x".repeat(400), "\\x1b[31mlast"]);
    assert.deepEqual((await explain("web", [program("web", { log_file })])).last_output, [], "it is well");
    fs.writeFileSync(log_file, Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join(""));
    assert.deepEqual((await explain("web", [down])).last_output.length, 10);
    const silent = await explain("web", [{ ...down, log_file: `${directory}/none/output.log` }]);
    assert.ok(silent.last_output.length <= 1);
    fs.rmSync(log_file);
    fs.mkdirSync(log_file);
    assert.match((await explain("web", [down])).last_output[0] ?? "", /^\(.*\)$/, "what cannot be read is told");
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});

Deno.test("of several instances the worst is explained, and the others are named", async () => {
  const one = program("web.1", { family: "web" });
  const two = program("web.2", { family: "web", state: "backoff", ready: false });
  const report = await explain("web", [one, two]);
  assert.equal(report.program, "web.2");
  assert.equal(report.hints.at(-1), "appd why web.1");
  assert.equal((await explain("web.1", [one, two])).program, "web.1");
});

Deno.test("an unknown program is told with the nearest one", async () => {
  await assert.rejects(explain("wbe", [program("web")]), { exit: "notRunning", hint: 'did you mean "web"?' });
  await assert.rejects(explain("wbe", []), { hint: "list them: appd programs" });
});
