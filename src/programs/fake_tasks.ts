/** For tests of tasks: a supervisor on a fake clock and host, and functions whose lives a test ends. */
import assert from "node:assert/strict";
import { SILENT } from "../base/logger.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { systemFiles } from "../system/files.ts";
import { type ProgramEvent, sentence } from "./events.ts";
import { FakeHost } from "./fake_host.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";
import type { TaskLife, TaskSpec, TaskWork } from "./task_spec.ts";
import { MemoryOutput } from "./testing.ts";

/** What a test has. */
export interface Bench extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly host: FakeHost;
  readonly supervisor: Supervisor;
  /** `proxy: service started (…)`, in order. */
  readonly said: string[];
  readonly levels: Map<string, string>;
  readonly directory: string;
}

/** @param directory of an earlier daemon, or a new one */
export function bench(directory = Deno.makeTempDirSync()): Bench {
  const clock = new FakeClock();
  const host = new FakeHost();
  const levels = new Map<string, string>();
  const say = (level: string) => (message: string) => void levels.set(message, level);
  const supervisor = createSupervisor({
    ...{ clock, directory, files: systemFiles, processes: host.processes, fifos: host.fifos, instance: "test" },
    log: { ...SILENT, debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") },
    openOutput: () => new MemoryOutput(),
    inheritedEnv: { PATH: "/bin" },
    random: () => 0.5,
  });
  const said: string[] = [];
  supervisor.onEvent((event: ProgramEvent) => said.push(`${event.program}: ${sentence(event)}`));
  const dispose = () => Deno.remove(directory, { recursive: true });
  return { clock, host, supervisor, said, levels, directory, [Symbol.asyncDispose]: dispose };
}

/** A function whose lives a test ends, each by its generation. */
export class Script {
  readonly lives: TaskLife[] = [];
  readonly #ends: PromiseWithResolvers<void>[] = [];
  /** Whether it ends when it is told to. */
  obedient = true;

  readonly run = (life: TaskLife): Promise<void> => {
    const end = Promise.withResolvers<void>();
    this.lives.push(life);
    this.#ends.push(end);
    if (this.obedient) life.signal.addEventListener("abort", () => end.reject(life.signal.reason));
    return end.promise;
  };

  get last(): TaskLife {
    const life = this.lives.at(-1);
    assert.ok(life, "nothing was ever called");
    return life;
  }

  /** @param life from 1 on; default: the last */
  async end(error?: unknown, life = this.lives.length): Promise<void> {
    const end = this.#ends[life - 1];
    if (error === undefined) end?.resolve();
    else end?.reject(error);
    await settle();
  }
}

/** A task of this function, with everything that a test does not care about. */
export function taskSpec(
  work: TaskWork["run"],
  more: Partial<Omit<TaskSpec, "task">> & { readonly task?: Partial<TaskWork> } = {},
): TaskSpec {
  return {
    name: "proxy",
    restart: "always",
    stopTimeout: 5000,
    startTimeout: 30_000,
    stableAfter: 10_000,
    critical: false,
    ...more,
    task: { run: work, mark: "1", probed: false, logFile: "/log", ...more.task },
  };
}

/** Lets go on what is due at this moment. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

/** Applies, and lets the functions be called. */
export async function apply(t: Bench, ...specs: Parameters<Supervisor["apply"]>[0]): ReturnType<Supervisor["apply"]> {
  const result = await t.supervisor.apply(specs);
  await settle();
  return result;
}

/** Advances until `work` is done. */
export async function finish<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let done = false;
  work.finally(() => done = true).catch(() => {});
  for (let i = 0; i < 4000 && !done; i++) {
    await settle();
    if (!done) clock.advance(5);
  }
  await settle();
  return await work;
}

/** What the status says of it. */
export function status({ supervisor }: Bench, name = "proxy"): ProgramStatus {
  const found = supervisor.list().find((one) => one.name === name);
  assert.ok(found, `${name} is not listed`);
  return found;
}

/** Its state, as users see it. */
export const stateOf = (t: Bench, name = "proxy") => status(t, name).state;
