/** A stop with jobs under way: each run has an outcome or waits for the next daemon, and the time is kept. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { alive, Instance, program, signal, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { faultsOf } from "./job_audit.ts";
import { notesOf, notingJob, type Row, rowsOf, rowsOfJob } from "./job_books.ts";
import { sized } from "./seed.ts";

const DEAF = "while :; do sleep 0.1; done";
const HEARS_NOTHING = "trap '' TERM INT HUP";

/** Milliseconds of a stop, a second of them for the command, beside other tests several: who waited in vain takes ten at least. */
const LONGEST = sized(9000, 4000);

const SOON = `stop_timeout = "500ms"`;

function configOf(daemon: Instance): string {
  const job = (name: string, script: string, settings = "") =>
    notingJob(daemon, name, { script, settings: `${settings}\n${SOON}` });
  const untilStop = `while [ ! -e ${daemon.home}/stopping ]; do sleep 0.05; done`;
  return [
    job("short", untilStop),
    job("long", "exec sleep 1000"),
    job("deaf", `${HEARS_NOTHING}\n${DEAF}`),
    job("line", untilStop, `overlap = "queue"`),
    job("again", "test $APPD_JOB_ATTEMPT -gt 1 || exit 1", `retries = 1\nretry_delay = "8s"`),
    job("fails", `${untilStop}; exit 1`, `retries = 1\nretry_delay = "1s"`),
    job("next", "", `on = "job:short:ok"`),
    program("web", "exec sleep 1000", SOON),
  ].join("");
}

const BY_HAND = ["short", "long", "deaf", "line", "line", "line", "again", "fails"];

/** Starts the daemon and every job, and waits until each is where the stop is to find it. */
async function busy(daemon: Instance): Promise<void> {
  daemon.write(configOf(daemon));
  await daemon.start();
  const talk = talkTo(daemon);
  for (const job of BY_HAND) await talk.post(`/jobs/${job}/run`);
  const states = () => rowsOf(daemon).map(({ job, state }) => `${job} ${state}`);
  await until("all are under way", () => {
    const now = states();
    const begun = new Set(notesOf(daemon).map(({ job }) => job));
    return now.includes("again retrying") && now.filter((one) => one === "line queued").length === 2 &&
      BY_HAND.every((job) => begun.has(job));
  });
}

/** Resolves when the daemon says that it stops. */
async function stopping(daemon: Instance): Promise<void> {
  await until("the stop has begun", async () => (await daemon.get("/health")).body.includes("stopping"));
}

const shown = (rows: readonly Row[]) => rows.map(({ job, number, state }) => `${job} #${number} ${state}`).sort();

Deno.test("a stop lets short runs end, cancels long ones, kills deaf ones, and leaves the rest to the next daemon", async () => {
  await using daemon = new Instance();
  await busy(daemon);
  const began = performance.now();
  const stop = daemon.run(["stop", "--timeout", "3s"]);
  await stopping(daemon);
  fs.writeFileSync(`${daemon.home}/stopping`, "");
  const stopped = await stop;
  const took = performance.now() - began;
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.ok(took < LONGEST, `${took} ms`);
  assert.deepEqual(daemon.programs(), []);
  assert.deepEqual(shown(rowsOf(daemon)), [
    "again #1 retrying",
    "deaf #1 cancelled",
    "fails #1 retrying",
    "line #1 ok",
    "line #2 queued",
    "line #3 queued",
    "long #1 cancelled",
    "next #1 queued",
    "short #1 ok",
  ]);
  assert.deepEqual(faultsOf({ rows: rowsOf(daemon), notes: notesOf(daemon) }, { mayWait: true }), []);
  await daemon.start();
  const open = () => rowsOf(daemon).filter(({ state }) => ["queued", "running", "retrying"].includes(state));
  await until("the end of all", () => open().length === 0);
  assert.equal((await daemon.run(["stop"])).code, 0);
  const rows = rowsOf(daemon);
  assert.deepEqual(shown(rows.filter(({ job }) => job === "line")), ["line #1 ok", "line #2 ok", "line #3 ok"]);
  assert.deepEqual(shown(rows.filter(({ job }) => ["again", "next"].includes(job))), ["again #1 ok", "next #1 ok"]);
  assert.deepEqual(rowsOfJob(daemon, "fails").map(({ state, attempts }) => [state, attempts]), [["failed", 2]]);
  assert.deepEqual(faultsOf({ rows, notes: notesOf(daemon) }), []);
});

/** The daemon in the foreground with a run that ends only when it is killed. */
async function withDeaf(
  daemon: Instance,
  use: (child: Deno.ChildProcess, pid: number) => Promise<void>,
): Promise<void> {
  daemon.write(notingJob(daemon, "deaf", { script: `${HEARS_NOTHING}\necho $$ >${daemon.home}/deaf.pid\n${DEAF}` }));
  const child = daemon.spawn(["run"]);
  const output = child.output();
  await until("it is up", () => talkTo(daemon).post("/jobs/deaf/run").then(() => true));
  const pid = await until("the deaf one is up", () => Number(Deno.readTextFileSync(`${daemon.home}/deaf.pid`)));
  const began = performance.now();
  await use(child, pid);
  const { code } = await output;
  const took = performance.now() - began;
  assert.ok(took < LONGEST, `${took} ms`);
  assert.equal(code, 0);
  assert.deepEqual([alive(pid), daemon.programs()], [false, []]);
  assert.deepEqual(rowsOf(daemon).map(({ state }) => state), ["cancelled"]);
}

Deno.test("QUIT does not wait for runs: they are killed, and their outcome is written down", async () => {
  await using daemon = new Instance();
  await withDeaf(daemon, (child) => {
    signal(child.pid, "SIGQUIT");
    return Promise.resolve();
  });
});

Deno.test("QUIT while the stop waits for a run ends the waiting, and the outcome is written down", async () => {
  await using daemon = new Instance();
  await withDeaf(daemon, async (child, pid) => {
    signal(child.pid, "SIGTERM");
    await stopping(daemon);
    assert.ok(alive(pid));
    signal(child.pid, "SIGQUIT");
  });
});
