import { CronError, parseCron } from "../base/cron_pattern.ts";
import type { Kind } from "./kind.ts";
import { text } from "./kinds.ts";

/** A cron expression of five or six fields, or `@daily` and its like, that comes some time; as text. */
export function cron(): Kind<string> {
  const plain = text({ label: "cron expression", expected: 'a cron expression such as "0 9 * * mon-fri"' });
  return {
    ...plain,
    read(raw, reading) {
      const given = plain.read(raw, reading);
      if (given === undefined) return undefined;
      const known = reading.once(plain, () => new Set<string>());
      if (known.has(given)) return given;
      try {
        parseCron(given);
        known.add(given);
        return given;
      } catch (error) {
        if (!(error instanceof CronError)) throw error;
        reading.flaw(error.message, error.hint === undefined ? {} : { hint: error.hint });
      }
    },
  };
}
