import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { realSystem } from "../system/system.ts";
import { Violation } from "./check.ts";
import { type Bench, Subject } from "./subject.ts";

/** A clock on which a wait is over in the next turn: each timer moves it on to itself. */
class HastyClock extends FakeClock {
  override after(ms: number, fn: () => void) {
    const timer = super.after(ms, fn);
    queueMicrotask(() => this.advance(ms));
    return timer;
  }
}

function subjectOn(clock: FakeClock, more: Partial<Bench> = {}): Subject {
  const bench = { ...realSystem(), clock, freePort: () => 1, env: {}, ...more } as unknown as Bench;
  return new Subject(bench, { binary: "/bin/fig", name: "fig", userHome: "/h" });
}

Deno.test("it waits by the clock of the bench, with a pause that leaves the machine to the binary", async () => {
  const clock = new HastyClock();
  const looks: number[] = [];
  const found = await subjectOn(clock).until("the third look", () => looks.push(clock.monotonic()) === 3);
  assert.deepEqual([found, looks], [true, [0, 20, 40]]);
});

Deno.test("what does not come about is a violation, with the last error", async () => {
  const clock = new HastyClock();
  const trouble = new Error("no such file");
  const never = () => Promise.reject(trouble);
  await assert.rejects(subjectOn(clock).until("the file", never, 60_000), (error: Error) => {
    assert.ok(error instanceof Violation);
    assert.deepEqual([error.message, error.cause], ["not within 60 s: the file", trouble]);
    return true;
  });
  assert.equal(clock.monotonic(), 60_000);
});

Deno.test("closing also ends a daemon that shows itself only after the first look", async () => {
  const killed: number[] = [];
  const looks = [["7"], [], ["8"], [], []]; // PIDs of each look
  const processes = {
    list: () => (looks.shift() ?? []).map((pid) => ({ pid: Number(pid) })),
    environment: () => ["HOME=/h"],
    kill: (pid: number) => killed.push(pid) > 0,
  };
  const run = () => Promise.resolve({ code: 0, stdout: new Uint8Array(), stderr: "" });
  await subjectOn(new HastyClock(), { run, processes } as unknown as Partial<Bench>).close();
  assert.deepEqual([killed, looks], [[7, 8], []]);
});
