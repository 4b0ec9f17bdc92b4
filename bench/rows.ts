/** What is measured. A row gives a figure and says how much it may be at most. */
import type { Lab } from "./lab.ts";

export interface Options {
  /** Fewer pairs and shorter waits: to see that everything works, not to publish. */
  readonly quick: boolean;
}

export interface Figure {
  /** The figure that {@link Row.limit} bounds. */
  readonly value: number;
  /** What it was made from, for people. */
  readonly detail: string;
}

export interface Row {
  /** Short name for `deno task bench NAME`. */
  readonly id: string;
  readonly what: string;
  readonly limit: number;
  /** "×" for a ratio, "MB" for a size. */
  readonly unit: "×" | "MB";
  measure(lab: Lab, options: Options): Promise<Figure>;
}
