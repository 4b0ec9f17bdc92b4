/**
 * The seeds: what the five documents ask for, and the tests that prove it. The places are data
 * (`tests/apps/places/S0.ts` …), the tests name theirs: `S4 FR-029, S4 SC-005: health says …`.
 */
import fs from "node:fs";
import { basename, join } from "node:path";
import type { Place } from "../tests/apps/places/place.ts";
import { testNames } from "./test_names.ts";

export interface Seed {
  /** `S0` … `S4`. */
  readonly id: string;
  readonly places: readonly Place[];
}

/** A test, and the places that its name begins with. */
export interface Proof {
  readonly file: string;
  readonly line: number;
  /** With their seeds: `S4 FR-029`. */
  readonly places: readonly string[];
  /** The name without the places. */
  readonly what: string;
}

/** Where tests that name places stand: as tests, or as cases that one test of the folder runs. */
const PROOFS = [["tests/apps", "_test.ts"], ["tests/systemd", "_cases.ts"]] as const;

const APPS: Readonly<Record<string, string>> = {
  S0: "calendarbot",
  S1: "devtrack",
  S2: "cco",
  S3: "mcpeg",
  S4: "vpo",
};

/** The seeds whose places are there. @param root of the repository */
export async function seedsOf(root: string): Promise<Seed[]> {
  const folder = join(root, "tests/apps/places");
  const files = fs.readdirSync(folder).filter((name) => /^S\d\.ts$/.test(name)).sort();
  return await Promise.all(files.map(async (name) => {
    const id = basename(name, ".ts");
    return { id, places: (await import(`file://${join(folder, name)}`))[id] };
  }));
}

/**
 * The tests that name places, in the order of their files.
 *
 * @throws Error naming file and line of a name that cannot be read, or that begins with no place although its file is about one
 */
export function proofsOf(root: string, seeds: readonly Seed[]): Proof[] {
  const known = seeds.flatMap(({ id, places }) => places.map((place) => `${id} ${place.id}`));
  const files = PROOFS.flatMap(([folder, end]) =>
    fs.readdirSync(join(root, folder)).filter((name) => name.endsWith(end)).sort().map((name) => `${folder}/${name}`)
  );
  return files.flatMap((file) => proofsIn(file, { source: fs.readFileSync(join(root, file), "utf8"), known }));
}

/** The tests of one file that name places. */
export function proofsIn(
  file: string,
  { source, known }: { readonly source: string; readonly known: readonly string[] },
): Proof[] {
  const isAbout = Object.values(APPS).some((app) => new RegExp(`^${app}_(?:\\w+_)?test\\.ts$`).test(basename(file)));
  const isWhole = (name: string) =>
    !(isAbout && name.startsWith("…")) && !placesOf(name, known).places.some((place) => place.includes("…"));
  const names = read(file, () => testNames(source, isWhole));
  return names.flatMap(({ name, line }) => {
    const { places, what } = placesOf(name, known);
    const unread = isAbout && name.startsWith("…") ? name : places.find((place) => place.includes("…"));
    if (unread !== undefined) throw new Error(`${file}:${line}: cannot read the place "${unread}" from the source`);
    if (places.length === 0 && isAbout) throw new Error(`${file}:${line}: "${name}" names no place`);
    return places.length === 0 ? [] : [{ file, line, places, what }];
  });
}

function read<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The places at the beginning of a name, and the rest of it. Names of places may have `: ` and `, ` in them, so the longest
 * one that is known is taken; one that is not known ends at the next `, ` before a place, or at `: `.
 */
function placesOf(name: string, known: readonly string[]): { places: string[]; what: string } {
  const places: string[] = [];
  let rest = name;
  while (/^S\d /.test(rest)) {
    const found = known.filter((place) => rest.startsWith(`${place}: `) || rest.startsWith(`${place}, S`))
      .reduce((longest, place) => place.length > longest.length ? place : longest, "");
    const place = found === "" ? /^.*?(?=, S\d |: |$)/.exec(rest)?.[0] ?? rest : found;
    places.push(place);
    const isLast = !rest.startsWith(", ", place.length);
    rest = rest.slice(place.length + 2);
    if (isLast) break;
  }
  return { places, what: rest };
}

/** What is wrong between the places and the tests: each a sentence, empty when nothing is. */
export function flawsOf(seeds: readonly Seed[], proofs: readonly Proof[]): string[] {
  const known = seeds.flatMap(({ id, places }) => places.map((place) => `${id} ${place.id}`));
  const proven = new Set(proofs.flatMap(({ places }) => places));
  return [
    ...known.filter((place, index) => known.indexOf(place) !== index).map((place) =>
      `${place}: two places have this id`
    ),
    ...known.filter((place) => !proven.has(place)).map((place) => `${place}: no test names it`),
    ...proofs.flatMap(({ file, line, places }) =>
      places.filter((place) => !known.includes(place)).map((place) => `${file}:${line}: there is no place "${place}"`)
    ),
  ];
}

/** `docs/seeds.md`. */
export async function seedsMarkdown(root: string): Promise<string> {
  const seeds = await seedsOf(root);
  const proofs = proofsOf(root, seeds);
  return [
    "# The seeds",
    "",
    "Five documents, each of an app that needs a daemon: what each place of them asks for, where a ruling of the contract",
    "changes it, and the tests that prove it on the compiled app. Made from `tests/apps/places` and the names of the tests",
    "by `deno task derived`; every place has a test.",
    "",
    "Tests under `systemd/` run in a private machine with a real systemd, which needs root and its own namespaces; where a",
    "host does not allow that they are skipped, and their names say why. So is what needs to mount a file system, or",
    "systemd-analyze, where there is none.",
    ...seeds.flatMap((seed) => ["", ...seedTable(seed, proofs)]),
    "",
  ].join("\n");
}

function seedTable({ id, places }: Seed, proofs: readonly Proof[]): string[] {
  const rows = places.map((place) => {
    const tests = proofs.filter((proof) => proof.places.includes(`${id} ${place.id}`));
    const cells = [place.id, place.text, place.ruling ?? "", [...new Set(tests.map(testCell))].join("<br>")];
    return `| ${cells.map(escaped).join(" | ")} |`;
  });
  const app = APPS[id] ?? id;
  return [
    `## ${id}: [${app}](../examples/${app}/README.md)`,
    "",
    "| place | asks for | ruling | tests |",
    "| --- | --- | --- | --- |",
    ...rows,
  ];
}

function testCell({ file, what }: Proof): string {
  return `${file.replace("tests/", "")}: ${what}`;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|").replaceAll("\n", " ");
}
