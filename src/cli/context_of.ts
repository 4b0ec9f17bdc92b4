import { type Context, createContext } from "../app/context.ts";
import { homeOfService } from "../app/service/installed.ts";
import { textOf } from "./invocation.ts";
import type { VerbInput } from "./verb.ts";

/**
 * The instance that a command line is about: the one in `--home`; else root's is that of the service that is installed,
 * where one is.
 *
 * @throws AppdError (usage) when its name is unfit
 */
export function contextOf(input: Pick<VerbInput, "app" | "invocation" | "system">): Context {
  const context = givenContext(input);
  if (context.home !== undefined) return context;
  const { product } = input.app;
  const home = homeOfService(input.system, { product, instance: context.instance });
  return home === undefined ? context : createContext({ ...context, home });
}

/** The instance as the command line itself names it, for commands that run it or make it a service. */
export function givenContext({ app, invocation, system }: Pick<VerbInput, "app" | "invocation" | "system">): Context {
  return createContext({
    home: textOf(invocation, "home"),
    name: textOf(invocation, "name"),
    config: textOf(invocation, "config"),
    flags: invocation.settings,
    system,
    app,
  });
}
