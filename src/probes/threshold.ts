import type { Thresholds } from "../base/probe_spec.ts";
import type { Answer } from "./probe.ts";

/**
 * How far a probe has come: its verdict, how many answers in a row were like the last one, and what was told last.
 * The rules are those of Kubernetes: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes
 */
export interface Tally {
  /** Undefined until there is one. */
  readonly verdict: boolean | undefined;
  readonly last: boolean | undefined;
  readonly inRow: number;
  /** The reason that was told last. */
  readonly why: string | undefined;
}

const NOTHING = { last: undefined, inRow: 0, why: undefined };

/** Not ready until proven. */
export const UNREADY: Tally = { ...NOTHING, verdict: false };

/** Ready as it was seen before. */
export const READY: Tally = { ...NOTHING, verdict: true };

/** Neither good nor bad until proven: a program is given time to fail, and `healthy` waits for an answer. */
export const UNKNOWN: Tally = { ...NOTHING, verdict: undefined };

/**
 * Takes one answer. Told is a verdict that changes, and, while the verdict is bad, a failure for another reason.
 *
 * @returns the next tally, and whether its verdict and reason are to be told
 */
export function count(
  tally: Tally,
  answer: Answer,
  policy: Thresholds,
): { readonly tally: Tally; readonly tell: boolean } {
  const { ok, why } = answer;
  const inRow = tally.last === ok ? tally.inRow + 1 : 1;
  const enough = answer.decisive === true || inRow >= (ok ? policy.successThreshold : policy.failureThreshold);
  const verdict = enough ? ok : tally.verdict;
  const tell = verdict !== tally.verdict || (!ok && verdict === false && why !== tally.why);
  return { tally: { verdict, last: ok, inRow, why: tell ? why : tally.why }, tell };
}

/** Where answers go in; `tell` hears of what {@link count} finds worth telling. */
export function judge(options: {
  readonly from: Tally;
  readonly policy: Thresholds;
  readonly tell: (verdict: { readonly ok: boolean; readonly why: string }) => void;
}): (answer: Answer) => void {
  let tally = options.from;
  return (answer) => {
    const next = count(tally, answer, options.policy);
    tally = next.tally;
    if (next.tell) options.tell({ ok: tally.verdict === true, why: answer.why });
  };
}
