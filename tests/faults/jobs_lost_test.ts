/** 36: the database is removed, or an older one comes in its place, with work in hand: nothing is lost, doubled or mistaken for something else. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunReport } from "../../src/base/job_reports.ts";
import { controlClient } from "../../src/http/control_client.ts";
import { PLAIN_GIT } from "../support/git.ts";
import { Instance, until } from "../support/instance.ts";
import { notesOf, notingJob, rowsOf } from "./job_books.ts";

/** Milliseconds that anything may take here. */
const PATIENCE_MS = 60_000;

class Scene extends Instance {
  /** A section of a job whose runs wait until {@link open}. */
  gated(name: string, settings: string): string {
    return notingJob(this, name, { script: `until test -e ${this.home}/open; do sleep 0.05; done`, settings });
  }

  open(): void {
    fs.writeFileSync(join(this.home, "open"), "");
  }

  lose(): void {
    for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(join(this.home, `appd.db${suffix}`), { force: true });
  }

  /** @returns puts a copy of the database as it is now in its place */
  copy(): () => void {
    const path = join(this.home, "copy.db");
    using db = new DatabaseSync(join(this.home, "appd.db"), { timeout: 5000 });
    db.exec(`VACUUM INTO '${path}'`);
    return () => {
      this.lose();
      fs.renameSync(path, join(this.home, "appd.db"));
    };
  }

  async ask<T>(path: string): Promise<T> {
    return await this.#client().get<T>(path) ?? assert.fail("no answer");
  }

  /** Triggers a job from outside. */
  async call(job: string, key: string): Promise<RunReport & { readonly duplicate: boolean }> {
    return await this.#client().post(`/api/v1/hooks/${job}?key=${key}`) ?? assert.fail("no answer");
  }

  #client() {
    return controlClient(join(this.home, "control.sock"), { timeoutMs: PATIENCE_MS });
  }

  /** Has the daemon use its database, which is when it finds that it was lost. */
  async look(): Promise<void> {
    await this.ask("/api/v1/runs");
    await until("the loss is told", () => /the database was lost/.test(this.log()), PATIENCE_MS);
  }

  log(): string {
    return fs.readFileSync(join(this.home, "daemon.log"), "utf8");
  }

  starts(job: string): number {
    return notesOf(this).filter((note) => note.what === "start" && note.job === job).length;
  }

  async started(job: string, count: number): Promise<void> {
    await until(`${count} starts of ${job}`, () => this.starts(job) >= count, PATIENCE_MS);
  }

  /** The lines of these runs, when each of them has its outcome. */
  async outcomes(...ids: readonly number[]): Promise<readonly string[]> {
    const states = () => ids.map((id) => rowsOf(this).find((row) => row.id === id)?.state ?? "no line");
    const isOpen = (state: string) => ["no line", "queued", "running", "retrying"].includes(state);
    await until(`runs ${ids} have outcomes`, () => !states().some(isOpen), PATIENCE_MS).catch(() => {});
    return states();
  }

  async again(): Promise<void> {
    assert.equal((await this.run(["stop"])).code, 0);
    await this.start();
  }
}

const WEBHOOK = 'on = "webhook"';

Deno.test("36: the key of a run that is under way, or waits, holds in the database that follows", async () => {
  await using daemon = new Scene();
  daemon.write(daemon.gated("hold", `${WEBHOOK}\noverlap = "queue"`));
  await daemon.start();
  const [first, second] = [await daemon.call("hold", "a"), await daemon.call("hold", "b")];
  await daemon.started("hold", 1);
  daemon.lose();
  const again = [await daemon.call("hold", "a"), await daemon.call("hold", "b")];
  assert.deepEqual(again.map(({ id, duplicate }) => [id, duplicate]), [[first.id, true], [second.id, true]]);
  daemon.open();
  assert.deepEqual(await daemon.outcomes(first.id, second.id), ["ok", "ok"]);
  assert.equal((await daemon.call("hold", "c")).duplicate, false);
  await daemon.started("hold", 3);
  assert.equal(daemon.starts("hold"), 3);
});

Deno.test("36: a run that waits for its next attempt is not lost, though the daemon ends before it has missed its database", async () => {
  await using daemon = new Scene();
  daemon.write(notingJob(daemon, "flaky", {
    script: "test $APPD_JOB_ATTEMPT -gt 1 || exit 1",
    settings: `${WEBHOOK}\nretries = 1\nretry_delay = "5s"`,
  }));
  await daemon.start();
  const { id } = await daemon.call("flaky", "a");
  await until("it waits", () => rowsOf(daemon).some(({ state }) => state === "retrying"), PATIENCE_MS);
  daemon.lose();
  await daemon.again();
  assert.deepEqual(await daemon.outcomes(id), ["ok"]);
  assert.equal(daemon.starts("flaky"), 2);
});

Deno.test("36: numbers of runs are never given twice, whatever is left of their lines", async () => {
  await using daemon = new Scene();
  daemon.write(
    daemon.gated("slow", WEBHOOK) + notingJob(daemon, "slow2", { settings: WEBHOOK }).replace("slow2", "quick"),
  );
  await daemon.start();
  await daemon.call("slow", "a");
  const quick = await daemon.call("quick", "a");
  const last = await daemon.call("quick", "b");
  await daemon.outcomes(quick.id, last.id);
  daemon.write(daemon.gated("slow", WEBHOOK));
  assert.equal((await daemon.run(["reload"])).code, 0);
  daemon.lose();
  await daemon.look();
  daemon.open();
  await daemon.again();
  assert.ok((await daemon.call("slow", "b")).id > last.id);
});

