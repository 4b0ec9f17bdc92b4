import assert from "node:assert/strict";
import fs from "node:fs";
import { type LogFields, SILENT } from "../../base/logger.ts";
import type { JobEvent } from "../../jobs/events.ts";
import { newRun, type Run } from "../../jobs/run.ts";
import { Bench, jobSpec, settle } from "../../jobs/testing.ts";
import type { Letter } from "../../notify/letter.ts";
import { createNotifier, type Notifier } from "../../notify/notify.ts";
import { NEWS } from "../../notify/news.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import { systemClock } from "../../system/clock.ts";
import { systemPost } from "../../system/post.ts";
import { systemProcesses } from "../../system/processes.ts";
import { commandRunner, tellNotifier, tellNotifierOfJob } from "./notify.ts";
import { until } from "../../system/until.ts";

type Bare<T> = T extends JobEvent ? Omit<T, "job" | "at"> : never;

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
    logged: async (pattern) => await until(`a record ${pattern}`, () => records.find((record) => pattern.test(record))),
    async [Symbol.asyncDispose]() {
      await notifier[Symbol.asyncDispose]();
      fs.rmSync(directory, { recursive: true });
    },
  };
}

function fail(notifier: Notifier): void {
  tellNotifier(notifier, { kind: "failed", program: "web", at: Date.now(), reason: "exit code 78" });
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
    await until("the second call", () => server.bodies[1]);
    const [first, second] = server.bodies;
    assert.deepEqual(first, second);
    assert.deepEqual((first as { event: string }).event, "failed");
    assert.equal(server.types[0], "application/json");
  } finally {
    Deno.env.delete("HTTP_PROXY");
  }
});

Deno.test("a service that ignores its signal is told as failed while it is to begin again", async () => {
  await using server = hook();
  await using here = real({ webhook: server.url });
  for (const [program, wanted] of [["stopped", false], ["proxy", true]] as const) {
    tellNotifier(here.notifier, { kind: "lingering", program, at: Date.now(), service: true, wanted });
  }
  const { event, program, message } = await until("the first call", () => server.bodies[0] as Letter);
  assert.deepEqual([event, program], ["failed", "proxy"]);
  assert.match(message, /it ignores its signal: it cannot begin again before it has ended/);
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
  const here = real({ webhook: server.url, timeout: 60_000 });
  fail(here.notifier);
  await until("the first call", () => server.bodies[0]);
  const began = performance.now();
  await here[Symbol.asyncDispose]();
  assert.ok(performance.now() - began < 30_000);
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
  const env = await until("its environment", () => fs.readFileSync(`${here.directory}/env`, "utf8"));
  assert.match(env, /^APPD_EVENT=failed$/m);
  assert.match(env, /^APPD_MESSAGE=web has failed and is not started again: exit code 78$/m);
  assert.doesNotMatch(env, /SECRET/);
});

Deno.test("a command that hangs is killed with its children at the timeout; one that is not there is said so", async () => {
  await using here = real({
    timeout: 2000,
    command: ["/bin/sh", "-c", "sleep 600 & echo $! $$ > pids.new; mv pids.new pids; wait"],
  });
  fail(here.notifier);
  await here.logged(/it took more than 2s/);
  const pids = fs.readFileSync(`${here.directory}/pids`, "utf8").trim().split(" ").map(Number);
  assert.equal(pids.length, 2);
  await until("they are dead", () => pids.every((pid) => (systemProcesses.stat(pid)?.state ?? "Z") === "Z"));

  await using missing = real({ command: ["/no/such/command"] });
  fail(missing.notifier);
  assert.match(await missing.logged(/cannot notify/), /ENOENT/);
});

Deno.test("of the events of a job, those that are news are told", async () => {
  await using server = hook();
  await using here = real({ webhook: server.url });
  const at = Date.UTC(2025, 10, 1, 10, 30);
  const slotAt = Date.UTC(2025, 10, 1, 10);
  const tell = (job: string, event: Bare<JobEvent>) =>
    tellNotifierOfJob(here.notifier, { ...event, job, at } as JobEvent);
  const cause = { kind: "every", detail: null, variables: {} } as const;
  const run = (state: Run["state"]): Run => ({
    ...newRun({ key: "every:1", at: slotAt, cause }, { id: 7, job: "", createdAt: slotAt, number: 4 }),
    state,
    reason: state === "ok" ? null : "exit code 3",
    exit: state === "failed" ? { code: 3 } : null,
  });
  for (const state of ["cancelled", "skipped", "queued"] as const) tell(state, { kind: "job_ended", run: run(state) });
  tell("a", { kind: "job_started", run: run("running") });
  tell("a", { kind: "job_retrying", run: run("failed"), inMs: 1000 });
  tell("a", { kind: "job_overdue", slotAt, deadlineMs: 60_000 });
  tell("a", { kind: "job_recovered" });
  tell("a", { kind: "job_ended", run: run("ok") });
  for (const state of ["failed", "timeout", "interrupted"] as const) {
    tell(state, { kind: "job_ended", run: run(state) });
  }
  await until("the fifth call", () => server.bodies[4]);
  const letters = server.bodies as Letter[];
  assert.deepEqual(letters.map(({ event, job, outcome, run_id, exit }) => [event, job, outcome, run_id, exit?.code]), [
    ["job_overdue", "a", null, null, undefined],
    ["recovery", "a", "ok", 7, undefined],
    ["job_failed", "failed", "failed", 7, 3],
    ["job_failed", "timeout", "timeout", 7, undefined],
    ["job_failed", "interrupted", "interrupted", 7, undefined],
  ]);
});

Deno.test("what a scheduler says of a job that is late, and then well", async () => {
  await using server = hook();
  await using here = real({ webhook: server.url, on: ["job_overdue", "recovery"] });
  const minute = 60_000;
  const bench = await new Bench().begin([jobSpec({ cron: "0 * * * *", deadline: 10 * minute })]);
  await bench.pass(45 * minute);
  bench.runner.started[0]?.end({ code: 1 });
  await bench.pass(60 * minute);
  bench.runner.started[1]?.end();
  await settle();
  for (const event of bench.events) tellNotifierOfJob(here.notifier, event);
  await until("the second call", () => server.bodies[1]);
  assert.deepEqual((server.bodies as Letter[]).map(({ message }) => message), [
    "job tick is overdue: no run of the slot 2026-01-05T11:00:00.000Z has ended well within 10m",
    "job tick has recovered: a run has ended well (trigger #2, slot 2026-01-05T12:00:00.000Z)",
  ]);
});
