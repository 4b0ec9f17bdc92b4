/**
 * Splits TypeScript into tokens, as far as the names of tests need it: words, punctuation, strings and templates; comments
 * and regular expressions are passed over. Never runs or resolves anything.
 */

/** A piece of a template: text, or the source of what is put in. */
export type TemplatePart = { readonly text: string } | { readonly expression: string };

export type Token =
  | { readonly kind: "word" | "mark"; readonly text: string; readonly at: number }
  | { readonly kind: "string"; readonly text: string; readonly at: number }
  | { readonly kind: "template"; readonly parts: readonly TemplatePart[]; readonly at: number };

const SPACE = /(?:\s+|\/\/.*|\/\*[^]*?\*\/)+/y;
const WORD = /[\p{L}\p{N}_$]+/uy;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** After these a `/` divides; elsewhere a regular expression begins with it. */
const OPERAND_ENDS = new Set([")", "]"]);
const NO_OPERANDS = new Set(["return", "typeof", "case", "of", "in", "await", "yield", "throw"]);

/** @throws Error naming the offset of a template that has no end */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const match = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  for (let at = 0; at < source.length;) {
    const space = match(SPACE, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const { token, length } = tokenAt(source, at, { match, before: tokens.at(-1) });
    if (token !== undefined) tokens.push(token);
    at += length;
  }
  return tokens;
}

interface Surroundings {
  readonly match: (pattern: RegExp, at: number) => string | undefined;
  readonly before: Token | undefined;
}

function tokenAt(source: string, at: number, { match, before }: Surroundings): { token?: Token; length: number } {
  const string = match(STRING, at);
  if (string !== undefined) return { token: { kind: "string", text: unquoted(string), at }, length: string.length };
  if (source[at] === "`") {
    const { parts, end } = templateAt(source, at);
    return { token: { kind: "template", parts, at }, length: end - at };
  }
  const regex = source[at] === "/" && !endsOperand(before) ? match(REGEX, at) : undefined;
  if (regex !== undefined) return { length: regex.length };
  const word = match(WORD, at);
  if (word !== undefined) return { token: { kind: "word", text: word, at }, length: word.length };
  return { token: { kind: "mark", text: source.charAt(at), at }, length: 1 };
}

function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "word") return !NO_OPERANDS.has(token.text);
  return token.kind !== "mark" || OPERAND_ENDS.has(token.text);
}

/** The template that begins at `start`, and where it is over. */
function templateAt(source: string, start: number): { parts: TemplatePart[]; end: number } {
  const parts: TemplatePart[] = [];
  let text = "";
  for (let at = start + 1; at < source.length;) {
    const character = source.charAt(at);
    if (character === "`") return { parts: [...parts, { text: unescaped(text) }], end: at + 1 };
    if (source.startsWith("${", at)) {
      const end = expressionEnd(source, at + 2);
      parts.push({ text: unescaped(text) }, { expression: source.slice(at + 2, end).trim() });
      text = "";
      at = end + 1;
      continue;
    }
    const length = character === "\\" ? 2 : 1;
    text += source.slice(at, at + length);
    at += length;
  }
  throw new Error(`the template at offset ${start} has no end`);
}

/** Where the `}` of an expression in a template is; templates in it are skipped. */
function expressionEnd(source: string, start: number): number {
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === "`") at = templateAt(source, at).end - 1;
    else if (character === "{") depth++;
    else if (character === "}" && depth-- === 0) return at;
  }
  throw new Error(`the expression at offset ${start} has no end`);
}

function unquoted(literal: string): string {
  return unescaped(literal.slice(1, -1));
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

function unescaped(text: string): string {
  return text.replace(/\\([^])/g, (_, character: string) => ESCAPES[character] ?? character);
}
