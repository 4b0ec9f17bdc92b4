import type { Archive } from "./archives.ts";
import { type RotationPolicy, sizeLimit } from "./rotation_policy.ts";

/** What {@link expired} looks at. */
export interface RetentionState {
  /** Oldest first. */
  readonly archives: readonly Archive[];
  readonly policy: RotationPolicy;
  /** Wall time in milliseconds. */
  readonly now: number;
  /** Bytes in the current file. */
  readonly current: number;
}

/**
 * The archives to remove, oldest first: those beyond `maxFiles`, older than `maxAge`, or that would not leave room in
 * `maxTotal` for the current file at its full size.
 */
export function expired({ archives, policy, now, current }: RetentionState): readonly Archive[] {
  const byCount = archives.length - policy.maxFiles;
  const room = policy.maxTotal > 0 ? policy.maxTotal - Math.max(current, sizeLimit(policy)) : Infinity;
  let total = archives.reduce((sum, archive) => sum + archive.size, 0);
  let count = 0;
  for (const archive of archives) {
    const tooOld = policy.maxAge > 0 && now - archive.stamp > policy.maxAge;
    if (count >= byCount && !tooOld && total <= room) break;
    total -= archive.size;
    count++;
  }
  return archives.slice(0, count);
}
