import { flag, oneOf } from "./kinds.ts";
import { type Fields, group, type Setting, setting } from "./setting.ts";
import { ROTATION } from "./settings_log.ts";

type Inherited<F extends Fields> = { [K in keyof F]: F[K] extends Setting<infer T> ? Setting<T, "default"> : never };

/** The same settings, each with the value of the same key under `[section]` as its default. */
function inherited<const F extends Fields>(fields: F, from: string): Inherited<F> {
  const entries = Object.entries(fields).map(([key, field]) => {
    const { default: _, ...rest } = field as Setting;
    return [key, { ...rest, inherit: `${from}.${key}` }];
  });
  return Object.fromEntries(entries);
}

/** Where the output of a program or a job goes. */
export function outputLog(noun: string) {
  return group(`the ${noun}'s log; what is not given is as under [log]`, {
    ...inherited(ROTATION, "log"),
    timestamp: setting(flag(), {
      default: false,
      help: "put the time before each line",
      reload: "applied",
      example: true,
    }),
    overflow: setting(oneOf(["block", "drop"]), {
      default: "block",
      help: `when the log cannot be written as fast as the ${noun} writes: let it wait, or drop lines and count them`,
      reload: "applied",
      example: "drop",
    }),
  });
}
