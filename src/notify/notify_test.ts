import assert from "node:assert/strict";
import type { LogFields, Logger } from "../base/logger.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { UnsentError } from "../system/post.ts";
import { MAX_WAITING } from "./channel.ts";
import { type Outside, RETRY_DELAYS, withoutAddress } from "./courier.ts";
import type { Letter } from "./letter.ts";
import { createNotifier, LAST_MS, type Notifier } from "./notify.ts";
import { NEWS } from "./news.ts";
import type { NotifySettings } from "./settings.ts";

const HOOK = "http://hooks.example/T0/secret?key=secret";
const SETTINGS: NotifySettings = { name: "oncall", on: NEWS, webhook: HOOK, timeout: 10_000, every: 300_000 };

/** What a post does: answers a code, fails, or hangs until it is told to stop, and perhaps even then. */
type Behaviour = number | Error | "hangs" | "deaf";

interface Scene {
  readonly clock: FakeClock;
  readonly notifier: Notifier;
  readonly letters: Letter[];
  readonly log: string[];
  readonly runs: { command: readonly string[]; env: Readonly<Record<string, string>> }[];
  behaviour: Behaviour;
}

function scene(settings: Partial<NotifySettings> = {}, behaviour: Behaviour = 200): Scene {
  const clock = new FakeClock();
  const letters: Letter[] = [];
  const log: string[] = [];
  const runs: Scene["runs"] = [];
  const write = (level: string) => (message: string, fields?: LogFields) =>
    void log.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const act = (signal: AbortSignal) =>
    new Promise<number>((resolve, reject) => {
      const { behaviour } = here;
      if (typeof behaviour === "number") resolve(behaviour);
      else if (behaviour instanceof Error) reject(behaviour);
      else if (behaviour === "hangs") signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  const outside: Outside = {
    post(url, body, signal) {
      assert.equal(url, HOOK);
      letters.push(JSON.parse(body));
      return act(signal);
    },
    async run(command, env, signal) {
      runs.push({ command, env });
      return { code: await act(signal) };
    },
  };
  const sender = { host: "box", instance: "default" };
  const notifier = createNotifier([{ ...SETTINGS, ...settings }], { clock, log: logger, outside, sender });
  const here: Scene = { clock, notifier, letters, log, runs, behaviour };
  return here;
}

function crash({ notifier, clock }: Scene, program = "web"): void {
  notifier.tell({ kind: "ended", program, at: clock.now(), exit: { code: 1 }, uptimeMs: 3000 });
  notifier.tell({ kind: "retrying", program, at: clock.now(), inMs: 4000, reason: "exit code 1" });
}

function failJob({ notifier, clock }: Scene, job: string): void {
  const slotAt = Date.UTC(2025, 10, 1, 10);
  const run = { id: 7, number: 4, slotAt, notBefore: null, attempts: 1, reason: "exit code 1", exit: { code: 1 } };
  notifier.tellJob({ kind: "job_ended", job, at: clock.now(), run: { ...run, outcome: "failed" } });
}

/** Lets everything that waits for nothing but its turn have it. */
async function settle(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve();
}

async function advance({ clock }: Scene, ms: number): Promise<void> {
  await settle();
  clock.advance(ms);
  await settle();
}

Deno.test("a webhook gets the whole letter", async () => {
  const here = scene();
  crash(here);
  await settle();
  assert.deepEqual(here.letters, [{
    event: "crash",
    program: "web",
    job: null,
    message: "web crashed: exit code 1; started again in 4s",
    at: "2025-11-01T10:30:00.000Z",
    host: "box",
    instance: "default",
    exit: { code: 1, signal: null },
    outcome: null,
    run_id: null,
    slot: null,
    left_out: 0,
  }]);
  assert.deepEqual(here.log, []);
  assert.equal(here.clock.pending, 0);
});

Deno.test("a command gets the letter as variables", async () => {
  const here = scene({ webhook: undefined, command: ["page", "me"] }, 0);
  crash(here);
  await settle();
  const [run] = here.runs;
  const { APPD_JSON, ...env } = run?.env ?? {};
  assert.deepEqual([run?.command, JSON.parse(APPD_JSON ?? "").event], [["page", "me"], "crash"]);
  assert.deepEqual(env, {
    APPD_EVENT: "crash",
    APPD_PROGRAM: "web",
    APPD_JOB: "",
    APPD_MESSAGE: "web crashed: exit code 1; started again in 4s",
    APPD_AT: "2025-11-01T10:30:00.000Z",
    APPD_HOST: "box",
    APPD_NAME: "default",
    APPD_EXIT_CODE: "1",
    APPD_EXIT_SIGNAL: "",
    APPD_OUTCOME: "",
    APPD_RUN_ID: "",
    APPD_SLOT: "",
    APPD_LEFT_OUT: "0",
  });
});

Deno.test("a failed job: the letter, and its variables", async () => {
  const message = "job backup failed: exit code 1 (trigger #4, slot 2025-11-01T10:00:00.000Z)";
  const here = scene();
  failJob(here, "backup");
  await settle();
  assert.deepEqual(here.letters, [{
    event: "job_failed",
    program: null,
    job: "backup",
    message,
    at: "2025-11-01T10:30:00.000Z",
    host: "box",
    instance: "default",
    exit: { code: 1, signal: null },
    outcome: "failed",
    run_id: 7,
    slot: "2025-11-01T10:00:00.000Z",
    left_out: 0,
  }]);
  const commanded = scene({ webhook: undefined, command: ["page"] }, 0);
  failJob(commanded, "backup");
  await settle();
  const { APPD_JSON, ...env } = commanded.runs[0]?.env ?? {};
  assert.deepEqual(JSON.parse(APPD_JSON ?? ""), here.letters[0]);
  assert.deepEqual(env, {
    APPD_EVENT: "job_failed",
    APPD_PROGRAM: "",
    APPD_JOB: "backup",
    APPD_MESSAGE: message,
    APPD_AT: "2025-11-01T10:30:00.000Z",
    APPD_HOST: "box",
    APPD_NAME: "default",
    APPD_EXIT_CODE: "1",
    APPD_EXIT_SIGNAL: "",
    APPD_OUTCOME: "failed",
    APPD_RUN_ID: "7",
    APPD_SLOT: "2025-11-01T10:00:00.000Z",
    APPD_LEFT_OUT: "0",
  });
});

Deno.test("a job and a program of one name do not silence each other, and trouble says which it was about", async () => {
  const here = scene();
  const recover = (at: number) => {
    here.notifier.tell({ kind: "stable", program: "web", at });
    const run = { id: 8, number: 5, slotAt: at, notBefore: null, attempts: 1, reason: null, exit: null };
    here.notifier.tellJob({ kind: "job_ended", job: "web", at, run: { ...run, outcome: "ok" } });
  };
  for (let n = 0; n < 3; n++) {
    crash(here);
    failJob(here, "web");
    recover(here.clock.now());
  }
  await settle();
  assert.deepEqual(here.letters.map(({ event, program, job }) => [event, program, job]), [
    ["crash", "web", null],
    ["job_failed", null, "web"],
    ["recovery", "web", null],
    ["recovery", null, "web"],
  ]);
  const dead = scene({}, 404);
  failJob(dead, "web");
  await settle();
  assert.match(dead.log[0] ?? "", /"event":"job_failed","job":"web","error"/);
});

Deno.test("the same news of the same program once in a while; the next says how many were left out", async () => {
  const here = scene();
  for (let n = 0; n < 8; n++) crash(here);
  crash(here, "db");
  await advance(here, SETTINGS.every - 1);
  assert.deepEqual(here.letters.map(({ program }) => program), ["web", "db"]);
  crash(here);
  await advance(here, 1);
  crash(here);
  await settle();
  const last = here.letters.at(-1);
  assert.equal(here.letters.length, 3);
  assert.equal(last?.left_out, 8);
  assert.match(last?.message ?? "", /\(8 more since the last message\)$/);
});

Deno.test("a webhook that fails for a while is tried again, and said to fail never", async () => {
  const here = scene({}, 500);
  crash(here);
  await advance(here, RETRY_DELAYS[0] ?? 0);
  here.behaviour = new UnsentError("connection refused");
  await advance(here, RETRY_DELAYS[1] ?? 0);
  here.behaviour = 204;
  await advance(here, RETRY_DELAYS[2] ?? 0);
  assert.equal(here.letters.length, 4);
  assert.deepEqual(here.log, []);
  assert.equal(here.clock.pending, 0);
});

Deno.test("a dead one is given up, said once, and said to be back", async () => {
  const here = scene({ every: 0 }, new UnsentError(`error sending request for url (${HOOK}): connection refused`));
  for (let n = 0; n < 3; n++) crash(here);
  for (let n = 0; n < 20; n++) await advance(here, 25_000);
  const who = `"notification":"oncall","to":"hooks.example"`;
  assert.deepEqual(here.log, [
    `warn cannot notify {${who},"event":"crash","program":"web",` +
    `"error":"error sending request for url (hooks.example): connection refused"}`,
  ]);
  assert.equal(here.letters.length, 3 * 4);
  here.behaviour = 200;
  crash(here);
  await settle();
  assert.equal(here.log[1], `info notifications arrive again {${who},"lost":3}`);
  assert.doesNotMatch(here.log.join(), /secret/);
});

Deno.test("a connection that breaks may have carried the letter: it is not sent again", async () => {
  const here = scene({}, new Error("connection reset"));
  crash(here);
  await advance(here, 60_000);
  assert.equal(here.letters.length, 1);
  assert.match(here.log[0] ?? "", /connection reset; it may have arrived/);
});

for (const [code, words] of [[404, "HTTP 404"], [302, "HTTP 302, and redirects are not followed"]] as const) {
  Deno.test(`an answer of ${code} is final`, async () => {
    const here = scene({}, code);
    crash(here);
    await advance(here, 60_000);
    assert.equal(here.letters.length, 1);
    assert.ok(here.log[0]?.includes(`"error":"the answer was ${words}"`), here.log[0]);
  });
}

Deno.test("a command that fails is said to", async () => {
  const here = scene({ webhook: undefined, command: ["page"] }, 3);
  crash(here);
  await settle();
  assert.match(here.log[0] ?? "", /"to":"page".*the command ended with exit code 3/);
  assert.equal(here.runs.length, 1);
});

for (const behaviour of ["hangs", "deaf"] as const) {
  Deno.test(`one that ${behaviour === "deaf" ? "does not even stop" : "hangs"} is left at the timeout, and costs a bounded queue`, async () => {
    const here = scene({ every: 0 }, behaviour);
    for (let n = 0; n < 1000; n++) crash(here, `p${n}`);
    assert.equal(here.letters.length, 1, "one at a time");
    for (let ms = 0; ms < (MAX_WAITING + 2) * SETTINGS.timeout; ms += 1000) await advance(here, 1000);
    assert.equal(here.letters.length, MAX_WAITING + 1, "each is sent once: it may have arrived");
    assert.equal(new Set(here.letters.map(({ program }) => program)).size, MAX_WAITING + 1);
    assert.equal(here.letters.at(-1)?.program, "p999", "the oldest were dropped");
    assert.deepEqual(here.log.length, 1);
    assert.match(here.log[0] ?? "", /it took more than 10s; it may have arrived, so it is not sent again/);
    here.behaviour = 200;
    crash(here);
    await settle();
    assert.match(here.log[1] ?? "", /"lost":1000/);
  });
}

Deno.test("at the end what waits has a second, then it is dropped and counted", async () => {
  const here = scene({ every: 0 }, "deaf");
  for (let n = 0; n < 5; n++) crash(here);
  await settle();
  let closed = false;
  const closing = here.notifier[Symbol.asyncDispose]().then(() => closed = true);
  await advance(here, LAST_MS - 1);
  assert.equal(closed, false);
  await advance(here, 1);
  await closing;
  crash(here);
  await here.notifier[Symbol.asyncDispose]();
  await settle();
  assert.equal(here.log.length, 1, here.log.join("\n"));
  assert.match(here.log[0] ?? "", /^warn notifications have not arrived .*"dropped":5,"lost":0/);
  assert.equal(here.letters.length, 1, "nothing more is begun");
});

Deno.test("at the end what can still be told is told, at once, without further tries", async () => {
  const here = scene({ every: 0 }, 500);
  crash(here);
  await settle(); // The first try has failed, the second would come in a second.
  here.behaviour = 200;
  crash(here, "db");
  await here.notifier[Symbol.asyncDispose]();
  assert.deepEqual(here.letters.map(({ program }) => program), ["web", "db"]);
  assert.match(here.log.join("\n"), /the answer was HTTP 500/);
  assert.match(here.log.join("\n"), /notifications arrive again/);
  assert.equal(here.clock.pending, 0);
});

Deno.test("changed settings hold from then on; the same ones keep their memory", async () => {
  const here = scene();
  crash(here);
  await settle();
  here.notifier.apply([{ ...SETTINGS }, { ...SETTINGS, name: "second", on: ["failed"] }]);
  crash(here);
  await settle();
  assert.equal(here.letters.length, 1, "told just now");
  here.notifier.apply([{ ...SETTINGS, every: 1 }]);
  crash(here);
  await settle();
  assert.equal(here.letters.length, 2);
  here.notifier.apply([]);
  crash(here, "db");
  await settle();
  assert.equal(here.letters.length, 2);
});

Deno.test("no part of an address comes out in an error", () => {
  const address = "https://user:pass@hooks.example/T0/secret?key=1#part";
  assert.equal(withoutAddress(`no route to ${address}`, address), "no route to hooks.example");
  assert.equal(withoutAddress("cannot GET /T0/secret", address), "the request failed");
  assert.equal(withoutAddress("bad password pass", address), "the request failed");
  assert.equal(withoutAddress("connection refused", address), "connection refused");
  assert.equal(withoutAddress("not a url: x", "x"), "the address is none");
});
