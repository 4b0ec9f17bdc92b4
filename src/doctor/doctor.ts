/**
 * The doctor room owns what can be wrong with a host and an instance: it judges a scene, which others have looked at, and
 * says what it found, why that matters and what to do. It never looks at anything itself and never changes anything.
 */
import type { Scene } from "./scene.ts";

/**
 * How much a finding matters. An error keeps the daemon from working, or lets somebody else steer it; a warning will; a
 * note is good to know, and nothing is wrong.
 */
export type Severity = "error" | "warning" | "note";

/** What mends something without a risk: each is what the daemon itself would do, or did. */
export type FixAction =
  /** Remove what nobody uses any more, if it is still the inode that was seen. */
  | { readonly kind: "remove"; readonly path: string; readonly ino: number }
  /** Take permissions away, if it is still the inode that was seen. */
  | { readonly kind: "close"; readonly path: string; readonly ino: number; readonly mode: number }
  | { readonly kind: "make directory"; readonly path: string; readonly mode: number }
  /** End the programs and jobs of a daemon that died. */
  | { readonly kind: "end leftovers" };

/** One thing that is wrong, or worth knowing. Sentences without a final period. */
export interface Finding {
  /** The check's id, a dot, and which of the things it looks for: `pid-file.stale`. Scripts rely on it. */
  readonly id: string;
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
  /** What to do, best a command. */
  readonly hint: string;
  readonly fix?: { readonly what: string; readonly action: FixAction };
}

/** One thing to look at. */
export interface Check {
  readonly id: string;
  /** A phrase, for people. */
  readonly looksAt: string;
  readonly find: (scene: Scene) => readonly Finding[];
}

/** A check with what it found. */
export interface Examined {
  readonly check: Check;
  readonly findings: readonly Finding[];
}

/** Goes through all checks, in their order. */
export function examine(scene: Scene, checks: readonly Check[]): readonly Examined[] {
  return checks.map((check) => ({ check, findings: check.find(scene) }));
}

/** Whether something is wrong; a note is not. */
export function isWrong({ severity }: Pick<Finding, "severity">): boolean {
  return severity !== "note";
}

/** `24 checks, nothing wrong`, or `24 checks: 1 error, 2 warnings`. */
export function summaryOf(examined: readonly Examined[]): string {
  const findings = examined.flatMap((one) => one.findings);
  const parts = (["error", "warning", "note"] as const).flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? "" : "s"}`];
  });
  const checks = `${examined.length} check${examined.length === 1 ? "" : "s"}`;
  if (findings.some(isWrong)) return `${checks}: ${parts.join(", ")}`;
  return parts.length === 0 ? `${checks}, nothing wrong` : `${checks}, nothing wrong, ${parts.join(", ")}`;
}
