import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SILENT } from "../base/logger.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { JOBS_MIGRATIONS, type Row, type Value } from "./ledger_rows.ts";
import type { Statement } from "./ledger_sql.ts";
import { newRun, type Run } from "./run.ts";
import { StoreLedger } from "./store_ledger.ts";
import { Bench, jobSpec, settle } from "./testing.ts";

/** A database in memory that can be told to fail. */
class FakeBooks {
  readonly database = new DatabaseSync(":memory:");
  failing = false;
  /** Writes wait for it. */
  slow = Promise.resolve();

  constructor() {
    for (const { sql } of JOBS_MIGRATIONS) this.database.exec(sql);
  }

  async write(statements: readonly Statement[]): Promise<{ changes: number }[]> {
    if (this.failing) throw new Error("database or disk is full");
    await this.slow;
    return statements.map(({ sql, params }) => {
      return { changes: Number(this.database.prepare(sql).run(...params).changes) };
    });
  }

  read(sql: string, params: readonly Value[] = []): Promise<Row[]> {
    if (this.failing) return Promise.reject(new Error("database is locked"));
    return Promise.resolve(this.database.prepare(sql).all(...params) as Row[]);
  }
}

function open() {
  const books = new FakeBooks();
  const clock = new FakeClock();
  const errors: string[] = [];
  const log = { ...SILENT, error: (message: string) => void errors.push(message) };
  return { books, clock, errors, ledger: new StoreLedger({ books, clock, log, mayPass: () => true }) };
}

function run(id: number, more: Partial<Run> = {}): Run {
  const cause = { kind: "git", detail: "r main 1f3e", variables: { APPD_GIT_NEW: "1f3e" } } as const;
  return newRun({ key: `k${id}`, at: 1000 + id, cause }, { id, job: "j", createdAt: 1, ...more });
}

Deno.test("a run comes back as it was written, with all that can be in it", async () => {
  const { ledger } = open();
  const full = run(1, {
    ...{ number: 4, state: "failed", reason: "exit code 3", slots: 2, slotUntil: 9, notBefore: 5, attempts: 2 },
    ...{ startedAt: 6, endedAt: 7, durationMs: 1.25, exit: { code: 3 }, retryAt: 8 },
    ...{ pid: 77, startTime: "123", bootId: "b", output: "line\n\u0000\u001b[31m" },
  });
  const shot = run(2, { exit: { signal: "SIGKILL", outOfMemory: true } });
  await ledger.record({ insert: [full, shot] });
  assert.deepEqual(await ledger.run(1), full);
  assert.deepEqual(await ledger.run(2), shot);
  assert.equal(await ledger.run(3), undefined);
});

Deno.test("a slot has one line: the second is refused and named, the others of the change stand", async () => {
  const { ledger } = open();
  await ledger.record({ insert: [run(1)] });
  const refused = await ledger.record({ insert: [run(2, { slot: "k1" }), run(3)] });
  assert.deepEqual([...refused], [2]);
  assert.deepEqual((await ledger.history({ limit: 10 })).map(({ id }) => id), [3, 1]);
});

Deno.test("an outcome is never written over", async () => {
  const { ledger } = open();
  await ledger.record({ insert: [run(1, { state: "running" })] });
  await ledger.record({ update: [run(1, { state: "ok" })] });
  await ledger.record({ update: [run(1, { state: "interrupted" })] });
  assert.equal((await ledger.run(1))?.state, "ok");
});

Deno.test("what is remembered: jobs with their last runs, what is open, the pause", async () => {
  const { ledger } = open();
  const [ran, skipped, waits] = [run(1, { state: "ok" }), run(2, { state: "skipped" }), run(3)];
  const place = { cursor: 5, seq: 6 };
  const memory = { name: "j", mark: "m", place, number: 7, lastRun: ran, lastSkip: skipped, pause: { until: 8 } };
  await ledger.record({ insert: [ran, skipped, waits], jobs: [memory], pause: { until: null } });
  const loaded = await ledger.load();
  assert.deepEqual(loaded.jobs.get("j"), memory);
  assert.deepEqual(loaded.open, [waits]);
  assert.deepEqual([loaded.pause, loaded.lastId], [{ until: null }, 3]);
  await ledger.record({ pause: null });
  assert.equal((await ledger.load()).pause, null);
});

