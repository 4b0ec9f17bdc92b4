import type { Reading } from "./kind.ts";

/** One table of a document, as a check of the whole sees it. */
export interface CheckedElement {
  /** As the file has it; empty for a section that is one table. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** As its section reads it; undefined when it has flaws of its own. */
  readonly value: unknown;
  /**
   * It is the app's own, and no table of the file: there is only its name. Without one it stands for all that the app makes
   * of the configuration, of which nothing is known yet.
   */
  readonly own?: true;
}

/** The tables of a section by its name, in the order of the file, then what the app has of its own; of a section that is one table, that one. */
export type Elements = (section: string) => readonly CheckedElement[];

/**
 * Looks at what no section can know alone, such as a name that another table has to have. Runs after every section has
 * been read by itself. `reading` stands at the top of the document.
 */
export type DocumentCheck = (elements: Elements, reading: Reading) => void;

/**
 * Puts what one section says of another where it holds, in a document whose sections have no flaws: changes `config`,
 * which has the sections by their names in the program.
 */
export type DocumentLink = (config: Record<string, unknown>, elements: Elements) => void;
