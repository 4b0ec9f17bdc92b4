import { join } from "node:path";
import { AppdError, cannot, systemError } from "../base/errors.ts";
import { type Files, writeFileAtomic } from "../system/files.ts";
import { beforeOf, type HookTarget, isOurs, nameBefore, withoutTarget, withTarget } from "./hook_script.ts";

/** What became of one hook, or would: `kept` says that the hook that was there goes on running first. */
export interface HookChange {
  readonly hook: string;
  readonly action: "installed" | "chained" | "updated" | "unchanged" | "removed" | "restored" | "absent";
}

export interface HookInput {
  readonly files: Files;
  /** Where git looks for hooks. */
  readonly directory: string;
  readonly hooks: readonly string[];
  readonly target: HookTarget;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}

const MODE = 0o755;
/** Larger than any hook of ours. */
const MAX_SIZE = 64 * 1024;

/** Puts our hooks in; those that are there are chained. All are looked at before the first is changed. @throws AppdError */
export function installHooks(input: HookInput): readonly HookChange[] {
  const { files, directory, dryRun, target } = input;
  refuseLineFeeds(target);
  const found = input.hooks.map((hook) => ({ hook, ...find(input, hook) }));
  for (const one of found) refuseToChain(files, one);
  if (!dryRun) attempt(["create", directory], () => files.makeDirectory(directory, MODE));
  return found.map(({ hook, path, before, is }): HookChange => {
    const text = is.kind === "ours" ? is.text : undefined;
    const wanted = withTarget(text, target);
    if (wanted === text) return { hook, action: "unchanged" };
    const change = { files, path, before: is.kind === "foreign" ? before : undefined, text: wanted };
    if (!dryRun) attempt(["write", path], () => put(change));
    return { hook, action: is.kind === "ours" ? "updated" : is.kind === "foreign" ? "chained" : "installed" };
  });
}

/** Takes our hooks out and puts back what was there before. What is not ours stays as it is. @throws AppdError */
export function uninstallHooks(input: HookInput): readonly HookChange[] {
  const { files, dryRun, target } = input;
  return input.hooks.map((hook): HookChange => {
    const { path, before, is } = find(input, hook);
    if (is.kind !== "ours") return { hook, action: "absent" };
    const rest = withoutTarget(is.text, target);
    if (rest === is.text) return { hook, action: "absent" };
    const isKept = files.stat(before) !== undefined;
    if (!dryRun) attempt(["change", path], () => takeOut({ files, path, rest, kept: isKept ? before : undefined }));
    return { hook, action: rest === undefined && isKept ? "restored" : "removed" };
  });
}

type Found = { readonly kind: "none" | "foreign" | "other" } | { readonly kind: "ours"; readonly text: string };

/** One hook: what there is of ours, or else in its place, and where the hook is kept that was there before. */
interface Place {
  readonly path: string;
  readonly before: string;
  readonly is: Found;
}

/** Ours is in its place, or beside it when another program of the house has chained it. */
function find({ files, directory, target }: Pick<HookInput, "files" | "directory" | "target">, hook: string): Place {
  const before = join(directory, hook + beforeOf(target));
  const chained = namesIn(files, directory).filter((name) => nameBefore(name) === hook);
  const places = [hook, ...chained].map((name) => {
    const path = join(directory, name);
    return { path, before, is: look(files, { path, target }) };
  });
  return places.find(({ is }) => is.kind === "ours") ?? places[0] as Place;
}

function namesIn(files: Files, directory: string): readonly string[] {
  return files.stat(directory)?.kind === "directory" ? attempt(["read", directory], () => files.list(directory)) : [];
}

function look(files: Files, { path, target }: { readonly path: string; readonly target: HookTarget }): Found {
  const stat = files.stat(path);
  if (stat === undefined) return { kind: "none" };
  if (stat.kind === "symlink") return { kind: "foreign" };
  if (stat.kind !== "file") return { kind: "other" };
  if (stat.size > MAX_SIZE) return { kind: "foreign" };
  const text = attempt(["read", path], () => files.readText(path));
  return isOurs(text, target) ? { kind: "ours", text } : { kind: "foreign" };
}

function refuseToChain(files: Files, { path, before, is }: Place): void {
  if (is.kind === "other") throw cannot(["replace", path], "it is no file", { exit: "generic" });
  if (is.kind !== "foreign" || files.stat(before) === undefined) return;
  throw cannot(["chain", path], `there is a "${before}" already`, {
    exit: "generic",
    hint: "something has replaced our hook: put into one file what you need of both, and remove the other",
  });
}

function refuseLineFeeds({ self, home, socket, repository }: HookTarget): void {
  const bad = [...self, home, socket, repository].find((word) => word.includes("\n"));
  if (bad !== undefined) throw cannot(["write into a hook", bad], "it holds a line feed", { exit: "generic" });
}

/** The old hook has its second name before it loses the first, so that it is never gone. */
function put(
  { files, path, before, text }: { files: Files; path: string; before: string | undefined; text: string },
): void {
  if (before !== undefined) linkOrMove(files, path, before);
  writeFileAtomic(files, path, text, MODE);
  files.chmod(path, MODE);
}

/** Where hard links are refused, proc_sys_fs(5) protected_hardlinks, the name is moved. */
function linkOrMove(files: Files, from: string, to: string): void {
  try {
    files.link(from, to);
  } catch {
    files.rename(from, to); // Fails as the link did, if that was not the reason.
  }
}

function takeOut(
  { files, path, rest, kept }: { files: Files; path: string; rest: string | undefined; kept: string | undefined },
): void {
  if (rest !== undefined) {
    writeFileAtomic(files, path, rest, MODE);
    files.chmod(path, MODE);
  } else if (kept !== undefined) files.rename(kept, path);
  else files.unlink(path);
}

function attempt<T>(action: readonly [string, string], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppdError) throw error;
    throw systemError(action, error, "run it as the user that owns the repository");
  }
}
