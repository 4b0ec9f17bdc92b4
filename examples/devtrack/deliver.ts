import { AppdError, type Check, type JobContext, type Kit } from "../../src/mod.ts";
import { runCommand } from "./run_command.ts";
import { type Config, integrationsIn } from "./settings.ts";
import { noteDelivery, undelivered } from "./triggers.ts";

/** Name of the job that hands answers on. */
export const SYNC = "sync";
/** Milliseconds that one answer may take to reach an integration. */
const DELIVERY_MS = 60_000;

/** An integration that answers go to. */
interface Target {
  readonly name: string;
  readonly command: readonly string[];
}

/** The integrations that answers go to: those that are enabled and have a command. */
function targetsOf({ integrations }: Pick<Config, "integrations">): Target[] {
  return integrationsIn(integrations).flatMap(({ name, enabled, command }) =>
    enabled && command !== undefined ? [{ name, command }] : []
  );
}

/**
 * Hands answers on, each once to each integration, also after a failure in between; one integration that fails keeps none
 * from the others.
 *
 * @throws AppdError (unavailable) naming those that failed
 */
export async function sync(context: JobContext<Config>): Promise<void> {
  const targets = targetsOf(context.config);
  const outcomes = await Promise.allSettled(targets.map((target) => handOn(context, target)));
  context.signal.throwIfAborted();
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === "fulfilled" ? [] : [`"${targets[index]?.name}": ${(outcome.reason as Error).message}`]
  );
  if (failures.length === 0) return;
  throw new AppdError(`cannot hand answers on to ${failures.join(", nor to ")}`, { exit: "unavailable" });
}

/** What one integration has not got yet, oldest first; the rest waits behind one that fails. */
async function handOn({ clock, log, signal, store }: JobContext<Config>, target: Target): Promise<void> {
  const { name: integration, command } = target;
  for (const trigger of await undelivered(store, integration)) {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(DELIVERY_MS)]);
    await runCommand(command, { signal: patience, input: JSON.stringify(trigger) });
    await noteDelivery(store, { trigger, integration, at: clock.now() });
    log.info("answer handed on", { trigger: trigger.id, integration });
  }
}

/** An answer was given: it goes out now, where answers go out by themselves. What that misses, the job's times find. */
export async function handOnSoon({ config, jobs, log }: Pick<Kit<Config>, "config" | "jobs" | "log">): Promise<void> {
  if (!handsOnByItself(config)) return;
  try {
    await jobs.trigger(SYNC);
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    log.warn("the answer is handed on later", { error });
  }
}

/** Whether answers go out without being asked to, and somewhere. */
export function handsOnByItself(config: Pick<Config, "integrations" | "settings">): boolean {
  return config.settings.autoSync && targetsOf(config).length > 0;
}

/** Shown by `/health`: the last try to hand answers on has failed. */
export const DELIVERY: Check<Config> = {
  name: "delivery",
  critical: false,
  check({ config, jobs }) {
    if (targetsOf(config).length === 0) return; // What failed is not wanted any more.
    const last = jobs.statusOf(SYNC)?.last;
    if (last?.outcome !== "failed" && last?.outcome !== "timeout") return;
    throw new AppdError(last.reason ?? `handing answers on: ${last.outcome}`, {
      exit: "unavailable",
      hint: `try it again: devtrack jobs run ${SYNC} --wait`,
    });
  },
};
