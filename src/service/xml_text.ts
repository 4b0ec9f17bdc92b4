const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** `text` as content or attribute value, XML 1.0 section 2.4. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** Content of a comment, which must not hold two dashes in a row. */
export function xmlComment(text: string): string {
  return `<!-- ${text.replace(/-(?=-)/g, "- ")} -->`;
}
