import { inWordsOf } from "../base/words.ts";
import { cannot } from "../base/errors.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import { nearest } from "../base/nearest.ts";
import { readLog } from "../logging/read_log.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import type { Health } from "../health/health.ts";
import { judgePrograms } from "./checks.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import type { Journal } from "./events/journal.ts";
import type { ApiCore } from "./listeners.ts";
import type { Jobs } from "./jobs/jobs.ts";
import { loggerOfPart, partsOf } from "./kit/part_logger.ts";
import { currentJobs } from "./jobs/current_jobs.ts";
import type { Logs } from "./logs.ts";
import { metricFamilies } from "./metrics.ts";
import type { Daemon } from "./running_daemon.ts";
import { explainProgram } from "./why/report.ts";
import type { ProgramUsage } from "./programs/usage.ts";

/** What HTTP shows and does, told in the daemon's own words. */
export function apiOf(
  context: Context,
  parts: {
    readonly daemon: Daemon;
    readonly logs: Logs;
    readonly health: Pick<Health, "again">;
    readonly supervisor: Supervisor;
    readonly journal: Journal;
    readonly usage: ProgramUsage;
    readonly jobs: Jobs;
    readonly command: Command | undefined;
  },
): ApiCore {
  const { daemon, logs, supervisor, journal, usage } = parts;
  const { product } = context.app;
  const words = inWordsOf(product);
  const ownParts = () => partsOf(context.app, daemon.live.loaded.own);
  return {
    product,
    status: () => daemon.report(),
    health: () => daemon.health(),
    metrics: () =>
      metricFamilies(daemon.report(), {
        rssBytes: context.system.processes.stat(context.system.host.pid)?.rssBytes ?? 0,
        droppedLines: logs.logging.dropped.lines,
        usage: usage.totals(),
        ...parts.jobs.metrics(),
      }),
    logs({ program, lines }) {
      const logger = program === undefined ? undefined : loggerOfPart(ownParts(), program);
      return readLog(logPath(daemon, program), { lines, logger }, { files: context.system.files });
    },
    events: journal,
    why: (name) =>
      explainProgram(name, {
        files: context.system.files,
        app: ownParts(),
        journal,
        programs: daemon.report().programs,
        now: context.system.clock.now(),
        configured: parts.command === undefined,
        words,
      }),
    history: (name) => usage.history(name, processesIn(supervisor.list(), name)),
    log: logs.logging.logger("http"),
    jobs: currentJobs(() => parts.jobs.api),
    repositories: { poke: (name) => parts.jobs.lookAtRepository(name) },
    actions: {
      reload: (options) => daemon.reload(options),
      confirmReload: () => daemon.live.confirm(),
      leave: () => daemon.leave(),
      signalProgram: (name, signal) => supervisor.signal(name, signal),
      scaleProgram: (name, instances) => daemon.live.rescale(name, instances),
      rotateLogs: () => daemon.rotate(),
      reopenLogs: () => daemon.reopen(),
      stop: (timeoutMs) => daemon.stop(timeoutMs),
      async program(action, name) {
        await supervisor.act(action, name, `${product.name} programs ${action}`);
        if (action === "stop") judgePrograms(parts.health); // What was started is judged when it is ready.
      },
      setLogLevel: (level, logger) => logs.setLevel(level, logger),
    },
  };
}

/** Names of the programs that are processes. @throws AppdError (usage) when `name` is that of a service */
function processesIn(programs: readonly ProgramStatus[], name: string): string[] {
  if (programs.some((one) => one.name === name && one.kind === "service")) {
    throw cannot(["show the history of", name], "it is a service inside the daemon, and uses what that uses", {
      exit: "usage",
      hint: "the daemon as a whole: process_resident_memory_bytes in /metrics",
    });
  }
  return programs.filter(({ kind }) => kind !== "service").map(({ name }) => name);
}

/** The log of a program or job, or the daemon's own. @throws AppdError (notRunning) when there is no such one */
function logPath(daemon: Daemon, name: string | undefined): string {
  if (name === undefined) return daemon.config.log.file;
  const { programs, jobs } = daemon.report();
  const all = [...programs, ...jobs];
  const found = all.find((one) => one.name === name);
  if (found) return found.log_file;
  const near = nearest(name, all.map((one) => one.name));
  throw cannot(["read the log of", name], "there is no such program or job", {
    exit: "notRunning",
    hint: near === undefined ? "list them: appd status" : `did you mean "${near}"?`,
  });
}
