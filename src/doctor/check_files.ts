import type { FileStat } from "../system/files.ts";
import { isExchangeable, isWritableByOthers } from "../base/writable_by_others.ts";
import type { Check, Finding } from "./doctor.ts";
import type { DirectorySeen, FileSeen, Scene } from "./scene.ts";

function findFile(file: FileSeen, { uid }: Scene): Finding[] {
  const { stat, role, path, isOurs } = file;
  if (stat === undefined) return [];
  if (stat.kind !== file.kind) return wrongKind(file, stat);
  if (isStrange(stat, { uid, isOurs })) return [foreignFile(file, stat, uid)];
  if (!isWritableByOthers(stat, uid)) return [];
  const mode = stat.mode & ~0o022;
  return [{
    id: "files.open",
    severity: "error",
    what: `others can write to the ${role} "${path}" (mode ${octal(stat.mode)})`,
    why: uid === 0 && role === "configuration"
      ? "whoever writes it decides what root executes"
      : "whoever writes it can steer the daemon",
    hint: `close it: chmod ${octal(mode)} "${path}"`,
    ...(stat.uid !== uid ? {} : closing(path, stat, mode)),
  }];
}

function closing(path: string, { ino }: FileStat, mode: number): Pick<Finding, "fix"> {
  return { fix: { what: `chmod ${octal(mode)} "${path}"`, action: { kind: "close", path, ino, mode } } };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, "0");
}

/** What we only read may be root's: who is root can steer us anyway. */
function isStrange(stat: FileStat, { uid, isOurs }: { uid: number; isOurs: boolean }): boolean {
  return stat.uid !== uid && (isOurs || stat.uid !== 0);
}

function wrongKind({ role, path, kind }: FileSeen, stat: FileStat): Finding[] {
  const isLink = stat.kind === "symlink";
  return [{
    id: isLink ? "files.symlink" : "files.kind",
    severity: "error",
    what: `in the place of the ${role} "${path}" is a ${isLink ? "symbolic link" : stat.kind}, not a ${kind}`,
    why: isLink
      ? "it could lead our writing anywhere, so the daemon does not follow it"
      : "the daemon can neither use it nor put its own there",
    hint: `look at it, then remove it: ls -l "${path}"; rm -r "${path}"`,
  }];
}

function foreignFile({ role, path, isOurs }: FileSeen, stat: FileStat, uid: number): Finding {
  const to = uid === 0 ? "root" : `${uid}`;
  return {
    id: "files.owner",
    severity: "error",
    what: `the ${role} "${path}" belongs to user ${stat.uid}, and we are user ${uid}`,
    why: isOurs ? "the daemon cannot trust it, or not write it" : "its owner decides what the daemon does",
    hint: `look at it, then take it over: sudo chown ${to} "${path}"`,
  };
}

function findDirectory(directory: DirectorySeen, { uid }: Scene): Finding[] {
  const { stat, role, path } = directory;
  if (stat === undefined) return missing(directory);
  if (stat.kind !== "directory") {
    return [{
      id: "directories.kind",
      severity: "error",
      what: `the directory of the ${role}, "${path}", is a ${stat.kind}`,
      why: "the daemon does not start without it",
      hint: `look at it: ls -ld "${path}"`,
    }];
  }
  const isStrangers = stat.uid !== uid && (uid === 0 || stat.uid !== 0);
  if (isStrangers && (directory.isOurs || steersRoot(directory, uid))) return [foreignDirectory(directory, uid)];
  return [...closed(directory), ...open(directory, uid)];
}

/** Root's configuration is in it. */
function steersRoot({ isWritten, trouble }: DirectorySeen, uid: number): boolean {
  return uid === 0 && !isWritten && trouble !== "EROFS";
}

