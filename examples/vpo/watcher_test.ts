import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { JobStatus, RunReport } from "../../src/mod.ts";
import { FileBook } from "./file_book.ts";
import { Folders, MemoryLog, memoryStore, video } from "./testing.ts";
import { Watcher } from "./watcher.ts";

/** Jobs that only keep what was triggered; a key that is known gives the run that it gave before. */
class FakeJobs {
  readonly runs = new Map<string, RunReport & { readonly payload: string }>();
  paused = false;

  trigger(_job: string, { key = "", payload = "" } = {}): Promise<RunReport> {
    const known = this.runs.get(key);
    const run = known ?? { id: this.runs.size + 1, state: "queued", payload } as RunReport & { payload: string };
    this.runs.set(key, run);
    return Promise.resolve(run);
  }

  end(state: RunReport["state"]): void {
    for (const [key, run] of this.runs) this.runs.set(key, { ...run, state });
  }

  paths(): string[] {
    return [...this.runs.values()].map(({ payload }) => JSON.parse(payload)).map((one) => `${one.path} ${one.attempt}`);
  }

  statusOf(): JobStatus {
    const count = (state: string) => [...this.runs.values()].filter((run) => run.state === state).length;
    return {
      ...{ name: "process", paused: this.paused },
      ...{ in_flight: count("running"), queued: count("queued"), retrying: count("retrying") > 0 },
    } as JobStatus;
  }
}

class Scene implements Disposable {
  readonly folders = new Folders();
  readonly store = memoryStore();
  readonly jobs = new FakeJobs();
  readonly book = new FileBook(this.store, () => 0);
  notes: string[] = [];
  now = 0;
  stop = new AbortController();
  watcher = this.another();

  /** Another life of the watcher, which knows nothing of the last one. */
  another(): Watcher {
    this.stop = new AbortController();
    const { inbox, outbox, quarantine } = this.folders;
    const ports = {
      store: this.store,
      jobs: this.jobs,
      log: new MemoryLog(),
      note: (text: string) => this.notes.push(text),
      signal: this.stop.signal,
    };
    const library = { inbox, outbox, quarantine, settle: 1000 } as never;
    const clock = { now: () => 0, monotonic: () => this.now };
    return this.watcher = new Watcher({ ...ports, clock, library });
  }

  async lookAt(...times: number[]): Promise<void> {
    for (const time of times) {
      this.now = time;
      await this.watcher.look();
    }
  }

  [Symbol.dispose](): void {
    this.folders[Symbol.dispose]();
    this.store[Symbol.dispose]();
  }
}

Deno.test("a watcher that is told to end leaves the rest of a look to the next one", async () => {
  using scene = new Scene();
  for (const name of ["a.flv", "b.flv", "c.flv"]) scene.folders.write(`inbox/${name}`, video(name));
  const { jobs, stop } = scene;
  const trigger = jobs.trigger.bind(jobs);
  jobs.trigger = (...words) => (stop.abort(), trigger(...words));
  await scene.lookAt(0, 1000);
  assert.equal(jobs.paths().length, 1);
  scene.another();
  jobs.trigger = trigger;
  await scene.lookAt(2000);
  assert.deepEqual(jobs.paths().sort(), ["a.flv 1", "b.flv 1", "c.flv 1"]);
});

Deno.test("a file gets one run when it has come to rest, however often one looks", async () => {
  using scene = new Scene();
  scene.folders.write("inbox/series/a.mkv", video("a"));
  await scene.lookAt(0, 999);
  assert.deepEqual(scene.jobs.paths(), []);
  await scene.lookAt(1000, 2000, 3000);
  assert.deepEqual(scene.jobs.paths(), ["series/a.mkv 1"]);
});

Deno.test("hidden names, folders and links are no files of the inbox", async () => {
  using scene = new Scene();
  scene.folders.write("inbox/.hidden.mkv", video("a"));
  scene.folders.write("inbox/.folder/a.mkv", video("a"));
  fs.symlinkSync("/etc/passwd", join(scene.folders.inbox, "link.mkv"));
  await scene.lookAt(0, 5000);
  assert.deepEqual(scene.jobs.paths(), []);
});

