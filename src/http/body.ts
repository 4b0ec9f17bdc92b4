import type { Context } from "hono";
import { AppdError } from "../base/errors.ts";

/** The members of a JSON object; no body is an empty one. @throws AppdError (usage) */
export async function bodyOf(context: Context): Promise<Readonly<Record<string, unknown>>> {
  const text = await context.req.text();
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppdError("the body is not JSON", { exit: "usage", cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new AppdError("the body must be a JSON object", { exit: "usage" });
}

/** A switch of the body; absent is false. @throws AppdError (usage) */
export function switchIn(body: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === "boolean") return value;
  throw new AppdError(`${name} must be true or false`, { exit: "usage" });
}

/** What a number of the body may be. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** `seconds` for "a number of seconds". */
  readonly of?: string;
  readonly whole?: true;
}

/** A number of the body, undefined when it is absent. @throws AppdError (usage) */
export function numberIn(
  body: Readonly<Record<string, unknown>>,
  name: string,
  { min, max, of, whole }: NumberRange,
): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const fits = typeof value === "number" && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (fits) return value;
  const what = `a ${whole ? "whole " : ""}number${of === undefined ? "" : ` of ${of}`}`;
  throw new AppdError(`${name} must be ${what} from ${min} to ${max}`, { exit: "usage" });
}
