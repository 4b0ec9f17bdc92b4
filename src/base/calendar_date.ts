/** Whether `YYYY-MM-DD` is a day that there is: Date.parse takes 30 February for 2 March. */
export function isCalendarDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}
