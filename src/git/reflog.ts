import type { Git } from "./git.ts";

/** One entry of a reflog: where the ref went, by what, and when, as git writes it. */
export interface Step {
  readonly id: string;
  readonly message: string;
  readonly at: string;
}

/** Newest entries of one reflog that are read. */
const MOST = 1000;
const MAX_BYTES = 4 * 1024 * 1024;
/** Entries that a place in a reflog is known by: alone they repeat, when somebody goes to and fro. */
const PLACE = 3;
const MAX_MESSAGE = 100;

/** The newest entries of a ref's reflog, newest first; none where there is no reflog, as in bare repositories. */
export async function readReflog(git: Git, ref: string, most = MOST): Promise<readonly Step[]> {
  // No signature is asked for and no file of the repository read: see git-log(1), git-reflog(1).
  const args = ["log", "--walk-reflogs", "--no-show-signature", "--no-mailmap", "--no-notes", "--no-patch"];
  const format = ["--date=raw", "--encoding=UTF-8", "--format=%x00%H%x00%gs%x00%gd"];
  const answer = await git({
    args: [...args, `--max-count=${most}`, ...format, "--end-of-options", ref, "--"],
    codes: [0, 128],
    maxBytes: MAX_BYTES,
    cut: true,
  });
  const fields = new TextDecoder().decode(answer.bytes).split("\0");
  const steps: Step[] = [];
  for (let at = 1; at + 2 < fields.length; at += 3) {
    const [id = "", message = "", selector = ""] = fields.slice(at, at + 3);
    steps.push({ id, message, at: /@\{(.*)\}/.exec(selector)?.[1] ?? "" });
  }
  return steps;
}

/** The place that a reflog has come to. @param newest its entries, newest first */
export function placeIn(newest: readonly Step[]): string {
  return newest.slice(0, PLACE).map(({ id, message, at }) => `${at} ${id} ${message.slice(0, MAX_MESSAGE)}`).join("\n");
}

/** The place that it had come to at a time, milliseconds since the epoch. Entries have whole seconds, and those count. */
export function placeAt(newest: readonly Step[], time: number): string {
  const before = newest.findIndex(({ at }) => Number(at.split(" ")[0]) < Math.floor(time / 1000));
  return before < 0 ? "" : placeIn(newest.slice(before));
}

/** Entries since a place, oldest first; undefined when it is not there any more. */
export function sincePlace(newest: readonly Step[], place: string): readonly Step[] | undefined {
  if (place === "") return newest.toReversed();
  const end = newest.findIndex((_step, at) => placeIn(newest.slice(at)) === place);
  return end < 0 ? undefined : newest.slice(0, end).toReversed();
}

/** Entries since the ref stood at `id`, oldest first; none when it never did. */
export function sinceId(newest: readonly Step[], id: string | null | undefined): readonly Step[] {
  return newest.slice(0, Math.max(0, newest.findIndex((step) => step.id === id))).toReversed();
}

/** Whether the step made its commit here, and did not only go to one that came from elsewhere. Scripts leave no word. */
export function isMaking({ message }: Step): boolean {
  if (message === "") return true;
  return /^(commit|rebase|cherry-pick|revert|am|merge|pull)\b/.test(message) && !/: fast-forward/i.test(message) &&
    rebasing(message) === undefined;
}

/** Whether the step put a commit in the place of another. */
export function isReplacing({ message }: Step): boolean {
  return /^commit \(amend\)|^rebase\b|^pull\b.*\((pick|reword|squash|fixup|edit|continue)\)/.test(message);
}

/** `start` and `end` of a rebase; what is between them comes and goes. */
export function rebasing(message: string): "start" | "end" | undefined {
  const [, word] = /^(?:rebase|pull)\b[^:]*\((start|finish|abort)\)/.exec(message) ?? [];
  return word === undefined ? undefined : word === "start" ? "start" : "end";
}

/** Where HEAD was before a switch: its branch, null without one; undefined where the step is no switch. */
export function branchBefore(message: string): string | null | undefined {
  const [, name] = /^checkout: moving from (\S+) to \S+$/.exec(message) ?? [];
  return name !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(name) ? null : name;
}

/** Where a branch was made, or got its name. @param newest its entries, newest first */
export function startIn(newest: readonly Step[]): Step | undefined {
  return newest.find(({ message }) => /^Branch: (renamed|copied) /.test(message)) ?? newest.at(-1);
}