/** A repository that the job `news` follows. @returns commits */
async function repository(daemon: Scene): Promise<() => Promise<void>> {
  const path = join(daemon.home, "repo");
  const git = async (...args: string[]) => {
    const who = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    const command = new Deno.Command("git", { args: ["-C", path, ...who, ...args], env: PLAIN_GIT });
    const { success, stderr } = await command.output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  fs.mkdirSync(path);
  await git("init", "-q");
  await git("commit", "-q", "--allow-empty", "-m", "0");
  daemon.write(
    notingJob(daemon, "news", { settings: 'on = "git:repo"\noverlap = "queue"' }) +
      notingJob(daemon, "other", { settings: WEBHOOK }) +
      `\n[[repository]]\nname = "repo"\npath = "${path}"\n`,
  );
  return () => git("commit", "-q", "--allow-empty", "-m", "more");
}

Deno.test("36: a commit that is made while no daemon runs is told, though the database was lost before", async () => {
  await using daemon = new Scene();
  const commit = await repository(daemon);
  await daemon.start();
  await commit();
  await daemon.started("news", 1);
  for (const find of [() => daemon.look(), () => {}]) { // The last time the daemon finds it at its end.
    const before = daemon.starts("news");
    daemon.lose();
    await find();
    await daemon.run(["stop"]);
    await commit();
    await daemon.start();
    await daemon.started("news", before + 1);
    await daemon.outcomes((await daemon.call("other", `${before}`)).id);
  }
  assert.equal(daemon.starts("news"), 3);
});

Deno.test("36: commits are not told again where an older copy of the database came in its place", async () => {
  await using daemon = new Scene();
  const commit = await repository(daemon);
  await daemon.start();
  const restore = daemon.copy();
  for (const count of [1, 2]) {
    await commit();
    await daemon.started("news", count);
  }
  restore();
  await daemon.look();
  await daemon.again();
  await commit();
  await daemon.started("news", 3);
  await daemon.outcomes((await daemon.call("other", "a")).id);
  assert.equal(daemon.starts("news"), 3);
});

Deno.test("36: what was paused stays paused, also at the second start with another database", async () => {
  await using daemon = new Scene();
  daemon.write(
    notingJob(daemon, "idle", { settings: WEBHOOK }) + notingJob(daemon, "pace", { settings: 'every = "1h"' }),
  );
  await daemon.start();
  await daemon.run(["pause", "idle"]);
  await daemon.run(["pause"]);
  await daemon.run(["stop"]);
  daemon.lose();
  await daemon.start();
  await daemon.again();
  assert.equal((await daemon.status()).scheduler.paused, true);
  await daemon.run(["resume"]);
  const { jobs } = await daemon.status();
  assert.deepEqual(jobs.map(({ name, paused }: { name: string; paused: boolean }) => [name, paused]), [
    ["idle", true],
    ["pace", false],
  ]);
});

Deno.test("36: an older copy in the place of the database: what it knows as waiting is not run again, and waits no more", async () => {
  await using daemon = new Scene();
  daemon.write(daemon.gated("hold", `${WEBHOOK}\noverlap = "queue"`));
  await daemon.start();
  const runs = [await daemon.call("hold", "a"), await daemon.call("hold", "b"), await daemon.call("hold", "c")];
  const ids = runs.map(({ id }) => id);
  await daemon.started("hold", 1);
  const restore = daemon.copy();
  daemon.open();
  await daemon.outcomes(...ids);
  restore();
  await daemon.look();
  assert.deepEqual(await daemon.outcomes(...ids), ["interrupted", "interrupted", "ok"]);
  await daemon.again();
  const next = await daemon.call("hold", "d");
  assert.deepEqual(await daemon.outcomes(next.id), ["ok"]);
  assert.equal(daemon.starts("hold"), 4);
});

Deno.test("36: a copy with higher numbers in the place of the database: every run runs, and has a line of its own", async () => {
  await using daemon = new Scene();
  daemon.write(
    daemon.gated("hold", WEBHOOK) + notingJob(daemon, "quick", { settings: `${WEBHOOK}\noverlap = "queue"` }),
  );
  await daemon.start();
  for (const key of "abcdefgh") await daemon.outcomes((await daemon.call("quick", key)).id);
  const restore = daemon.copy();
  await daemon.run(["stop"]);
  daemon.lose();
  await daemon.start();
  const held = await daemon.call("hold", "z");
  await daemon.started("hold", 1);
  restore();
  await daemon.look();
  const before = rowsOf(daemon).length;
  const next = await daemon.call("quick", "i");
  assert.deepEqual([next.duplicate, await daemon.outcomes(next.id)], [false, ["ok"]]);
  daemon.open();
  await until("it has its outcome", () =>
    rowsOf(daemon).some(({ id, job, state }) => {
      return id === held.id && job === "hold" && state === "ok";
    }), PATIENCE_MS);
  assert.equal(rowsOf(daemon).length, before + 1);
  assert.equal(daemon.starts("quick"), 9);
});
