import { dirname } from "node:path";
import { AppdError, cannot, errnoOf } from "../base/errors.ts";
import { isExchangeable, isWritableByOthers, modeText } from "../base/writable_by_others.ts";
import type { LoadResult } from "../config/config.ts";
import { isReadOnlyPlace } from "../system/access.ts";
import type { Files } from "../system/files.ts";
import type { Context } from "./context.ts";

/** Somebody else can change what we rely on. */
export interface Doubt {
  readonly path: string;
  /** `others can write to it (mode 0666)` */
  readonly what: string;
  /** With the command that mends it. */
  readonly hint: string;
}

/** Who relies on a file, and what it is. */
export interface Reliance {
  /** For root it has to be root's. */
  readonly uid: number;
  /** Nobody else may read it. */
  readonly isSecret?: boolean;
}

/**
 * Who else could change the file, or exchange it in its directory; undefined when nobody could, or nothing is there. What
 * is on a read-only file system nobody can, whatever its bits say: a ConfigMap of Kubernetes is mounted with 0777.
 */
export function doubtAbout(
  files: Pick<Files, "stat" | "realPath">,
  path: string,
  { uid, isSecret = false }: Reliance,
): Doubt | undefined {
  const places = placesOf(files, path);
  for (const { place, isDirectory } of places) {
    const doubt = doubtAboutPlace(files, { place, isDirectory, uid, isSecret });
    if (doubt !== undefined && !isReadOnlyPlace(place, isDirectory)) return doubt;
  }
  return undefined;
}

/** What it leads to, the directory of that, and the one that a link stands in. */
function placesOf(files: Pick<Files, "realPath">, path: string) {
  try {
    const real = files.realPath(path);
    const directories = [...new Set([dirname(real), files.realPath(dirname(path))])];
    return [
      { place: real, isDirectory: false },
      ...directories.map((place) => ({ place, isDirectory: true })),
    ];
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return []; // It is not there, or not to be reached: who reads it says so.
  }
}

function doubtAboutPlace(
  files: Pick<Files, "stat">,
  { place, isDirectory, uid, isSecret }: Reliance & { place: string; isDirectory: boolean },
): Doubt | undefined {
  const stat = files.stat(place);
  if (stat === undefined) return undefined;
  const it = isDirectory ? `its directory "${place}"` : "it";
  if (uid === 0 && stat.uid !== 0) {
    const what = `${it} belongs to user ${stat.uid}`;
    return { path: place, what, hint: `look at it, then take it over: chown root "${place}"` };
  }
  const isOpen = isDirectory ? isExchangeable(stat, uid) : isWritableByOthers(stat, uid);
  if (!isOpen) return undefined;
  const closed = modeText(stat.mode & ~(isSecret && !isDirectory ? 0o077 : 0o022)).slice(1);
  const hint = `close it: chmod ${closed} "${place}"`;
  return { path: place, what: `others can write to ${it} (mode ${modeText(stat.mode)})`, hint };
}

/** Everything that decides what the daemon does, and that others can change; as errors, in words for people. */
function doubtsAbout({ system }: Context, { config, file }: LoadResult): AppdError[] {
  const { files, host: { uid } } = system;
  const { programs, jobs, server } = config;
  const read: readonly (readonly [role: string, path: string | undefined])[] = [
    ["configuration", file?.path],
    ...[...programs, ...jobs].map(({ envFile }) => ["env_file", envFile] as const),
    ["token file", server.tokenFile],
  ];
  const once = read.filter(([, path], index) => read.findIndex(([, other]) => other === path) === index);
  return once.flatMap(([role, path]) => {
    const isSecret = path === server.tokenFile; // Others must not read it either: that would be the next refusal.
    const doubt = path === undefined ? undefined : doubtAbout(files, path, { uid, isSecret });
    if (path === undefined || doubt === undefined) return [];
    const cause = uid === 0 ? `${doubt.what}, and we are root` : doubt.what;
    return [cannot([`trust ${role}`, path], cause, { exit: "noPermission", hint: doubt.hint })];
  });
}

/**
 * Root executes what its configuration says: whoever can change that is root. For everybody else it is only said, see
 * {@link trustWarnings}.
 *
 * @throws AppdError (noPermission) for root, with the command that mends it
 */
export function refuseWhatOthersCanWrite(context: Context, loaded: LoadResult): void {
  if (context.system.host.uid !== 0) return;
  const [first] = doubtsAbout(context, loaded);
  if (first !== undefined) throw first;
}

/** What {@link refuseWhatOthersCanWrite} would say, for somebody who only asks; and for daemons that are not root's. */
export function trustWarnings(context: Context, loaded: LoadResult): string[] {
  const consequence = context.system.host.uid === 0 ? "the daemon does not start: " : "";
  return doubtsAbout(context, loaded).map(({ message, hint }) => `${consequence}${message}; ${hint}`);
}
