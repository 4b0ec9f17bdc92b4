import type { Logger } from "../base/logger.ts";
import { inWordsOf } from "../base/words.ts";
import { createHealth } from "../health/health.ts";
import { addChecks, addZombieCheck, followPrograms } from "./checks.ts";
import type { Context } from "./context.ts";
import { guardFiles } from "./guardian.ts";
import { tellChecks } from "./events/check_events.ts";
import { Journal } from "./events/journal.ts";
import { openListeners } from "./listeners.ts";
import type { Loaded } from "./load.ts";
import type { Logs } from "./logs.ts";
import type { Command } from "./command.ts";
import { Jobs } from "./jobs/jobs.ts";
import type { KitFor, KitSources } from "./kit/create_kit.ts";
import { hasKit } from "./kit/has_kit.ts";
import type { OpenKit } from "./kit/open_kit.ts";
import { KeepAlive } from "./keep_alive.ts";
import { recordFailure } from "./start_failure.ts";
import { startAgain } from "./start_words.ts";
import type { LiveParts } from "./live_config.ts";
import { LiveToken } from "./live_token.ts";
import { createFifos } from "../system/fifo.ts";
import { Notifications } from "./events/notifications.ts";
import { obeyOnFailed } from "./programs/on_failed.ts";
import { openPrograms } from "./programs/programs.ts";
import { Daemon } from "./running_daemon.ts";
import { signsOfLife } from "./signs_of_life.ts";
import { takeHome } from "./take_home.ts";
import { reportUnhandled } from "./unhandled.ts";
import { watchFile } from "./watch_config.ts";

export interface AssembleOptions {
  readonly command: Command | undefined;
  /** Started by `appd start`, without a terminal; otherwise in the foreground or under a service manager. */
  readonly detached: boolean;
  /** Hears of the daemon when everything of it runs and only checks of the app are waited for; not called without an app. */
  readonly onBegun?: (daemon: Daemon) => void;
  /** Makes the commands of a hint those of this instance. Default: those of the program. */
  readonly advise?: ((text: string) => string) | undefined;
}

/** The daemon with everything it owns; disposing takes it apart in the reverse order of its building. */
export interface Assembled extends AsyncDisposable {
  readonly daemon: Daemon;
  /** What the app brings; undefined where it brings nothing that runs. */
  readonly kit: OpenKit | undefined;
  /** To be told to {@link Jobs.admit} once whoever started the daemon knows that it is ready. */
  readonly jobs: Jobs;
  /** Critical checks of the app that are not well at the start, or have not answered yet, and what is said of them. */
  readonly unwell: Readonly<Record<string, string>>;
}

/** Milliseconds between two runs of the health checks. */
const HEALTH_INTERVAL_MS = 1000;

/**
 * Builds the daemon: directories, lock, PID file, log, listeners, programs. What was built before a failure is taken apart
 * again, so that a failed start leaves nothing behind. A daemon that is told to stop meanwhile is not complete, and ends.
 *
 * @throws AppdError (config, cannotCreate, locked, unavailable, noPermission); ToldFailure when stderr has it already
 */
