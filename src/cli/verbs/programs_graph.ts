import type { Context } from "../../app/context.ts";
import { askStatus } from "../../app/control.ts";
import { loadContextConfig } from "../../app/load.ts";
import { cannot } from "../../base/errors.ts";
import { levelsOf } from "../../base/levels.ts";
import { familyOf } from "../../base/program_names.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";
import { contextOf } from "../context_of.ts";
import { branchesFor, type GraphProgram, renderGraph } from "../render_graph.ts";
import { statesOf } from "../render_programs.ts";
import type { VerbInput } from "../verb.ts";

/** What the graph reads of a program of the configuration. */
interface Configured {
  readonly name: string;
  readonly instances?: number | undefined;
  readonly dependsOn?: Readonly<Record<string, string>> | undefined;
}

/** `programs graph`: the order of the start as the configuration file has it, with states where a daemon runs. */
export async function graph(input: VerbInput): Promise<number> {
  const { output, system } = input;
  const context = contextOf(input);
  const { config, own } = await loadContextConfig(context);
  const running = (await askStatus(context))?.programs;
  const levels = levelsFor([...config.programs, ...own.wanted], context, running);
  if (output.json) output.printJson(jsonOf(levels));
  else if (levels.length === 0) output.print("no programs");
  else {
    const lines = renderGraph(levels, { style: output.style, branches: branchesFor(system.host.env) });
    output.print(lines.join("\n"));
  }
  return 0;
}

function levelsFor(
  programs: readonly Configured[],
  { configFile }: Context,
  running: readonly ProgramStatus[] | undefined,
): GraphProgram[][] {
  const all = programs.map(({ name, instances, dependsOn = {} }): GraphProgram => ({
    name,
    instances: instances ?? 1,
    dependsOn,
    state: running && stateOf(name, running),
  }));
  const byName = new Map(all.map((program) => [program.name, program]));
  const { levels, circle } = levelsOf(all.map((one) => ({ name: one.name, dependsOn: Object.keys(one.dependsOn) })));
  if (circle.length > 0) {
    throw cannot(["draw the graph of", configFile], `programs wait for each other: ${circle.join(", ")}`, {
      exit: "config",
      hint: "see the circle: appd config check",
    });
  }
  return levels.map((level) => level.flatMap((name) => byName.get(name) ?? []));
}

function stateOf(name: string, running: readonly ProgramStatus[]): string {
  const members = running.filter((program) => familyOf(program) === name);
  return members.length === 0 ? "not loaded" : statesOf(members);
}

function jsonOf(levels: readonly (readonly GraphProgram[])[]) {
  return {
    levels: levels.map((level) => level.map(({ name }) => name)),
    programs: levels.flatMap((level, index) =>
      level.map(({ name, instances, dependsOn, state }) => ({
        name,
        level: index + 1,
        instances,
        depends_on: dependsOn,
        state: state ?? null,
      }))
    ),
  };
}
