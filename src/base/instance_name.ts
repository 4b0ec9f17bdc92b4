/** `web.2`: numbers begin at 1. */
const INSTANCE = /^(.+)\.([1-9]\d*)$/;

/** Which program a name would be an instance of, and the how manieth; undefined for a name of another form. */
export function instanceIn(name: string): { readonly family: string; readonly number: number } | undefined {
  const [, family, number] = INSTANCE.exec(name) ?? [];
  return family === undefined ? undefined : { family, number: Number(number) };
}

/** The program that a name is an instance of; the name itself when it is of none. */
export function familyIn(name: string): string {
  return instanceIn(name)?.family ?? name;
}

/** Whether `program` is the program `family`, or an instance of it: `web.2` is one of `web`. */
export function isInstanceOf(program: string | null, family: string): boolean {
  return program === family || (program !== null && instanceIn(program)?.family === family);
}
