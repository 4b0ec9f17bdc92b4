import { dirname } from "node:path";
import { cannot } from "../base/errors.ts";
import type { Files } from "../system/files.ts";
import { type Git, textOf } from "./git.ts";

/** Where git looks for the hooks of a repository. */
export interface HooksPlace {
  readonly directory: string;
  readonly isBare: boolean;
}

/**
 * Asks git itself, with the user's own configuration, because that decides which hooks run.
 *
 * @param git runs in the repository's directory
 * @throws AppdError when the hooks are not the repository's own, GitError when there is no repository
 */
export async function hooksPlace(
  git: Git,
  { files, uid, gitDir, name }: { files: Pick<Files, "stat">; uid: number; gitDir: string; name: string },
): Promise<HooksPlace> {
  const isBare = textOf(await git({ args: ["rev-parse", "--is-bare-repository"] })) === "true";
  const directory = textOf(await git({ args: ["rev-parse", "--path-format=absolute", "--git-path", "hooks"] }));
  const configured = await git({ args: ["config", "--show-scope", "--get", "core.hooksPath"], codes: [0, 1] });
  const [scope] = textOf(configured).split("\t");
  if (configured.code === 0 && scope !== "local" && scope !== "worktree") {
    throw cannot(["change the hooks of", name], `core.hooksPath is set for all repositories: "${directory}"`, {
      exit: "generic",
      hint: "give the repository hooks of its own: git config core.hooksPath .git/hooks",
    });
  }
  const stat = files.stat(directory);
  if (stat !== undefined && stat.kind !== "directory") {
    throw cannot(["change the hooks of", name], `"${directory}" is no directory`, {
      exit: "generic",
      hint: "see what it says: git config core.hooksPath",
    });
  }
  if (uid === 0) refuseForeign(files, { directory, gitDir, name });
  return { directory, isBare };
}

/** A repository must not lead root to where its owner could not write. */
function refuseForeign(
  files: Pick<Files, "stat">,
  { directory, gitDir, name }: { directory: string; gitDir: string; name: string },
): void {
  let there = directory;
  while (files.stat(there) === undefined) there = dirname(there);
  if (files.stat(there)?.uid === files.stat(gitDir)?.uid) return;
  throw cannot(["change the hooks of", name], `"${there}" belongs to another user than the repository`, {
    exit: "generic",
    hint: "run it as the user that owns the hooks",
  });
}
