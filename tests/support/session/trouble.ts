/** What happens to an app while it works: kill -9, reloads and rotations, also one of them in the middle of another. */
import { type Instance, remains, type RunResult, signal as send, until } from "../instance.ts";
import type { Random } from "../../faults/seed.ts";
import type { Diary } from "./diary.ts";
import { pause, type Work } from "./work.ts";

const KINDS = ["kill", "kill", "hup", "reload", "usr1", "log-rotate", "restart"] as const;
type Kind = typeof KINDS[number];

/** Longest rest between two troubles of one app, in milliseconds. */
const LONGEST_REST = 2_500;
/** A kill during another trouble comes at most so many milliseconds after that began. */
const LATEST_KILL = 400;
const ENDED_MS = 10_000;

/** How often what happened. */
export type Troubles = Record<Kind, number>;

export interface TroubleOptions {
  readonly chance: Random;
  readonly diary: Diary;
  readonly signal: AbortSignal;
}

export function noTroubles(): Troubles {
  return { kill: 0, hup: 0, reload: 0, usr1: 0, "log-rotate": 0, restart: 0 };
}

/** Makes trouble for one app until `signal` aborts; it then runs. @throws Error when one of its verbs fails */
export async function trouble(work: Work, { chance, diary, signal }: TroubleOptions): Promise<Troubles> {
  const counts = noTroubles();
  for (let turn = 1; !signal.aborted; turn++) {
    await pause(chance.next(LONGEST_REST), signal);
    const kind = KINDS[chance.next(KINDS.length)] ?? "kill";
    counts[kind]++;
    diary.note(kind);
    if (kind === "kill") await killAnd(work, diary);
    else if (chance.once(4)) {
      const begun = begin(kind, work, turn);
      await pause(chance.next(LATEST_KILL), signal);
      counts.kill++;
      await killAnd(work, diary, begun);
    } else succeeded(await begin(kind, work, turn), `${work.name} ${kind}`);
  }
  return counts;
}

/** @returns the verb's result; a signal has none */
async function begin(kind: Exclude<Kind, "kill">, work: Work, turn: number): Promise<RunResult | undefined> {
  const { app } = work;
  if (kind === "hup" || kind === "reload") work.configure(turn);
  if (kind === "hup") return void send(app.pid(), "SIGHUP");
  if (kind === "usr1") return void send(app.pid(), "SIGUSR1");
  return await app.run([kind]);
}

/** Kills the daemon while something is under way, waits for that, and starts another one. */
async function killAnd({ app, name }: Work, diary: Diary, underWay?: Promise<unknown>): Promise<void> {
  const pid = pidOf(app);
  if (pid !== undefined) {
    send(pid, "SIGKILL");
    diary.killed(pid);
    await until(`the end of ${pid}`, () => !remains(pid), ENDED_MS);
  }
  await underWay;
  diary.note("start");
  succeeded(await app.run(["start"]), `${name} start`);
  diary.note("started");
}

function pidOf(app: Instance): number | undefined {
  try {
    return app.pid();
  } catch {
    return undefined; // Between two daemons there is no file.
  }
}

function succeeded(result: RunResult | undefined, what: string): void {
  if (result !== undefined && result.code !== 0) throw new Error(`${what} ended with ${result.code}: ${result.stderr}`);
}
