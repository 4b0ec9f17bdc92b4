import assert from "node:assert/strict";
import { type Evidence, judgeLastEnd, lastEndText } from "./last_end.ts";
import type { InstanceState } from "./state_file.ts";

const STATE: InstanceState = {
  pid: 42,
  start_time: "1",
  boot_id: "b1",
  started_at: "2026-01-01T00:00:00.000Z",
  version: "0.1.0",
  url: null,
  config_file: "/c",
  pid_file: "/p",
  log_file: "/l",
  flags: {},
  command: null,
};
const NOTHING: Evidence = { bootId: "b1", lastWords: undefined, kernelLine: undefined, lastSeenAt: 0 };
const ENDED = { ...STATE, ended: { at: "2026-01-01T01:00:00.000Z", exit: 0 } };

const TABLE: readonly [string, InstanceState, Partial<Evidence>, string][] = [
  ["an orderly end", ENDED, {}, "clean"],
  ["an orderly end before a reboot", ENDED, { bootId: "b2" }, "clean"],
  ["a failure", { ...ENDED, ended: { ...ENDED.ended, exit: 70 } }, {}, "error (it ended with exit code 70)"],
  [
    "a bug",
    { ...ENDED, ended: { ...ENDED.ended, exit: 70, reason: "no such branch" } },
    {},
    "error (it ended with exit code 70: no such branch)",
  ],
  [
    "a reboot",
    STATE,
    { bootId: "b2", lastWords: "x" },
    "reboot (the machine was restarted, or lost its power, while it ran)",
  ],
  ["want of memory", STATE, { kernelLine: "Killed process 42 (appd)" }, "out of memory (Killed process 42 (appd))"],
  ["a crash of the runtime", STATE, { lastWords: "Fatal JavaScript error" }, "crash (Fatal JavaScript error)"],
  ["no word at all", STATE, {}, "killed (it left no word: SIGKILL, most likely)"],
];

Deno.test("last end: of a death its last sign of life, or the start; of an orderly end its time", () => {
  const at = (state: InstanceState, lastSeenAt?: number) => judgeLastEnd(state, { ...NOTHING, lastSeenAt }).at;
  const later = "2026-01-01T00:07:00.000Z";
  assert.equal(at(STATE, Date.parse(later)), later);
  assert.equal(at(STATE, 0), STATE.started_at, "the sign of an earlier run");
  assert.equal(at(STATE), STATE.started_at);
  assert.equal(at({ ...STATE, started_at: "once" }, Date.parse(later)), null);
  assert.equal(at(ENDED, Date.parse(later)), ENDED.ended.at);
});

for (const [name, state, evidence, expected] of TABLE) {
  Deno.test(`last end: ${name}`, () => {
    assert.equal(lastEndText(judgeLastEnd(state, { ...NOTHING, ...evidence })), expected);
  });
}
