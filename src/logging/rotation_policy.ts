/** When a log is rotated and what is kept of it. Every 0 means "off", except in {@link RotationPolicy.maxFiles}. */
export interface RotationPolicy {
  /** Bytes that the current file may reach. */
  readonly rotateSize: number;
  /** Length in milliseconds of the periods, aligned to UTC (`1d` begins at midnight), that a file may not span. */
  readonly rotateEvery: number;
  /** Archives kept beside the current file; 0 keeps none. */
  readonly maxFiles: number;
  /** Milliseconds after which an archive is removed. */
  readonly maxAge: number;
  /** Bytes that the current file and its archives may take together. */
  readonly maxTotal: number;
  readonly compress: boolean;
}

/**
 * The size in bytes at which the current file is rotated: `rotateSize`, but half of the total budget at the most, so
 * that the current file and one archive always fit into it. Infinity when neither is set.
 */
export function sizeLimit(policy: RotationPolicy): number {
  const size = policy.rotateSize > 0 ? policy.rotateSize : Infinity;
  const budget = policy.maxTotal > 0 ? Math.max(1, Math.floor(policy.maxTotal / 2)) : Infinity;
  return Math.min(size, budget);
}

/** Number of the period that the wall time `now` (ms) falls into; 0 when rotation by time is off. */
export function periodOf(policy: RotationPolicy, now: number): number {
  return policy.rotateEvery > 0 ? Math.floor(now / policy.rotateEvery) : 0;
}
