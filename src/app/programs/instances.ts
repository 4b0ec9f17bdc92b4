import { AppdError } from "../../base/errors.ts";
import type { ProgramConfig } from "../../schema/appd_schema.ts";

/** How many instances somebody asked for at run time, by name of a program of the configuration. */
export type Scale = ReadonlyMap<string, number>;

/** One process to supervise. */
export interface Instance {
  /** Name of the program of the configuration. */
  readonly program: string;
  /** Its own name: `web`, `web.2`. */
  readonly name: string;
  /** Absent when the program has no instances and was never scaled. */
  readonly family?: { readonly name: string; readonly number: number };
}

/**
 * The instances of every program. `instances = N` gives `web.1` to `web.N`. A program without it is `web`, and scaled to 3
 * `web`, `web.2` and `web.3`, so that scaling starts and stops no more than it has to.
 *
 * @throws AppdError (usage) when an instance would be called as another program is
 */
export function expandInstances(
  config: { readonly programs: readonly Pick<ProgramConfig, "name" | "instances">[] },
  scale: Scale,
): Instance[] {
  const names = new Set(config.programs.map(({ name }) => name));
  const all = config.programs.flatMap((program) => instancesOf(program, scale.get(program.name)));
  const clash = all.find(({ program, name }) => name !== program && names.has(name));
  if (clash === undefined) return all;
  throw new AppdError(`cannot scale "${clash.program}": another program is called "${clash.name}"`, {
    exit: "usage",
    hint: `at most ${(clash.family?.number ?? 1) - 1} fit beside it; or give "${clash.name}" another name`,
  });
}

function instancesOf(
  { name, instances }: Pick<ProgramConfig, "name" | "instances">,
  scaled: number | undefined,
): Instance[] {
  const count = scaled ?? instances;
  if (count === undefined) return [{ program: name, name }];
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const plain = instances === undefined && number === 1;
    return { program: name, name: plain ? name : `${name}.${number}`, family: { name, number } };
  });
}
