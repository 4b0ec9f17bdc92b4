import assert from "node:assert/strict";
import type { EventReport } from "../base/event_report.ts";
import type { Clock } from "../system/clock.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { createApi } from "./api.ts";
import { controlClient } from "./control_client.ts";
import { readMessages, type StreamMessage } from "./event_reader.ts";
import { eventStream, STREAM_LIMITS } from "./events_stream.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import type { ApiDeps, EventSource } from "./route.ts";
import { serveTcp } from "./tcp_listener.ts";
import { sendRaw } from "./testing_client.ts";
import { serveSocket } from "./unix_listener.ts";
import { until } from "../system/until.ts";

/** A source that remembers everything. */
class Source implements EventSource {
  readonly events: EventReport[] = [];
  readonly listeners = new Set<(event: EventReport) => void>();

  since(id: number): readonly EventReport[] {
    return this.events.filter((event) => event.id > id);
  }

  subscribe(listener: (event: EventReport) => void): Disposable {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  happen(program: string | null = "web", count = 1): void {
    for (let n = 0; n < count; n++) {
      const event: EventReport = {
        id: this.events.length + 1,
        at: "2025-11-01T10:30:00.000Z",
        kind: "ready",
        program,
        level: "info",
        message: "program is\nready",
        fields: {},
      };
      this.events.push(event);
      for (const listener of this.listeners) listener(event);
    }
  }
}

function readerOf(stream: ReadableStream<Uint8Array>): () => Promise<string | undefined> {
  const reader = stream.getReader();
  return async () => {
    const { value } = await reader.read();
    return value && new TextDecoder().decode(value);
  };
}

async function take(messages: AsyncGenerator<StreamMessage>, count: number): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < count) ids.push(Number((await messages.next()).value?.id));
  return ids;
}

const all = () => true;

Deno.test("a stream says what was missed, then what happens, and shows signs of life", async () => {
  const source = new Source();
  const clock = new FakeClock();
  source.happen("web", 3);
  const next = readerOf(eventStream(source, { after: 2, wanted: all, clock }));
  assert.equal(await next(), "retry: 3000\n\n");
  const third = await next();
  assert.equal(third, `id: 3\nevent: ready\ndata: ${JSON.stringify(source.events[2])}\n\n`);
  const fourth = next();
  source.happen();
  assert.match(await fourth ?? "", /^id: 4\n/);
  const quiet = next();
  await new Promise((resolve) => setTimeout(resolve)); // The stream asks its source in a turn of its own.
  clock.advance(STREAM_LIMITS.heartbeatMs);
  assert.equal(await quiet, ": alive\n\n");
});

Deno.test("without a place to begin, only what happens from now on", async () => {
  const source = new Source();
  source.happen();
  const next = readerOf(eventStream(source, { wanted: all, clock: new FakeClock() }));
  source.happen();
  await next();
  assert.match(await next() ?? "", /^id: 2\n/);
});

Deno.test("a client that does not read is dropped when its queue is full; cancelling lets go", async () => {
  const source = new Source();
  const clock = new FakeClock();
  const slow = eventStream(source, { wanted: all, clock });
  source.happen("web", STREAM_LIMITS.queue);
  assert.equal(source.listeners.size, 1);
  source.happen();
  assert.deepEqual([source.listeners.size, clock.pending], [0, 0]);
  const next = readerOf(slow);
  await next();
  assert.equal(await next(), undefined, "the stream has ended");

  const gone = eventStream(source, { wanted: all, clock });
  assert.equal(source.listeners.size, 1);
  await gone.cancel();
  assert.deepEqual([source.listeners.size, clock.pending], [0, 0]);
});

interface Served extends AsyncDisposable {
  readonly source: Source;
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

function serve(options: { maxConnections?: number; clock?: Clock; deps?: Partial<ApiDeps> } = {}): Served {
  const source = new Source();
  const listener = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    handler: (request) => app.fetch(request),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.maxConnections === undefined ? {} : { maxConnections: options.maxConnections }),
  });
  const app = createApi(fakeDaemon({ events: source, port: () => listener.port, ...options.deps }));
  const { port, close } = listener;
  return { source, url: `http://127.0.0.1:${port}/api/v1/events`, port, close, [Symbol.asyncDispose]: close };
}

async function open(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.ok(response.body);
  return readMessages(response.body);
}

/** A client that asks for the stream and reads nothing. */
async function listenTo(port: number): Promise<Deno.Conn> {
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  await client.write(new TextEncoder().encode(`GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`));
  return client;
}

