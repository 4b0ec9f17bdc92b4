import type { Reading } from "./kind.ts";

/** One table of an array of tables, as a check of the whole document sees it. */
export interface CheckedElement {
  /** As the file has it. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** As its section reads it; undefined when it has flaws of its own. */
  readonly value: unknown;
}

/** The arrays of tables of a document by the name of their section, in the order of the file. */
export type Elements = (section: string) => readonly CheckedElement[];

/**
 * Looks at what no section can know alone, such as a name that another table has to have. Runs after every section has
 * been read by itself. `reading` stands at the top of the document.
 */
export type DocumentCheck = (elements: Elements, reading: Reading) => void;
