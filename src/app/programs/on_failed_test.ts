import assert from "node:assert/strict";
import type { Notice, ProgramEvent } from "../../programs/events.ts";
import type { Supervisor } from "../../programs/supervisor.ts";
import type { Daemon } from "../running_daemon.ts";
import { obeyOnFailed } from "./on_failed.ts";

const ended = (code: number, expected: boolean): Notice => ({
  ...{ kind: "ended", pid: 7, exit: { code }, uptimeMs: 1, expected },
});

/** News of a critical program, and why the daemon gives up on it. */
const NEWS: readonly (readonly [Notice, string | undefined])[] = [
  [{ kind: "failed", reason: "exit code 78" }, "exit code 78"],
  [{ kind: "crash_loop", failures: 5, inMs: 1 }, "5 failures within 5 minutes"],
  [ended(3, true), "exit code 3"],
  [ended(0, true), undefined],
  [ended(3, false), undefined],
  [{ kind: "lingering", wanted: true }, "it ignores its signal: it cannot begin again before it has ended"],
  [{ kind: "lingering", wanted: false }, undefined],
];

for (const [notice, reason] of NEWS) {
  Deno.test(`on_failed: ${Object.values(notice).slice(0, 3).map((each) => JSON.stringify(each)).join(" ")}`, () => {
    const given: unknown[] = [];
    let tell: ((event: ProgramEvent) => void) | undefined;
    const supervisor = {
      onEvent(fn: (event: ProgramEvent) => void) {
        tell = fn;
        return { [Symbol.dispose]() {} };
      },
      onFailed: () => "exit",
    };
    const daemon = { giveUp: (...words: unknown[]) => given.push(words) };
    using _ = obeyOnFailed(supervisor as unknown as Supervisor, daemon as unknown as Daemon);
    tell?.({ ...notice, program: "proxy", at: 0 });
    assert.deepEqual(given, reason === undefined ? [] : [["proxy", reason]]);
  });
}
