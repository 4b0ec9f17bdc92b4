/** The public surface of the kit: every export of its doors with its signature and first sentence, as a golden file. */
import fs from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The doors, and what each is for. */
export const DOORS: readonly (readonly [path: string, title: string])[] = [
  ["src/mod.ts", "Writing an app"],
  ["src/testing/mod.ts", "Testing one"],
];

type DeclarationKind = "function" | "interface" | "typeAlias" | "class" | "variable";

interface Declaration {
  readonly location: { readonly filename: string };
  readonly kind: DeclarationKind;
  readonly jsDoc?: { readonly doc?: string };
}

/** What a door exports under one name; a function has a declaration for each of its forms. */
export interface Export {
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  /** First sentence of its docstring, empty when it has none. */
  readonly says: string;
  /** Its source without comments and bodies. */
  readonly signature: string;
}

/** The exports of a door, by name. @param root of the repository */
export async function exportsOf(door: string, root: string): Promise<Export[]> {
  const command = new Deno.Command(Deno.execPath(), { args: ["doc", "--json", door], cwd: root });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`cannot read the exports of ${door}: ${new TextDecoder().decode(stderr).trim()}`);
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const [module] = Object.values(nodes) as [{ symbols: { name: string; declarations: Declaration[] }[] }];
  return module.symbols.map(({ name, declarations }) => exportOf(name, { declarations, root }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

function exportOf(
  name: string,
  { declarations, root }: { readonly declarations: readonly Declaration[]; readonly root: string },
): Export {
  const [first] = declarations;
  if (first === undefined) throw new Error(`${name} has no declaration`);
  const path = fileURLToPath(first.location.filename);
  const lines = fs.readFileSync(path, "utf8").split("\n");
  const starts = lines.flatMap((line, index) => declares(line, name) ? [index] : []);
  const signatures = starts.map((start) => signatureAt(lines, start, first.kind));
  const forms = signatures.length > 1 ? signatures.slice(0, -1) : signatures; // The last one has the body.
  return {
    ...{ name, file: relative(root, path), signature: forms.join("\n") },
    says: firstSentence(declarations.find(({ jsDoc }) => jsDoc?.doc !== undefined)?.jsDoc?.doc ?? ""),
  };
}

function declares(line: string, name: string): boolean {
  return /^export (?:async |abstract )*(?:function|interface|type|class|const) (\w+)/.exec(line)?.[1] === name;
}

const ENDS: Readonly<Record<DeclarationKind, RegExp>> = {
  function: /^\S.*[;{]$/,
  interface: /^(?:\}|.*\{\})$/,
  typeAlias: /^\S?.*;$/,
  class: /^\}$/,
  variable: /^\S?.*;$/,
};

/** The declaration that begins at `start`. Relies on the formatter: only its last line ends like one at the margin. */
function signatureAt(lines: readonly string[], start: number, kind: DeclarationKind): string {
  const ends = (line: string) => ENDS[kind].test(line) && (kind !== "typeAlias" || isClosed(lines, start, line));
  const last = lines.findIndex((line, index) => index >= start && ends(line));
  const own = lines.slice(start, last + 1);
  const code = kind === "class" ? membersOf(own) : own;
  return withoutComments(code).join("\n").replace(/^export /gm, "").replace(/ \{$/, "").replace(/ +$/gm, "");
}

/** Whether a line that ends with `;` ends the type, and is no member of an object in it. */
function isClosed(lines: readonly string[], start: number, line: string): boolean {
  return lines[start] === line || !/^ {2,}\w+\??:.*;$|^ {2,}readonly /.test(line);
}

/** A class without bodies and without what is private. */
function membersOf(lines: readonly string[]): string[] {
  const [head = "", ...body] = lines;
  const members = body.filter((line) => /^ {2}\S/.test(line) && !/^ {2}(?:#|private |\}|\*|\/|\))/.test(line))
    .map((line) => line.replace(/ \{$/, ";"));
  return [head, ...members, "}"];
}

function withoutComments(lines: readonly string[]): string[] {
  return lines.join("\n").replace(/^ *\/\*\*[^]*?\*\/\n/gm, "").split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*\/\//.test(line))
    .map((line) => line.replace(/ \/\/ .*$/, ""));
}

function firstSentence(doc: string): string {
  const plain = doc.trim().split("\n\n")[0]?.replaceAll("\n", " ").replace(/\{@link ([^}]+)\}/g, "`$1`") ?? "";
  return /^.*?\.(?= [A-Z]|$)/.exec(plain)?.[0] ?? plain;
}

/** `docs/kit-api.md`. @throws Error naming the exports without a docstring */
export async function kitApiMarkdown(root: string): Promise<string> {
  const sections = await Promise.all(
    DOORS.filter(([door]) => fs.existsSync(join(root, door))).map(async ([door, title]) => {
      const all = await exportsOf(door, root);
      const bare = all.filter(({ says }) => says === "").map(({ name, file }) => `${name} (${file})`);
      if (bare.length > 0) throw new Error(`exports of ${door} without a docstring: ${bare.join(", ")}`);
      return [`## ${title}: ${door}`, ...all.flatMap(exportText)].join("\n");
    }),
  );
  return `# The kit's exports

Made from the source by \`deno task derived\`; a change of this file is a change of what apps are built on. How to use
them: [the kit](kit.md).

${sections.join("\n\n")}
`;
}

function exportText({ name, file, says, signature }: Export): string[] {
  return ["", `### ${name}`, "", says, `([${file}](../${file}))`, "", "```ts", signature, "```"];
}
