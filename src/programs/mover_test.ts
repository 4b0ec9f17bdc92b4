import assert from "node:assert/strict";
import { Mover } from "./mover.ts";
import type { Passage } from "./program_spec.ts";

/** A mover whose every step leaves a word in `steps`. */
function lab({ waiting = "line\n", room = 100, landed }: { waiting?: string; room?: number; landed?: number | Error }) {
  const steps: string[] = [];
  const word = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const stage = { source: { read: () => 2 }, destination: 7, [Symbol.dispose]() {} };
  const files = {
    write(fd: number, bytes: Uint8Array) {
      steps.push(`write ${fd} ${bytes.length}`);
      if (landed instanceof Error) throw landed;
      return fd === 7 ? bytes.length : landed ?? bytes.length;
    },
  };
  const passage: Passage = {
    room,
    descriptor: 5,
    settle: (bytes, result) => void steps.push(`settle ${bytes.length} ${result.landed} ${result.error ?? "fine"}`),
  };
  const from = {
    read(into: Uint8Array) {
      steps.push("read");
      return new TextEncoder().encodeInto(waiting, into).written;
    },
  };
  const to = {
    write: (bytes: Uint8Array) => void steps.push(`hand over ${word(bytes)}`),
    passage() {
      steps.push("decide");
      return room > 0 ? passage : undefined;
    },
  };
  const mover = new Mover({ files, fifos: { openStage: () => stage } }, new Uint8Array(16));
  return { steps, mover, move: () => mover.move(from, to) };
}

Deno.test("the write follows the read, everything else stands before or after", () => {
  const { steps, move } = lab({});
  assert.equal(move(), 5);
  assert.deepEqual(steps, ["decide", "read", "write 5 5", "settle 5 5 fine"]);
});

Deno.test("what does not fit, or must be looked at, is handed over", () => {
  for (const room of [4, 0]) {
    const { steps, move } = lab({ room });
    assert.equal(move(), 5);
    assert.deepEqual(steps, ["decide", "read", "hand over line\n"]);
  }
});

Deno.test("a write that fails or falls short is accounted for", () => {
  const short = lab({ landed: 2 });
  short.move();
  assert.equal(short.steps.at(-1), "settle 5 2 fine");
  const failed = lab({ landed: new Error("ENOSPC") });
  assert.equal(failed.move(), 5);
  assert.equal(failed.steps.at(-1), "settle 5 0 Error: ENOSPC");
});

Deno.test("nothing waiting is nothing moved, and a rehearsal touches no log", () => {
  const { steps, move, mover } = lab({ waiting: "" });
  assert.equal(move(), 0);
  for (let i = 0; i < 3; i++) mover.warmUp(1000);
  assert.deepEqual(steps, ["decide", "read", "write 7 2"]);
});
