import { join } from "node:path";
import { AppdError, cannot, systemError } from "../base/errors.ts";
import { type Files, writeFileAtomic } from "../system/files.ts";
import { BEFORE, type HookTarget, isOurs, withoutTarget, withTarget } from "./hook_script.ts";

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
  const found = input.hooks.map((hook) => ({
    hook,
    path: join(directory, hook),
    is: look(files, join(directory, hook)),
  }));
  for (const { path, is } of found) refuseToChain(files, path, is);
  if (!dryRun) attempt(["create", directory], () => files.makeDirectory(directory, MODE));
  return found.map(({ hook, path, is }): HookChange => {
    const text = is.kind === "ours" ? is.text : undefined;
    const wanted = withTarget(text, target);
    if (wanted === text) return { hook, action: "unchanged" };
    if (!dryRun) attempt(["write", path], () => put({ files, path, text: wanted, isForeign: is.kind === "foreign" }));
    return { hook, action: is.kind === "ours" ? "updated" : is.kind === "foreign" ? "chained" : "installed" };
  });
}

/** Takes our hooks out and puts back what was there before. What is not ours stays as it is. @throws AppdError */
export function uninstallHooks(input: HookInput): readonly HookChange[] {
  const { files, directory, dryRun, target } = input;
  return input.hooks.map((hook): HookChange => {
    const path = join(directory, hook);
    const is = look(files, path);
    if (is.kind !== "ours") return { hook, action: "absent" };
    const rest = withoutTarget(is.text, target);
    if (rest === is.text) return { hook, action: "absent" };
    const isKept = files.stat(path + BEFORE) !== undefined;
    if (!dryRun) attempt(["change", path], () => takeOut({ files, path, rest, isKept }));
    return { hook, action: rest === undefined && isKept ? "restored" : "removed" };
  });
}

type Found = { readonly kind: "none" | "foreign" | "other" } | { readonly kind: "ours"; readonly text: string };

function look(files: Files, path: string): Found {
  const stat = files.stat(path);
  if (stat === undefined) return { kind: "none" };
  if (stat.kind === "symlink") return { kind: "foreign" };
  if (stat.kind !== "file") return { kind: "other" };
  if (stat.size > MAX_SIZE) return { kind: "foreign" };
  const text = attempt(["read", path], () => files.readText(path));
  return isOurs(text) ? { kind: "ours", text } : { kind: "foreign" };
}

function refuseToChain(files: Files, path: string, is: Found): void {
  if (is.kind === "other") throw cannot(["replace", path], "it is no file", { exit: "generic" });
  if (is.kind !== "foreign" || files.stat(path + BEFORE) === undefined) return;
  throw cannot(["chain", path], `there is a "${path}${BEFORE}" already`, {
    exit: "generic",
    hint: "something has replaced our hook: put into one file what you need of both, and remove the other",
  });
}

function refuseLineFeeds({ self, home, socket, repository }: HookTarget): void {
  const bad = [...self, home, socket, repository].find((word) => word.includes("\n"));
  if (bad !== undefined) throw cannot(["write into a hook", bad], "it holds a line feed", { exit: "generic" });
}

/** The old hook has its second name before it loses the first, so that it is never gone. */
function put({ files, path, text, isForeign }: { files: Files; path: string; text: string; isForeign: boolean }): void {
  if (isForeign) linkOrMove(files, path, path + BEFORE);
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
  { files, path, rest, isKept }: { files: Files; path: string; rest: string | undefined; isKept: boolean },
): void {
  if (rest !== undefined) {
    writeFileAtomic(files, path, rest, MODE);
    files.chmod(path, MODE);
  } else if (isKept) files.rename(path + BEFORE, path);
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
