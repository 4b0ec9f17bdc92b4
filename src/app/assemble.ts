import { AppdError } from "../base/errors.ts";
import { versionText } from "../base/version.ts";
import { createHealth } from "../health/health.ts";
import { prepareDirectories } from "../instance/home.ts";
import { directoriesOf } from "../instance/paths.ts";
import { writePidFile } from "../instance/pid_file.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import { delay } from "../system/clock.ts";
import type { Lock } from "../system/lock.ts";
import { addChecks } from "./checks.ts";
import type { Context } from "./context.ts";
import { guardFiles } from "./guardian.ts";
import { openListeners } from "./listeners.ts";
import { loadContextConfig } from "./load.ts";
import { type Logs, openLogs } from "./logs.ts";
import { presenceOf } from "./presence.ts";
import type { Command } from "./command.ts";
import { programSpecs } from "./program_specs.ts";
import { openSupervisor } from "./programs.ts";
import { Daemon } from "./running_daemon.ts";
import { ProgramUsage } from "./usage.ts";
import { reportUnhandled } from "./unhandled.ts";
import { watchFile } from "./watch_config.ts";

export interface AssembleOptions {
  readonly command: Command | undefined;
  /** Started by `appd start`, without a terminal; otherwise in the foreground or under a service manager. */
  readonly detached: boolean;
}

/** The daemon with everything it owns; disposing takes it apart in the reverse order of its building. */
export interface Assembled extends AsyncDisposable {
  readonly daemon: Daemon;
}

/** Milliseconds between two runs of the health checks. */
const HEALTH_INTERVAL_MS = 1000;

/**
 * Builds the daemon: directories, lock, PID file, log, listeners, programs. What was built before a failure is taken apart
 * again, so that a failed start leaves nothing behind.
 *
 * @throws AppdError (config, cannotCreate, locked, unavailable, noPermission)
 */
export async function assemble(context: Context, options: AssembleOptions): Promise<Assembled> {
  await using parts = new AsyncDisposableStack();
  const { system, paths } = context;
  const { clock, files, host } = system;
  Deno.umask(0o027);
  const loaded = await loadContextConfig(context);
  const { config } = loaded;
  prepareDirectories(files, directoriesOf(paths), host.uid);
  parts.use(await takeLock(context));

  const { pidFile } = config.daemon;
  writePidFile(files, pidFile, host.pid);
  parts.defer(() => void files.unlink(pidFile));
  const logs = parts.use(openLogs(context, { loaded, detached: options.detached }));
  const log = logs.logging.logger("appd");
  log.info("appd starts", { pid: host.pid, version: versionText(), home: paths.home });

  const health = parts.use(createHealth({ clock, interval: HEALTH_INTERVAL_MS }));
  const supervisor = parts.use(openSupervisor(context, logs));
  const usage = parts.use(usageOf(context, supervisor, logs));
  const daemon = new Daemon(context, { logs, health, supervisor, usage, command: options.command, pidFile }, loaded);
  parts.use(reportUnhandled((error) => daemon.fail(error)));
  const listeners = parts.use(
    openListeners(context, { config, core: daemon.api(), log: logs.logging.logger("appd.http") }),
  );
  parts.use(guardFiles({ files, clock, log }, {
    pidFile,
    pid: host.pid,
    socket: paths.socket,
    restoreSocket: listeners.restoreSocket,
  }));
  addChecks(health, { logging: logs.logging, supervisor });
  const specs = programSpecs(loaded, { files, command: options.command });
  await supervisor.apply(specs);
  await usage.follow(specs);
  parts.use(watchFile({ files, clock }, context.configFile, () => daemon.configFileChanged()));
  daemon.started(listeners.url);

  const owned = parts.move();
  return { daemon, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Usage of what the supervisor runs; a program over its memory limit is restarted. */
function usageOf({ system: { clock, processes } }: Context, supervisor: Supervisor, logs: Logs): ProgramUsage {
  const log = logs.logging.logger("appd.programs");
  return new ProgramUsage({
    clock,
    roots: () =>
      supervisor.list().flatMap(({ name, pid }) =>
        pid === null ? [] : [{ name, pid, startTime: processes.stat(pid)?.startTime ?? "" }]
      ),
    onExcess(name, text) {
      log.warn(`restarting, it ${text}`, { program: name });
      supervisor.restart(name).catch((error) => log.error("cannot restart", { program: name, error }));
    },
  });
}

/** How often, and after how many milliseconds, the lock is tried again: a `status` may hold it for an instant. */
const LOCK_TRIES = 10;
const LOCK_PAUSE_MS = 20;

/**
 * Takes the instance's lock for the life of this process.
 *
 * @throws AppdError (locked) naming the PID of the daemon that holds it
 */
async function takeLock(context: Context): Promise<Lock> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const lock = context.system.locks.tryExclusive(context.paths.lock);
    if (lock) return lock;
    await delay(context.system.clock, LOCK_PAUSE_MS);
  }
  const presence = presenceOf(context);
  const who = presence.kind === "running" && presence.pid !== undefined ? ` with PID ${presence.pid}` : "";
  throw new AppdError(`cannot run "${context.instance}": another daemon${who} holds "${context.paths.lock}"`, {
    exit: "locked",
    hint: "see it: appd status, end it: appd stop, or run another one beside it: --name OTHER",
  });
}
