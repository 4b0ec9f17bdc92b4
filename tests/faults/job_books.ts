/** What the database of an instance says of its jobs, and what the runs themselves have noted in files of their own. */
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Instance } from "../support/instance.ts";

type Home = Pick<Instance, "home">;

/** A line of the table of runs. Times in milliseconds since the epoch. */
export interface Row {
  readonly id: number;
  readonly job: string;
  readonly slot: string;
  readonly slotAt: number;
  readonly slots: number;
  readonly slotUntil: number | null;
  readonly trigger: string;
  readonly number: number | null;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly durationMs: number | null;
}

/** What a run wrote when an attempt of it began or ended. */
export interface Note {
  readonly what: "start" | "end";
  readonly job: string;
  readonly number: number;
  readonly slotAt: number;
  readonly attempt: number;
  readonly id: number;
}

const SQL = `SELECT id, job, slot, slot_at AS slotAt, slots, slot_until AS slotUntil, "trigger", number, state, reason,
  attempts, started_at AS startedAt, duration_ms AS durationMs FROM runs ORDER BY id`;

/** Every line of history, by id. The daemon may be running. */
export function rowsOf({ home }: Home): readonly Row[] {
  using db = new DatabaseSync(join(home, "appd.db"), { readOnly: true, timeout: 5000 });
  return db.prepare(SQL).all() as unknown as Row[];
}

/** @param name of a job; its lines */
export function rowsOfJob(home: Home, name: string): readonly Row[] {
  return rowsOf(home).filter(({ job }) => job === name);
}

/** A section of a job whose runs note when they begin and end. `script` runs between the two. */
export function notingJob({ home }: Home, name: string, { script = "", settings = "" } = {}): string {
  const ids = "$APPD_JOB $APPD_JOB_NUMBER $APPD_JOB_SLOT $APPD_JOB_ATTEMPT $APPD_RUN_ID";
  const file = join(home, "notes");
  const command = `echo "start ${ids}" >>${file}\n${script}\necho "end ${ids}" >>${file}`;
  return `\n[[job]]\nname = "${name}"\ncommand = ${JSON.stringify(["/bin/sh", "-c", command])}\n${settings}\n`;
}

/** Everything that runs have noted, in its order. */
export function notesOf({ home }: Home): readonly Note[] {
  const file = join(home, "notes");
  if (!fs.existsSync(file)) return [];
  return fs.readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map((line) => {
    const [what, job = "", number, slot = "", attempt, id] = line.split(" ");
    if (what !== "start" && what !== "end") throw new Error(`no note: ${line}`);
    return { what, job, number: Number(number), slotAt: Date.parse(slot), attempt: Number(attempt), id: Number(id) };
  });
}
