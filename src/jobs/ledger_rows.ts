import type { RunState, TriggerKind } from "../base/job_reports.ts";
import type { Run } from "./run.ts";
import type { RunExit } from "./runner.ts";

/** A value of a column, as SQLite knows them. */
export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

/** Tables of the jobs room, in the steps in which they came. */
export const JOBS_MIGRATIONS = [
  {
    version: 1,
    name: "jobs and their runs",
    sql: `
      CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        slot TEXT NOT NULL,
        slot_at INTEGER NOT NULL,
        slots INTEGER NOT NULL,
        slot_until INTEGER,
        "trigger" TEXT NOT NULL,
        detail TEXT,
        variables TEXT NOT NULL,
        number INTEGER,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'retrying',
          'ok', 'failed', 'timeout', 'cancelled', 'interrupted', 'skipped')),
        reason TEXT,
        created_at INTEGER NOT NULL,
        not_before INTEGER,
        attempts INTEGER NOT NULL,
        started_at INTEGER,
        ended_at INTEGER,
        duration_ms REAL,
        exit_code INTEGER,
        exit_signal TEXT,
        out_of_memory INTEGER NOT NULL,
        retry_at INTEGER,
        pid INTEGER NOT NULL,
        start_time TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        output BLOB NOT NULL,
        UNIQUE (job, slot)
      ) STRICT;
      CREATE INDEX runs_of_job ON runs (job, id);
      CREATE INDEX runs_open ON runs (id) WHERE state IN ('queued', 'running', 'retrying');
      CREATE TABLE jobs (
        name TEXT PRIMARY KEY,
        mark TEXT NOT NULL,
        cursor INTEGER,
        seq INTEGER,
        number INTEGER NOT NULL,
        last_run INTEGER,
        last_skip INTEGER,
        paused INTEGER NOT NULL,
        paused_until INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE memory (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  },
] as const;

/** Columns of a run, in the order of {@link valuesOf}. */
export const RUN_COLUMNS = [
  "id",
  "job",
  "slot",
  "slot_at",
  "slots",
  "slot_until",
  "trigger",
  "detail",
  "variables",
  "number",
  "state",
  "reason",
  "created_at",
  "not_before",
  "attempts",
  "started_at",
  "ended_at",
  "duration_ms",
  "exit_code",
  "exit_signal",
  "out_of_memory",
  "retry_at",
  "pid",
  "start_time",
  "boot_id",
  "output",
] as const;

/** The row of a run. */
export function valuesOf(run: Run): Value[] {
  const { exit, cause } = run;
  return [
    run.id,
    run.job,
    run.slot,
    run.slotAt,
    run.slots,
    run.slotUntil,
    cause.kind,
    cause.detail,
    JSON.stringify(cause.variables),
    run.number,
    run.state,
    run.reason,
    run.createdAt,
    run.notBefore,
    run.attempts,
    run.startedAt,
    run.endedAt,
    run.durationMs,
    exit !== null && "code" in exit ? exit.code : null,
    exit !== null && "signal" in exit ? exit.signal : null,
    exit !== null && "signal" in exit && exit.outOfMemory ? 1 : 0,
    run.retryAt,
    run.pid,
    run.startTime,
    run.bootId,
    new TextEncoder().encode(run.output), // A text would end at its first NUL.
  ];
}

/** The run of a row. */
export function runOfRow(row: Row): Run {
  const text = (name: string) => row[name] as string;
  const count = (name: string) => row[name] as number;
  const maybe = <T extends string | number>(name: string) => (row[name] ?? null) as T | null;
  return {
    id: count("id"),
    job: text("job"),
    slot: text("slot"),
    slotAt: count("slot_at"),
    slots: count("slots"),
    slotUntil: maybe("slot_until"),
    cause: {
      kind: text("trigger") as TriggerKind,
      detail: maybe("detail"),
      variables: JSON.parse(text("variables")) as Record<string, string>,
    },
    number: maybe("number"),
    state: text("state") as RunState,
    reason: maybe("reason"),
    createdAt: count("created_at"),
    notBefore: maybe("not_before"),
    attempts: count("attempts"),
    startedAt: maybe("started_at"),
    endedAt: maybe("ended_at"),
    durationMs: maybe("duration_ms"),
    exit: exitOf(maybe("exit_code"), maybe("exit_signal"), count("out_of_memory") === 1),
    retryAt: maybe("retry_at"),
    pid: count("pid"),
    startTime: text("start_time"),
    bootId: text("boot_id"),
    output: new TextDecoder().decode(row.output as Uint8Array),
  };
}

function exitOf(code: number | null, signal: string | null, outOfMemory: boolean): RunExit | null {
  if (signal !== null) return { signal, ...(outOfMemory ? { outOfMemory: true } : {}) };
  return code === null ? null : { code };
}
