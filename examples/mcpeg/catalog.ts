import type { Json } from "./rewrite.ts";

/** What a server offers, as it names it. */
export interface Catalog {
  readonly tools: readonly Json[];
  readonly resources: readonly Json[];
  readonly resourceTemplates: readonly Json[];
  readonly prompts: readonly Json[];
}

export const EMPTY_CATALOG: Catalog = { tools: [], resources: [], resourceTemplates: [], prompts: [] };

/** A list of the protocol: who asks for it, where it stands in the answer, and which capability a server has that has one. */
export interface ListKind {
  readonly key: keyof Catalog;
  readonly capability: "tools" | "resources" | "prompts";
}

/** Every list there is, by the method that asks for it. */
export const LISTS: Readonly<Record<string, ListKind>> = {
  "tools/list": { key: "tools", capability: "tools" },
  "resources/list": { key: "resources", capability: "resources" },
  "resources/templates/list": { key: "resourceTemplates", capability: "resources" },
  "prompts/list": { key: "prompts", capability: "prompts" },
};

/** Sends one request to the server. */
export type Ask = (method: string, params: Json) => Promise<Json>;

/** Most pages of one list: a server whose cursor never ends would be asked for ever. */
const MOST_PAGES = 100;

/** Reads every page of every list that the server says it has. A list that it does not know after all is empty. */
export async function readCatalog(ask: Ask, capabilities: Json): Promise<Catalog> {
  const wanted = Object.entries(LISTS).filter(([, { capability }]) => capabilities[capability] !== undefined);
  const lists = await Promise.all(wanted.map(async ([method, { key }]) => [key, await pages(ask, method, key)]));
  return { ...EMPTY_CATALOG, ...Object.fromEntries(lists) };
}

async function pages(ask: Ask, method: string, key: keyof Catalog): Promise<readonly Json[]> {
  const items: Json[] = [];
  let cursor: unknown;
  for (let page = 0; page < MOST_PAGES; page++) {
    const result = await ask(method, cursor === undefined ? {} : { cursor }).catch(emptyIfUnknown);
    if (Array.isArray(result[key])) items.push(...result[key]);
    cursor = result.nextCursor;
    if (cursor === undefined || cursor === null) return items;
  }
  throw new Error(`${method} has more than ${MOST_PAGES} pages`);
}

const METHOD_NOT_FOUND = -32601;

function emptyIfUnknown(error: unknown): Json {
  if ((error as { code?: unknown }).code === METHOD_NOT_FOUND) return {};
  throw error;
}
