import { exitCode, type ExitName } from "./exit_codes.ts";

/** What an {@link AppdError} carries beside its message. */
export interface AppdErrorOptions {
  /** Row of the exit code table. */
  readonly exit: ExitName;
  /** What the user can do, best a command to run. No final period. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Each thing that is wrong, where there may be several; scripts get it as JSON. */
  readonly problems?: readonly unknown[];
}

/**
 * A failure that is the user's or the host's, not a bug: one line says what could not be done and why, the hint says
 * what to do. Anything thrown that is not an AppdError is a bug and keeps its stack.
 */
export class AppdError extends Error {
  override readonly name = "AppdError";
  readonly exit: ExitName;
  readonly hint: string | undefined;
  readonly problems: readonly unknown[] | undefined;

  constructor(message: string, options: AppdErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exit = options.exit;
    this.hint = options.hint;
    this.problems = options.problems;
  }

  /** The number that a process ending on this error exits with. */
  get exitCode(): number {
    return exitCode(this.exit);
  }
}

/**
 * The usual form of a failure: `cannot VERB "OBJECT": CAUSE`.
 *
 * @param action verb and object, for example `["bind", "127.0.0.1:8321"]`
 * @param cause why, as text without a final period
 */
export function cannot(action: readonly [verb: string, object: string], cause: string, options: AppdErrorOptions) {
  return new AppdError(`cannot ${action[0]} "${action[1]}": ${cause}`, options);
}

/** The errno name (`ENOENT`, `EACCES` …) of an error from node or Deno, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** Text of any thrown value, for a log field or a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const ERRNO_MEANING: Readonly<Record<string, readonly [text: string, exit: ExitName]>> = {
  EACCES: ["permission denied", "noPermission"],
  EPERM: ["operation not permitted", "noPermission"],
  ENOENT: ["no such file or directory", "cannotCreate"],
  ENOTDIR: ["a part of the path is not a directory", "cannotCreate"],
  EEXIST: ["something else is there already", "cannotCreate"],
  EISDIR: ["is a directory", "cannotCreate"],
  EROFS: ["read-only file system", "cannotCreate"],
  ELOOP: ["is a symbolic link that is refused here, or one of a circle", "noPermission"],
  ENOSPC: ["no space left on device", "cannotCreate"],
  EDQUOT: ["disk quota exceeded", "cannotCreate"],
  EMFILE: ["too many open files", "io"],
  ENFILE: ["too many open files on this host", "io"],
  EIO: ["input/output error", "io"],
  ENOEXEC: ["is not a program that this machine can execute", "generic"],
  ETXTBSY: ["the file is being written", "io"],
  EAGAIN: ["the limit of processes is reached", "io"],
  ENOMEM: ["out of memory", "io"],
  E2BIG: ["arguments and environment are too long", "generic"],
  ENAMETOOLONG: ["the name is too long", "cannotCreate"],
};

/**
 * An {@link AppdError} for a failed system call; the message ends in the errno's meaning and name.
 *
 * @param action verb and path
 * @param error what node or Deno threw; without an errno it is rethrown, because then it is a bug
 */
export function systemError(action: readonly [verb: string, object: string], error: unknown, hint?: string): AppdError {
  const errno = errnoOf(error);
  if (errno === undefined) throw error;
  const exit = ERRNO_MEANING[errno]?.[1] ?? "io";
  return cannot(action, errnoText(error), { exit, cause: error, ...(hint === undefined ? {} : { hint }) });
}

/** Meaning and name of its errno: `permission denied (EACCES)`. */
export function errnoText(error: unknown): string {
  const errno = errnoOf(error) ?? "";
  return `${ERRNO_MEANING[errno]?.[0] ?? messageOf(error)} (${errno})`;
}
