/** Where the calendar comes from. */
export type Source =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string };

/** Why a text names no source. */
export interface SourceTrouble {
  readonly trouble: string;
  readonly hint: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/** Reads `calendar.source`: a path, relative to `base`, or an http, https or webcal address. */
export function parseSource(text: string, base: string): Source | SourceTrouble {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return parseAddress(text, scheme);
  if (text.startsWith("~")) {
    return { trouble: `is "${text}": "~" is not expanded`, hint: "write the path from the root: /home/…" };
  }
  return { kind: "file", path: text.startsWith("/") ? text : `${base}/${text}` };
}

function parseAddress(text: string, scheme: string): Source | SourceTrouble {
  // webcal is what calendar programs register for; the address behind it is an ordinary one.
  const address = scheme === "webcal" ? text.replace(SCHEME, "https://") : text;
  if (!["http", "https", "webcal"].includes(scheme)) {
    return { trouble: `begins with ${scheme}://`, hint: "a path, or an address that begins with https:// or http://" };
  }
  if (!URL.canParse(address)) return { trouble: `is "${text}", which is no address`, hint: "https://HOST/PATH" };
  return { kind: "url", url: new URL(address).href };
}

/**
 * How the source is called in logs, on pages and in /health. Of an address only the host: the rest of it is what a
 * private calendar is protected by.
 */
export function sourceName(source: Source): string {
  return source.kind === "file" ? source.path : new URL(source.url).host;
}

/** Equal for sources that are the same; tells nobody an address. */
export async function sourceMark(source: Source): Promise<string> {
  const text = source.kind === "file" ? `file ${source.path}` : `url ${source.url}`;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
