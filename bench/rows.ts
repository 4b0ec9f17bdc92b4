/** What is measured. A row gives a figure and says how much it may be at most. */
import type { Lab } from "./lab.ts";

export interface Options {
  /** Fewer pairs and shorter waits: to see that everything works, not to publish. */
  readonly quick: boolean;
}

/** Another program doing the same, in the same paired runs. */
export type Peer =
  | {
    readonly name: string;
    /** Ours ÷ theirs. */
    readonly ratio: number;
    readonly detail: string;
  }
  | { readonly name: string; readonly skipped: string };

export interface Figure {
  /** The figure that {@link Row.limit} bounds. */
  readonly value: number;
  /** What it was made from, for people. */
  readonly detail: string;
  readonly peers?: readonly Peer[];
}

export interface Row {
  /** Short name for `deno task bench NAME`. */
  readonly id: string;
  readonly what: string;
  /** Absent when the figure only informs. */
  readonly limit?: number;
  /** "×" for a ratio, "%" of one CPU, else a size or a time. */
  readonly unit: "×" | "MB" | "KB" | "s" | "ms" | "%";
  measure(lab: Lab, options: Options): Promise<Figure>;
}
