import { AppdError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { versionText } from "../base/version.ts";
import { prepareDirectories } from "../instance/home.ts";
import { isDeath, type LastEnd } from "../instance/last_end.ts";
import { directoriesOf } from "../instance/paths.ts";
import { writePidFile } from "../instance/pid_file.ts";
import { delay } from "../system/clock.ts";
import type { Lock } from "../system/lock.ts";
import { announce } from "./announce.ts";
import type { Context } from "./context.ts";
import { type FlightRecord, flightRecord } from "./flight_recorder.ts";
import { loadContextConfig, type Loaded } from "./load.ts";
import { type Logs, openLogs } from "./logs.ts";
import { modeOf } from "./mode.ts";
import { presenceOf } from "./presence.ts";
import { refuseWhatOthersCanWrite } from "./trust.ts";

export interface TakeOptions {
  /** Takes what was opened, in the order in which it was. */
  readonly parts: AsyncDisposableStack;
  /** Gets the logs as soon as they are open. */
  readonly onLogs: (logs: Logs) => void;
  /** Started by `appd start`, without a terminal. */
  readonly detached: boolean;
}

/** A home that belongs to this process: nobody else runs in it, and its log can be written. */
export interface TakenHome extends FlightRecord {
  readonly loaded: Loaded;
  readonly lock: Lock;
  readonly logs: Logs;
  readonly announcement: Awaited<ReturnType<typeof announce>>;
}

/**
 * Reads the configuration and takes the home: directories, lock, PID file, log.
 *
 * @throws AppdError (config, cannotCreate, locked, noPermission)
 */
export async function takeHome(context: Context, { parts, onLogs, detached }: TakeOptions): Promise<TakenHome> {
  const { paths, system: { files, host } } = context;
  Deno.umask(0o027);
  const loaded = await loadContextConfig(context);
  refuseWhatOthersCanWrite(context, loaded);
  prepareDirectories(files, directoriesOf(paths), host.uid);
  const lock = parts.use(await takeLock(context));
  const { pidFile } = loaded.config.daemon;
  writePidFile(files, pidFile, host.pid);
  parts.defer(() => void files.unlink(pidFile));
  const record = await flightRecord(context); // Before this run leaves its own traces.
  const logs = parts.use(openLogs(context, { loaded, detached }));
  const log = logs.logging.logger();
  onLogs(logs);
  tellStart(log, context);
  const announcement = parts.use(await announce(context, { detached, log }));
  if (record.lastEnd !== undefined) tellLastEnd(log, record.lastEnd);
  return { ...record, loaded, lock, logs, announcement };
}

function tellStart(log: Logger, context: Context): void {
  const { app: { product }, paths: { home }, system: { host: { pid } } } = context;
  const mode = modeOf(context)?.name;
  const fields = { pid, version: versionText(product), home };
  log.info(`${product.name} starts`, mode === undefined ? fields : { ...fields, mode });
}

/** Says how the last run ended: as a warning, when it was no orderly end. */
function tellLastEnd(log: Logger, lastEnd: LastEnd): void {
  const { how, pid, at, detail } = lastEnd;
  const when = at === null ? {} : isDeath(lastEnd) ? { last_seen: at } : { at };
  const fields = { pid, ...when, ...(detail === null ? {} : { detail }) };
  if (how === "clean") log.info("the last run ended well", fields);
  else log.warn(`the last run ended: ${how}`, fields);
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
  throw new AppdError(`cannot run "${context.called}": another daemon${who} holds "${context.paths.lock}"`, {
    exit: "locked",
    hint: "see it: appd status, end it: appd stop, or run another one beside it: --name OTHER",
  });
}