function foreignDirectory({ role, path, stat }: DirectorySeen, uid: number): Finding {
  return {
    id: "directories.owner",
    severity: "error",
    what: `the directory of the ${role}, "${path}", belongs to user ${stat?.uid}, and we are user ${uid}`,
    why: "its owner can exchange everything in it, so the daemon does not start there",
    hint: `start as that user, or take it over: sudo chown -R ${uid === 0 ? "root" : uid} "${path}"`,
  };
}

function missing({ role, path, isWritten, isMade, trouble, at }: DirectorySeen): Finding[] {
  if (!isWritten) return [];
  if (trouble !== undefined) return [unusable({ role, path, trouble, at })];
  if (isMade) return role === "instance" ? [absent(path)] : [];
  return [{
    id: "directories.missing",
    severity: "error",
    what: `the directory of the ${role} is missing: "${path}"`,
    why: "the daemon does not make it, and does not start without it",
    hint: `make it: mkdir -p "${path}"`,
    fix: { what: `make directory "${path}"`, action: { kind: "make directory", path, mode: 0o700 } },
  }];
}

function absent(path: string): Finding {
  return {
    id: "directories.absent",
    severity: "note",
    what: `the directory of the instance does not exist yet: "${path}"`,
    why: "nothing was started here so far, or another place was meant",
    hint: "the first start makes it: appd start",
  };
}

function closed({ role, path, isWritten, trouble, at }: DirectorySeen): Finding[] {
  return isWritten && trouble !== undefined ? [unusable({ role, path, trouble, at })] : [];
}

function unusable(
  { role, path, trouble, at }: Pick<DirectorySeen, "role" | "path" | "at"> & { readonly trouble: string },
): Finding {
  const isReadOnly = trouble === "EROFS";
  return {
    id: isReadOnly ? "directories.read-only" : "directories.unwritable",
    severity: "error",
    what: isReadOnly
      ? `the file system of the ${role} is read-only: "${path}"`
      : `we cannot write in the directory of the ${role}, "${path}" (${trouble})`,
    why: "the daemon has to make and replace files there",
    hint: isReadOnly
      ? `see how it is mounted: findmnt -T "${at}", or choose another place: --home DIR`
      : `see who may: ls -ld "${at}", or choose another place: --home DIR`,
  };
}

function open({ role, path, stat, isOurs, trouble }: DirectorySeen, uid: number): Finding[] {
  // In what is ours alone a group has no business either, whoever we are.
  if (stat === undefined || trouble === "EROFS" || !isExchangeable(stat, isOurs ? 0 : uid)) return [];
  return [{
    id: "directories.open",
    severity: "error",
    what: `others can write to the directory of the ${role}, "${path}" (mode ${octal(stat.mode)})`,
    why: isOurs
      ? "whoever can exchange our files steers the daemon, so it does not start"
      : "others can exchange the file",
    hint: `close it: chmod ${isOurs ? "700" : uid === 0 ? "go-w" : "o-w"} "${path}"`,
    ...(isOurs && stat.uid === uid ? closing(path, stat, 0o700) : {}),
  }];
}

function findToken({ token, uid }: Scene): Finding[] {
  if (token === undefined) return [];
  const { path, trouble, hint, open } = token;
  return [{
    id: open === undefined ? "token.unusable" : "token.open",
    severity: "error",
    what: trouble,
    why: open === undefined
      ? "the daemon does not start without the token that its configuration names"
      : "who can read the token can steer the daemon over TCP, so it does not start",
    hint,
    ...(open?.uid === uid ? closing(path, open, 0o600) : {}),
  }];
}

/** Who could change what is ours, and whether we can ourselves. */
export const FILE_CHECKS: readonly Check[] = [
  {
    id: "directories",
    looksAt: "directories are there, ours alone and writable",
    find: (scene) => scene.directories.flatMap((directory) => findDirectory(directory, scene)),
  },
  {
    id: "files",
    looksAt: "files are regular, ours, and closed to others",
    find: (scene) => scene.files.flatMap((file) => findFile(file, scene)),
  },
  { id: "token", looksAt: "the token is secret", find: findToken },
];
