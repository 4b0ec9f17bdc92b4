import type { Commit } from "./commits.ts";
import type { Git } from "./git.ts";

const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Which of some commits change a path that `matches`, compared with their first parent; a first commit changes all that it
 * has. Where the list of paths is too long to be read, they count as doing so.
 *
 * @throws GitError also when a tree is missing, as in some partial clones
 */
export async function touching(
  git: Git,
  commits: readonly Commit[],
  matches: (path: string) => boolean,
): Promise<ReadonlySet<string>> {
  if (commits.length === 0) return new Set();
  const args = [
    "diff-tree",
    "--stdin",
    "-r",
    "--root",
    "-z",
    "--raw",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
  ];
  const input = commits.map(({ id, parents }) => `${[id, ...parents.slice(0, 1)].join(" ")}\n`).join("");
  const { bytes, cut } = await git({ args, input, maxBytes: MAX_BYTES, cut: true });
  const found = new Set<string>();
  let current = "";
  const fields = new TextDecoder().decode(bytes).split("\0");
  for (let at = 0; at < fields.length - 1; at++) {
    const field = fields[at] ?? "";
    if (!field.startsWith(":")) current = field;
    else if (matches(fields[++at] ?? "")) found.add(current);
  }
  if (!cut) return found;
  const unread = commits.slice(commits.findIndex(({ id }) => id === current));
  return new Set([...found, ...unread.map(({ id }) => id)]);
}
