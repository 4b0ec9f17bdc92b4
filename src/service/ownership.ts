import { posix } from "node:path";
import { fingerprint } from "../base/fingerprint.ts";
import type { Profile } from "./definition.ts";

/** What somebody asked for when they installed a service; what they left open is absent. */
export interface InstallOptions {
  readonly profile?: Profile;
  readonly runAs?: string;
  readonly keepPrograms?: true;
  readonly binary?: string;
  /** Name of the mode that it runs; absent: everything runs. */
  readonly mode?: string;
  /** Configuration file, absolute. */
  readonly config?: string;
}

/** What `install` remembers in the file that it writes: whose it is, and what has to be undone with it. */
export interface Memory {
  /** What stands after `--home`. */
  readonly home: string;
  readonly options: InstallOptions;
  /** It let the user linger, loginctl(1). */
  readonly linger?: true;
  /** Directories that it made for the file, outermost first. */
  readonly directories?: readonly string[];
}

/** A file of ours, taken apart. */
export interface Owned {
  readonly memory: Memory;
  /** The text without the mark. */
  readonly body: string;
  /** Somebody has changed the text since. */
  readonly edited: boolean;
}

const MARK = /^(?:# |<!-- )Made by \S+ install, removed by \S+ uninstall: (\{.*\})(?: -->)?$/;

/** First lines that must stay first: `#!` of a script, the declaration of XML. */
const HEAD = /^(?:#!|<\?xml)[^\n]*\n/;

/**
 * `body` with a comment line that says who made it, from what, and how its text was. Two hyphens in a row end a comment of
 * XML, so that none are written.
 */
export function withMark(body: string, { program, memory }: { program: string; memory: Memory }): string {
  const head = HEAD.exec(body)?.[0] ?? "";
  const said = JSON.stringify({ fingerprint: fingerprint(body), ...memory }).replaceAll("--", "-\\u002d");
  const line = `Made by ${program} install, removed by ${program} uninstall: ${said}`;
  return `${head}${head.startsWith("<") ? `<!-- ${line} -->` : `# ${line}`}\n${body.slice(head.length)}`;
}

/** What {@link withMark} has made, taken apart; undefined for a file that is somebody else's. */
export function readOwned(text: string): Owned | undefined {
  const head = HEAD.exec(text)?.[0] ?? "";
  const line = text.slice(head.length).split("\n", 1)[0] ?? "";
  const said = memoryIn(MARK.exec(line)?.[1]);
  if (said === undefined) return undefined;
  const { fingerprint: then, ...memory } = said;
  const body = head + text.slice(head.length + line.length + 1);
  return { memory, body, edited: fingerprint(body) !== then };
}

function memoryIn(json: string | undefined): (Memory & { fingerprint: string }) | undefined {
  if (json === undefined) return undefined;
  try {
    const said = JSON.parse(json);
    const isOurs = typeof said.fingerprint === "string" && typeof said.home === "string";
    return isOurs && typeof said.options === "object" ? said : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * What there is in the place of a file that shall be written: nothing, exactly it, an older one of ours, one of ours that
 * somebody edited, one of ours for an instance with another home, or a stranger's.
 */
export type Found = "nothing" | "same" | "outdated" | "edited" | "elsewhere" | "foreign";

/** Compares what is there with what {@link withMark} would write for `home`. */
export function compare(present: string | undefined, wanted: { text: string; home: string }): Found {
  if (present === undefined) return "nothing";
  const owned = readOwned(present);
  if (owned === undefined) return "foreign";
  if (!isSamePath(owned.memory.home, wanted.home)) return "elsewhere";
  if (present === wanted.text) return "same";
  return owned.edited ? "edited" : "outdated";
}

/** Whether two absolute paths are written for the same place. */
export function isSamePath(one: string, other: string): boolean {
  return posix.resolve(one) === posix.resolve(other);
}

/** Lines that `after` adds (`+`) and that it lacks (`-`), in their order. */
export function changedLines(before: string, after: string): string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const common = commonLengths(old, now);
  const length = (i: number, j: number) => common[i * (now.length + 1) + j] ?? 0;
  const changed: string[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length;) {
    if (i < old.length && j < now.length && old[i] === now[j]) i++, j++;
    else if (j >= now.length || (i < old.length && length(i + 1, j) >= length(i, j + 1))) changed.push(`-${old[i++]}`);
    else changed.push(`+${now[j++]}`);
  }
  return changed;
}

/** Length of the longest common subsequence of the tails from (i, j) on, row by row. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint32Array {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] = old[i] === now[j]
        ? (lengths[at + width + 1] ?? 0) + 1
        : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  return lengths;
}
