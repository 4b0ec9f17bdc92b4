import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { MemoryOutput } from "./testing.ts";
import { createValve } from "./valve.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** An output on which the next write takes `slow` milliseconds. */
function slowOutput(clock: FakeClock) {
  const output = new MemoryOutput();
  const state = { output, slow: 0 };
  const write = output.write.bind(output);
  output.write = (chunk) => {
    clock.advance(state.slow);
    write(chunk);
  };
  return state;
}

Deno.test("block passes everything, however slow the log is", () => {
  const clock = new FakeClock();
  const place = slowOutput(clock);
  const valve = createValve({ output: place.output, overflow: "block", clock });
  place.slow = 5000;
  for (let i = 0; i < 5; i++) valve.write(bytes(`${i}\n`));
  assert.equal(place.output.text, "0\n1\n2\n3\n4\n");
  assert.equal(valve.shed, 0);
});

Deno.test("drop sheds whole lines after a slow write and says how many bytes", () => {
  const clock = new FakeClock();
  const place = slowOutput(clock);
  const valve = createValve({ output: place.output, overflow: "drop", clock });
  place.slow = 200;
  valve.write(bytes("one\ntw"));
  place.slow = 0;
  valve.write(bytes("o\nthree\nfo"));
  valve.write(bytes("ur\n"));
  valve.write(bytes("fi"));
  clock.advance(500);
  valve.write(bytes("ve\nsix\n"));
  assert.equal(place.output.text, "one\ntwo\n[appd] gap: 16 bytes dropped\nsix\n");
  assert.equal(valve.shed, bytes("three\nfour\nfive\n").length);
});

Deno.test("the mark in the log of an app's program is the app's", () => {
  const clock = new FakeClock();
  const place = slowOutput(clock);
  const valve = createValve({ output: place.output, overflow: "drop", clock, program: "pear" });
  place.slow = 200;
  valve.write(bytes("one\n"));
  valve.write(bytes("two\n"));
  clock.advance(500);
  valve.write(bytes("three\n"));
  assert.equal(place.output.text, "one\n[pear] gap: 4 bytes dropped\nthree\n");
});
