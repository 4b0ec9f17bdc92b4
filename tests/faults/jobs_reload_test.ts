/** Reloads while jobs run, with jobs changed, taken out, brought back and switched off: no slot is lost, and none runs twice. */
import assert from "node:assert/strict";
import { Instance, signal, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { chainFaults, faultsOf, missingSeconds, missingTurns } from "./job_audit.ts";
import { notesOf, notingJob, rowsOf } from "./job_books.ts";
import { type Random, random, sized } from "./seed.ts";

const RELOADS = sized(50, 500);
/** Longest time between two reloads, in milliseconds. */
const PAUSE = 200;

interface Wanted {
  readonly version: number;
  /** Seconds of the interval that changes. */
  readonly every: number;
  readonly extra: "there" | "gone" | "off" | "by hand";
}

/** The first four are never touched, or only in what they run. */
function configOf(daemon: Instance, { version, every, extra }: Wanted): string {
  const env = `env = { V = "${version}" }`;
  const times = { there: `every = "1s"`, off: `every = "1s"\nenabled = false`, "by hand": "", gone: "" }[extra];
  return [
    notingJob(daemon, "steady", { settings: `cron = "* * * * * *"` }),
    notingJob(daemon, "pace", { script: "sleep 0.3", settings: `every = "1s"\n${env}` }),
    notingJob(daemon, "line", { script: "sleep 0.4", settings: `every = "1s"\noverlap = "queue"\n${env}` }),
    notingJob(daemon, "after", { settings: `on = "job:steady:ok"\n${env}` }),
    notingJob(daemon, "moving", { script: "sleep 0.2", settings: `every = "${every}s"\noverlap = "allow"` }),
    extra === "gone"
      ? ""
      : notingJob(daemon, "extra", { script: "sleep 0.5", settings: `${times}\noverlap = "queue"` }),
  ].join("");
}

function change({ next }: Random, version: number): Wanted {
  const extras = ["there", "there", "gone", "off", "by hand"] as const;
  return { version, every: 1 + next(2), extra: extras[next(extras.length)] ?? "there" };
}

Deno.test(`${RELOADS} reloads while jobs run: no slot is lost or doubled`, async () => {
  const chance = random("reloads of jobs");
  await using daemon = new Instance();
  daemon.write(configOf(daemon, { version: 0, every: 1, extra: "there" }));
  await daemon.start();
  const talk = talkTo(daemon);
  const pid = daemon.pid();
  for (let version = 1; version <= RELOADS; version++) {
    daemon.write(configOf(daemon, change(chance, version)));
    signal(pid, "SIGHUP");
    if (chance.once(4)) await talk.post("/reload");
    if (chance.once(3)) await talk.post("/jobs/steady/run");
    await new Promise((resolve) => setTimeout(resolve, chance.next(PAUSE))); // When it comes is left to chance.
  }
  daemon.write(configOf(daemon, { version: RELOADS, every: 1, extra: "there" }));
  await talk.post("/reload");
  const seen = rowsOf(daemon).filter(({ job }) => job === "extra").length;
  await until("the last one comes back", () => rowsOf(daemon).filter(({ job }) => job === "extra").length > seen);
  assert.equal((await daemon.run(["stop"])).code, 0);
  const rows = rowsOf(daemon);
  const of = (name: string) => rows.filter(({ job }) => job === name);
  assert.deepEqual([
    ...faultsOf({ rows, notes: notesOf(daemon) }, { mayWait: true }),
    ...missingSeconds(of("steady")),
    ...["pace", "line", "moving", "extra"].flatMap((name) => missingTurns(of(name))),
    ...chainFaults(rows, { cause: "steady", effect: "after" }),
  ], []);
  assert.deepEqual(rows.filter(({ reason }) => reason === "missed"), []);
});