Deno.test("what an earlier daemon had in hand is taken up anew: its runs are over", async () => {
  for (const state of ["waiting", "processing", "moving", "interrupted", "failed"] as const) {
    using scene = new Scene();
    scene.folders.write("inbox/a.mkv", video("a"));
    await scene.lookAt(0, 1000);
    await scene.store.write([{ sql: "UPDATE files SET state = ?", params: [state] }]);
    scene.jobs.end("interrupted");
    scene.another();
    await scene.lookAt(2000, 4000);
    assert.deepEqual(scene.jobs.paths(), ["a.mkv 1", "a.mkv 2"], state);
  }
});

Deno.test("a run that still waits or works when the watcher begins anew is left alone", async () => {
  for (const state of ["queued", "running", "retrying"] as const) {
    using scene = new Scene();
    scene.folders.write("inbox/a.mkv", video("a"));
    await scene.lookAt(0, 1000);
    scene.jobs.end(state);
    scene.another();
    await scene.lookAt(2000, 4000);
    assert.deepEqual(scene.jobs.paths(), ["a.mkv 1"], state);
  }
});

Deno.test("a run that was cancelled is not begun again by the same daemon", async () => {
  using scene = new Scene();
  scene.folders.write("inbox/a.mkv", video("a"));
  await scene.lookAt(0, 1000);
  await scene.store.write([{ sql: "UPDATE files SET state = 'interrupted'" }]);
  scene.jobs.end("cancelled");
  await scene.lookAt(2000);
  assert.deepEqual(scene.jobs.paths(), ["a.mkv 1"]);
  await scene.book.apply("retried", await scene.book.find("a.mkv") ?? assert.fail());
  await scene.lookAt(3000);
  assert.deepEqual(scene.jobs.paths(), ["a.mkv 1", "a.mkv 2"], "until somebody asks for it");
});

Deno.test("while the job is paused files are found and wait", async () => {
  using scene = new Scene();
  scene.jobs.paused = true;
  scene.folders.write("inbox/a.mkv", video("a"));
  await scene.lookAt(0, 1000, 2000);
  assert.deepEqual([scene.jobs.paths(), await scene.book.counts()], [[], { waiting: 1 }]);
  scene.jobs.paused = false;
  await scene.lookAt(3000);
  assert.deepEqual(scene.jobs.paths(), ["a.mkv 1"]);
});

Deno.test("a database that was lost is filled again with what lies in the inbox", async () => {
  using scene = new Scene();
  scene.folders.write("inbox/a.mkv", video("a"));
  await scene.lookAt(0, 1000);
  await scene.store.write([{ sql: "DELETE FROM files" }]);
  scene.jobs.runs.clear(); // The history was in the same file.
  await scene.lookAt(2000);
  assert.deepEqual([await scene.book.counts(), scene.jobs.paths()], [{ waiting: 1 }, ["a.mkv 1"]]);
});

Deno.test("a file that waits although no run is under way gets another turn: its run was lost with the database", async () => {
  using scene = new Scene();
  scene.folders.write("inbox/a.mkv", video("a"));
  await scene.lookAt(0, 1000, 2000);
  assert.deepEqual(scene.jobs.paths(), ["a.mkv 1"], "not while there is one");
  scene.jobs.end("ok");
  await scene.lookAt(3000, 4000);
  assert.deepEqual(scene.jobs.paths(), ["a.mkv 1", "a.mkv 2"]);
});

Deno.test("a file that is brought back is another turn of the same one", async () => {
  using scene = new Scene();
  scene.folders.write("inbox/a.mkv", video("a"));
  await scene.lookAt(0, 1000);
  scene.jobs.end("ok");
  await scene.store.write([{ sql: "UPDATE files SET state = 'quarantined'" }]);
  await scene.lookAt(2000);
  assert.deepEqual(scene.jobs.paths(), ["a.mkv 1", "a.mkv 2"]);
  assert.match(scene.notes.at(-1) ?? "", /1 wait/);
});

Deno.test("files that come to rest together get their turns in the order of their age", async () => {
  using scene = new Scene();
  for (const [age, name] of [[2, "b"], [3, "a"], [1, "c"]] as const) {
    fs.utimesSync(scene.folders.write(`inbox/${name}.mkv`, video(name)), 1000 - age, 1000 - age);
  }
  await scene.lookAt(0, 1000);
  assert.deepEqual(scene.jobs.paths(), ["a.mkv 1", "b.mkv 1", "c.mkv 1"]);
});
