import { getPath } from "hono/utils/url";

/** One step of a pattern: a word, any one step (`:name`, `*`), or with `rest` everything from here on. */
type Step =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "any"; readonly name: string; readonly fits: RegExp | undefined }
  | { readonly kind: "rest" };

/** The path of an endpoint, in the words of the router: `/users/:id`, `/files/*`. */
export interface Pattern {
  readonly text: string;
  /** Several where a step may be left out. */
  readonly ways: readonly (readonly Step[])[];
}

/** Reads a pattern. What is no pattern of the router is taken by its words. */
export function patternOf(text: string): Pattern {
  const steps = stepsOf(text);
  const optional = /\?$/.test(steps.at(-1) ?? "");
  const full = steps.map((step, index) => stepOf(step, index === steps.length - 1));
  return { text, ways: optional ? [full.slice(0, -1), full] : [full] };
}

/** The steps of a path; a slash inside `{…}` is a part of an expression. */
function stepsOf(path: string): string[] {
  return path.match(/(?:[^/{]|\{[^}]*\})+/g) ?? [];
}

function stepOf(step: string, isLast: boolean): Step {
  if (step === "*") return isLast ? { kind: "rest" } : { kind: "any", name: "*", fits: undefined };
  const [, name, expression] = /^:([^{?]+)(?:\{(.+)\})?\??$/.exec(step) ?? [];
  if (name === undefined) return { kind: "word", text: step };
  if (expression?.includes("/") || expression === ".*" || expression === ".+") return { kind: "rest" };
  return { kind: "any", name, fits: expression === undefined ? undefined : new RegExp(`^(?:${expression})$`) };
}

/**
 * The path of a URL as the router compares it: what was percent-encoded without need is not any more. Who compared it as
 * it was written would not know an endpoint that the router finds.
 */
export function routedPath(pathname: string): string {
  return getPath({ url: `http://localhost${pathname}` } as Request);
}

/** Whether a path is one of a pattern. @param path as {@link routedPath} gives it */
export function matches({ ways }: Pattern, path: string): boolean {
  const steps = path.split("/").slice(1);
  if (steps.length === 1 && steps[0] === "") steps.pop();
  return ways.some((way) => fitsWay(way, steps));
}

function fitsWay(way: readonly Step[], path: readonly string[]): boolean {
  const isOpen = way.at(-1)?.kind === "rest";
  const needed = isOpen ? way.slice(0, -1) : way;
  if (isOpen ? path.length < needed.length : path.length !== needed.length) return false;
  return needed.every((step, index) => fitsStep(step, path[index] ?? ""));
}

function fitsStep(step: Step, text: string): boolean {
  if (step.kind === "word") return step.text === text;
  return step.kind === "any" && text !== "" && (step.fits?.test(text) ?? true);
}

/** Whether there is a path that both patterns take. In doubt there is. */
export function overlap(one: Pattern, other: Pattern): boolean {
  return one.ways.some((way) => other.ways.some((way2) => overlapWays(way, way2)));
}

function overlapWays([first, ...rest]: readonly Step[], [other, ...others]: readonly Step[]): boolean {
  if (first?.kind === "rest" || other?.kind === "rest") return true;
  if (first === undefined || other === undefined) return first === other;
  return overlapSteps(first, other) && overlapWays(rest, others);
}

function overlapSteps(one: Step, other: Step): boolean {
  if (one.kind === "word") return fitsStep(other, one.text);
  return other.kind !== "word" || fitsStep(one, other.text);
}

/** As OpenAPI writes it: `/users/{id}`. */
export function openApiPath({ ways }: Pattern): string {
  const way = ways.at(-1) ?? [];
  return `/${
    way.map((step) => step.kind === "word" ? step.text : `{${step.kind === "any" ? step.name : "rest"}}`).join("/")
  }`;
}
