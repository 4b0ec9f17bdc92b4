import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { createApi } from "./api.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { fakeJob, fakeJobs, fakeRun, UNDER_WAY } from "./fake_jobs.ts";
import { until } from "../system/until.ts";

const NOW = Date.UTC(2025, 10, 1, 11, 30);

interface Init {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A daemon with the jobs `standup` and `backup`, asked over the socket. */
function setUp() {
  const calls: string[] = [];
  const jobs = fakeJobs((call) => void calls.push(call));
  const clock = new FakeClock(NOW);
  const status = { ...fakeDaemon().status(), jobs: [fakeJob("standup"), fakeJob("backup", { paused: true })] };
  const daemon = fakeDaemon({ access: "socket", status: () => status, jobs, clock });
  const app = createApi(daemon);
  const ask = async (path: string, { body, headers = {} }: Init = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const init = body === undefined ? {} : { method: "POST", body: text };
    const response = await app.request(`http://localhost/api/v1/${path}`, {
      ...init,
      headers: { host: "localhost", ...headers },
    });
    return { code: response.status, answer: await response.json() };
  };
  return { calls, jobs, clock, ask, status };
}

Deno.test("jobs are listed and shown; an unknown one is told apart from its neighbours", async () => {
  const { ask, status } = setUp();
  assert.deepEqual((await ask("jobs")).answer, { jobs: status.jobs });
  assert.deepEqual((await ask("jobs/backup")).answer, status.jobs[1]);
  assert.deepEqual((await ask("scheduler")).answer, status.scheduler);
  const wrong = await ask("jobs/bakcup");
  assert.equal(wrong.code, 404);
  assert.deepEqual(wrong.answer.error, {
    message: 'cannot show "bakcup": no such job',
    hint: 'did you mean "backup"? jobs: standup, backup',
    exit: "generic",
  });
});

Deno.test("history is filtered and paged as the query says", async () => {
  const { calls, ask } = setUp();
  const first = await ask("runs?limit=1");
  assert.deepEqual([first.answer.runs.length, first.answer.next_before], [1, 2]);
  const second = await ask(`runs?limit=1&before=${first.answer.next_before}`);
  assert.deepEqual([second.answer.runs[0].id, second.answer.next_before], [1, null]);
  await ask(
    "jobs/standup/runs?state=failed,timeout&state=ok&trigger=git&since=2025-11-01&until=2025-11-01T10:00:00%2B05:30",
  );
  assert.deepEqual(JSON.parse(calls.at(-1)?.slice("history ".length) ?? ""), {
    states: ["failed", "timeout", "ok"],
    trigger: "git",
    since: Date.UTC(2025, 10, 1),
    until: Date.UTC(2025, 10, 1, 4, 30),
    job: "standup",
    limit: 100,
  });
});

Deno.test("a filter that makes no sense is refused with its reason, before anybody is asked", async () => {
  const { calls, ask } = setUp();
  const bad: readonly (readonly [query: string, says: RegExp])[] = [
    ["state=fialed", /state must be one of queued, .*"fialed" is none/],
    ["state=", /state must be one of/],
    ["state=ok,,failed", /"" is none/],
    ["trigger=cron,git", /trigger must be one of every, /],
    ["since=yesterday", /since must be a time such as .*, not "yesterday"/],
    ["since=2025-11-01T10:00:00", /since must be a time/],
    ["until=2027-02-30", /until must be a time/],
    ["until=2025-13-01", /until must be a time/],
    ["before=0", /before must be a whole number from 1/],
    ["before=x", /before must be/],
    ["limit=0", /limit must be a whole number from 1 to 1000, and "0" is none/],
    ["limit=1001", /limit/],
    ["limit=1e2", /limit/],
    ["limit=-5", /limit/],
  ];
  for (const [query, says] of bad) {
    for (const path of ["runs", "jobs/standup/runs"]) {
      const { code, answer } = await ask(`${path}?${query}`);
      assert.equal(code, 400, query);
      assert.match(answer.error.message, says);
    }
  }
  for (const query of ["count=0", "count=1001", "count=ten"]) assert.equal((await ask(`schedule?${query}`)).code, 400);
  assert.deepEqual(calls, []);
});

Deno.test("a job that is configured no more still has its history, one that never was has none", async () => {
  const { jobs, ask } = setUp();
  jobs.runs.push(fakeRun(0, { job: "old" }));
  assert.equal((await ask("jobs/old/runs")).answer.runs[0].job, "old");
  assert.deepEqual((await ask("jobs/backup/runs")).answer, { runs: [], next_before: null });
  const never = await ask("jobs/never/runs");
  const says = 'cannot show the runs of "never": no such job';
  assert.deepEqual([never.code, never.answer.error.message], [404, says]);
  const error = new AppdError("there is no such job", { exit: "notRunning" }); // As the scheduler has it.
  Object.assign(jobs, { history: () => Promise.reject(error) });
  const refused = await ask("jobs/never/runs");
  assert.deepEqual([refused.code, refused.answer.error.message, refused.answer.error.exit], [404, says, "generic"]);
});

Deno.test("a run comes with its output; what is no number of a run is none", async () => {
  const { ask } = setUp();
  assert.deepEqual((await ask("runs/2")).answer, { ...fakeRun(2), output: "done\n" });
  for (const id of ["3", "0", "-1", "x", "1.5", "99999999999999999999"]) {
    const { code, answer } = await ask(`runs/${id}`);
    assert.deepEqual([code, answer.error.hint], [404, "see them: appd jobs history"], id);
    assert.equal((await ask(`runs/${id}/cancel`, { body: {} })).code, 404, id);
  }
});

Deno.test("waiting for a run ends with the run, or with the time", async () => {
  const { jobs, clock, ask } = setUp();
  const run = fakeRun(3, { state: "running", ...UNDER_WAY });
  jobs.runs.unshift(run);
  const late = ask("runs/3?wait=1.5");
  await until("it waits", () => clock.pending === 1);
  clock.advance(1500);
  assert.equal((await late).answer.state, "running");
  const early = ask("runs/3?wait=30");
  await until("it waits", () => clock.pending === 1);
  jobs.end({ ...run, state: "failed", ended_at: "2025-11-01T11:30:01.000Z" });
  assert.deepEqual([(await early).answer.state, clock.pending], ["failed", 0]);
  assert.equal((await ask("runs/3?wait=60")).answer.state, "failed");
  for (const wait of ["61", "-1", "x", ""]) assert.equal((await ask(`runs/3?wait=${wait}`)).code, 400, wait);
});

Deno.test("a job is run, and a run or all of a job is cancelled", async () => {
  const { calls, ask } = setUp();
  const run = await ask("jobs/standup/run", { body: {} });
  assert.deepEqual([run.code, run.answer.id, run.answer.state], [200, 3, "running"]);
  assert.equal((await ask("runs/3/cancel", { body: {} })).answer.state, "cancelled");
  const over = await ask("runs/1/cancel", { body: {} });
  assert.deepEqual([over.code, over.answer.error.message], [409, "cannot cancel run 1: it has ended"]);
  const all = await ask("jobs/standup/cancel", { body: {} });
  assert.deepEqual([all.answer.ok, all.answer.runs.length], [true, 1]);
  assert.equal((await ask("jobs/nobody/run", { body: {} })).code, 404);
  assert.deepEqual(calls, ["run standup", "cancel 3", "cancel 1", "cancel standup"]);
});

Deno.test("pauses: of all or of one, for good or until a time that is still to come", async () => {
  const { calls, ask, status } = setUp();
  assert.deepEqual((await ask("scheduler/pause", { body: {} })).answer, { ok: true, scheduler: status.scheduler });
  await ask("jobs/backup/pause", { body: { until: "2025-11-01T12:00:00Z" } });
  await ask("scheduler/pause", { body: { until: null } });
  assert.deepEqual((await ask("jobs/backup/resume", { body: {} })).answer, { ok: true, job: status.jobs[1] });
  await ask("scheduler/resume", { body: {} });
  assert.deepEqual(calls, [
    "pause undefined undefined",
    `pause backup ${Date.UTC(2025, 10, 1, 12)}`,
    "pause undefined undefined",
    "resume backup",
    "resume undefined",
  ]);
  for (const until of ["2025-11-01T11:30:00Z", "soon", "", 5, true, "2025-11-01T12:00:00", "2027-02-30"]) {
    for (const path of ["scheduler/pause", "jobs/backup/pause"]) {
      assert.equal((await ask(path, { body: { until } })).code, 400, String(until));
    }
  }
  assert.equal(calls.length, 5);
});

Deno.test("the next times are asked for all jobs or for one", async () => {
  const { calls, ask } = setUp();
  assert.equal((await ask("schedule?count=3&job=backup")).answer.upcoming[0].job, "backup");
  await ask("schedule");
  assert.equal((await ask("schedule?job=nobody")).code, 404);
  assert.deepEqual(calls, ["upcoming 3 backup", "upcoming 10 standup"]);
});

Deno.test("a webhook's key comes from the header, the query or a JSON object; other bodies are the sender's own", async () => {
  const { calls, ask } = setUp();
  const table: readonly (readonly [path: string, init: Init, key: string])[] = [
    ["hooks/standup", { body: "" }, "undefined"],
    ["hooks/standup", { body: { key: "a-1" } }, "a-1"],
    ["hooks/standup?key=q-1", { body: { key: "a-1" } }, "q-1"],
    ["hooks/standup?key=q-1", { body: { key: "a-1" }, headers: { "idempotency-key": "h-1" } }, "h-1"],
    ["hooks/standup", { body: "{ broken", headers: { "content-type": "application/json" } }, "undefined"],
    ["hooks/standup", { body: "payload=%7B%7D" }, "undefined"],
    ["hooks/standup", { body: "[1]" }, "undefined"],
    ["hooks/standup", { body: { ref: "main" } }, "undefined"],
  ];
  for (const [path, init, key] of table) {
    const { code, answer } = await ask(path, init);
    assert.deepEqual([code, answer.state, answer.duplicate], [202, "queued", false]);
    assert.equal(calls.at(-1)?.split(" ")[2], key);
  }
  const bad: readonly Init[] = [
    { body: { key: 5 } },
    { body: { key: "" } },
    { body: { key: "a b" } },
    { body: { key: "x".repeat(201) } },
    { body: "", headers: { "idempotency-key": "x".repeat(201) } },
  ];
  for (const init of bad) assert.equal((await ask("hooks/standup", init)).code, 400, JSON.stringify(init));
  assert.equal((await ask("hooks/standup?key=", { body: "" })).code, 400);
  assert.equal((await ask("hooks/nobody", { body: "" })).code, 404);
  assert.equal(calls.length, table.length);
});

Deno.test("what came with a webhook is handed on as it is, up to its limit", async () => {
  const { calls, ask } = setUp();
  const headers = { "content-type": "application/json" };
  await ask("hooks/standup", { body: "{ broken ✓", headers });
  assert.equal(calls.at(-1), "webhook standup undefined application/json { broken ✓");
  assert.equal((await ask("hooks/standup", { body: "x".repeat(32_768) })).code, 202);
  const long = await ask("hooks/standup", { body: "x".repeat(32_769) });
  assert.deepEqual([long.code, long.answer.error], [413, {
    message: "the body of a webhook may have 32768 bytes",
    hint: "send 32768 bytes at most, such as an address from which the job fetches the rest",
    exit: null,
  }]);
  assert.equal(calls.length, 2);
});

Deno.test("a webhook that makes nothing run is told apart: its key was known, or it was skipped", async () => {
  const { jobs, ask } = setUp();
  jobs.runs.unshift(fakeRun(3, { trigger: "webhook", detail: "k", state: "running", ...UNDER_WAY }));
  const again = await ask("hooks/standup", { body: { key: "k" } });
  assert.deepEqual([again.code, again.answer.id, again.answer.duplicate], [200, 3, true]);
  const skipped = { ...fakeRun(4, { state: "skipped", number: null, reason: "paused" }), duplicate: false };
  Object.assign(jobs, { webhook: () => Promise.resolve(skipped) });
  const { code, answer } = await ask("hooks/standup", { body: "" });
  assert.deepEqual([code, answer.state, answer.reason], [200, "skipped", "paused"]);
});

Deno.test("over TCP jobs can be read and nothing can be done", async () => {
  const daemon = fakeDaemon({ status: () => ({ ...fakeDaemon().status(), jobs: [fakeJob("standup")] }) });
  const app = createApi(daemon);
  const request = async (path: string, method: string) =>
    (await app.request(`http://127.0.0.1:8321/api/v1/${path}`, { method, headers: { host: "127.0.0.1:8321" } })).status;
  for (const path of ["jobs", "jobs/standup", "jobs/standup/runs", "runs", "runs/1", "scheduler", "schedule"]) {
    assert.equal(await request(path, "GET"), 200, path);
  }
  const asked = daemon.calls.length;
  const actions = ["jobs/standup/run", "jobs/standup/cancel", "jobs/standup/pause", "jobs/standup/resume"];
  for (const path of [...actions, "runs/1/cancel", "scheduler/pause", "scheduler/resume", "hooks/standup"]) {
    assert.equal(await request(path, "POST"), 405, path);
  }
  assert.equal(daemon.calls.length, asked);
});
