/** Where those wait who come beside another: all parts of the suite, and all suites of this host. */
const PLACE = "/tmp/appd-tests-memory.lock";

/**
 * Waits until no other test has a program killed for want of memory. Where the kernel counts such kills for the whole host
 * only (/proc/vmstat), a daemon takes one of another test for the end of its own program. Daemons that are to see no other
 * kill are started after this. Disposing lets the next one.
 */
export async function onlyShortage(): Promise<Disposable> {
  const file = await Deno.open(PLACE, { create: true, write: true, mode: 0o666 });
  await file.lock(true); // The kernel lets go of it when the process ends, however it does.
  return file;
}
