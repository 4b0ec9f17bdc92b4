/** A moment for people, the same on every machine, as the log has it but to the second: `2025-11-01 10:30:00 UTC`. */
export function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
