import { isAbsolute, join } from "node:path";
import { formatDuration, parseDuration } from "../base/duration.ts";
import { nearest } from "../base/nearest.ts";
import { parseSize } from "../base/size.ts";
import { type Kind, type Reading, show } from "./kind.ts";

/** Limits of a text. */
export interface TextOptions {
  readonly label?: string;
  /** The whole text has to match. */
  readonly pattern?: RegExp;
  /** What the pattern means: `1 to 64 letters, digits …`. */
  readonly expected?: string;
}

/** A text that is not empty and has no NUL. */
export function text(options: TextOptions = {}): Kind<string> {
  const { label = "text", pattern, expected = "a text" } = options;
  return {
    label,
    json: { type: "string", minLength: 1, ...(pattern === undefined ? {} : { pattern: pattern.source }) },
    fromText: (given) => given,
    read(raw, reading) {
      if (typeof raw !== "string") {
        return void reading.flaw(`is ${show(raw)}, expected ${expected}`, { hint: quoteHint(raw) });
      }
      if (raw === "") return void reading.flaw(`is empty, expected ${expected}`);
      if (raw.includes("\0")) return void reading.flaw("contains a NUL character");
      if (pattern && !pattern.test(raw)) return void reading.flaw(`is ${show(raw)}, expected ${expected}`);
      return raw;
    },
  };
}

function quoteHint(raw: unknown): string {
  const scalar = typeof raw === "number" || typeof raw === "boolean";
  return scalar ? `put it in quotes: "${raw}"` : 'write a text in quotes: "…"';
}

/** `true` or `false`. */
export function flag(): Kind<boolean> {
  const words: Record<string, boolean> = {
    true: true,
    yes: true,
    on: true,
    1: true,
    false: false,
    no: false,
    off: false,
    0: false,
  };
  return {
    label: "true or false",
    json: { type: "boolean" },
    choices: ["true", "false"],
    fromText: (given) => Object.hasOwn(words, given.toLowerCase()) ? words[given.toLowerCase()] : given,
    read(raw, reading) {
      if (typeof raw === "boolean") return raw;
      const meant = typeof raw === "string" && /^(true|false)$/i.test(raw);
      const hint = meant ? `write it without quotes: ${raw.toLowerCase()}` : undefined;
      reading.flaw(`is ${show(raw)}, expected true or false`, hint === undefined ? {} : { hint });
    },
  };
}

/** A whole number from `min` to `max`, both included. Default: 0 or more. */
export function integer(limits: { readonly min?: number; readonly max?: number } = {}): Kind<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = limits;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : min === max ? `${min}` : `${min} to ${max}`;
  const bounds = max === Number.MAX_SAFE_INTEGER ? { minimum: min } : { minimum: min, maximum: max };
  return {
    label: min === max ? `the number ${min}` : `whole number, ${range}`,
    json: { type: "integer", ...bounds },
    fromText: (given) => /^[+-]?\d{1,15}$/.test(given.trim()) ? Number(given) : given,
    read(raw, reading) {
      if (typeof raw !== "number" || !Number.isInteger(raw)) {
        const meant = typeof raw === "string" && /^\d+$/.test(raw);
        const hint = meant ? `write it without quotes: ${raw}` : undefined;
        return void reading.flaw(
          `is ${show(raw)}, expected a whole number, ${range}`,
          hint === undefined ? {} : { hint },
        );
      }
      if (raw >= min && raw <= max) return raw;
      reading.flaw(`is ${raw}, expected ${range}`, min === max ? { hint: `write ${min}, or take it out` } : {});
    },
  };
}

/** One of some words. `synonyms` are accepted too, mean the word they name, and are shown as it. */
export function oneOf<const W extends string>(
  words: readonly W[],
  synonyms: Readonly<Record<string, W>> = {},
): Kind<W> {
  const label = wordList(words, synonyms);
  const meant = (raw: unknown) => typeof raw === "string" && Object.hasOwn(synonyms, raw) ? synonyms[raw] : undefined;
  return {
    label,
    json: { type: "string", enum: [...words, ...Object.keys(synonyms)] },
    choices: words,
    fromText: (given) => given,
    printed: meant,
    read(raw, reading) {
      const found = words.find((word) => word === raw) ?? meant(raw);
      if (found !== undefined) return found;
      const near = typeof raw === "string" ? nearest(raw, words) : undefined;
      const hint = near === undefined ? undefined : `did you mean "${near}"?`;
      reading.flaw(`is ${show(raw)}, expected ${label}`, hint === undefined ? {} : { hint });
    },
  };
}

