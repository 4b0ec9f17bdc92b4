import type { TriggerKind } from "../base/job_reports.ts";
import type { JobSpec, OpenHours } from "./job_spec.ts";

/** What is looked at when a slot comes. */
export interface Scene {
  readonly spec: Pick<JobSpec, "overlap" | "outsideHours">;
  readonly kind: TriggerKind;
  /** It is made up for: it waits for others of its kind, whatever `overlap` says. */
  readonly catchUp: boolean;
  readonly paused: boolean;
  readonly hours: OpenHours | undefined;
  /** Wall time in milliseconds. */
  readonly now: number;
  /** The run that is under way, or waits: `run 7 is still running`. */
  readonly busy: string | undefined;
  /** A run waits for the work hours to begin. */
  readonly deferred: boolean;
  /** Runs of the job that wait. */
  readonly waiting: number;
}

/** What becomes of a slot. */
export type Verdict =
  | { readonly kind: "admit"; readonly notBefore: number | null; readonly because: string | null }
  /** As admit, after everything that is under way was cancelled. */
  | { readonly kind: "replace" }
  | { readonly kind: "skip"; readonly reason: string };

/** Most runs of one job that wait: beyond that something is wrong, and memory is finite. */
export const MOST_WAITING = 10_000;

/** Pure. What somebody asks for by hand is not held up by pauses and hours. */
export function judge(scene: Scene): Verdict {
  const { kind, spec, hours, now } = scene;
  if (kind !== "manual") {
    if (scene.paused) return { kind: "skip", reason: "paused" };
    if (spec.outsideHours !== undefined && hours !== undefined && !hours.isOpen(now)) {
      return outside(scene, hours, spec.outsideHours);
    }
  }
  if (scene.waiting >= MOST_WAITING) return { kind: "skip", reason: `${scene.waiting} runs wait already` };
  if (scene.busy === undefined || spec.overlap === "allow") return ADMIT;
  if (spec.overlap === "queue" || scene.catchUp) return { ...ADMIT, because: scene.busy };
  return spec.overlap === "replace" ? { kind: "replace" } : { kind: "skip", reason: scene.busy };
}

const ADMIT = { kind: "admit", notBefore: null, because: null } as const;

function outside({ deferred, now }: Scene, hours: OpenHours, policy: "skip" | "defer"): Verdict {
  const reason = `outside work hours (${hours.text})`;
  if (policy === "skip") return { kind: "skip", reason };
  if (deferred) return { kind: "skip", reason: `${reason}, a run waits for them already` };
  const notBefore = hours.nextOpening(now);
  if (notBefore === undefined) return { kind: "skip", reason: `${reason}, which never begin` };
  return { kind: "admit", notBefore, because: reason };
}
