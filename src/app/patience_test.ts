import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { FakeClock } from "../system/fake_clock.ts";
import type { Context } from "./context.ts";
import { type AskInit, patience } from "./patience.ts";

const GONE = new Error("gone");

function waiting(init: AskInit = {}) {
  const clock = new FakeClock();
  return { clock, waiting: patience({ system: { clock } } as unknown as Context, "/figs", init) };
}

Deno.test("without a word of it half a minute is waited", () => {
  const { clock, waiting: { signal, errorOf } } = waiting();
  clock.advance(29_999);
  assert.deepEqual([signal.aborted, errorOf(GONE)], [false, GONE]);
  clock.advance(1);
  assert.equal(signal.aborted, true);
  const error = errorOf(GONE);
  assert.ok(error instanceof AppdError);
  assert.deepEqual([error.message, error.exit], [
    'cannot ask for "/figs": the daemon has not answered within 30s',
    "unavailable",
  ]);
});

Deno.test("what is no path, and a limit that leaves no time, are refused before anybody is asked", () => {
  const asked = (path: string, init: AskInit = {}) => {
    try {
      patience({ system: { clock: new FakeClock() } } as unknown as Context, path, init)[Symbol.dispose]();
    } catch (error) {
      if (error instanceof AppdError && error.exit === "usage") return error.message;
      throw error;
    }
    return undefined;
  };
  for (const path of ["nope", "", "http://example.org/"]) {
    assert.equal(asked(path), `cannot ask for "${path}": it is no path of the daemon`);
  }
  for (const timeoutMs of [0, -1, NaN]) {
    assert.equal(
      asked("/figs", { timeoutMs }),
      `cannot ask for "/figs": a time limit of ${timeoutMs} ms leaves no time for an answer`,
    );
  }
  assert.equal(asked("/figs", { timeoutMs: 1 }), undefined);
});

Deno.test("a limit of one's own, none at all, and one that was ended", () => {
  const own = waiting({ timeoutMs: 500, method: "post" });
  own.clock.advance(500);
  assert.match(String(own.waiting.errorOf(GONE)), /within 500ms; it may still do what was asked$/);
  const none = waiting({ timeoutMs: Infinity });
  none.clock.advance(86_400_000);
  assert.deepEqual([none.waiting.signal.aborted, none.clock.pending], [false, 0]);
  const ended = waiting();
  ended.waiting[Symbol.dispose]();
  ended.clock.advance(86_400_000);
  assert.equal(ended.waiting.signal.aborted, false);
});

Deno.test("the caller's own signal ends it at once, and its reason stays", () => {
  const own = new AbortController();
  const { waiting: { signal, errorOf } } = waiting({ signal: own.signal });
  own.abort(GONE);
  assert.deepEqual([signal.aborted, signal.reason, errorOf(GONE)], [true, GONE, GONE]);
});
