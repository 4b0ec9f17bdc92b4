import { type Context, createContext } from "../app/context.ts";
import { textOf } from "./invocation.ts";
import type { VerbInput } from "./verb.ts";

/** The instance that a command line is about. @throws AppdError (usage) when its name is unfit */
export function contextOf({ invocation, system }: Pick<VerbInput, "invocation" | "system">): Context {
  return createContext({
    home: textOf(invocation, "home"),
    name: textOf(invocation, "name"),
    config: textOf(invocation, "config"),
    flags: invocation.settings,
    system,
  });
}
