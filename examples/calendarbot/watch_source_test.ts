import assert from "node:assert/strict";
import type { JobStatus, KitStore, Row, ServiceContext } from "../../src/mod.ts";
import { FakeClock } from "../../src/system/fake_clock.ts";
import type { BotConfig } from "./settings.ts";
import { SOURCE, watcher } from "./watch_source.ts";

Deno.test("an edit is told once, after it has come to rest", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ics" });
  let edits = 0;
  const { look } = watcher(path, () => edits++);
  const looks = async (count: number) => {
    for (let index = 0; index < count; index++) await look();
    return edits;
  };
  assert.equal(await looks(3), 0, "as it was at the start");
  await Deno.writeTextFile(path, "a");
  assert.equal(await looks(1), 0, "perhaps it is still being written");
  await Deno.writeTextFile(path, "ab");
  assert.equal(await looks(1), 0);
  assert.equal(await looks(3), 1);
  await Deno.remove(path);
  assert.equal(await looks(3), 2, "its removal is one");
});

Deno.test("a calendar whose copy was lost is read again, unless that is under way or there is a reason why not", async () => {
  const clock = new FakeClock();
  const ending = new AbortController();
  let triggers = 0;
  let rows: readonly Row[] = [];
  let status = { name: "refresh", paused: false, in_flight: 0, queued: 1 };
  const context = {
    ...{ clock, signal: ending.signal, note: () => {} },
    config: {
      calendar: { source: { kind: "url", url: "http://127.0.0.1/a.ics" } },
    } as unknown as BotConfig,
    jobs: { trigger: () => Promise.resolve(triggers++), statusOf: () => status as JobStatus },
    store: { read: () => Promise.resolve(rows) } as unknown as KitStore,
  } as unknown as ServiceContext<BotConfig>;
  const over = Promise.resolve(SOURCE.run(context));
  const pass = async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    clock.advance(5000);
    await new Promise((resolve) => setTimeout(resolve, 0));
    return triggers;
  };
  assert.equal(await pass(), 1, "that of the start waits");
  status = { ...status, queued: 0 };
  assert.equal(await pass(), 2);
  rows = [{ failure: "gone", failed_since: 1, read_at: null }];
  assert.equal(await pass(), 2);
  [rows, status] = [[], { ...status, paused: true }];
  assert.equal(await pass(), 2);
  ending.abort();
  await over;
});
