/** One part of a pattern: text, `?`, `*` (no slash), or `**` (anything). */
type Token = string | { readonly any: "one" | "some" | "all" };

/**
 * Whether a name is meant by one of some patterns: `*` is any text without a slash, `**` any text, `?` one character.
 * No patterns mean every name. The time is bounded by the lengths alone, because names come from outside.
 */
export function matcher(patterns: readonly string[] | undefined): (name: string) => boolean {
  if (patterns === undefined) return () => true;
  const all = patterns.map(tokensOf);
  return (name) => all.some((tokens) => matches(tokens, name));
}

/** The same for paths, read as .gitignore does: without a slash it is a name at any depth, `docs/` all that is below. */
export function pathMatcher(patterns: readonly string[] | undefined): (path: string) => boolean {
  return matcher(
    patterns?.map((pattern) => {
      const rooted = pattern.replace(/^\.?\//, "");
      const whole = rooted.endsWith("/") ? `${rooted}**` : rooted;
      return whole.includes("/") || pattern.startsWith("/") || whole === "**" ? whole : `**/${whole}`;
    }),
  );
}

function tokensOf(pattern: string): readonly Token[] {
  const parts = pattern.match(/\*\*\/|\*\*|\*|\?|[^*?]/gsu) ?? [];
  return parts.flatMap((part): Token[] => {
    // `**/` is also nothing at all: `**/x` means x too.
    if (part === "**/" || part === "**") return [{ any: "all" }];
    if (part === "*") return [{ any: "some" }];
    return [part === "?" ? { any: "one" } : part];
  });
}

/** All places in the pattern that the name may have come to, one character after the other. */
function matches(tokens: readonly Token[], name: string): boolean {
  let places = spread(tokens, new Set([0]));
  for (const char of name) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === undefined) continue;
      if (typeof token === "string") {
        if (token === char) next.add(place + 1);
      } else if (token.any === "all") next.add(place);
      else if (char !== "/") next.add(token.any === "one" ? place + 1 : place);
    }
    if (next.size === 0) return false;
    places = spread(tokens, next);
  }
  return places.has(tokens.length);
}

/** Stars may also stand for nothing. */
function spread(tokens: readonly Token[], places: Set<number>): Set<number> {
  for (const place of places) {
    const token = tokens[place];
    if (token !== undefined && typeof token !== "string" && token.any !== "one") places.add(place + 1);
  }
  return places;
}
