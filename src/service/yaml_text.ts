/** A value of a YAML document. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml };

/** Block YAML 1.2. Texts stand in double quotes unless no reader could take them for anything else. */
export function yaml(value: Yaml, indent = ""): string[] {
  if (!isBlock(value)) return [`${indent}${scalar(value)}`];
  if (isList(value)) {
    return value.flatMap((item) => {
      const [first = "", ...rest] = yaml(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const name = `${indent}${scalar(key)}:`;
    if (isText(item)) return [`${name} |`, ...item.trimEnd().split("\n").map((line) => line && `${indent}  ${line}`)];
    if (isEmpty(item)) return [`${name} ${isList(item) ? "[]" : "{}"}`];
    if (!isBlock(item)) return [`${name} ${scalar(item)}`];
    return [name, ...yaml(item, isList(item) ? indent : `${indent}  `)];
  });
}

/** Words that are nothing but text in YAML 1.1 as well: no number, no boolean, no date, no comment. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./-]*$/;
const RESERVED = /^(true|false|yes|no|on|off|null|y|n)$/i;

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}

/** Several lines, written as a literal block. */
function isText(value: Yaml): value is string {
  return typeof value === "string" && value.endsWith("\n");
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

function isEmpty(value: Yaml): boolean {
  return isBlock(value) && Object.keys(value).length === 0;
}

/** What takes lines of its own. */
function isBlock(value: Yaml): value is readonly Yaml[] | { readonly [key: string]: Yaml } {
  return typeof value === "object";
}
