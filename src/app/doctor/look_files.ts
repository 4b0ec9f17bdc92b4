import { dirname } from "node:path";
import { AppdError } from "../../base/errors.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { DirectorySeen, FileSeen, TokenSeen } from "../../doctor/scene.ts";
import { directoriesOf } from "../../instance/paths.ts";
import { COMPANIONS } from "../../store/set_aside.ts";
import { writeTrouble } from "../../system/access.ts";
import type { Context } from "../context.ts";
import { readToken } from "../token.ts";
import { databasePath } from "../jobs/database_path.ts";
import { standing, statOf, targetOf } from "./seen.ts";

/** Where files are that the configuration may put elsewhere. */
export interface FilePlaces {
  readonly pidFile: string;
  readonly logFile: string;
  /** Undefined when it is invalid. */
  readonly config: Config | undefined;
}

/** Every file of the instance, there or not. */
export function lookAtFiles(context: Context, { pidFile, logFile, config }: FilePlaces): FileSeen[] {
  const { paths, configFile, system: { files } } = context;
  const database = databasePath(context, config);
  const ours = ([role, path]: readonly [string, string]): FileSeen => ({
    role,
    path,
    kind: role === "control socket" ? "socket" : "file",
    stat: statOf(files, path),
    isOurs: true,
  });
  const theirs = ([role, path]: readonly [string, string]): FileSeen => ({
    role,
    path,
    kind: "file",
    stat: targetOf(files, path), // A link to a file elsewhere is followed, by the daemon too.
    isOurs: false,
  });
  const environments = [...config?.programs ?? [], ...config?.jobs ?? []]
    .flatMap(({ name, envFile }) => envFile === undefined ? [] : [[`env_file of ${name}`, envFile] as const]);
  return [
    ...([
      ["PID file", pidFile],
      ["lock", paths.lock],
      ["lock of start", paths.startLock],
      ["state file", paths.state],
      ["control socket", paths.socket],
      ["log", logFile],
      ["late output", paths.lateOutput],
      ...["", ...COMPANIONS].map((suffix) => ["database", database + suffix] as const),
    ] as const).map(ours),
    ...([["configuration", configFile], ...environments] as const).map(theirs),
  ];
}

/** Every directory that the instance has files in, or wants to. */
export function lookAtDirectories(context: Context, { pidFile, logFile }: FilePlaces): DirectorySeen[] {
  const { paths, configFile, system: { files } } = context;
  const own = [...directoriesOf(paths), paths.jobs].filter((path) =>
    path === paths.home || targetOf(files, path) !== undefined
  );
  const made = { isOurs: true, isWritten: true, isMade: true };
  const wishes = [
    ...own.map((path) => ({ role: path === paths.home ? "instance" : "instance's files", path, ...made })),
    { role: "log", path: dirname(logFile), isOurs: false, isWritten: true, isMade: true },
    { role: "PID file", path: dirname(pidFile), isOurs: false, isWritten: true, isMade: false },
    { role: "configuration", path: dirname(configFile), isOurs: false, isWritten: false, isMade: false },
  ];
  const once = wishes.filter(({ path }, index) => wishes.findIndex((one) => one.path === path) === index);
  return once.map((wish) => {
    const at = standing(files, wish.path);
    return { ...wish, stat: targetOf(files, wish.path), trouble: writeTrouble(at), at };
  });
}

/** What keeps the daemon from taking the token. */
export function lookAtToken({ system: { files, host } }: Context, config: Config | undefined): TokenSeen | undefined {
  const path = config?.server.tokenFile;
  if (path === undefined) return undefined;
  try {
    readToken(files, path, host.uid);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    const stat = statOf(files, path);
    const isOpen = stat?.kind === "file" && (stat.mode & 0o077) !== 0;
    return {
      path,
      trouble: error.message,
      hint: error.hint ?? `look at it: ls -l "${path}"`,
      open: isOpen ? stat : undefined,
    };
  }
}
