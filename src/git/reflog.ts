import type { Git } from "./git.ts";

/** One entry: where the ref went, and by what. */
export interface Step {
  readonly id: string;
  readonly message: string;
}

/** Newest entries of one reflog that are read. */
const MOST = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * What happened to a ref since it stood at `since`, oldest first; `since` undefined: since it was made. Empty when there is
 * no reflog, as in bare repositories, or when it does not lead back there.
 */
export async function stepsSince(git: Git, ref: string, since: string | undefined): Promise<readonly Step[]> {
  // No signature is asked for and no file of the repository read: see git-log(1), git-reflog(1).
  const args = ["log", "--walk-reflogs", "--no-show-signature", "--no-mailmap", "--no-notes", "--no-patch"];
  const answer = await git({
    args: [...args, `--max-count=${MOST}`, "--encoding=UTF-8", "--format=%x00%H%x00%gs", "--end-of-options", ref, "--"],
    codes: [0, 128],
    maxBytes: MAX_BYTES,
    cut: true,
  });
  const newest = parse(answer.bytes);
  if (since === undefined) return newest.toReversed();
  const end = newest.findIndex((step) => step.id === since);
  return end < 0 ? [] : newest.slice(0, end).toReversed();
}

function parse(bytes: Uint8Array): Step[] {
  const fields = new TextDecoder().decode(bytes).split("\0");
  const steps: Step[] = [];
  for (let at = 1; at + 1 < fields.length; at += 2) {
    const [id = "", message = ""] = [fields[at], fields[at + 1]];
    steps.push({ id, message: message.replace(/\n$/, "") });
  }
  return steps;
}

/** Whether the step made its commit here, and did not only go to one that came from elsewhere. */
export function isMaking({ message }: Step): boolean {
  return /^(commit|rebase|cherry-pick|revert|am|merge|pull)\b/.test(message) && !/: fast-forward/i.test(message) &&
    !/^(rebase|pull)\b.*\((start|finish|abort)\)/.test(message);
}

/** Whether the step put a commit in the place of another. */
export function isReplacing({ message }: Step): boolean {
  return /^commit \(amend\)|^rebase\b|^pull\b.*\((pick|reword|squash|fixup|edit|continue)\)/.test(message);
}