Deno.test("while the database fails changes wait in their order, health says so, and they are written later", async () => {
  const { books, clock, ledger } = open();
  books.failing = true;
  await ledger.record({ insert: [run(1, { state: "running" })] });
  await ledger.record({ update: [run(1, { state: "ok" })] });
  assert.match(ledger.problem ?? "", /^2 changes of the history wait to be written: database or disk is full$/);
  clock.advance(1000);
  await settle();
  books.failing = false;
  clock.advance(1000);
  await settle();
  assert.equal(ledger.problem, undefined);
  assert.equal((await ledger.run(1))?.state, "ok");
  assert.equal(clock.pending, 0);
});

Deno.test("what was never written is told at the end", async () => {
  const { books, errors, ledger } = open();
  books.failing = true;
  await ledger.record({ insert: [run(1)] });
  await ledger.flush();
  ledger[Symbol.dispose]();
  assert.match(errors.at(-1) ?? "", /is lost at the end/);
});

Deno.test("two that write at once what waits lose nothing that comes meanwhile", async () => {
  const { books, ledger } = open();
  books.failing = true;
  await ledger.record({ insert: [run(1)] });
  books.failing = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  books.slow = promise;
  const both = Promise.all([ledger.flush(), ledger.flush()]);
  await settle();
  await ledger.record({ insert: [run(2)] });
  resolve();
  await both;
  assert.equal(ledger.problem, undefined);
  assert.deepEqual((await ledger.history({ limit: 10 })).map(({ id }) => id), [2, 1]);
});

Deno.test("history: filters, pages, newest first", async () => {
  const { ledger } = open();
  const states = ["ok", "failed", "skipped", "ok"] as const;
  await ledger.record({ insert: states.map((state, i) => run(i + 1, { state, job: i === 3 ? "other" : "j" })) });
  const ids = async (query: object) => (await ledger.history({ limit: 10, ...query })).map(({ id }) => id);
  assert.deepEqual(await ids({ job: "j" }), [3, 2, 1]);
  assert.deepEqual(await ids({ states: ["ok", "failed"] }), [4, 2, 1]);
  assert.deepEqual(await ids({ before: 3, limit: 1 }), [2]);
  assert.deepEqual(await ids({ since: 1002, until: 1004 }), [3, 2]);
  assert.deepEqual(await ids({ trigger: "cron" }), []);
});

Deno.test("pruning: by number and by age, and never what is open", async () => {
  const { ledger } = open();
  const runs = [1, 2, 3, 4, 5].map((id) => run(id, { state: id === 1 ? "queued" : "ok" }));
  await ledger.record({ insert: runs });
  await ledger.prune("j", { keep: 3, before: 0 });
  const ids = async () => (await ledger.history({ limit: 10 })).map(({ id }) => id);
  assert.deepEqual(await ids(), [5, 4, 3, 1]);
  await ledger.prune("j", { keep: 100, before: 1005 });
  assert.deepEqual(await ids(), [5, 1]);
});

Deno.test("texts under keys", async () => {
  const { ledger } = open();
  assert.equal(await ledger.recall("git:r"), undefined);
  await ledger.keep("git:r", "1");
  await ledger.keep("git:r", "2");
  assert.equal(await ledger.recall("git:r"), "2");
});

Deno.test("the scheduler on a database that fails for a while: jobs run, and every slot has its line in the end", async () => {
  const { books, clock, ledger } = open();
  const bench = await new Bench({ clock, ledger }).begin([jobSpec({ every: 60_000 })]);
  books.failing = true;
  for (let i = 0; i < 3; i++) {
    await bench.pass(60_000);
    bench.runner.started.at(-1)?.end();
    await settle();
  }
  assert.equal(bench.runner.started.length, 3);
  books.failing = false;
  await bench.pass(60_000);
  assert.deepEqual((await bench.lines()).map((line) => line.slice(12)), ["ok", "ok", "ok", "running"]);
});

Deno.test("lines are pruned as they come, also those of a job that only skips", async () => {
  const { clock, ledger } = open();
  const bench = await new Bench({ clock, ledger }).begin([jobSpec({ every: 60_000, keepRuns: 5 })]);
  await bench.scheduler.pause(null);
  await bench.pass(60 * 60_000);
  assert.ok((await bench.lines()).length <= 25);
});
