import { RUN_OUTCOMES } from "../base/job_reports.ts";
import type { Change, JobMemory, LedgerQuery } from "./ledger.ts";
import { RUN_COLUMNS, type Value, valuesOf } from "./ledger_rows.ts";

/** One statement, as a store takes it. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly Value[];
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
const COLUMNS = quoted(RUN_COLUMNS);
const MARKS = RUN_COLUMNS.map(() => "?").join(", ");
const ENDED = RUN_OUTCOMES.map((outcome) => `'${outcome}'`).join(", ");
const SET = RUN_COLUMNS.slice(1).map((name) => `"${name}" = excluded."${name}"`).join(", ");

const IS_SAME = "runs.job = excluded.job AND runs.slot = excluded.slot";

/**
 * One outcome for each slot: the constraint, and a line that has one is never written again. A new line may stand there
 * already, as it is or further on: what is known was written down anew in a database that took the place of a lost one.
 */
const INSERT = `INSERT INTO runs (${COLUMNS}) VALUES (${MARKS})
  ON CONFLICT (id) DO UPDATE SET id = excluded.id WHERE ${IS_SAME} ON CONFLICT DO NOTHING`;
const UPDATE = `INSERT INTO runs (${COLUMNS}) VALUES (${MARKS})
  ON CONFLICT (id) DO UPDATE SET ${SET} WHERE ${IS_SAME} AND runs.state NOT IN (${ENDED}) ON CONFLICT DO NOTHING`;
/** A line that has the number of another run gets one that nothing has. */
const GIVE_WAY = `UPDATE runs SET id = (SELECT max(id) + 1 FROM runs) WHERE id = ? AND NOT (job = ? AND slot = ?)`;
const REMEMBER = `INSERT INTO jobs (name, mark, cursor, seq, number, last_run, last_skip, paused, paused_until)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET mark = excluded.mark, cursor = excluded.cursor, seq = excluded.seq,
    number = excluded.number, last_run = excluded.last_run, last_skip = excluded.last_skip,
    paused = excluded.paused, paused_until = excluded.paused_until`;
const KEEP = "INSERT INTO memory (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/** Key of the whole scheduler's pause in the table `memory`. */
export const PAUSE_KEY = "scheduler.pause";
/** Key of the last number that a run got, as far as its line does not say it. */
export const LAST_ID_KEY = "runs.last";

/** A change of the books in SQL; the inserts stand first, in their order. */
export function statementsOf({ insert = [], update = [], jobs = [], pause, anew }: Change): Statement[] {
  return [
    ...insert.map((run) => ({ sql: INSERT, params: valuesOf(run) })),
    ...(anew?.runs ?? []).map(({ id, job, slot }) => ({ sql: GIVE_WAY, params: [id, job, slot] })),
    ...[...anew?.runs ?? [], ...update].map((run) => ({ sql: UPDATE, params: valuesOf(run) })),
    ...latest(jobs).map((job) => ({ sql: REMEMBER, params: memoryValues(job) })),
    ...(pause === undefined ? [] : [keep(PAUSE_KEY, JSON.stringify(pause))]),
    ...(anew === undefined ? [] : [keep(LAST_ID_KEY, `${anew.lastId}`)]),
    ...Object.entries(anew?.texts ?? {}).map(([key, text]) => keep(key, text)),
  ];
}

/** Keeps a text under a key. */
export function keep(key: string, value: string): Statement {
  return { sql: KEEP, params: [key, value] };
}

/** Of several memories of one job only the last counts. */
function latest(jobs: readonly JobMemory[]): readonly JobMemory[] {
  return jobs.length < 2 ? jobs : [...new Map(jobs.map((job) => [job.name, job])).values()];
}

function memoryValues({ name, mark, place, number, lastRun, lastSkip, pause }: JobMemory): Value[] {
  return [
    name,
    mark,
    place?.cursor ?? null,
    place?.seq ?? null,
    number,
    lastRun?.id ?? null,
    lastSkip?.id ?? null,
    pause === null ? 0 : 1,
    pause?.until ?? null,
  ];
}

export const LOAD_JOBS = "SELECT * FROM jobs";
/** The last run and the last skip of each job. Not joined: of ten thousand jobs that never ran that is a lot of nothing. */
export const LOAD_LAST = `SELECT ${COLUMNS} FROM runs
  WHERE id IN (SELECT last_run FROM jobs UNION SELECT last_skip FROM jobs)`;
export const LOAD_OPEN = `SELECT ${COLUMNS} FROM runs WHERE state IN ('queued', 'running', 'retrying') ORDER BY id`;
export const LAST_ID = `SELECT max(id) AS id FROM
  (SELECT max(id) AS id FROM runs UNION SELECT CAST(value AS INTEGER) FROM memory WHERE key = '${LAST_ID_KEY}')`;
export const LOAD_MEMORY = "SELECT value FROM memory WHERE key = ?";
export const ONE_RUN = `SELECT ${COLUMNS} FROM runs WHERE id = ?`;

/** Lines of history, newest first. */
export function historySql({ job, slot, states, trigger, since, until, before, limit }: LedgerQuery): Statement {
  const wheres: [string, ...Value[]][] = [];
  if (job !== undefined) wheres.push(["job = ?", job]);
  if (slot !== undefined) wheres.push(["slot = ?", slot]);
  if (states !== undefined) wheres.push([`state IN (${states.map(() => "?").join(", ")})`, ...states]);
  if (trigger !== undefined) wheres.push(['"trigger" = ?', trigger]);
  if (since !== undefined) wheres.push(["coalesce(slot_until, slot_at) >= ?", since]);
  if (until !== undefined) wheres.push(["slot_at < ?", until]);
  if (before !== undefined) wheres.push(["id < ?", before]);
  const where = wheres.length === 0 ? "" : `WHERE ${wheres.map(([sql]) => sql).join(" AND ")}`;
  return {
    sql: `SELECT ${COLUMNS} FROM runs ${where} ORDER BY id DESC LIMIT ?`,
    params: [...wheres.flatMap(([, ...values]) => values), limit],
  };
}

/** Lines that one call of {@link pruneSql} removes at the most. */
const PRUNE_AT_ONCE = 500;

/** Removes ended lines beyond the newest `keep`, or from before `before`, wall time in milliseconds. */
export function pruneSql(job: string, { keep, before }: { keep: number; before: number }): Statement {
  return {
    sql: `DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE job = ? AND state IN (${ENDED})
      AND (id <= coalesce((SELECT id FROM runs WHERE job = ? ORDER BY id DESC LIMIT 1 OFFSET ?), -1) OR slot_at < ?)
      ORDER BY id LIMIT ${PRUNE_AT_ONCE})`,
    params: [job, job, keep, before],
  };
}