/** The words, and the synonyms behind their own, unless every word has one: that is a habit and no choice. */
function wordList(words: readonly string[], synonyms: Readonly<Record<string, string>>): string {
  const told = Object.entries(synonyms).length < words.length ? Object.entries(synonyms) : [];
  const quoted = words.map((word) => {
    const also = told.filter(([, meant]) => meant === word).map(([synonym]) => ` (also "${synonym}")`);
    return `"${word}"${also.join("")}`;
  });
  if (quoted.length < 2 || quoted.length > 8) return `one of ${quoted.join(", ")}`;
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** A quantity with a unit, written as text; 0 needs no unit. `parse` gives undefined for a text that is none. */
function quantity(options: {
  readonly label: string;
  readonly examples: string;
  readonly units: string;
  readonly pattern: string;
  readonly min: number;
  readonly max: number;
  readonly parse: (text: string) => number | undefined;
  readonly format: (value: number) => string;
}): Kind<number> {
  const { label, examples, units, min, max, parse, format } = options;
  return {
    label,
    json: { anyOf: [{ type: "string", pattern: options.pattern }, ...(min === 0 ? [{ enum: [0, "0"] }] : [])] },
    fromText: (given) => given.trim() === "0" ? 0 : given,
    read(raw, reading) {
      if ((raw === 0 || raw === "0") && min === 0) return 0;
      if (typeof raw === "number") {
        return void reading.flaw(`is ${raw} without a unit, expected a ${label} such as ${examples}`, { hint: units });
      }
      const value = typeof raw === "string" ? parse(raw) : undefined;
      if (value === undefined) {
        return void reading.flaw(`is ${show(raw)}, expected a ${label} such as ${examples}`, { hint: units });
      }
      if (value < min) return void reading.flaw(`is ${show(raw)}, too little`, { hint: `at least ${format(min)}` });
      if (value > max) return void reading.flaw(`is ${show(raw)}, too much`);
      return value;
    },
  };
}

const TEN_YEARS_MS = 10 * 365 * 86_400_000;

/** A duration in milliseconds. `min` in milliseconds, default 1; with 0, zero means off. */
export function duration({ min = 1 }: { readonly min?: number } = {}): Kind<number> {
  return quantity({
    label: "duration",
    examples: '"30s", "5m" or "1h30m"',
    units: "units: ms, s, m, h, d",
    pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$",
    min,
    max: TEN_YEARS_MS,
    parse: parseDuration,
    format: formatDuration,
  });
}

/** A size in bytes. `min` in bytes, default 1; with 0, zero means off. */
export function size({ min = 1 }: { readonly min?: number } = {}): Kind<number> {
  return quantity({
    label: "size",
    examples: '"10MiB", "512KiB" or "1GB"',
    units: "units: B, KiB, MiB, GiB, kB, MB, GB",
    pattern: "^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|kB|MB|GB)$",
    min,
    max: Number.MAX_SAFE_INTEGER,
    parse: parseSize,
    format: (bytes) => `${bytes}B`,
  });
}

/** A path; absolute when read, relative ones are relative to the reading's base directory. */
export function path(completes: "file" | "directory" = "file"): Kind<string> {
  const plain = text({ label: "path" });
  return {
    ...plain,
    completes,
    read(raw: unknown, reading: Reading) {
      const given = plain.read(raw, reading);
      if (given === undefined) return undefined;
      if (given.startsWith("~")) {
        return void reading.flaw(`is ${show(given)}: "~" is not expanded`, {
          hint: "write the path from the root: /home/…",
        });
      }
      return isAbsolute(given) ? given : join(reading.base, given);
    },
  };
}
