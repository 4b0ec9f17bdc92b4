/**
 * The app room is the only one that knows all rooms: it reads the configuration, puts the daemon together, and takes it
 * apart again.
 */
import { resolve } from "node:path";
import { ownVariable } from "../base/product.ts";
import type { OwnFamily } from "../instance/pid_file.ts";
import { DEFAULT_INSTANCE, type Paths, resolvePaths } from "../instance/paths.ts";
import type { System } from "../system/system.ts";
import { type App, APPD_APP } from "./kit/app.ts";

/** What a command line decides before any file is read. */
export interface ContextInput {
  readonly home?: string | undefined;
  readonly name?: string | undefined;
  /** Configuration file named with `--config`. */
  readonly config?: string | undefined;
  /** Settings given as options, by dotted key. */
  readonly flags: Readonly<Record<string, string>>;
  readonly system: System;
  /** What the program is. Default: appd itself. */
  readonly app?: App | undefined;
  /** Name of the {@link Mode} that is run; absent, or `all`: everything runs. */
  readonly mode?: string | undefined;
  /** Directory in which the command was given, absolute. Default: that of this process. */
  readonly startedIn?: string | undefined;
}

/** One instance as seen from one command. */
export interface Context extends ContextInput {
  readonly app: App;
  readonly startedIn: string;
  /** Name of the instance, `default` without `--name`. */
  readonly instance: string;
  /** What messages call it: by its home where that was given, else by its name, or the program's without one. */
  readonly called: string;
  readonly paths: Paths;
  readonly configFile: string;
  readonly configFileExplicit: boolean;
}

/** @throws AppdError (usage) when the instance name is unfit */
export function createContext(input: ContextInput): Context {
  const { cwd, env, homeDirectory } = input.system.host;
  const { app = APPD_APP } = input;
  const { product } = app;
  const paths = resolvePaths({ product, home: input.home, name: input.name, env, userHome: homeDirectory, cwd });
  const chosen = input.config ?? ownVariable(env, product, "CONFIG");
  const instance = input.name ?? ownVariable(env, product, "NAME") ?? DEFAULT_INSTANCE;
  return {
    ...input,
    app,
    startedIn: input.startedIn ?? cwd(),
    instance,
    called: input.home !== undefined ? paths.home : instance === DEFAULT_INSTANCE ? product.name : instance,
    paths,
    configFile: chosen === undefined ? paths.config : resolve(cwd(), chosen),
    configFileExplicit: chosen !== undefined,
  };
}

/** Whether somebody said which directory it is: `--home`, or the variable. */
export function isHomeGiven({ home, app, system }: Context): boolean {
  return home !== undefined || ownVariable(system.host.env, app.product, "HOME") !== undefined;
}

/** The PIDs that a PID file must not name when this process reads it. */
export function ownFamily(system: System): OwnFamily {
  const { pid, ppid, uid } = system.host;
  const grandparent = system.processes.stat(ppid)?.ppid;
  return { pids: [pid, ppid, ...(grandparent === undefined ? [] : [grandparent])], uid };
}
