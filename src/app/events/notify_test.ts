import assert from "node:assert/strict";
import fs from "node:fs";
import { type LogFields, SILENT } from "../../base/logger.ts";
import { createNotifier, type Notifier } from "../../notify/notify.ts";
import { NEWS } from "../../notify/news.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import { systemClock } from "../../system/clock.ts";
import { systemPost } from "../../system/post.ts";
import { systemProcesses } from "../../system/processes.ts";
import { commandRunner, tellNotifier } from "./notify.ts";

interface Real extends AsyncDisposable {
  readonly notifier: Notifier;
  readonly directory: string;
  /** Waits for a record of the log. */
  logged(pattern: RegExp): Promise<string>;
}

function real(settings: Partial<NotifySettings>): Real {
  const directory = fs.mkdtempSync("/tmp/appd-notify-");
  const records: string[] = [];
  const write = (message: string, fields?: LogFields) => void records.push(`${message} ${JSON.stringify(fields)}`);
  const notifier = createNotifier([{ name: "n", on: NEWS, timeout: 5000, every: 0, ...settings }], {
    clock: systemClock,
    log: { ...SILENT, info: write, warn: write },
    outside: {
      post: (url, body, signal) => systemPost(url, { body, signal, headers: { "content-type": "application/json" } }),
      run: commandRunner(systemProcesses, { cwd: directory, env: { PATH: "/usr/bin:/bin", SECRET: "x" } }),
    },
    sender: { host: "box", instance: "default" },
  });
  return {
    notifier,
    directory,
    logged: async (pattern) => await until(() => records.find((record) => pattern.test(record))),
    async [Symbol.asyncDispose]() {
      await notifier[Symbol.asyncDispose]();
      fs.rmSync(directory, { recursive: true });
    },
  };
}

function fail(notifier: Notifier): void {
  tellNotifier(notifier, { kind: "failed", program: "web", at: Date.now(), reason: "exit code 78" });
}

/** Waits for something that others bring about. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("never came about");
}

interface Hook extends AsyncDisposable {
  readonly url: string;
  readonly types: (string | null)[];
  readonly bodies: unknown[];
}

/** A server that answers each request with the next of `answers`; a promise that never resolves hangs. */
function hook(...answers: (Response | Promise<Response>)[]): Hook {
  const types: (string | null)[] = [];
  const bodies: unknown[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    types.push(request.headers.get("content-type"));
    bodies.push(await request.json());
    return await (answers.shift() ?? new Response(null, { status: 204 }));
  });
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}/T0/secret`,
    types,
    bodies,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a real webhook: 500, then 204 on the second try, past a proxy of the environment", async () => {
  await using server = hook(new Response("no", { status: 500 }));
  Deno.env.set("HTTP_PROXY", "http://127.0.0.1:9");
  try {
    await using here = real({ webhook: server.url });
    fail(here.notifier);
    await until(() => server.bodies[1]);
    const [first, second] = server.bodies;
    assert.deepEqual(first, second);
    assert.deepEqual((first as { event: string }).event, "failed");
    assert.equal(server.types[0], "application/json");
  } finally {
    Deno.env.delete("HTTP_PROXY");
  }
});

Deno.test("a redirect is not followed", async () => {
  await using target = hook();
  await using server = hook(Response.redirect(target.url, 307));
  await using here = real({ webhook: server.url });
  fail(here.notifier);
  const record = await here.logged(/cannot notify/);
  assert.match(record, /HTTP 307/);
  assert.doesNotMatch(record, /secret/);
  assert.equal(target.types.length, 0);
});

Deno.test("a hanging webhook is left at the timeout, and the end does not wait for it", async () => {
  const never = Promise.withResolvers<Response>();
  await using server = hook(never.promise);
  const here = real({ webhook: server.url });
  fail(here.notifier);
  await until(() => server.bodies[0]);
  const began = performance.now();
  await here[Symbol.asyncDispose]();
  assert.ok(performance.now() - began < 3000);
  assert.match(await here.logged(/dropped/), /"dropped":1/);
  never.resolve(new Response());
});

Deno.test("a dead port is an error without the address", async () => {
  const closed = hook();
  await closed[Symbol.asyncDispose]();
  const here = real({ webhook: closed.url });
  fail(here.notifier);
  await here[Symbol.asyncDispose](); // Ends the tries.
  const record = await here.logged(/cannot notify/);
  assert.match(record, /onnection refused/);
  assert.doesNotMatch(record, /secret/);
});

Deno.test("a real command gets variables, and of the daemon's own environment only what is harmless", async () => {
  await using here = real({ command: ["/bin/sh", "-c", "env > env.new; mv env.new env"] });
  fail(here.notifier);
  const env = await until(() =>
    fs.existsSync(`${here.directory}/env`) ? fs.readFileSync(`${here.directory}/env`, "utf8") : undefined
  );
  assert.match(env, /^APPD_EVENT=failed$/m);
  assert.match(env, /^APPD_MESSAGE=web has failed and is not started again: exit code 78$/m);
  assert.doesNotMatch(env, /SECRET/);
});

Deno.test("a command that hangs is killed with its children at the timeout; one that is not there is said so", async () => {
  await using here = real({
    timeout: 300,
    command: ["/bin/sh", "-c", "sleep 600 & echo $! $$ > pids.new; mv pids.new pids; wait"],
  });
  fail(here.notifier);
  await here.logged(/it took more than 300ms/);
  const pids = fs.readFileSync(`${here.directory}/pids`, "utf8").trim().split(" ").map(Number);
  assert.equal(pids.length, 2);
  await until(() => pids.every((pid) => (systemProcesses.stat(pid)?.state ?? "Z") === "Z") || undefined);

  await using missing = real({ command: ["/no/such/command"] });
  fail(missing.notifier);
  assert.match(await missing.logged(/cannot notify/), /ENOENT/);
});
