import { dirname } from "node:path";
import { AppdError, errnoOf, messageOf } from "../base/errors.ts";
import type { ExitName } from "../base/exit_codes.ts";
import type { Refusal } from "./messages.ts";
import { type Fault, faultOf } from "./trouble.ts";

/** The file cannot be opened, and setting it aside is no answer. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.message, options);
    this.refusal = refusal;
  }
}

export function refused(exit: ExitName, message: string, hint: string): RefusedError {
  return new RefusedError({ exit, message, hint, busy: false });
}

/** What may help with each, after SQLite's or the kernel's own words. */
function hintFor(fault: Fault, path: string): string {
  switch (fault) {
    case "busy":
      return `another process holds a lock on it: find it with: fuser -v "${path}"`;
    case "full":
      return `make room on its file system: df -h "${dirname(path)}"`;
    case "io":
      return `see whether its file system has room and works: df -h "${dirname(path)}", or choose another: --home DIR`;
    default:
      return `look at it and its directory: ls -la "${path}"*, or choose another place: --home DIR`;
  }
}

/** A refusal for whatever was thrown while `path` was opened. */
export function refusalOf(error: unknown, path: string): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  const fault = faultOf(error);
  const errno = errnoOf(error);
  const full = errno === "ENOSPC" || errno === "EDQUOT" ? "full" : fault;
  const message = `cannot open "${path}": ${messageOf(error)}`;
  return { exit: "unavailable", message, hint: hintFor(full, path), busy: fault === "busy" };
}

/** The error that a caller of `openStore` sees. */
export function refusalError({ exit, message, hint }: Refusal): AppdError {
  return new AppdError(message, { exit, hint });
}
