import { AppdError, type JobStatus, type KitStore, type Migration, type Row } from "../../src/mod.ts";

/** What made devtrack ask: its timer, a commit, or somebody at the command line. */
export type Cause = "timer" | "commit" | "manual";

/** One question to the developer, and the answer when there is one. Times in ISO 8601. */
export interface Trigger {
  readonly id: number;
  readonly cause: Cause;
  readonly at: string;
  /** The repository and the commit; null when it was no commit. */
  readonly detail: string | null;
  readonly answer: string | null;
  readonly answered_at: string | null;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "triggers",
    sql: `CREATE TABLE trigger_log (
      id INTEGER PRIMARY KEY, run INTEGER NOT NULL UNIQUE, cause TEXT NOT NULL, at INTEGER NOT NULL, detail TEXT,
      answer TEXT, answered_at INTEGER) STRICT`,
  },
  {
    version: 2,
    name: "deliveries",
    sql: `CREATE TABLE delivery (
      trigger INTEGER NOT NULL REFERENCES trigger_log(id), integration TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (trigger, integration)) STRICT, WITHOUT ROWID`,
  },
];

/** The jobs whose runs are questions. */
export const QUESTIONS = ["prompt", "commit"] as const;

/**
 * The number of the first trigger of a database. Where that takes the place of one that was lost it is none that somebody
 * may have heard of: an answer would be given to another question, and whoever waits for what comes after a number would
 * wait long.
 */
export function firstNumber(jobs: readonly Pick<JobStatus, "name" | "triggers">[]): number {
  const asked = jobs.filter(({ name }) => (QUESTIONS as readonly string[]).includes(name));
  return Math.max(1, asked.reduce((sum, { triggers }) => sum + triggers, 0));
}

/** What is known of a trigger when it comes. */
export interface NewTrigger {
  readonly run: number;
  readonly cause: Cause;
  readonly at: number;
  readonly detail: string | null;
  /** See {@link firstNumber}. */
  readonly first: number;
}

/** Writes a trigger down; of two for one run the second changes nothing. @returns its number, and whether it is new */
export async function recordTrigger(
  store: KitStore,
  { run, cause, at, detail, first }: NewTrigger,
): Promise<{ readonly id: number; readonly isNew: boolean }> {
  const [added, found] = await store.write([
    {
      sql: `INSERT INTO trigger_log (id, run, cause, at, detail)
        SELECT coalesce(max(id) + 1, ?), ?, ?, ?, ? FROM trigger_log WHERE true ON CONFLICT DO NOTHING`,
      params: [first, run, cause, at, detail],
    },
    { sql: "UPDATE trigger_log SET run = run WHERE run = ? RETURNING id", params: [run] },
  ]);
  return { id: Number(found?.rows[0]?.id), isNew: added?.changes === 1 };
}

/**
 * Writes a trigger down, answers it and takes it out again, in one transaction: nobody sees it, whatever comes between.
 *
 * @throws AppdError (internal) when it does not come back as it was written
 */
export async function tryTable(store: KitStore, { run, at }: { run: number; at: number }): Promise<void> {
  const [, answered, removed] = await store.write([
    { sql: "INSERT INTO trigger_log (run, cause, at) VALUES (?, 'manual', ?)", params: [run, at] },
    { sql: "UPDATE trigger_log SET answer = 'a test', answered_at = at WHERE run = ? RETURNING *", params: [run] },
    { sql: "DELETE FROM trigger_log WHERE run = ?", params: [run] },
  ]);
  const row = answered?.rows[0];
  if (row?.answer === "a test" && row.answered_at === at && removed?.changes === 1) return;
  throw new AppdError("cannot try the triggers: one does not come back as it was written", { exit: "internal" });
}

/** The latest triggers, newest first. @param open only those without an answer */
export async function listTriggers(
  store: KitStore,
  { limit, open = false }: { limit: number; open?: boolean },
): Promise<Trigger[]> {
  const rows = await store.read(
    `SELECT * FROM trigger_log WHERE ? = 0 OR answer IS NULL ORDER BY id DESC LIMIT ?`,
    [open ? 1 : 0, limit],
  );
  return rows.map(toTrigger);
}

/**
 * Gives a trigger its answer.
 *
 * @throws AppdError (notRunning) when there is no such trigger, (usage) when it was answered already
 */
export async function answerTrigger(
  store: KitStore,
  { id, answer, at }: { id: number; answer: string; at: number },
): Promise<Trigger> {
  const [changed] = await store.write([{
    sql: "UPDATE trigger_log SET answer = ?, answered_at = ? WHERE id = ? AND answer IS NULL RETURNING *",
    params: [answer, at, id],
  }]);
  const row = changed?.rows[0];
  if (row !== undefined) return toTrigger(row);
  const [known] = await store.read("SELECT id FROM trigger_log WHERE id = ?", [id]);
  throw known === undefined
    ? new AppdError(`cannot answer "${id}": there is no such trigger`, {
      exit: "notRunning",
      hint: "see them: devtrack triggers",
    })
    : new AppdError(`cannot answer "${id}": it was answered already`, {
      exit: "usage",
      hint: "see it: devtrack triggers",
    });
}

/** Triggers whose answer an integration has not got yet, oldest first. */
export async function undelivered(store: KitStore, integration: string): Promise<Trigger[]> {
  const rows = await store.read(
    `SELECT t.* FROM trigger_log t LEFT JOIN delivery d ON d.trigger = t.id AND d.integration = ?
     WHERE t.answer IS NOT NULL AND d.trigger IS NULL ORDER BY t.id`,
    [integration],
  );
  return rows.map(toTrigger);
}

/** Of a trigger that was lost with its database, or whose number another one has now, there is nothing to note. */
export async function noteDelivery(
  store: KitStore,
  { trigger, integration, at }: { trigger: Pick<Trigger, "id" | "at">; integration: string; at: number },
): Promise<void> {
  await store.write([{
    sql: "INSERT INTO delivery SELECT id, ?, ? FROM trigger_log WHERE id = ? AND at = ? ON CONFLICT DO NOTHING",
    params: [integration, at, trigger.id, Date.parse(trigger.at)],
  }]);
}

function toTrigger(row: Row): Trigger {
  const time = (value: unknown) => typeof value === "number" ? new Date(value).toISOString() : null;
  return {
    id: Number(row.id),
    cause: row.cause as Cause,
    at: time(row.at) ?? "",
    detail: row.detail as string | null,
    answer: row.answer as string | null,
    answered_at: time(row.answered_at),
  };
}
