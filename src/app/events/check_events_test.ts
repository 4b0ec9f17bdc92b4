import assert from "node:assert/strict";
import type { CheckReport } from "../../base/health_reports.ts";
import type { CheckTurn } from "../../health/health.ts";
import { tellChecks } from "./check_events.ts";
import type { EventDraft } from "./event_report.ts";

const NOW = Date.UTC(2025, 10, 1, 12, 0);
const WELL: CheckReport = { ok: true, critical: true, latency_ms: 1 };
const FAILS: CheckReport = {
  ...{ ok: false, critical: true, latency_ms: 1, error: "a hole", failures: 180 },
  since: new Date(NOW - 180_000).toISOString(),
};

/** What is noted and logged of turns. */
function told() {
  const notes: EventDraft[] = [];
  const lines: string[] = [];
  const stopping = new AbortController();
  let turn: (turn: CheckTurn) => void = () => assert.fail("nobody listens");
  const onTurn = (listener: typeof turn) => {
    turn = listener;
    return { [Symbol.dispose]() {} };
  };
  tellChecks({ onTurn }, {
    journal: { note: (draft) => void notes.push(draft) },
    log: { info: (line) => void lines.push(`info ${line}`), warn: (line) => void lines.push(`warn ${line}`) },
    now: () => NOW,
    stopping: stopping.signal,
  });
  return {
    notes,
    lines,
    stopping,
    turn: (now: CheckReport, before: CheckReport) => turn({ name: "basket", now, before }),
  };
}

Deno.test("a check that begins to fail, and is well again, is noted and logged", () => {
  const { notes, lines, turn } = told();
  turn(FAILS, WELL);
  turn(WELL, FAILS);
  turn(WELL, { ...FAILS, failures: 1 });
  const of = { at: "2025-11-01T12:00:00.000Z", kind: "check", program: null, check: "basket" };
  assert.deepEqual(notes[0], {
    ...{ ...of, level: "warn", message: "the check basket fails: a hole" },
    fields: { check: "basket", critical: true, error: "a hole" },
  });
  assert.deepEqual(notes[1], {
    ...{ ...of, level: "info", message: "the check basket is well again after 3m and 180 failures" },
    fields: { check: "basket", critical: true, failed_s: 180, failures: 180 },
  });
  assert.match(notes[2]?.message ?? "", / and one failure$/);
  assert.deepEqual(lines, ["warn a check fails", "info a check is well again", "info a check is well again"]);
});

Deno.test("that what stops is not well is no news", () => {
  const { notes, lines, stopping, turn } = told();
  stopping.abort();
  turn(FAILS, WELL);
  assert.deepEqual([notes, lines], [[], []]);
});
