/** A place of a seed's document: something that it asks for. */
export interface Place {
  /** As the names of tests have it after the seed's: `FR-029`. */
  readonly id: string;
  /** What it asks for, in our words. */
  readonly text: string;
  /** Where the contract decided otherwise, and how. */
  readonly ruling?: string;
}