export async function assemble(context: Context, options: AssembleOptions): Promise<Assembled> {
  await using parts = new AsyncDisposableStack();
  let logs: Logs | undefined;
  try {
    const built = await build(context, { ...options, parts, onLogs: (opened) => logs = opened });
    const owned = parts.move();
    return { ...built, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  } catch (error) {
    if (logs === undefined) throw error;
    const { detached, advise = inWordsOf(context.app.product) } = options;
    throw recordFailure(error, { logs, detached, advise });
  }
}

interface BuildOptions extends AssembleOptions {
  /** Takes what was built, in the order in which it was. */
  readonly parts: AsyncDisposableStack;
  /** Gets the logs as soon as they are open. */
  readonly onLogs: (logs: Logs) => void;
}

async function build(
  context: Context,
  { parts, onLogs, ...options }: BuildOptions,
): Promise<Omit<Assembled, keyof AsyncDisposable>> {
  const { paths, system: { clock, files, host } } = context;
  const { detached, command } = options;
  const { loaded, lock, logs, lastEnd, deaths, announcement } = await takeHome(context, { parts, onLogs, detached });
  const { config } = loaded;
  const log = logs.logging.logger();

  const health = parts.use(createHealth({ clock, interval: HEALTH_INTERVAL_MS }));
  const programs = openPrograms(context, logs);
  const supervisor = parts.use(programs.supervisor);
  const usage = parts.use(programs.usage);
  const journal = new Journal(clock.now(), inWordsOf(context.app.product));
  const stopping = new AbortController();
  const healthLog = logs.logging.logger("health");
  parts.use(tellChecks(health, { journal, log: healthLog, now: () => clock.now(), stopping: stopping.signal }));
  const kit = await kitOf(context, { logs, command, config: () => daemon.config, jobs: () => jobs });
  const notifications = parts.use(new Notifications(context, logs));
  const jobs = parts.use(
    new Jobs({
      ...{ context, logs, health, journal, oom: programs.oom, kitFor: kit?.kitFor },
      enabled: command === undefined,
      onEvent: (event) => notifications.tellJob(event),
    }),
  );
  parts.use(supervisor.onEvent((event) => {
    journal.tell(event);
    notifications.tell(event);
    jobs.tell(event);
  }));
  const keepAlive = detached
    ? parts.use(keepAliveOf(context, { log, deaths, command, schema: loaded.schema }))
    : undefined;
  const token = new LiveToken(context, config);
  const daemon: Daemon = new Daemon(
    context,
    {
      ...{ logs, health, supervisor, usage, prepare: programs.prepare, journal, notifications, jobs },
      ...{ keepAlive, lastEnd, deaths, command, pidFile: config.daemon.pidFile, stopping, token },
      services: servicesOf(kit?.kitFor, stopping.signal),
    },
    loaded,
  );
  announcement.follow(daemon);
  parts.use(reportUnhandled((error) => daemon.fail(error)));
  const listeners = parts.use(
    openListeners(context, {
      ...{ config, core: () => daemon.api(), log: logs.logging.logger("http"), own: kit?.routes, token },
    }),
  );
  parts.use(guardFiles({ files, clock, log }, {
    pidFile: config.daemon.pidFile,
    pid: host.pid,
    socket: paths.socket,
    restoreSocket: listeners.restoreSocket,
  }));
  addChecks(health, { logging: logs.logging, supervisor, jobs });
  parts.use(followPrograms(health, supervisor));
  addZombieCheck(health, context);
  parts.use(obeyOnFailed(supervisor, daemon));
  if (!await begin({ daemon, kit, jobs }, { loaded, stopping: stopping.signal })) {
    return { daemon, kit, jobs, unwell: {} };
  }
  parts.use(watchFile({ files, clock }, context.configFile, () => daemon.configFileChanged()));
  parts.use(signsOfLife(clock, lock));
  if (kit !== undefined) {
    options.onBegun?.(daemon);
    await kit.watch(health, stopping.signal);
  }
  daemon.started(listeners.url);

  return { daemon, kit, jobs, unwell: kit?.unwell(health) ?? {} };
}

/** Who starts a daemon again that was started without a service manager. */
function keepAliveOf(
  context: Context,
  { log, deaths, ...order }: { log: Logger; deaths: readonly string[] } & Parameters<typeof startAgain>[1],
): KeepAlive {
  return new KeepAlive(context, {
    ...{ fifos: createFifos(), log, deaths: deaths.length },
    words: startAgain(context, order),
  });
}

/**
 * Begins everything that runs. All that can be refused comes before; endpoints and jobs are made while the database opens.
 *
 * @returns false when the daemon was told to stop meanwhile
 */
async function begin(
  { daemon, kit, jobs }: Pick<Assembled, "daemon" | "kit" | "jobs">,
  { loaded, stopping }: { readonly loaded: Loaded; readonly stopping: AbortSignal },
): Promise<boolean> {
  await jobs.beginOpening(loaded);
  const [prepared, made] = await Promise.allSettled([jobs.prepare(loaded), kit?.makeRoutes()]);
  if (stopping.aborted) return false;
  if (prepared.status === "rejected") throw prepared.reason;
  if (made.status === "rejected") throw made.reason;
  await daemon.live.begin(prepared.value);
  return true;
}

/** What the parts of the app are given; undefined where it has none, and where a command runs instead of them. */
async function kitOf(
  context: Context,
  { command, ...sources }: Omit<KitSources, "context"> & { readonly command: Command | undefined },
): Promise<OpenKit | undefined> {
  if (command !== undefined || !hasKit(context.app)) return undefined;
  const { openKit } = await import("./kit/open_kit.ts");
  return openKit({ context, ...sources });
}

/** The services of the app under any configuration; without a kit, as a daemon that runs one command alone, it has none. */
function servicesOf(kitFor: KitFor | undefined, stopping: AbortSignal): LiveParts["services"] {
  if (kitFor === undefined) return () => [];
  return ({ config, own }) => own.serviceSpecs({ config, kitFor, stopping });
}
