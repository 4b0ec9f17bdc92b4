import { shown } from "./reason.ts";

/** What of a message of sd_notify(3) matters here; times in milliseconds. */
export interface NotifyMessage {
  readonly ready?: true;
  readonly stopping?: true;
  readonly reloading?: true;
  /** Fit to be shown; empty to clear it. */
  readonly status?: string;
  readonly watchdog?: "alive" | "trigger";
  readonly watchdogPeriod?: number;
  readonly extendTimeout?: number;
  /** The errno-style code of a program that gives up. */
  readonly errno?: number;
}

/** Bytes of the longest message, as in systemd: a longer one is ignored. */
export const LONGEST_MESSAGE = 4096;

const DECODER = new TextDecoder();

/** One line each; whatever is not here (MAINPID, FDSTORE, BARRIER …) is ignored: a program's main process is our child. */
const READERS: Readonly<Record<string, (value: string) => NotifyMessage>> = {
  READY: (value) => value === "1" ? { ready: true } : {},
  STOPPING: (value) => value === "1" ? { stopping: true } : {},
  RELOADING: (value) => value === "1" ? { reloading: true } : {},
  STATUS: (value) => ({ status: shown(value) }),
  WATCHDOG: (value) => value === "1" ? { watchdog: "alive" } : value === "trigger" ? { watchdog: "trigger" } : {},
  WATCHDOG_USEC: (value) => milliseconds(value, (watchdogPeriod) => ({ watchdogPeriod })),
  EXTEND_TIMEOUT_USEC: (value) => milliseconds(value, (extendTimeout) => ({ extendTimeout })),
  ERRNO: (value) => /^\d{1,5}$/.test(value) ? { errno: Number(value) } : {},
};

/** Reads `KEY=value` lines. Bytes of any kind are harmless: what makes no sense is left out. */
export function parseNotify(bytes: Uint8Array): NotifyMessage {
  if (bytes.length > LONGEST_MESSAGE) return {};
  let message: NotifyMessage = {};
  for (const line of DECODER.decode(bytes).split("\n")) {
    const equals = line.indexOf("=");
    const key = line.slice(0, Math.max(0, equals));
    if (Object.hasOwn(READERS, key)) message = { ...message, ...READERS[key]?.(line.slice(equals + 1)) };
  }
  return message;
}

/** Of microseconds; nothing when they are none, or 0. */
function milliseconds(value: string, then: (ms: number) => NotifyMessage): NotifyMessage {
  const ms = /^\d{1,15}$/.test(value) ? Number(value) / 1000 : 0;
  return ms > 0 ? then(ms) : {};
}
