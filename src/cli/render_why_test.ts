import assert from "node:assert/strict";
import type { WhyReport } from "../base/why_reports.ts";
import { renderEvent } from "./render_event.ts";
import { renderWhy } from "./render_why.ts";
import { COLOURED, PLAIN } from "./style.ts";

const AT = "2025-11-01T10:30:00.000Z";
const NOW = Date.parse(AT);

const REPORT: WhyReport = {
  program: "web",
  state: "backoff",
  summary: "web is down after a failure: exit code 1 after 3s",
  chain: [{ at: AT, message: "program started by a reload" }, {
    at: AT,
    message: "program ended after 3s: exit code 1",
  }],
  last_output: ["bind: \\x1b[31maddress in use"],
  next_retry_at: "2025-11-01T10:30:04.000Z",
  hints: ["appd logs web -n 50"],
};

Deno.test("why shows the sentence, the chain, the last output, the next start and what may help", () => {
  assert.deepEqual(renderWhy(REPORT, { style: PLAIN, now: NOW }), [
    "web is down after a failure: exit code 1 after 3s",
    "",
    "What happened:",
    "  2025-11-01 10:30:00 UTC  program started by a reload",
    "  2025-11-01 10:30:00 UTC  program ended after 3s: exit code 1",
    "",
    "Last output:",
    "  bind: \\x1b[31maddress in use",
    "",
    "Next start: 2025-11-01 10:30:04 UTC, in 4s",
    "",
    "What may help:",
    "  appd logs web -n 50",
  ]);
});

Deno.test("what there is not is left out, and the sentence has the colour of the state", () => {
  const well: WhyReport = { ...REPORT, state: "running", chain: [], last_output: [], next_retry_at: null, hints: [] };
  const lines = (state: WhyReport["state"]) => renderWhy({ ...well, state }, { style: COLOURED, now: NOW });
  assert.deepEqual(lines("running"), [COLOURED.good(REPORT.summary)]);
  assert.deepEqual(lines("failed"), [COLOURED.bad(REPORT.summary)]);
  assert.deepEqual(lines("starting"), [COLOURED.warn(REPORT.summary)]);
  assert.deepEqual(lines("stopped"), [COLOURED.bold(REPORT.summary)]);
});

Deno.test("an event is a line like one of the log, and nothing of it is raw", () => {
  const event = {
    id: 1,
    at: AT,
    kind: "failed",
    program: "web",
    level: "error",
    message: "a\n\x1b[2J",
    fields: {},
  } as const;
  assert.equal(renderEvent(event, PLAIN), `${AT} ERROR web: a\\n\\x1b[2J`);
  assert.equal(renderEvent({ ...event, program: null, level: "warn", message: "x" }, PLAIN), `${AT} WARN  x`);
  const ofJob = { ...event, program: null, job: "backup", level: "info", message: "run 3 failed" } as const;
  assert.equal(renderEvent(ofJob, PLAIN), `${AT} INFO  backup: run 3 failed`);
});
