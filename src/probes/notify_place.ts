import { cannot } from "../base/errors.ts";
import { fingerprint } from "../base/fingerprint.ts";
import { LONGEST_SOCKET_PATH } from "../system/datagrams.ts";
import type { ProbeDeps } from "./probe.ts";
import type { Scene } from "./scene.ts";

/** Where a program's notification socket is. */
export interface NotifyPlace {
  readonly path: string;
  /** A directory made for it, shared by the programs of one daemon. */
  readonly directory?: { readonly path: string; readonly mode: number };
  /** The account that is to send, when it is not ours. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

type PlaceDeps = Pick<ProbeDeps, "accountOf" | "files" | "program" | "runtimeDirectories" | "uid">;

/**
 * `notify.sock` in the program's own directory. When that is too long for a socket, or closed to the program's user, a
 * directory with a short name elsewhere, whose name follows from the program's directory: the next daemon finds the
 * same place, and what an adopted program sends arrives.
 *
 * @throws AppdError when the user is unknown, or no place is short enough
 */
export function notifyPlace({ directory, spec }: Scene, deps: PlaceDeps): NotifyPlace {
  const owner = ownerOf(spec, deps);
  const own = `${directory}/notify.sock`;
  if (owner === undefined && fits(own)) return { path: own };
  const mode = deps.uid === 0 ? 0o711 : 0o700;
  const name = `${deps.program}-${fingerprint(directory.slice(0, directory.lastIndexOf("/")))}`;
  for (const candidate of deps.runtimeDirectories) {
    const path = `${candidate}/${name}/${spec.name}.sock`;
    if (deps.files.stat(candidate)?.kind !== "directory" || !fits(path)) continue;
    const elsewhere = { path, directory: { path: `${candidate}/${name}`, mode } };
    return owner === undefined ? elsewhere : { ...elsewhere, owner };
  }
  const why = `a socket's path has at most ${LONGEST_SOCKET_PATH} bytes`;
  throw cannot(["make", own], why, {
    exit: "config",
    hint: "give the program a shorter name, or move the home directory",
  });
}

function ownerOf({ user, group }: Scene["spec"], deps: PlaceDeps): NotifyPlace["owner"] {
  if (user === undefined) return undefined;
  const account = deps.accountOf?.({ user, group });
  return account === undefined || account.uid === deps.uid ? undefined : { uid: account.uid, gid: account.gid };
}

function fits(path: string): boolean {
  return new TextEncoder().encode(path).length <= LONGEST_SOCKET_PATH;
}

/**
 * Makes the directory of a place, where it has one.
 *
 * @throws AppdError when something stands there that others may have a hand in; errors of the system
 */
export function prepare({ directory }: NotifyPlace, { files, uid }: Pick<PlaceDeps, "files" | "uid">): void {
  if (directory === undefined) return;
  files.makeDirectory(directory.path, directory.mode);
  const stat = files.stat(directory.path);
  if (stat?.kind !== "directory" || stat.uid !== uid || (stat.mode & 0o022) !== 0) {
    const hint = `see who made it: ls -ld ${directory.path}`;
    throw cannot(["use", directory.path], "it is not a directory of our own", { exit: "noPermission", hint });
  }
  files.chmod(directory.path, directory.mode);
}
