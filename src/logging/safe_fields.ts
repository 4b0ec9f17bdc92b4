import type { LogFields } from "../base/logger.ts";
import type { Redact } from "./redact.ts";

/** A value that can be written without running code of others: what JSON knows. */
export type PlainValue = string | number | boolean | null | readonly PlainValue[] | {
  readonly [key: string]: PlainValue;
};
export type PlainFields = Readonly<Record<string, PlainValue>>;

/** Bounds of what one field may bring into a record. */
const MAX_DEPTH = 4;
const MAX_ENTRIES = 64;
const MAX_TEXT = 8 * 1024;

/** How {@link plainFields} renders. */
export interface PlainOptions {
  readonly redact: Redact;
  /** Add the stack of an Error under `KEY_stack`. */
  readonly stacks: boolean;
}

/** A copy of `fields` that is safe to keep and to write; never throws, whatever a getter or a proxy does. */
export function plainFields(fields: LogFields, options: PlainOptions): PlainFields {
  const plain: Record<string, PlainValue> = {};
  for (const key of keysOf(fields)) {
    const value = valueOf(fields, key, options.redact);
    if (value === undefined) continue;
    plain[key] = toPlain(value, { ...options, above: [] });
    if (options.stacks && value instanceof Error) plain[`${key}_stack`] = text(stackOf(value));
  }
  return plain;
}

interface Walk extends PlainOptions {
  /** The objects that we are inside of. */
  readonly above: readonly object[];
}

function toPlain(value: unknown, walk: Walk): PlainValue {
  try {
    return convert(value, walk);
  } catch (error) {
    return `[unreadable: ${describe(error)}]`;
  }
}

function convert(value: unknown, walk: Walk): PlainValue {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object") return text(String(value)); // undefined, bigint, symbol
  if (value instanceof Error) return text(describe(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof URL || value instanceof RegExp) return text(String(value));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (walk.above.includes(value)) return "[circular]";
  if (walk.above.length >= MAX_DEPTH) return "[too deep]";
  const inside = { ...walk, above: [...walk.above, value] };
  return value instanceof Map || value instanceof Set || Array.isArray(value)
    ? list(value, inside)
    : record(value, inside);
}

function list(values: Iterable<unknown>, walk: Walk): PlainValue {
  const plain: PlainValue[] = [];
  for (const value of values) {
    if (plain.length === MAX_ENTRIES) return [...plain, "…"];
    plain.push(toPlain(value, walk));
  }
  return plain;
}

function record(value: object, walk: Walk): PlainValue {
  const plain: Record<string, PlainValue> = {};
  for (const key of keysOf(value)) {
    const inner = valueOf(value, key, walk.redact);
    if (inner !== undefined) plain[key] = toPlain(inner, walk);
  }
  return plain;
}

function keysOf(value: object): string[] {
  try {
    return Object.keys(value).slice(0, MAX_ENTRIES);
  } catch {
    return []; // A proxy may throw anything; a field that hides its keys has none.
  }
}

function valueOf(holder: object, key: string, redact: Redact): unknown {
  try {
    return redact(key, (holder as Record<string, unknown>)[key]);
  } catch (error) {
    return `[unreadable: ${describe(error)}]`;
  }
}

/** Message of an error with those of its causes. */
function describe(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    const message = String(error.message || error.name);
    return error.cause instanceof Error && error.cause !== error && !message.includes(error.cause.message)
      ? `${message}: ${error.cause.message}`
      : message;
  } catch {
    return "unknown"; // An error whose own message throws.
  }
}

function stackOf(error: Error): string {
  try {
    return String(error.stack);
  } catch (failure) {
    return describe(failure);
  }
}

function text(value: string): string {
  return value.length <= MAX_TEXT ? value : `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`;
}
