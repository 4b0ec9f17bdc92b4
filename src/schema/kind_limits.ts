import { nearest } from "../base/nearest.ts";
import { parseSize } from "../base/size.ts";
import { isTable, type Kind, type Reading, show } from "./kind.ts";

/** The limits of prlimit(1), each with what getrlimit(2) counts it in. */
const UNITS = {
  as: "bytes",
  core: "bytes",
  cpu: "seconds",
  data: "bytes",
  fsize: "bytes",
  locks: "locks",
  memlock: "bytes",
  msgqueue: "bytes",
  nice: "20 minus the nicest level",
  nofile: "descriptors",
  nproc: "processes of the user",
  rss: "bytes",
  rtprio: "priority",
  rttime: "microseconds",
  sigpending: "signals",
  stack: "bytes",
} as const;

const NAMES = Object.keys(UNITS);

/** Every limit with its unit, for the docs. */
export const LIMITS_TEXT = Object.entries(UNITS).map(([name, unit]) => `\`${name}\` (${unit})`).join(", ");

const UNLIMITED = "unlimited";

/**
 * Resource limits by the names of prlimit(1). A value is a whole number, for what counts bytes also a size, or
 * `"unlimited"`, or two of them as `"soft:hard"`; it reads to `soft:hard` with plain numbers.
 */
export function limits(): Kind<Record<string, string>> {
  const properties = Object.fromEntries(NAMES.map((name) => [name, limit(name).json]));
  return {
    label: "table of limits",
    json: { type: "object", properties, additionalProperties: false },
    structured: true,
    entry: ANY_LIMIT,
    fromText: (given) => Object.fromEntries(given.split(",").map((pair) => rawPair(pair))),
    read(raw, reading) {
      if (!isTable(raw)) {
        return void reading.flaw(`is ${show(raw)}, expected a table`, { hint: "write { nofile = 4096 }" });
      }
      const pairs = Object.entries(raw).map(([name, value]) =>
        [name, readLimit(name, value, reading.at(name))] as const
      );
      if (pairs.some(([, value]) => value === undefined)) return undefined;
      return Object.fromEntries(pairs) as Record<string, string>;
    },
  };
}

function rawPair(pair: string): [string, unknown] {
  const [name = "", value = ""] = pair.split("=", 2);
  return [name.trim(), ANY_LIMIT.fromText(value.trim())];
}

function readLimit(name: string, value: unknown, reading: Reading): string | undefined {
  if (NAMES.includes(name)) return limit(name).read(value, reading);
  const near = nearest(name, NAMES);
  reading.flaw("is no limit", {
    target: "key",
    hint: near === undefined ? `known: ${NAMES.join(", ")}` : `did you mean "${near}"?`,
  });
  return undefined;
}

function countsBytes(name: string): boolean {
  return UNITS[name as keyof typeof UNITS] === "bytes";
}

/** One limit: `soft:hard`. */
function limit(name: string): Kind<string> {
  const bytes = countsBytes(name);
  const expected = `a whole number${bytes ? ', a size such as "64MiB"' : ""}, "${UNLIMITED}" or "soft:hard"`;
  return {
    label: "limit",
    json: { anyOf: [{ type: "integer", minimum: 0 }, { type: "string", minLength: 1 }] },
    fromText: (given) => /^\d{1,15}$/.test(given) ? Number(given) : given,
    read(raw, reading) {
      const parts = (typeof raw === "number" ? String(raw) : typeof raw === "string" ? raw : "").split(":");
      const [soft, second] = parts.map((part) => amountOf(part.trim(), bytes));
      const hard = parts.length === 1 ? soft : second;
      if (parts.length > 2 || soft === undefined || hard === undefined) {
        const meant = typeof raw === "string" && !bytes && parts.every((part) => parseSize(part) !== undefined);
        const hint = meant ? `${name} counts ${UNITS[name as keyof typeof UNITS]}: write a number without a unit` : "";
        return void reading.flaw(`is ${show(raw)}, expected ${expected}`, hint === "" ? {} : { hint });
      }
      if (soft <= hard) return `${amountText(soft)}:${amountText(hard)}`;
      reading.flaw(`is ${show(raw)}: the soft limit is above the hard one`, { hint: "the soft one comes first" });
    },
  };
}

/** A limit whose name is not known yet: of bytes, because that takes every form. */
const ANY_LIMIT = limit("as");

function amountOf(text: string, bytes: boolean): number | undefined {
  if (text === UNLIMITED) return Infinity;
  const amount = /^\d{1,15}$/.test(text) ? Number(text) : bytes ? parseSize(text) : undefined;
  return amount !== undefined && amount <= Number.MAX_SAFE_INTEGER ? amount : undefined;
}

function amountText(amount: number): string {
  return amount === Infinity ? UNLIMITED : String(amount);
}
