import { AppdError, cannot } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { GitError, userGit } from "../../git/git.ts";
import { BARE_HOOKS, WORK_TREE_HOOKS } from "../../git/hook_script.ts";
import { type HookChange, installHooks, uninstallHooks } from "../../git/hooks.ts";
import { hooksPlace } from "../../git/hooks_place.ts";
import { gitDirOf } from "../../git/places.ts";
import { runBounded } from "../../system/bounded_command.ts";
import type { Context } from "../context.ts";
import { loadContextConfig } from "../load.ts";

/** What is done to the hooks of one repository. */
export type HooksOutcome =
  | { readonly name: string; readonly directory: string; readonly hooks: readonly HookChange[] }
  | { readonly name: string; readonly error: AppdError };

export interface HooksRequest {
  readonly action: "install" | "uninstall";
  /** Empty: all that are enabled. */
  readonly names: readonly string[];
  readonly dryRun: boolean;
}

/**
 * Puts hooks into repositories of the configuration, or takes them out. One that fails keeps no other from it.
 *
 * @throws ConfigError, AppdError (usage) when a name is none of the configuration's
 */
export async function changeHooks(context: Context, request: HooksRequest): Promise<readonly HooksOutcome[]> {
  const { config } = await loadContextConfig(context);
  const known = config.repositories;
  for (const name of request.names) {
    if (!known.some((one) => one.name === name)) throw noSuchRepository(name, known.map((one) => one.name));
  }
  const meant = known.filter(({ name, enabled }) =>
    request.names.length === 0 ? enabled : request.names.includes(name)
  );
  const outcomes: HooksOutcome[] = [];
  for (const { name, path } of meant) outcomes.push(await changeOne(context, request, { name, path }));
  return outcomes;
}

function noSuchRepository(name: string, known: readonly string[]): AppdError {
  const near = nearest(name, known);
  const list = known.length === 0 ? "the configuration names none" : `repositories: ${known.join(", ")}`;
  const hint = near === undefined ? list : `did you mean "${near}"? ${list}`;
  return cannot(["change the hooks of", name], "no such repository", { exit: "generic", hint });
}

async function changeOne(
  context: Context,
  { action, dryRun }: HooksRequest,
  { name, path }: { name: string; path: string },
): Promise<HooksOutcome> {
  const { files, host } = context.system;
  try {
    const gitDir = gitDirOf(files, path);
    const git = userGit({ run: runBounded, env: host.env, gitDir, cwd: files.realPath(path) });
    const place = await hooksPlace(git, { files, uid: host.uid, gitDir, name });
    const { name: program, prefix } = context.app.product;
    const target = {
      program,
      prefix,
      self: host.self,
      home: context.paths.home,
      socket: context.paths.socket,
      repository: name,
    };
    const { directory, isBare } = place;
    const hooks = isBare ? BARE_HOOKS : WORK_TREE_HOOKS;
    const input = { files, directory, hooks, target, dryRun };
    return { name, directory, hooks: action === "install" ? installHooks(input) : uninstallHooks(input) };
  } catch (error) {
    if (error instanceof AppdError) return { name, error };
    if (!(error instanceof GitError)) throw error;
    return { name, error: cannot([`${action} hooks in`, path], error.message, { exit: "generic", cause: error }) };
  }
}
