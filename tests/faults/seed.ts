/** Random numbers that a failed test can repeat: set APPD_SEED to the seed that it printed. */
export interface Random {
  readonly seed: number;
  /** An integer from 0 to `below` − 1. */
  next(below: number): number;
  /** True once in `times`. */
  once(times: number): boolean;
}

/** Starts a sequence and prints its seed. */
export function random(name: string): Random {
  const seed = Number(Deno.env.get("APPD_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  // deno-lint-ignore no-console
  console.log(`${name}: APPD_SEED=${seed}`);
  return sequence(seed);
}

/** The sequence of a seed (mulberry32). What runs at the same time needs one each, or none of them can be repeated. */
export function sequence(seed: number): Random {
  let state = seed >>> 0;
  const next = (below: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  return { seed, next, once: (times) => next(times) === 0 };
}

/** Fault tests are short as part of the suite; APPD_FAULTS=full gives them their full figure. */
export function sized<T>(short: T, full: T): T {
  return Deno.env.get("APPD_FAULTS") === "full" ? full : short;
}
