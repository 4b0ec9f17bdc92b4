/** Reads the names of tests from their source, without running it. */
import { type TemplatePart, type Token, tokensOf } from "./source_tokens.ts";

/** What stands for a part of a name that only a run knows. */
const UNKNOWN = "…";

/** In a table of cases, only names of tests begin with a place. */
const CASE = /^S\d /;

/** A name as it is read; `line` from 1 on. */
export interface TestName {
  readonly name: string;
  readonly line: number;
}

/** The value of a literal, as far as it is one of strings. */
type Value = string | readonly Value[] | undefined;

interface Loop {
  readonly from: number;
  readonly to: number;
  /** Of each round, the strings by the names of the variables. */
  readonly rounds: readonly ReadonlyMap<string, string>[];
}

/**
 * The names of the tests in a file: of `Deno.test("…")`, of `Deno.test({ name: "…" })`, and of cases that begin with a place,
 * `name: "S4 …"`. What is put into a template is `…`; where `isWhole` refuses such a name, it is taken from the table of the
 * enclosing `for … of`, and each row makes a name.
 *
 * @throws Error when a name is neither a string nor a template, such as a list that is joined
 */
export function testNames(source: string, isWhole: (name: string) => boolean): TestName[] {
  const tokens = tokensOf(source);
  const loops = loopsOf(tokens);
  const lineOf = (at: number) => source.slice(0, at).split("\n").length;
  return tokens.flatMap((token, index) => {
    if (!isName(tokens, index)) return [];
    const line = lineOf(token.at);
    if (token.kind === "string") return [{ name: token.text, line }];
    if (token.kind !== "template") throw new Error(`line ${line}: the name of a test has to be a string or a template`);
    return namesOf(token, loops, isWhole).map((name) => ({ name, line }));
  });
}

/** Whether the token at `index` is where the name of a test stands. */
function isName(tokens: readonly Token[], index: number): boolean {
  if (follows(tokens, index, ["Deno", ".", "test", "("])) return !isMark(tokens[index], "{");
  const isOfCase = CASE.test(beginning(tokens[index])) || isMark(tokens[index], "[");
  return follows(tokens, index, ["name", ":"]) && isOfCase || isNameOfTest(tokens, index);
}

/** `Deno.test({ name: …`, also when it is no text: that is an error then. */
function isNameOfTest(tokens: readonly Token[], index: number): boolean {
  return follows(tokens, index, ["Deno", ".", "test", "(", "{", "name", ":"]);
}

function beginning(token: Token | undefined): string {
  if (token?.kind !== "template") return token?.kind === "string" ? token.text : "";
  const [first] = token.parts;
  return first !== undefined && "text" in first ? first.text : "";
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === "mark" && token.text === text;
}

function follows(tokens: readonly Token[], index: number, words: readonly string[]): boolean {
  return words.every((word, place) => {
    const token = tokens[index - words.length + place];
    return (token?.kind === "word" || token?.kind === "mark") && token.text === word;
  });
}

function namesOf(
  { parts, at }: { readonly parts: readonly TemplatePart[]; readonly at: number },
  loops: readonly Loop[],
  isWhole: (name: string) => boolean,
): string[] {
  const plain = filled(parts, new Map());
  if (isWhole(plain)) return [plain];
  const around = loops.filter(({ from, to }) => from < at && at < to);
  const rounds = around.reduce<ReadonlyMap<string, string>[]>(
    (outer, { rounds }) => outer.flatMap((known) => rounds.map((own) => new Map([...known, ...own]))),
    [new Map()],
  );
  return [...new Set(rounds.map((values) => filled(parts, values)))];
}

function filled(parts: readonly TemplatePart[], values: ReadonlyMap<string, string>): string {
  return parts.map((part) => "text" in part ? part.text : values.get(part.expression) ?? UNKNOWN).join("");
}

/** `for (const NAME of [ … ])` and `for (const [NAME, NAME] of [ … ])`, also over a constant of the file. */
function loopsOf(tokens: readonly Token[]): Loop[] {
  return tokens.flatMap((_, index) => {
    if (!follows(tokens, index, ["for", "(", "const"])) return [];
    const of = tokens.findIndex((token, place) => place > index && token.kind === "word" && token.text === "of");
    const head = tokens.slice(index, of);
    const variables = head.flatMap((token) => token.kind === "word" ? [token.text] : []);
    const table = tableAt(tokens, of + 1);
    if (table === undefined) return [];
    const rounds = table.map((row) => roundOf(variables, isMark(head[0], "[") ? row : [row]));
    return [{ from: tokens[index]?.at ?? 0, to: endOfBlock(tokens, of), rounds }];
  });
}

function roundOf(variables: readonly string[], row: Value): ReadonlyMap<string, string> {
  const values = Array.isArray(row) ? row : [];
  return new Map(variables.flatMap((name, place) => {
    const value: unknown = values[place];
    return typeof value === "string" ? [[name, value] as const] : [];
  }));
}

/** The array that a loop goes over: written there, or the constant of that name. */
function tableAt(tokens: readonly Token[], index: number): readonly Value[] | undefined {
  const token = tokens[index];
  if (isMark(token, "[")) return valueAt(tokens, index).value as readonly Value[];
  if (token?.kind !== "word" || !isMark(tokens[index + 1], ")")) return undefined;
  const declared = tokens.findIndex((_, place) => follows(tokens, place, ["const", token.text]));
  if (declared < 0) return undefined;
  const equals = tokens.findIndex((token, place) =>
    place >= declared && isMark(token, "=") && !isMark(tokens[place + 1], ">")
  );
  return isMark(tokens[equals + 1], "[") ? valueAt(tokens, equals + 1).value as readonly Value[] : undefined;
}

/** The literal at `index`: a string, an array, or something that is passed over up to the next comma. */
function valueAt(tokens: readonly Token[], index: number): { value: Value; next: number } {
  const token = tokens[index];
  const after = tokens[index + 1];
  if (token?.kind === "string" && (isMark(after, ",") || isMark(after, "]"))) {
    return { value: token.text, next: index + 1 };
  }
  if (!isMark(token, "[")) return { value: undefined, next: endOfValue(tokens, index) };
  const values: Value[] = [];
  let next = index + 1;
  while (next < tokens.length && !isMark(tokens[next], "]")) {
    const read = valueAt(tokens, next);
    values.push(read.value);
    next = isMark(tokens[read.next], ",") ? read.next + 1 : read.next;
  }
  return { value: values, next: next + 1 };
}

const OPENING = new Set(["(", "[", "{"]);
const CLOSING = new Set([")", "]", "}"]);

function endOfValue(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== "mark") continue;
    if (depth === 0 && (token.text === "," || token.text === "]")) return index;
    if (OPENING.has(token.text)) depth++;
    if (CLOSING.has(token.text)) depth--;
  }
  return tokens.length;
}

/** Offset of the `}` that closes the first block after `index`, which follows the loop's head. */
function endOfBlock(tokens: readonly Token[], index: number): number {
  let parentheses = 1;
  let braces = 0;
  for (const token of tokens.slice(index)) {
    if (token.kind !== "mark") continue;
    if (braces === 0 && token.text === "(") parentheses++;
    if (braces === 0 && token.text === ")") parentheses--;
    if (parentheses === 0 && token.text === "{") braces++;
    if (parentheses === 0 && token.text === "}" && --braces === 0) return token.at;
  }
  return Infinity;
}
