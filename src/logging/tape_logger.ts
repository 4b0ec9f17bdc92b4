import { getLogger, type LogLevel as TapeLevel } from "@logtape/logtape";
import { messageOf } from "../base/errors.ts";
import type { LogFields, Logger, LoggerFactory, LogLevel } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";

/** LogTape's word for a level of ours. */
export function toTapeLevel(level: LogLevel): TapeLevel {
  return level === "warn" ? "warning" : level;
}

/** Our word for a level of LogTape, whose users may also say `trace` and `fatal`. */
export function fromTapeLevel(level: TapeLevel): LogLevel {
  if (level === "trace") return "debug";
  if (level === "fatal") return "error";
  return level === "warning" ? "warn" : level;
}

/** Ports of {@link createLoggerFactory}. */
export interface LoggerFactoryOptions {
  /** Name of the program, the first part of every logger's. */
  readonly root: string;
  readonly clock: Pick<Clock, "now">;
  /** Told when a record could not be made. */
  readonly complain: (text: string) => void;
}

/**
 * Makes loggers that hand their records to LogTape as they are: a message is text, never a template, so braces that
 * come from a program or a request mean nothing. A call never throws.
 */
export function createLoggerFactory({ root, clock, complain }: LoggerFactoryOptions): LoggerFactory {
  return (part) => {
    const name = part === undefined ? root : `${root}.${part}`;
    const tape = getLogger(name.split("."));
    const emit = (level: TapeLevel) => (message: string, fields: LogFields = {}): void => {
      try {
        if (!tape.isEnabledFor(level)) return;
        const text = String(message);
        tape.emit({
          level,
          message: [text],
          rawMessage: text,
          timestamp: clock.now(),
          properties: readable(fields),
        });
      } catch (error) {
        complain(`cannot log a record of ${name}: ${messageOf(error)}`);
      }
    };
    return { debug: emit("debug"), info: emit("info"), warn: emit("warning"), error: emit("error") } satisfies Logger;
  };
}

/**
 * The fields with their values read where that is safe. LogTape copies properties by reading them, so one getter that
 * throws would cost the record.
 */
function readable(fields: LogFields): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const key of keysOf(fields)) {
    try {
      safe[key] = fields[key];
    } catch (error) {
      safe[key] = `[unreadable: ${messageOf(error)}]`;
    }
  }
  return safe;
}

function keysOf(fields: LogFields): string[] {
  try {
    return Object.keys(fields);
  } catch {
    return []; // null, or a proxy that hides its keys.
  }
}
