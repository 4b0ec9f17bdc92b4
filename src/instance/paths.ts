/**
 * The instance room owns what makes a daemon one of its kind on this host: its directory, its lock, its PID file and
 * its state file. It never starts, stops or signals anything.
 */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { AppdError } from "../base/errors.ts";
import { ownVariable, type Product } from "../base/product.ts";

/** Where an instance keeps its files (design: "One instance, PID, detaching"). All absolute. */
export interface Paths {
  /** The directory before an instance name is added. */
  readonly root: string;
  readonly home: string;
  readonly config: string;
  /** Default PID file; the setting `daemon.pid_file` may name another. */
  readonly pid: string;
  readonly lock: string;
  /** Serialises concurrent starts; never the authority on who runs. */
  readonly startLock: string;
  readonly state: string;
  readonly socket: string;
  readonly log: string;
  /** Late stdout and stderr of the detached daemon: crash texts of the runtime. */
  readonly lateOutput: string;
  readonly programs: string;
  /** A directory for each job, with its output. */
  readonly jobs: string;
  readonly database: string;
  /** A line for each commit that was seen. */
  readonly commitLog: string;
}

/** What decides the paths. */
export interface PathsInput {
  readonly product: Pick<Product, "name" | "prefix" | "database">;
  readonly home?: string | undefined;
  readonly name?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly userHome: string;
  readonly cwd: () => string;
}

/** What the instance without a name is called wherever a name is shown; programs get it as `PREFIX_NAME`. */
export const DEFAULT_INSTANCE = "default";

const INSTANCE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/;

/**
 * Paths of the instance: `--home`, else `PREFIX_HOME`, else the directories that systemd hands over (systemd.exec(5),
 * RuntimeDirectory=), else `~/.NAME`; an instance name other than `default` adds a directory below.
 *
 * @throws AppdError (usage) when the name could leave the directory
 */
export function resolvePaths(input: PathsInput): Paths {
  const { product, env } = input;
  const given = input.name ?? ownVariable(env, product, "NAME");
  const name = given === DEFAULT_INSTANCE ? undefined : given;
  if (name !== undefined && !INSTANCE_NAME.test(name)) {
    throw new AppdError(`cannot use instance name "${name}": letters, digits and _ . @ - only, 64 at the most`, {
      exit: "usage",
      hint: "for example: --name web",
    });
  }
  const chosen = input.home ?? ownVariable(env, product, "HOME");
  const managed = chosen === undefined ? env : {};
  const state = firstOf(managed.STATE_DIRECTORY);
  const base = chosen ?? state ?? join(input.userHome, `.${product.name}`);
  const root = isAbsolute(base) ? base : resolve(input.cwd(), base);
  const home = name === undefined ? root : join(root, name);
  const runtime = firstOf(managed.RUNTIME_DIRECTORY) ?? home;
  return {
    root,
    home,
    config: join(firstOf(managed.CONFIGURATION_DIRECTORY) ?? home, "config.toml"),
    pid: join(runtime, "daemon.pid"),
    lock: join(home, "daemon.lock"),
    startLock: join(home, "start.lock"),
    state: join(home, "state.json"),
    socket: join(runtime, "control.sock"),
    log: join(firstOf(managed.LOGS_DIRECTORY) ?? home, "daemon.log"),
    lateOutput: join(home, "daemon.err"),
    programs: join(home, "programs"),
    jobs: join(home, "jobs"),
    database: join(home, product.database),
    commitLog: join(firstOf(managed.LOGS_DIRECTORY) ?? home, "commit.log"),
  };
}

/** systemd separates several directories by colons; the first is ours. */
function firstOf(list: string | undefined): string | undefined {
  return list?.split(":").find((path) => path !== "");
}

/** Every directory that the files of an instance stand in, home first. */
export function directoriesOf(paths: Paths): string[] {
  return [...new Set([paths.home, dirname(paths.socket), dirname(paths.log), paths.programs])];
}
