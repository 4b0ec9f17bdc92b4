import type { Kind } from "./kind.ts";
import { text } from "./kinds.ts";

/** A cron expression of five or six fields, or `@daily` and its like. */
export function cron(): Kind<string> {
  return text({ label: "cron expression", expected: "a cron expression" });
}
