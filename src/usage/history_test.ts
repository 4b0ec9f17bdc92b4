import assert from "node:assert/strict";
import { History, type Sample } from "./history.ts";

function sample(at: number, more: Partial<Sample> = {}): Sample {
  const rest = { processes: 2, threads: 3, fds: 4, read_bytes: 2 ** 45, write_bytes: 6 };
  return { at, cpu_percent: 12.3, rss_bytes: 5_000_000_001, ...rest, ...more };
}

Deno.test("samples come back as they went in, null included", () => {
  const history = new History(360);
  history.add(sample(1.5));
  const empty = { cpu_percent: null, rss_bytes: null, processes: null, threads: null, fds: null };
  history.add(sample(2, { ...empty, read_bytes: null, write_bytes: null }));
  assert.deepEqual(history.samples(0), [
    sample(1.5),
    { at: 2, ...empty, read_bytes: null, write_bytes: null },
  ]);
});

Deno.test("the ring keeps the newest, oldest first, at every count", () => {
  const history = new History(20);
  for (let at = 1; at <= 50; at++) {
    history.add(sample(at));
    const first = Math.max(1, at - 19);
    assert.deepEqual(
      history.samples(0).map((one) => one.at),
      Array.from({ length: at - first + 1 }, (_, i) => first + i),
    );
  }
  assert.deepEqual(history.samples(49).map((one) => one.at), [49, 50]);
});

Deno.test("an hour of a program takes less than 20 KB, and its first minutes less than 1 KB", () => {
  const history = new History(360);
  assert.ok(history.bytes < 1000);
  for (let at = 0; at < 1000; at++) history.add(sample(at));
  assert.ok(history.bytes < 20_000, `${history.bytes}`);
});
