import assert from "node:assert/strict";
import fs from "node:fs";
import { createApi } from "../http/api.ts";
import { fakeDaemon } from "../http/fake_daemon.ts";
import { serveSocket } from "../http/unix_listener.ts";
import { until } from "../system/until.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { realSystem } from "../system/system.ts";
import { createContext } from "./context.ts";
import { followEvents } from "./control_events.ts";
import { stateEvent } from "./events/daemon_events.ts";
import { Journal } from "./events/journal.ts";

Deno.test("events are followed from daemon to daemon, after the last one that was seen", async () => {
  const home = fs.mkdtempSync("/tmp/appd-events-");
  const clock = new FakeClock();
  const context = createContext({ home, flags: {}, system: { ...realSystem(), clock } });
  const serve = (events: Journal) => {
    const api = createApi(fakeDaemon({ access: "socket", events }));
    return serveSocket({ path: context.paths.socket, handler: (request) => api.fetch(request) });
  };
  const happen = (journal: Journal) => journal.note(stateEvent("starting", "ready", 0));
  const first = new Journal(10);
  const over = new AbortController();
  const seen: number[] = [];
  let gone = 0;
  for (let n = 0; n < 3; n++) happen(first);

  const daemon = serve(first);
  const following = (async () => {
    const query = { program: undefined, since: 10 };
    for await (const { id } of followEvents(context, query, { signal: over.signal, onGone: () => gone++ })) {
      seen.push(id);
    }
  })();
  await until("the first daemon's events", () => seen.length === 2);
  await daemon.close();
  await until("the end of the first daemon", () => gone === 1 && clock.pending === 1);
  clock.advance(1000);
  await until("another look", () => clock.pending === 1);
  assert.equal(gone, 1, "said once");

  const second = new Journal(100);
  for (let n = 0; n < 2; n++) happen(second);
  const next = serve(second);
  clock.advance(999);
  assert.deepEqual(seen, [11, 12], "no look before its time");
  clock.advance(1);
  await until("the second daemon's events", () => seen.length === 4);
  assert.deepEqual(seen, [11, 12, 100, 101]);
  over.abort();
  await following;
  await next.close();
  fs.rmSync(home, { recursive: true });
});
