/** Whether `program` is the program `family`, or an instance of it: `web.2` is one of `web`. */
export function isInstanceOf(program: string | null, family: string): boolean {
  if (program === family) return true;
  return program?.startsWith(`${family}.`) === true && /^\d+$/.test(program.slice(family.length + 1));
}