Deno.test("over a real connection: Last-Event-ID, since, a program and its instances", async () => {
  await using served = serve();
  const { source, url } = served;
  for (const name of ["web", "db", "web.2", "web.x", "webbing", null, "web"]) source.happen(name);
  const from = await open(`${url}?since=1`, { "last-event-id": "5" });
  assert.deepEqual(await take(from, 2), [6, 7]);
  source.happen();
  assert.deepEqual(await take(from, 1), [8]);
  const web = await open(`${url}?since=0&program=web`);
  assert.deepEqual(await take(web, 4), [1, 3, 7, 8]);
  const remembered = await (await fetch(`${url}?stream=false&since=5&program=web`)).json();
  assert.deepEqual(remembered, { events: [source.events[6], source.events[7]] });
  const [first] = source.events;
  if (first !== undefined) source.events.push({ ...first, id: 9, program: null, job: "backup" });
  const ofJob = await (await fetch(`${url}?stream=false&since=0&program=backup`)).json();
  assert.deepEqual(ofJob.events.map(({ id }: { id: number }) => id), [9]);
  for (const query of ["since=x", "since=-1", "stream=maybe"]) {
    const refused = await fetch(`${url}?${query}`);
    assert.equal(refused.status, 400, query);
    await refused.body?.cancel();
  }
  await Promise.all([from.return(undefined), web.return(undefined)]);
});

Deno.test("a client that goes away leaves nothing behind, nor does HEAD, nor one that is refused", async () => {
  await using served = serve();
  const { source, url, port } = served;
  const stop = new AbortController();
  const response = await fetch(url, { signal: stop.signal });
  await until("somebody listens", () => source.listeners.size === 1);
  stop.abort();
  await response.body?.cancel().catch(() => {}); // It was aborted.
  await until("nobody listens", () => source.listeners.size === 0);

  const head = await fetch(url, { method: "HEAD" });
  assert.equal(head.headers.get("content-type"), "text/event-stream");
  await head.body?.cancel();
  assert.equal(source.listeners.size, 0);
  const foreign = await fetch(url, { headers: { origin: "http://evil.example" } });
  assert.equal(foreign.status, 403);
  await foreign.body?.cancel();
  const half = await sendRaw(port, `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  assert.equal(half.status, 200);
  await until("nobody listens", () => source.listeners.size === 0);
});

Deno.test("open streams do not hold up the close of the listener", async () => {
  const served = serve({ clock: new FakeClock() }); // By this clock what is held up is never cut off.
  const streams = await Promise.all([open(served.url), open(served.url)]);
  await served.close();
  await until("nobody listens", () => served.source.listeners.size === 0);
  for (const stream of streams) await stream.next().catch(() => {}); // It was cut off.
});

Deno.test("streams in every seat keep no other client out", async () => {
  await using served = serve({ maxConnections: 8 });
  const { port } = served;
  const streams = await Promise.all(Array.from({ length: 8 }, () => listenTo(port)));
  await until("all listen", () => served.source.listeners.size === 8);
  const request = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  const answers = await Promise.all(Array.from({ length: 6 }, () => sendRaw(port, request, { half: false })));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200, 200]);
  for (const stream of streams) stream.close();
  await until("nobody listens", () => served.source.listeners.size === 0);
});

Deno.test("a client that stops reading is dropped in the end", async () => {
  await using served = serve();
  const { source, port } = served;
  using _deaf = await listenTo(port);
  await until("somebody listens", () => source.listeners.size === 1);
  await until("the kernel's buffers are full", () => (source.happen("web", 100), source.listeners.size === 0));
});

Deno.test("the control client reads a stream, and its refusals", async () => {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/control.sock`;
  const client = controlClient(path, { timeoutMs: 15_000 });
  const signal = new AbortController().signal;
  assert.equal((await client.stream("/api/v1/events", signal).next()).done, true, "nobody answers");
  const source = new Source();
  const app = createApi(fakeDaemon({ access: "socket", events: source }));
  const listener = serveSocket({ path, handler: (request) => app.fetch(request) });
  source.happen("web", 2);
  const stream = client.stream<EventReport>("/api/v1/events?since=1", signal);
  assert.deepEqual((await stream.next()).value, source.events[1]);
  await assert.rejects(client.stream("/api/v1/events?since=x", signal).next(), /must be the id of an event/);
  await listener.close();
  assert.equal((await stream.next()).done, true, "the daemon has ended");
  Deno.removeSync(directory, { recursive: true });
});

Deno.test("why is asked of the daemon, for a program that is there", async () => {
  const app = createApi(fakeDaemon({ access: "socket" }));
  const found = await app.request("/api/v1/programs/web/why");
  assert.equal((await found.json()).summary, "web runs");
  assert.equal((await app.request("/api/v1/programs/nobody/why")).status, 404);
});
