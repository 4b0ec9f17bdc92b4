import { AppdError } from "../base/errors.ts";
import type { Host } from "../system/host.ts";

/** A command line to supervise without a configuration: the words after `--`, and where they were given. */
export interface Command {
  readonly words: readonly string[];
  /** Absolute directory that the command runs in. */
  readonly cwd: string;
}

/** The words as given in the directory that we are in. */
export function commandHere(words: readonly string[], host: Pick<Host, "cwd">): Command {
  return { words, cwd: host.cwd() };
}

/** The error for a command that cannot be started. @param reason the whole message */
export function unfitCommand(reason: string): AppdError {
  return new AppdError(reason, {
    exit: "unavailable",
    hint: "there is nothing else to run: check the command",
  });
}
