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
  { files, uid, name }: { files: Pick<Files, "stat">; uid: number; name: string },
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
  if (stat !== undefined && stat.kind !== "directory" && !(stat.kind === "symlink" && uid !== 0)) {
    throw cannot(["change the hooks of", name], `"${directory}" is no directory`, {
      exit: "generic",
      hint: stat.kind === "symlink"
        ? "root follows no links here: git config core.hooksPath DIRECTORY"
        : "see git help hooks",
    });
  }
  return { directory, isBare };
}
