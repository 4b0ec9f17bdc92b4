/** Paired runs and their median: both sides of a pair run one after the other, so that a busy machine slows both. */

/** One side of a comparison, in any unit. */
export type Sample = () => Promise<number>;

export interface Ratio {
  /** Median of the ratios of all pairs. */
  readonly ratio: number;
  /** Medians of both sides. */
  readonly ours: number;
  readonly base: number;
  readonly pairs: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The ratio of two equally long lists of samples, pair by pair. */
export function ratioOf(ours: readonly number[], base: readonly number[]): Ratio {
  const ratios = ours.map((value, index) => value / (base[index] ?? NaN));
  return { ratio: median(ratios), ours: median(ours), base: median(base), pairs: ours.length };
}

/** Runs all sides in turn, `rounds` times, after one round that warms the caches and is not counted. */
export async function inTurn<Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, Sample>>,
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Side, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await sides[name]();
      if (round > 0) samples[name].push(value);
    }
  }
  return samples;
}

/** Compares two sides pair by pair. */
export async function compare(pairs: number, sides: { readonly ours: Sample; readonly base: Sample }): Promise<Ratio> {
  const { ours, base } = await inTurn(pairs, { base: sides.base, ours: sides.ours });
  return ratioOf(ours, base);
}
