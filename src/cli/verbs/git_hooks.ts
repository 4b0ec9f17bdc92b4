import { changeHooks, type HooksOutcome } from "../../app/git/hooks.ts";
import type { HookChange } from "../../git/hooks.ts";
import type { Advise } from "../advice.ts";
import { contextOf } from "../context_of.ts";
import { reportFailures } from "../failure.ts";
import { isOn } from "../invocation.ts";
import type { VerbInput } from "../verb.ts";

/** `git hooks install` and `git hooks uninstall` */
export async function hooks(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const action = invocation.path.at(-1) === "install" ? "install" : "uninstall";
  const dryRun = isOn(invocation, "dry-run");
  const names = [...new Set(invocation.arguments)];
  const outcomes = await changeHooks(contextOf(input), { action, names, dryRun });
  const errors = outcomes.flatMap((one) => "error" in one ? [one.error] : []);
  if (output.json) {
    const repositories = outcomes.map((one) => jsonOf(one, output.advise));
    output.printJson({ action, dry_run: dryRun, ok: errors.length === 0, repositories });
  } else tellHooks(input, { outcomes, dryRun });
  return reportFailures(output, errors, { program: program.name, stack: false });
}

interface HooksTold {
  readonly outcomes: readonly HooksOutcome[];
  readonly dryRun: boolean;
}

function tellHooks({ output, program }: VerbInput, { outcomes, dryRun }: HooksTold): void {
  if (outcomes.length === 0) output.tell(`${program.name}: no repository is configured and enabled`);
  for (const one of outcomes) {
    if ("error" in one) continue;
    for (const line of linesOf(one.hooks, dryRun)) output.tell(`${program.name}: ${one.name}: ${line}`);
  }
}

function jsonOf(outcome: HooksOutcome, advise: Advise): Readonly<Record<string, unknown>> {
  if ("error" in outcome) {
    const { name, error: { message, hint } } = outcome;
    const advice = hint === undefined ? null : advise(hint);
    return { name, ok: false, directory: null, hooks: [], error: message, hint: advice };
  }
  const { name, directory, hooks } = outcome;
  return { name, ok: true, directory, hooks, error: null, hint: null };
}

const SAID: Readonly<Record<HookChange["action"], readonly [did: string, would: string]>> = {
  installed: ["installed", "would install"],
  chained: ["installed, after the one that was there,", "would install, after the one that is there,"],
  updated: ["updated", "would update"],
  unchanged: ["had already", "has already"],
  removed: ["removed", "would remove"],
  restored: ["put back what was there before as", "would put back what was there before as"],
  absent: ["had no hook of ours as", "has no hook of ours as"],
};

/** `installed post-commit and post-merge`, one line for each kind of change. */
function linesOf(changes: readonly HookChange[], dryRun: boolean): readonly string[] {
  const actions = [...new Set(changes.map(({ action }) => action))];
  return actions.map((action) => {
    const hooks = changes.filter((one) => one.action === action).map(({ hook }) => hook);
    return `${SAID[action][dryRun ? 1 : 0]} ${hooks.join(", ")}`;
  });
}
