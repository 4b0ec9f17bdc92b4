import { assemble } from "../app/assemble.ts";
import { type Context, createContext } from "../app/context.ts";
import { cannot } from "../base/errors.ts";
import { EVERYTHING } from "../app/mode.ts";
import type { RunReport } from "../base/job_reports.ts";
import type { HealthReport } from "../base/health_reports.ts";
import type { ReloadResult } from "../base/reload_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { createApi } from "../http/api.ts";
import type { DefinedApp } from "../kit/define_app.ts";
import { tableOf } from "../kit/table_of.ts";
import { systemClock } from "../system/clock.ts";
import { writeFileAtomic } from "../system/files.ts";
import type { Processes } from "../system/processes.ts";
import { scratchDirectory } from "../system/scratch.ts";
import { realSystem } from "../system/system.ts";
import { answerTo } from "./answer_to.ts";
import { inRealTime } from "./real_time.ts";
import { TestClock } from "./test_clock.ts";
import { until } from "../system/until.ts";

/** How a {@link TestDaemon} begins. */
export interface StartOptions {
  /** Text of its configuration file. Default: none. */
  readonly config?: string;
  /** Wall time at which its clock begins. Default 2025-11-01T10:30:00Z. */
  readonly now?: Date;
  /** Name of the mode that is run. Default, and with `all`: everything runs. */
  readonly mode?: string;
  /** Directory that it is started in, absolute. Default: its home. */
  readonly startedIn?: string;
  /** Variables beside PATH. Default none. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An app's daemon in the test's process. Disposing shuts it down and removes its home. */
export interface TestDaemon extends AsyncDisposable {
  /** Its directory, absolute. */
  readonly home: string;
  readonly clock: TestClock;
  /**
   * Asks one of its endpoints, under the limits that a client meets. Default of `access`: the control socket, which may do
   * everything.
   */
  request(path: string, init?: RequestInit, access?: "socket" | "tcp"): Promise<Response>;
  status(): StatusReport;
  health(): HealthReport;
  /**
   * Triggers a job and waits, in real time, for its end.
   *
   * @param options `key`: two calls with one key are one run; `payload`: text that the run is given
   */
  runJob(job: string, options?: { readonly key?: string; readonly payload?: string }): Promise<RunReport>;
  /**
   * Writes the configuration file and applies it. While programs of the configuration end, which they do in real time,
   * the clock goes along.
   */
  reload(config: string): Promise<ReloadResult>;
  /** Everything in its log so far. */
  log(): string;
}

const PORT = 8321;

/**
 * Starts an app's daemon in this process, with nothing of the user's or the host's configuration.
 *
 * @throws AppdError as `start` would: for a flawed app or configuration, a failing migration, a colliding route; (usage)
 *   for a mode that the app does not have
 */
// deno-lint-ignore no-explicit-any -- every app has a configuration of its own
export async function startApp(defined: DefinedApp<any>, options: StartOptions = {}): Promise<TestDaemon> {
  refuseFlawed(defined, options);
  await using parts = new AsyncDisposableStack();
  const scratch = parts.use(scratchDirectory(`${defined.app.product.name}-test`));
  const clock = new TestClock(options.now?.getTime());
  const machine = realSystem();
  const env = { PATH: machine.host.env.PATH ?? "", ...options.env };
  const children = childrenOf(machine.processes);
  const system = {
    ...{ ...machine, clock, processes: children.processes },
    host: { ...machine.host, env, homeDirectory: scratch.path },
  };
  const context = createContext({
    ...{ app: defined.app, home: scratch.path, flags: { "server.port": "0" }, system, mode: options.mode },
    startedIn: options.startedIn ?? scratch.path,
  });
  const write = (text: string) => writeFileAtomic(machine.files, context.configFile, text, 0o600);
  if (options.config !== undefined) write(options.config);
  const { daemon, kit, jobs } = parts.use(await assembled(context, clock));
  const core = { ...await daemon.api(), own: kit?.routes?.now() };
  const apis = {
    socket: createApi({ ...core, access: "socket" }),
    tcp: createApi({ ...core, access: "tcp", port: () => PORT }),
  };
  const triggers = kit?.kitFor("tests").jobs;
  clock.settled = () => jobs.settled();
  const hasProcesses = () => daemon.report().programs.some(({ kind, pid }) => kind !== "service" && pid !== null);
  const isReal = () => daemon.report().programs.some(({ state }) => state === "stopping");
  const owned = parts.move();
  return {
    home: scratch.path,
    clock,
    async request(path, init = {}, access = "socket") {
      const answer = answerTo(new Request(`http://127.0.0.1:${PORT}${path}`, withHost(init)), {
        asStream: init.body instanceof ReadableStream,
        handler: (request) => apis[access].fetch(request),
        streamLimit: kit?.routes?.bodyLimit,
      });
      return await inRealTime(clock, answer, { what: `the answer to "${path}"`, isReal });
    },
    status: () => daemon.report(),
    health: () => daemon.health(),
    async runJob(job, trigger = {}) {
      const { id } = await (triggers?.trigger(job, trigger) ?? core.jobs.run(job));
      return await until(`the end of run ${id} of ${job}`, async () => {
        const run = await core.jobs.show(id);
        return run.ended_at === null ? undefined : run;
      });
    },
    reload(config) {
      write(config);
      return inRealTime(clock, daemon.reload(), { what: "the reload", isReal });
    },
    log: () => machine.files.readText(daemon.config.log.file),
    async [Symbol.asyncDispose]() {
      daemon.stop();
      await clock.pass(0);
      const ended = until("the end of its programs", () => !hasProcesses(), SHUTDOWN_MS);
      const shutdown = ended.then(() => owned.disposeAsync()).then(children.reaped);
      await inRealTime(clock, shutdown, { what: "the shutdown", isReal: hasProcesses });
    },
  };
}

/** What every call of the binary would end with is thrown here too. */
// deno-lint-ignore no-explicit-any -- as above
function refuseFlawed(defined: DefinedApp<any>, { mode }: StartOptions): void {
  const { flaw } = tableOf(defined);
  if (flaw !== undefined) throw flaw;
  const { product, modes } = defined.app;
  if (mode === undefined || mode === EVERYTHING || modes.some(({ name }) => name === mode)) return;
  const known = modes.map(({ name }) => name).join(", ") || "none";
  throw cannot(["start", product.name], `it has no mode "${mode}"`, { exit: "usage", hint: `its modes: ${known}` });
}

/** Processes, and the wait for those that were started: a program is seen to be gone before the runtime has told so. */
function childrenOf(processes: Processes) {
  const exits = new Set<Promise<unknown>>();
  const spawn: Processes["spawn"] = (options) => {
    const child = processes.spawn(options);
    exits.add(child.exited);
    void child.exited.then(() => exits.delete(child.exited));
    return child;
  };
  return { processes: { ...processes, spawn }, reaped: async () => void await Promise.all(exits) };
}

/** Milliseconds of real time that programs may take to end, with the jobs before them. */
const SHUTDOWN_MS = 50_000;

/**
 * Milliseconds of real time after which a start that is not over waits for something: then time goes on by as much. A
 * start on a busy machine is over before.
 */
const NUDGE_MS = 10_000;

async function assembled(context: Context, clock: TestClock) {
  using _nudge = systemClock.every(NUDGE_MS, () => clock.advance(NUDGE_MS));
  const parts = await assemble(context, { command: undefined, detached: true });
  parts.jobs.admit();
  return parts;
}

function withHost(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  if (!headers.has("host")) headers.set("host", `127.0.0.1:${PORT}`);
  return { ...init, headers };
}
